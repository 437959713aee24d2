"""The sheet `survey` of an XLSForm: rows of cells to raw definitions of fields."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from rules.forms.expressions.expression import parse
from rules.forms.form_fields import EachPeriod, FieldType, RollUp
from rules.forms.xlsform.chinese import VALUES, english_value
from rules.forms.xlsform.choices import ChoiceList
from rules.forms.xlsform.columns import WORDED, FormSheet, Key, TypedRow, code_text
from rules.forms.xlsform.constraints import read_constraint
from rules.forms.xlsform.defaults import read_default
from rules.forms.xlsform.types import RowType, read_type
from rules.sentences.faults import Fault
from rules.sentences.refusal import N_, Refusal, Term

OWN_LIST = "{}_choices"
"""The name of a list that only one question uses and that has no name of its own."""
_EXPRESSIONS = ("relevant", "constraint", "calculation", "choice_filter")
_YES = ("yes", "true", "true()")
_NO = ("", "no", "false", "false()")
_STRAIGHT = str.maketrans({"‘": "'", "’": "'", "“": '"', "”": '"', "\xa0": " "})
_QUOTED = re.compile("'[^']*'|\"[^\"]*\"")
_BARE_DATE = re.compile(r"(?<![\w.])[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?![\w.])")
_AS_DATE = N_("日期要写成 date('%(day)s')：不加引号的 %(day)s 会当作减法来算")
MOST_NAMED = 20
"""The most lists that are named where a question names a list that does not exist."""
KEPT = "keep"
"""The word for what happens anyway: the field opens with the answer of the last period."""
_FLAGS = {"required": N_("必填"), "readonly": N_("只读")}


@dataclass
class ReadRow:
    """A field as the sheet has it."""

    row: TypedRow
    raw: dict[str, Any]
    faulty: set[str] = field(default_factory=set)
    """Properties that were found wrong before."""
    guessed: bool = False
    """Whether the type could not be read, so that only the field's name and words say anything."""
    choice_rows: Mapping[str, int] = field(default_factory=dict)
    """Code of a choice → its row in `choices`."""


@dataclass
class _Open:
    """A group or repeat that is not closed yet."""

    row: TypedRow
    kind: FieldType
    name: str


class SurveyReader:
    """Reads the rows one after the other. The results are `rows` and `faults`."""

    def __init__(self, sheet: FormSheet, lists: Mapping[str, ChoiceList]) -> None:
        self.sheet, self.lists = sheet, lists
        self.rows: list[ReadRow] = []
        self.faults: list[Fault] = []
        self.used: set[str] = set()
        self._open: list[_Open] = []
        for row in sheet.rows:
            self._read(row)
        for left in self._open:
            self._fault(
                left.row,
                "type",
                Fault(N_("这一组没有结束：后面缺少 end_%(kind)s"), {"kind": left.kind}),
            )

    def _fault(self, row: TypedRow, key: Key | str, fault: Fault) -> None:
        self.faults.append(self.sheet.fault(row.number, key, fault))

    def _read(self, row: TypedRow) -> None:
        kind = read_type(row.text("type"))
        if isinstance(kind, RowType) and kind.ends:
            self._close(row, kind.field)
            return
        read = ReadRow(row, {"name": row.text("name")})
        self.rows.append(read)
        read.raw |= {"within": self._open[-1].name if self._open else "", **_words(row)}
        if isinstance(kind, Fault):
            self._wrong(read, "type", kind)
            read.guessed = True
            self.used |= set(code_text(row.text("type")).split())
            read.raw["type"] = FieldType.TEXT
            self._expression(read, "relevant")
            return
        self._describe(read, kind)
        if kind.field in (FieldType.GROUP, FieldType.REPEAT):
            self._open.append(_Open(row, kind.field, read.raw["name"]))

    def _close(self, row: TypedRow, kind: FieldType) -> None:
        if not self._open:
            self._fault(row, "type", Fault(N_("前面没有可以结束的组")))
            return
        opened = self._open.pop()
        if opened.kind is not kind:
            told = {"kind": opened.kind, "row": opened.row.number}
            self._fault(row, "type", Fault(N_("第 %(row)s 行开始的组要用 end_%(kind)s 结束"), told))
        for key, text in row.texts.items():
            if key[0] == "type" or (key[0] == "name" and text == opened.name):
                continue
            self._fault(row, key, Fault(N_("结束组的这一行不能再写别的")))

    def _describe(self, read: ReadRow, kind: RowType) -> None:
        read.raw["type"] = kind.field
        for name in _FLAGS:
            self._flag(read, name)
        for name in _EXPRESSIONS:
            self._expression(read, name)
        self._bounds(read, kind.field)
        self._default(read, kind.field)
        self._appearance(read)
        self._roll_up(read)
        self._each_period(read)
        if kind.list_name:
            self._choices(read, kind.list_name)

    def _wrong(self, read: ReadRow, name: str, fault: Fault) -> None:
        read.faulty.add(name)
        self._fault(read.row, name, fault)

    def _flag(self, read: ReadRow, name: str) -> None:
        typed = _word(read.row, name)
        read.raw[name] = typed in _YES
        if typed not in _YES + _NO:
            told = N_("“%(what)s”只能写 yes 或 no（是 或 否）")
            self._wrong(read, name, Fault(told, {"what": Term(_FLAGS[name])}))

    def _expression(self, read: ReadRow, name: str) -> None:
        """Read an expression. Quotation marks as Word and Chinese keyboards type them become plain
        ones."""
        typed = read.row.text(name)
        straight = typed.translate(_STRAIGHT)
        choice = name == "choice_filter"
        keep = straight == typed or _parses(typed, choice) or not _parses(straight, choice)
        read.raw[name] = typed if keep else straight
        bare = _BARE_DATE.search(_QUOTED.sub("''", straight))
        if bare:
            self._wrong(read, name, Fault(_AS_DATE, {"day": bare[0]}))

    def _bounds(self, read: ReadRow, kind: FieldType) -> None:
        message = any(key[0] == "constraint_message" for key in read.row.texts)
        (low, high), rest = read_constraint(kind, read.raw["constraint"], message=message)
        read.raw |= {"min": low, "max": high, "constraint": rest}

    def _default(self, read: ReadRow, kind: FieldType) -> None:
        typed = read.row.text("default")
        plain = read_default(kind, typed) if typed else ""
        if plain is None:
            self._wrong(read, "default", Fault(N_(
                "默认值不能是算式，只能是固定的值；文字里有运算符号的，请写成 string('…')"
            )))  # fmt: skip
        read.raw["default"] = plain or ""

    def _appearance(self, read: ReadRow) -> None:
        typed = _word(read.row, "appearance")
        read.raw["multiline"] = typed == "multiline"
        if typed not in ("", "multiline"):
            self._wrong(
                read,
                "appearance",
                Fault(
                    N_("“外观”（appearance）只能写 multiline，不能写“%(appearance)s”"),
                    {"appearance": typed},
                ),
            )

    def _roll_up(self, read: ReadRow) -> None:
        read.raw["reuse"] = read.row.text("reuse")
        typed = _word(read.row, "rollup") or RollUp.NONE
        if typed in list(RollUp):
            read.raw["rollup"] = typed
            return
        told = {"known": list(VALUES["rollup"].values() if typed.isascii() else VALUES["rollup"])}
        self._wrong(read, "rollup", Fault(N_("“汇总方式”只能是 %(known)s"), told))

    def _each_period(self, read: ReadRow) -> None:
        typed = _word(read.row, "each_period")
        if typed in (KEPT, *EachPeriod):
            read.raw["each_period"] = EachPeriod.KEEP if typed == KEPT else typed
            return
        known = [*VALUES["each_period"].values()] if typed.isascii() else [*VALUES["each_period"]]
        told = N_("“下一期”（each_period）只能是 %(known)s")
        self._wrong(read, "each_period", Fault(told, {"known": known}))

    def _choices(self, read: ReadRow, list_name: str) -> None:
        self.used.add(list_name)
        choice_list = self.lists.get(list_name)
        if not choice_list:
            told = N_("choices 里没有选项表“%(name)s”")
            if self.lists:
                told = N_("choices 里没有选项表“%(name)s”，有的是 %(known)s")
            known = list(self.lists)[:MOST_NAMED]
            self._wrong(read, "type", Fault(told, {"name": list_name, "known": known}))
            read.faulty |= {"choices", "default", "choice_filter"}
            return
        read.choice_rows = choice_list.codes
        if choice_list.faulty:
            read.faulty.add("choices")
        own = list_name == OWN_LIST.format(read.raw["name"])
        read.raw |= {"choices": choice_list.choices, "choice_list": "" if own else list_name}


def _word(row: TypedRow, name: str) -> str:
    """The word of XLSForm in a column in which only some words can stand."""
    return english_value(name, code_text(row.text(name)).lower())


def _words(row: TypedRow) -> dict[str, Any]:
    words: dict[str, dict[str, str]] = {}
    for (name, language), text in row.texts.items():
        if name in WORDED and language:
            words.setdefault(language, {})[name] = text
    return {"words": words, **{name: row.text(name) for name in WORDED}}


def _parses(text: str, choice: bool) -> bool:
    try:
        parse(text, choice=choice)
    except Refusal:
        return False
    return True
