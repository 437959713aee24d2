"""Answers: what was typed into a form, checked and brought into stored shape."""

import dataclasses
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from functools import cached_property
from typing import Any

from rules.filling.conditions import LONGEST_CALCULATED, Conditions
from rules.forms.field_values import clean_text, read_date, read_decimal, read_integer
from rules.forms.form_fields import ATTACHED, FieldType, FormField, bounds
from rules.forms.form_structure import moved_by, named_in, sources_of
from rules.forms.form_tree import (
    MOST_TIMES,
    FormTree,
    field_in,
    flat,
    item_of,
    key_in,
    place_of,
    places,
    times_key,
)
from rules.sentences.faults import Fault, Faults
from rules.sentences.refusal import N_

LINE_LENGTH = 2_000
TEXT_LENGTH = 20_000
TOO_MUCH_TEXT = N_(
    "表单自动算出的文字超过 %(longest)s 字，无法报送。请少填几次或缩短文字；"
    "还不行的，请下发单位修改表单里的计算公式。"
)
TOO_MUCH_WORK = N_(
    "表单需要自动计算的内容太多，无法报送。请少填几条或缩短文字；"
    "还不行的，请下发单位精简表单里的计算公式和条件。"
)

Typed = Mapping[str, list[str]]
"""Key of the field → what was typed, as a browser sends it: one text, or several for choices."""
Attached = Callable[[str, str], Mapping[str, Any] | None]
"""(key, what was sent for the key) → the uploaded file as it is stored; None where there is
none."""


@dataclasses.dataclass(frozen=True)
class Checked:
    """Answers in stored shape, and faults of the answers that have no such shape, by key of the
    field.

    An unanswered field is in neither. Values: int, decimal as text, text, ISO date, code of a
    choice, list of codes, a file. The value of a repeat is a list of mappings.
    """

    values: dict[str, Any]
    faults: Faults

    @property
    def ok(self) -> bool:
        return not self.faults


def check_answers(
    fields: Iterable[FormField],
    typed: Typed,
    *,
    kept: Mapping[str, Any] | None = None,
    today: str = "",
    attached: Attached | None = None,
) -> Checked:
    """Check what was typed against the form. Changes nothing in `typed`.

    `kept`: stored answers that stand, whatever was typed; None stands for "left empty". A kept
    answer is dropped all the same where its question is not asked. `today`: ISO date, for
    expressions. A form that calculates too much has one fault only, at a place where a person can
    mend it.
    """
    tree = FormTree(fields)
    return _Check(tree, typed, kept or {}, today, attached or (lambda key, text: None)).made()


def settle_answers(
    tree: FormTree,
    typed: Typed,
    *,
    kept: Mapping[str, Any],
    today: str,
    shown: Mapping[str, int],
    attached: Attached | None = None,
) -> Conditions:
    """The form's conditions with what was typed so far, for a page that shows the form.

    `shown`: repeat → how many fillings the page shows, including those that nobody has filled in.
    """
    found = attached or (lambda key, text: None)
    return _Check(tree, typed, kept, today, found, shown=shown).settled()


def as_typed(values: Mapping[str, Any]) -> dict[str, list[str]]:
    """Key → stored answers as a person would type them, for showing them in a form again."""
    shown: dict[str, list[str]] = {}
    for key, value in flat(values).items():
        if isinstance(value, Mapping):
            shown[key] = [str(value.get("token", ""))]
        else:
            shown[key] = [str(part) for part in (value if isinstance(value, list) else [value])]
    return shown


def cleaned(typed: Typed, items: Iterable[str]) -> dict[str, list[str]]:
    """What was typed into `items`, without characters that a database cannot hold; for drafts."""
    wanted = set(items)
    return {
        key: [clean_text(text, multiline=True) for text in texts]
        for key, texts in typed.items()
        if item_of(key) in wanted
    }


@dataclasses.dataclass
class _Check:
    """One pass through a form that settles every field after the fields its conditions name."""

    tree: FormTree
    typed: Typed
    kept: Mapping[str, Any]
    today: str
    attached: Attached
    faults: Faults = dataclasses.field(default_factory=dict)
    shown: Mapping[str, int] = dataclasses.field(default_factory=dict)
    put: list[tuple[FormField, int | None, Any]] = dataclasses.field(default_factory=list)
    """Typed values that could be read, and calculated ones. They are held against the author's
    conditions at the end."""

    def made(self) -> Checked:
        conditions = self.settled()
        if conditions.too_much:
            return Checked({}, {self._mended_at(conditions.too_much): Fault(TOO_MUCH_WORK)})
        if conditions.overflowed:
            fault = Fault(TOO_MUCH_TEXT, {"longest": LONGEST_CALCULATED})
            return Checked({}, {self._mended_at(conditions.overflowed): fault})
        answers = conditions.answers()
        self._check_repeats(conditions, answers)
        ordered = sorted(self.faults.items(), key=lambda entry: self.tree.rank(entry[0]))
        return Checked(answers, dict(ordered))

    def _check_repeats(self, conditions: Conditions, answers: Mapping[str, Any]) -> None:
        """A required repeat is filled in once at least. Where one of its fillings has a fault, that
        fault is told instead."""
        begun = {item_of(key) for key in self.faults}
        for repeat in self.tree.repeats:
            name = repeat.name
            done = name in answers or name in self.kept or name in begun
            if repeat.required and not done and conditions.relevant(repeat, None):
                self.faults[name] = Fault(N_("请至少填写一条。"))

    def _mended_at(self, field: FormField) -> str:
        """Where a person can reduce what a costly field costs: at its repeat, which can have fewer
        fillings, or else at the first open question that is always asked."""
        around = self.tree.repeat_of(field)
        open_items = [item for item in self.tree.mendable if item.name not in self.kept]
        if any(item.name == around for item in open_items):
            return around
        always = [item for item in open_items if not item.relevant and not self.tree.above(item)]
        return next((item.name for item in (*always, *open_items)), field.name)

    def settled(self) -> Conditions:
        self._check_keys()
        times = {repeat.name: self._times(repeat.name) for repeat in self.tree.repeats}
        conditions = Conditions(self.tree, times=times, today=self.today)
        for field in conditions.order:
            for place in conditions.places_of(field):
                self._settle(conditions, field, place)
        self._check_authors(conditions)
        return conditions

    def _check_keys(self) -> None:
        for key in self.typed:
            if not self._known(key):
                self.faults[key] = Fault(N_("表单里没有“%(name)s”这一项。"), {"name": key[:60]})

    def _known(self, key: str) -> bool:
        inner = place_of(key)
        if inner:
            field = self.tree.by_name.get(inner[2])
            return bool(field and field.stored and self.tree.repeat_of(field) == inner[0])
        if any(key == times_key(repeat.name) for repeat in self.tree.repeats):
            return True
        field = self.tree.by_name.get(key)
        return bool(field and field.stored and not self.tree.repeat_of(field))

    def _times(self, repeat: str) -> Sequence[int]:
        """The places of the repeat's fillings that hold anything, in order. Gaps are left out."""
        if repeat in self.kept:
            return range(len(self.kept[repeat] or ()))
        if repeat in self.shown:
            return range(self.shown[repeat])
        found = [
            place
            for place in places(repeat, self.typed)
            if any(self._texts(key_in(repeat, place, field.name)) for field in self._inner(repeat))
        ]
        if len(found) > MOST_TIMES:
            self.faults[repeat] = Fault(N_("最多填 %(most)s 条。"), {"most": MOST_TIMES})
        return found[:MOST_TIMES]

    def _inner(self, repeat: str) -> Iterator[FormField]:
        """The fields of the repeat that a person fills in. Other fields do not make a filling."""
        return (field for field in self.tree.inside(repeat) if field.typed_in)

    def _texts(self, key: str) -> list[str]:
        return [text for text in self.typed.get(key, []) if text.strip()]

    def _settle(self, conditions: Conditions, field: FormField, place: int | None) -> None:
        """Work out whether the field is asked, what it holds, and what is wrong with its value."""
        if not conditions.relevant(field, place) or not field.stored:
            return
        if field.calculation:
            value = conditions.calculated(field, place)
            conditions.put(field, place, value)
            if value is not None and field.name in self._moved:
                self.put.append((field, place, value))
            return
        key = conditions.key(field, place)
        value = self._kept(field, place) if self._is_kept(field, place) else self._read(field, key)
        if isinstance(value, Fault):
            self.faults[key] = value
            return
        if value in (None, "", []):
            if field.required and not field.readonly and not self._is_kept(field, place):
                self.faults[key] = Fault(N_("请填写这一项。"))
            return
        conditions.put(field, place, value)
        if not self._is_kept(field, place):
            self.put.append((field, place, value))

    @cached_property
    def _moved(self) -> set[str]:
        """The fields whose value an open answer can change. What is calculated from closed answers
        only is not held against a constraint, because nobody could mend it."""
        if not self.kept:
            return set(self.tree.by_name)
        return moved_by(self.tree, {item.name for item in self.tree.mendable} - self.kept.keys())

    def _check_authors(self, conditions: Conditions) -> None:
        """Check the author's conditions after everything is settled, because a constraint may name
        a later question.

        A constraint that names an answer that could not be read is not checked. The fault of that
        answer is told instead, because it is the cause.
        """
        unread = {field_in(key) for key in self.faults}
        for field, place, value in self.put:
            named = named_in(field.constraint) | named_in(field.calculation)
            if field.constraint and sources_of(self.tree, named) & unread:
                continue
            fault = _author_fault(conditions, field, place, value)
            if fault:
                self.faults[conditions.key(field, place)] = fault

    def _is_kept(self, field: FormField, place: int | None) -> bool:
        repeat = self.tree.repeat_of(field)
        return repeat in self.kept if place is not None else field.name in self.kept

    def _kept(self, field: FormField, place: int | None) -> Any:
        if place is None:
            return self.kept[field.name]
        return self.kept[self.tree.repeat_of(field)][place].get(field.name)

    def _read(self, field: FormField, key: str) -> Any:
        texts = self._texts(key)
        if field.readonly:
            texts = [field.default] if field.default else []
        if field.type in ATTACHED:
            return self._attachment(key, texts[0]) if texts else None
        return read_answer(field, texts)

    def _attachment(self, key: str, token: str) -> Any:
        gone = Fault(N_("这个文件没有传完或已经失效，请重新选择。"))
        return self.attached(key, token) or gone


def _author_fault(
    conditions: Conditions, field: FormField, place: int | None, value: Any
) -> Fault | None:
    """What the author's own conditions object to in a value; None: nothing."""
    chosen = value if isinstance(value, list) else [value]
    if field.choice_filter and not set(chosen) <= conditions.offered(field, place):
        return Fault(N_("请从列出的选项中选择。"))
    if field.constraint and not conditions.holds(field, place):
        if field.constraint_message:
            return Fault("%(message)s", {"message": field.constraint_message})
        return Fault(N_("这一项不符合要求，请核对。"))
    return None


def read_answer(field: FormField, texts: list[str]) -> Any:
    """What was typed into one field, in stored shape. None for nothing, a `Fault` for what is no
    answer."""
    if field.type is FieldType.SELECT_MULTIPLE:
        return _chosen(field, texts)
    if not texts:
        return None
    if len(texts) > 1:
        return Fault(N_("这一项只能有一个答案。"))
    return _read_one(field, texts[0])


def _read_one(field: FormField, text: str) -> Any:
    match field.type:
        case FieldType.INTEGER:
            return _bounded(field, read_integer(text))
        case FieldType.DECIMAL:
            return _bounded(field, read_decimal(text))
        case FieldType.DATE:
            return _bounded(field, read_date(text))
        case FieldType.SELECT_ONE:
            chosen = _chosen(field, [text])
            return chosen if isinstance(chosen, Fault) else chosen[0]
        case _:
            return _text(field, text)


def _chosen(field: FormField, texts: list[str]) -> list[str] | Fault:
    """The chosen codes in the order of the form."""
    known = [choice.value for choice in field.choices]
    wanted = {text.strip() for text in texts}
    if wanted - set(known):
        return Fault(N_("请从列出的选项中选择。"))
    return [value for value in known if value in wanted]


def _text(field: FormField, typed: str) -> str | Fault:
    longest = TEXT_LENGTH if field.multiline else LINE_LENGTH
    text = clean_text(typed, multiline=field.multiline)
    if len(text) > longest:
        return Fault(
            N_("最多 %(longest)s 字，现在有 %(length)s 字。"),
            {"longest": longest, "length": len(text)},
        )
    return text


def _bounded(field: FormField, value: Any) -> Any:
    if isinstance(value, Fault):
        return value
    low, high = bounds(field)
    compared = Decimal(value) if field.numeric else value
    if low is not None and compared < low:
        return Fault(
            N_("不能小于 %(min)s。") if field.numeric else N_("不能早于 %(min)s。"), {"min": low}
        )
    if high is not None and compared > high:
        return Fault(
            N_("不能大于 %(max)s。") if field.numeric else N_("不能晚于 %(max)s。"), {"max": high}
        )
    return value
