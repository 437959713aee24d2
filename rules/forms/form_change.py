"""A new version of a form while answers come in: what stays, what is new, what is not possible."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from rules.forms.faults import by_item
from rules.forms.form_fields import SELECTS, FieldType, FormField, RollUp
from rules.forms.form_tree import FormTree
from rules.forms.rolled_figures import ROLLUP_NAMES
from rules.sentences.faults import Fault, Place
from rules.sentences.refusal import N_, Refusal, Term

TYPE_NAMES: dict[FieldType, str] = {
    FieldType.INTEGER: N_("整数"),
    FieldType.DECIMAL: N_("小数"),
    FieldType.TEXT: N_("文字"),
    FieldType.DATE: N_("日期"),
    FieldType.SELECT_ONE: N_("单选"),
    FieldType.SELECT_MULTIPLE: N_("多选"),
    FieldType.NOTE: N_("说明（无需填写）"),
    FieldType.CALCULATE: N_("计算得出"),
    FieldType.GROUP: N_("分组标题"),
    FieldType.REPEAT: N_("可重复填写的一组"),
    FieldType.IMAGE: N_("照片"),
    FieldType.FILE: N_("附件"),
}
_MEASURED_IN = re.compile(r"[（(]([^（()）]{1,12})[)）]\s*$")


@dataclass(frozen=True)
class FormChange:
    """What becomes of every item of a form when another version takes its place."""

    gone: tuple[FormField, ...]
    """Fields that were asked until now and no longer are."""
    new: tuple[FormField, ...]
    altered: tuple[FormField, ...]
    """Fields that keep their name but have another type or fewer choices, as they are from now
    on."""
    continuing: tuple[FormField, ...]
    """Fields that are rolled up before and after, in the same way."""
    stopping: tuple[FormField, ...]
    """Fields that were rolled up until now and no longer are."""

    @property
    def lost(self) -> tuple[FormField, ...]:
        """The fields whose drafts no longer fit."""
        return self.gone + self.altered


class ChangeRefused(Refusal):
    """A version that cannot replace the one in use, with every fault by the place of its field."""

    def __init__(self, faults: Mapping[int, list[Fault]]) -> None:
        self.faults = dict(faults)
        super().__init__(N_("不能换用这一版。%(faults)s。"), faults=by_item(faults))


def compare(before: Iterable[FormField], after: Iterable[FormField]) -> FormChange:
    """What changes between two versions. Fields with the same name are the same field."""
    old = {field.name: field for field in before if _held(field)}
    new = {field.name: field for field in after if _held(field)}
    totals = [field for field in old.values() if field.rollup is not RollUp.NONE]
    return FormChange(
        gone=tuple(field for name, field in old.items() if name not in new),
        new=tuple(field for name, field in new.items() if name not in old),
        altered=tuple(
            field
            for name, field in new.items()
            if name in old and (old[name].type != field.type or removed_codes(old[name], field))
        ),
        continuing=tuple(field for field in totals if _goes_on(field, new)),
        stopping=tuple(field for field in totals if not _goes_on(field, new)),
    )


def with_gone(
    fields: Iterable[FormField], versions: Iterable[Iterable[FormField]]
) -> tuple[FormField, ...]:
    """A form, followed by the fields that only other versions of the form have, each as it was
    asked last.

    `versions`: the newest version first.
    """
    known = {field.name: field for field in fields}
    for version in versions:
        known |= {field.name: field for field in version if field.name not in known}
    return tuple(known.values())


def _held(field: FormField) -> bool:
    """Whether answers are stored under the field's name."""
    return field.stored or field.type is FieldType.REPEAT


def _goes_on(field: FormField, new: Mapping[str, FormField]) -> bool:
    return field.name in new and new[field.name].rollup == field.rollup


def removed_codes(before: FormField, after: FormField) -> frozenset[str]:
    """The codes of choices that can no longer be taken."""
    if before.type not in SELECTS or after.type not in SELECTS:
        return frozenset()
    left = {choice.value for choice in after.choices}
    return frozenset(choice.value for choice in before.choices if choice.value not in left)


def clashes(
    answered: Sequence[Iterable[FormField]],
    after: Sequence[FormField],
    taken: Mapping[str, Collection[str]],
) -> dict[int, list[Fault]]:
    """Place in `after` (1 is the first) → why the field there would make the totals meaningless.

    `answered`: the forms that current answers were given on. `taken`: select field → the codes
    chosen in these answers.
    """
    found: dict[int, list[Fault]] = {}
    trees = [FormTree(fields) for fields in answered]
    new = FormTree(after)
    for place, field in enumerate(after, start=1):
        by_msgid: dict[str, Fault] = {}
        for tree in trees:
            if field.name in tree.by_name:
                by_msgid |= {fault.msgid: fault for fault in _clashes(tree, new, field, taken)}
        if by_msgid:
            found[place] = list(by_msgid.values())
    return found


def _clashes(
    tree: FormTree, new: FormTree, field: FormField, taken: Mapping[str, Collection[str]]
) -> Iterator[Fault]:
    old = tree.by_name[field.name]
    label = {"label": field.label or field.name}
    if not _held(old) and not _held(field):
        return
    if old.type != field.type:
        names = {"before": Term(TYPE_NAMES[old.type]), "after": Term(TYPE_NAMES[field.type])}
        yield Fault(
            N_("“%(label)s”已有填报，填写方式不能由“%(before)s”改为“%(after)s”；%(advice)s"),
            {**label, **names, "advice": Term(ADVICE)},
            Place("type"),
        )
        return
    if tree.repeat_of(old) != new.repeat_of(field):
        yield Fault(
            N_("“%(label)s”已有填报，不能移进或移出可重复填写的一组；%(advice)s"),
            {**label, "advice": Term(ADVICE)},
            Place("within"),
        )
    if old.rollup != field.rollup and field.rollup is not RollUp.NONE:
        kinds = {
            "before": Term(ROLLUP_NAMES[old.rollup]),
            "after": Term(ROLLUP_NAMES[field.rollup]),
        }
        yield Fault(
            N_("“%(label)s”已有填报，汇总方式不能由“%(before)s”改为“%(after)s”；%(advice)s"),
            {**label, **kinds, "advice": Term(ADVICE)},
            Place("rollup"),
        )
    yield from _unit_clash(old, field)
    gone = removed_codes(old, field) & set(taken.get(field.name, ()))
    if gone:
        yield Fault(
            N_("“%(label)s”的选项%(choices)s已有单位选过，不能去掉；可以改它的文字"),
            {**label, "choices": [choice.label for choice in old.choices if choice.value in gone]},
            Place("choices"),
        )


ADVICE = N_("请删去这一项，另加一项新的")


def _unit_clash(old: FormField, field: FormField) -> Iterator[Fault]:
    """A fault where the unit of counting changes. It stands in brackets at the end of a label:
    投入资金（万元）."""
    sides = [_MEASURED_IN.search(version.label) for version in (old, field)]
    if not field.numeric or not all(sides):
        return
    before, after = (side.group(1) for side in sides if side)
    if before != after:
        yield Fault(
            N_("“%(label)s”已有填报，计量单位不能由“%(before)s”改为“%(after)s”；%(advice)s"),
            {"label": field.label, "before": before, "after": after, "advice": Term(ADVICE)},
            Place("label"),
        )
