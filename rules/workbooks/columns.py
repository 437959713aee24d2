"""Columns of a workbook: which questions stand on which sheet, and under which heads."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from rules.forms.form_fields import ATTACHED, SELECTS, FormField
from rules.forms.form_tree import FormTree
from rules.sentences.held import on_one_line
from rules.sentences.refusal import N_, Refusal
from rules.workbooks.excel_text import cut_for_excel

MAIN, GUIDE, LISTS, TICKET = "填报", "说明", "选项", "_jieli"
CODE, UNIT, STATUS, PLACE = "单位代码", "单位名称", "状态", "序号"
REQUIRED = "＊"
CONDITIONAL = "（视前面的回答填写）"
LONGEST_NAME = 31
"""The most characters of a sheet's name in Excel."""
_NOT_IN_NAMES = re.compile(r"[\[\]:*?/\\'\x00-\x1f]")


@dataclass(frozen=True)
class SheetColumn:
    """One question on a sheet."""

    field: FormField
    head: str
    group: str = ""
    """The labels of the groups around the question, which stand above its head."""

    @property
    def name(self) -> str:
        return self.field.name

    @cached_property
    def words(self) -> dict[str, str]:
        """Code of a choice → the text in the cell: its label, followed by the code where two
        choices have the same label."""
        counts = Counter(choice.label for choice in self.field.choices)
        return {
            choice.value: choice.label
            if counts[choice.label] == 1
            else f"{choice.label}（{choice.value}）"
            for choice in self.field.choices
        }


@dataclass(frozen=True)
class SheetColumns:
    """One sheet: either the units with a row each, or the fillings of one repeat."""

    name: str
    repeat: str
    """The repeat's field name. Empty: this is the sheet of units."""
    columns: tuple[SheetColumn, ...]

    @property
    def fixed(self) -> tuple[str, ...]:
        """The heads before the questions."""
        return (CODE, UNIT, PLACE) if self.repeat else (CODE, UNIT, STATUS)


def sheets_of(fields: Iterable[FormField]) -> list[SheetColumns]:
    """The sheets of a form: the sheet of units first, then a sheet for each repeat.

    Photos, files and calculated fields have no column. Raises `Refusal` for a form that cannot be
    filled in without a file.
    """
    tree = FormTree(fields)
    check_fits(tree)
    taken = [MAIN, GUIDE, LISTS, TICKET]
    found = [SheetColumns(MAIN, "", _columns(tree, ""))]
    for repeat in tree.repeats:
        name = _sheet_name(repeat, taken)
        taken.append(name)
        found.append(SheetColumns(name, repeat.name, _columns(tree, repeat.name)))
    return found


def check_fits(tree: FormTree) -> None:
    """Raises `Refusal` for a form with a required photo or file, or with a photo or file in a
    repeat."""
    files = [field for field in tree.fields if field.type in ATTACHED]
    unfit = [
        field.label or field.name for field in files if field.required or tree.repeat_of(field)
    ]
    if unfit:
        raise Refusal(
            N_("这份表单要上传照片或文件（%(labels)s），Excel 里放不了，请在网页上填报。"),
            labels=unfit,
        )


def _columns(tree: FormTree, repeat: str) -> tuple[SheetColumn, ...]:
    asked = [
        field
        for field in tree.fields
        if field.answered
        and not field.calculation
        and field.type not in ATTACHED
        and tree.repeat_of(field) == repeat
    ]
    heads = _unlike([_head(tree, field) for field in asked])
    return tuple(
        SheetColumn(field, head, _group(tree, field))
        for field, head in zip(asked, heads, strict=True)
    )


def _head(tree: FormTree, field: FormField) -> str:
    conditional = field.relevant or any(group.relevant for group in tree.above(field))
    label = on_one_line(field.label or field.name)
    return f"{label}{REQUIRED if field.required else ''}{CONDITIONAL if conditional else ''}"


def _group(tree: FormTree, field: FormField) -> str:
    above = [group.label for group in tree.above(field) if group.label]
    return " · ".join(reversed(above))


def _unlike(heads: Sequence[str]) -> list[str]:
    """The heads, made different from one another, because reading back recognises a column by its
    head."""
    seen = Counter([folded(fixed) for fixed in (CODE, UNIT, STATUS, PLACE)])
    found = []
    for head in heads:
        seen[folded(head)] += 1
        times = seen[folded(head)]
        found.append(head if times == 1 else f"{head}（{times}）")
    return found


def folded(head: str) -> str:
    """The part of a head that is compared: without blanks, whatever the width of its characters."""
    return "".join(unicodedata.normalize("NFKC", head).split()).lower()


def _sheet_name(repeat: FormField, taken: Iterable[str]) -> str:
    used = {name.lower() for name in taken}
    plain = _NOT_IN_NAMES.sub("", repeat.label or repeat.name).strip() or repeat.name
    name, number = cut_for_excel(plain, LONGEST_NAME), 2
    while name.lower() in used:
        name = f"{cut_for_excel(plain, LONGEST_NAME - 4)}-{number}"
        number += 1
    return name


def is_chosen(field: FormField) -> bool:
    """Whether the field's cell holds words of choices."""
    return field.type in SELECTS


def heads_of(sheets: Iterable[SheetColumns]) -> list[dict[str, object]]:
    """The sheets as the hidden ticket describes them: name, repeat, and field name → head."""
    return [
        {
            "name": sheet.name,
            "repeat": sheet.repeat,
            "heads": {column.name: column.head for column in sheet.columns},
        }
        for sheet in sheets
    ]
