"""The sheet `choices` of an XLSForm: lists of choices by name."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from pydantic import ValidationError

from rules.forms.form_fields import Choice
from rules.forms.no_persons import find_in_choices, words_in
from rules.forms.xlsform.columns import FormSheet, Key, TypedRow, code_text
from rules.sentences.faults import Fault
from rules.sentences.refusal import N_

_OWN = ("list_name", "name", "label")
_WRONG: dict[str, Fault] = {
    "value": Fault(N_("选项的代码（name）最长 60 个字")),
    "label": Fault(N_("选项的标题（label）最长 120 个字")),
}


@dataclass
class ChoiceList:
    """The choices of one list, and the row of its first choice."""

    row: int
    choices: list[Choice] = field(default_factory=list)
    codes: dict[str, int] = field(default_factory=dict)
    """Code → the row that it stands in."""
    labelled: dict[Key, dict[str, int]] = field(default_factory=dict)
    """Column of labels → label → the row in which it stands first."""
    faulty: bool = False


def read_choices(sheet: FormSheet) -> tuple[dict[str, ChoiceList], list[Fault]]:
    """The lists in the order of the sheet, and every fault of the sheet.

    A faulty choice stays in its list where it has a code, so that questions that use the code are
    not called faulty too.
    """
    lists: dict[str, ChoiceList] = {}
    faults: list[Fault] = []
    for row in sheet.rows:
        name = code_text(row.text("list_name"))
        if not name:
            faults.append(
                sheet.fault(row.number, "list_name", Fault(N_("缺少选项表名（list_name）")))
            )
            continue
        choice_list = lists.setdefault(name, ChoiceList(row.number))
        wrong = list(_choice_faults(sheet, row, choice_list))
        choice_list.faulty = choice_list.faulty or bool(wrong)
        faults += [sheet.fault(row.number, key, fault) for key, fault in wrong]
        _add(row, choice_list)
    for choice_list in lists.values():
        faults += _person_faults(sheet, choice_list)
    return lists, faults


def _choice_faults(
    sheet: FormSheet, row: TypedRow, choice_list: ChoiceList
) -> Iterator[tuple[Key, Fault]]:
    code = code_of(row)
    if not code:
        yield ("name", ""), Fault(N_("缺少选项的代码（name）"))
    elif code in choice_list.codes:
        yield ("name", ""), Fault(N_("同一个选项表里代码“%(code)s”重复"), {"code": code})
    if not row.text("label") and ("label", "") in sheet.columns:
        yield ("label", ""), Fault(N_("缺少选项的标题（label）"))
    try:
        _choice(row)
    except ValidationError as error:
        for problem in error.errors():
            if problem["type"] == "string_too_long":
                where = str(problem["loc"][0])
                yield ("name" if where == "value" else where, ""), _WRONG[where]
    yield from _text_faults(row)


def _text_faults(row: TypedRow) -> Iterator[tuple[Key, Fault]]:
    for key, text in row.texts.items():
        if "${" in text:
            yield key, Fault(N_("文字里不能用 ${…} 引用别的项"))
        elif key[0] == "label" and key[1] and len(text) > 120:
            yield key, _WRONG["label"]


def _person_faults(sheet: FormSheet, choice_list: ChoiceList) -> Iterator[Fault]:
    """Faults of a list that asks about persons: each thing once, at the choice that says it."""
    told = set()
    for key, rows in choice_list.labelled.items():
        asking = find_in_choices(rows)
        if asking and asking[1:] not in told:
            label, reason, words = asking
            told.add((reason, words))
            yield sheet.fault(rows[label], key, Fault(reason, {"found": words_in(words)}))


def _add(row: TypedRow, choice_list: ChoiceList) -> None:
    code = code_of(row)
    for key, text in row.texts.items():
        if key[0] == "label":
            choice_list.labelled.setdefault(key, {}).setdefault(text, row.number)
    if not code or code in choice_list.codes:
        return
    choice_list.codes[code] = row.number
    try:
        choice_list.choices.append(_choice(row))
    except ValidationError:
        choice_list.choices.append(
            Choice.model_construct(value=code, label=row.text("label") or code)
        )


def code_of(row: TypedRow) -> str:
    """The code of a choice as it is stored, without line ends."""
    return " ".join(row.text("name").split())


def _choice(row: TypedRow) -> Choice:
    texts: Mapping[Key, str] = row.texts
    return Choice(
        value=code_of(row),
        label=row.text("label") or code_of(row),
        labels={
            language: text for (name, language), text in texts.items() if _other(name, language)
        },
        columns={name: text for (name, _), text in texts.items() if name not in _OWN},
    )


def _other(name: str, language: str) -> bool:
    return name == "label" and bool(language)


def unused_faults(
    sheet: FormSheet, lists: Mapping[str, ChoiceList], used: set[str]
) -> Iterator[Fault]:
    """A fault for every list that no question takes its choices from."""
    for name, choice_list in lists.items():
        if name not in used:
            fault = Fault(N_("没有一道题用到选项表“%(name)s”"), {"name": name})
            yield sheet.fault(choice_list.row, "list_name", fault)
