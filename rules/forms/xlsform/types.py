"""The column `type` of an XLSForm."""

import re
from dataclasses import dataclass

from rules.forms.form_fields import FieldType
from rules.forms.xlsform.advice import type_fault
from rules.forms.xlsform.chinese import TYPE_WORDS, english_type
from rules.forms.xlsform.columns import code_text
from rules.sentences.faults import Fault
from rules.sentences.refusal import N_

_NAMES: dict[str, FieldType] = {
    "integer": FieldType.INTEGER, "int": FieldType.INTEGER, "decimal": FieldType.DECIMAL,
    "text": FieldType.TEXT, "string": FieldType.TEXT, "date": FieldType.DATE,
    "note": FieldType.NOTE, "calculate": FieldType.CALCULATE,
    "image": FieldType.IMAGE, "photo": FieldType.IMAGE, "file": FieldType.FILE,
}  # fmt: skip
_OFFERED = [*_NAMES, "select_one", "select_multiple", "begin_group", "begin_repeat"]
_FRAME = re.compile(r"(begin|end)[ _](group|repeat)", re.IGNORECASE)
_SELECT = re.compile(r"(select[ _](?:one|multiple))(?: (\S+)(?: (.+))?)?", re.IGNORECASE)
_ANY_OF = re.compile(r"select all that apply(?: from)?(?: (\S+))?", re.IGNORECASE)
"""What the documentation of XLSForm tells and other tools write; it means several of a list."""
_OR_OTHER = ("or_other", "or other", "or specify other")


@dataclass(frozen=True)
class RowType:
    """What a row of the sheet is."""

    field: FieldType
    list_name: str = ""
    ends: bool = False
    """Whether the row closes a group or a repeat."""


def read_type(typed: str) -> RowType | Fault:
    """The type in a cell, in the words of XLSForm or in Chinese. Blanks and underscores, capitals
    and full-width letters make no difference."""
    text = english_type(code_text(typed))
    if not text:
        return Fault(N_("缺少“类型”"))
    frame = _FRAME.fullmatch(text)
    if frame:
        ends = frame[1].lower() == "end"
        return RowType(FieldType(frame[2].lower()), ends=ends)
    select = _SELECT.fullmatch(text)
    if select:
        return _select(select[1], select[2] or "", select[3] or "")
    several = _ANY_OF.fullmatch(text)
    if several:
        return _select("select_multiple", several[1] or "", "")
    known = _NAMES.get(text.lower())
    offered = _OFFERED if text.isascii() else list(TYPE_WORDS)
    return RowType(known) if known else type_fault(text, offered)


def _select(command: str, list_name: str, more: str) -> RowType | Fault:
    if not list_name:
        return Fault(N_("选择题的类型后面要空一格写选项表名，如 select_one ways、单选 方式"))
    if list_name.startswith("${"):
        return Fault(N_("不支持从前面的答案里选，请写选项表名"))
    if more.lower() in _OR_OTHER:
        return Fault(N_("不支持 or_other：请在选项表里加一项“其他”，再加一道文字题"))
    if more and list_name.lower() == "from":
        told = N_("选项表名直接写在类型后面，不写 from：%(command)s %(more)s")
        return Fault(told, {"command": command.lower().replace(" ", "_"), "more": more})
    if more:
        return Fault(N_("选项表名后面不能再写“%(more)s”"), {"more": more})
    return RowType(FieldType(command.lower().replace(" ", "_")), list_name)


def written_type(kind: FieldType, list_name: str = "", *, ends: bool = False) -> str:
    """The text of the `type` cell for a row of this type."""
    if kind in (FieldType.GROUP, FieldType.REPEAT):
        return f"{'end' if ends else 'begin'}_{kind}"
    return f"{kind} {list_name}" if list_name else str(kind)
