"""Checks that Excel makes while a cell is typed into, and what it tells the person.

These checks only help. The real checks are made when the workbook is sent.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from rules.filling.answers import LINE_LENGTH, TEXT_LENGTH
from rules.forms.field_values import LARGEST_NUMBER, YEARS
from rules.forms.form_fields import FieldType, FormField, bounds
from rules.workbooks.columns import SheetColumn
from rules.workbooks.excel_text import cut_for_excel

LONGEST_TITLE, LONGEST_MESSAGE = 32, 255
"""The most characters that Excel shows."""
_MOST_NAMED = 30
"""The most choices that a comment names."""

ListRange = Callable[[Sequence[str]], str]
"""Puts words on the sheet of lists, and returns where they stand."""


def validation(column: SheetColumn, list_range: ListRange) -> dict[str, Any]:
    """The options of xlsxwriter's `data_validation` for a question."""
    field = column.field
    match field.type:
        case FieldType.INTEGER | FieldType.DECIMAL:
            rule, said = _number(field)
        case FieldType.DATE:
            rule, said = _date(field)
        case FieldType.SELECT_ONE:
            rule = {"validate": "list", "source": list_range(list(column.words.values()))}
            said = "请从下拉框里选择。"
        case FieldType.SELECT_MULTIPLE:
            rule, said = {"validate": "any"}, "可以填几项，用顿号隔开。"
        case _:
            rule, said = _text(field)
    hint = f"{field.hint} {said}".strip()
    return {
        **rule,
        "input_title": cut_for_excel(field.label or field.name, LONGEST_TITLE, "…"),
        "input_message": cut_for_excel(hint, LONGEST_MESSAGE, "…"),
        "error_title": "填得不对",
        "error_message": cut_for_excel(f"{said}（{field.label}）", LONGEST_MESSAGE, "…"),
    }


def choices_message(column: SheetColumn) -> str:
    """The comment at the head of a column: the hint, and the choices."""
    named = list(column.words.values())[:_MOST_NAMED]
    choices = f"可选：{'、'.join(named)}" if column.field.type is FieldType.SELECT_MULTIPLE else ""
    return "\n".join(filter(None, (column.field.hint, choices)))


def _number(field: FormField) -> tuple[dict[str, Any], str]:
    low, high = bounds(field)
    kind = "integer" if field.type is FieldType.INTEGER else "decimal"
    shape = int if kind == "integer" else float
    rule = {
        "validate": kind, "criteria": "between",
        "minimum": shape(-LARGEST_NUMBER if low is None else low),
        "maximum": shape(LARGEST_NUMBER if high is None else high),
    }  # fmt: skip
    noun = "整数" if kind == "integer" else "数"
    return rule, f"请填{noun}{_range(low, high, '小于', '大于')}。"


def _date(field: FormField) -> tuple[dict[str, Any], str]:
    low, high = bounds(field)
    rule = {
        "validate": "date", "criteria": "between",
        "minimum": date.fromisoformat(low) if low else date(YEARS[0], 1, 1),
        "maximum": date.fromisoformat(high) if high else date(YEARS[1] - 1, 12, 31),
    }  # fmt: skip
    return rule, f"请填日期，如 2026-11-22{_range(low, high, '早于', '晚于')}。"


def _range(low: Decimal | str | None, high: Decimal | str | None, under: str, over: str) -> str:
    parts = []
    if low is not None:
        parts.append(f"不{under} {low}")
    if high is not None:
        parts.append(f"不{over} {high}")
    return f"，{'，'.join(parts)}" if parts else ""


def _text(field: FormField) -> tuple[dict[str, Any], str]:
    longest = TEXT_LENGTH if field.multiline else LINE_LENGTH
    rule = {"validate": "length", "criteria": "<=", "value": longest}
    return rule, f"最多 {longest} 字。"
