"""XLSForm workbooks for tests, and forms of every shape (hypothesis)."""

import io
import re
from collections.abc import Sequence
from typing import Any

import xlsxwriter
from hypothesis import strategies as st

from rules.forms.field_values import clean_text
from rules.forms.form_check import check_form
from rules.forms.form_fields import ATTACHED, FieldType, FormField
from rules.forms.form_settings import FormSettings
from rules.forms.no_persons import find_person_data

Cells = Sequence[Sequence[Any]]
OTHER_LANGUAGES = ("English (en)", "ᠮᠣᠩᠭᠣᠯ (mn)")


class Formula(str):
    """A cell that holds a formula, and its result if a program has worked it out."""

    def __new__(cls, formula: str, result: float | str = 3) -> "Formula":
        made = super().__new__(cls, formula)
        made.result = result
        return made

    result: float | str


def workbook(
    survey: Cells | None, choices: Cells = (), settings: Cells = (), **more: Cells
) -> bytes:
    """An .xlsx of these sheets; texts are written as texts, numbers and dates as such."""
    file = io.BytesIO()
    sheets = {"survey": survey, "choices": choices, "settings": settings, **more}
    with xlsxwriter.Workbook(file, {"default_date_format": "yyyy-mm-dd"}) as book:
        for name, rows in sheets.items():
            if rows is not None:
                _write(book.add_worksheet(name), rows)
    return file.getvalue()


def _write(sheet: Any, rows: Cells) -> None:
    for number, row in enumerate(rows):
        for column, cell in enumerate(row):
            if isinstance(cell, Formula):
                sheet.write_formula(number, column, cell, value=cell.result)
            elif isinstance(cell, str):
                sheet.write_string(number, column, cell)
            else:
                sheet.write(number, column, cell)


def _clean(text: str) -> bool:
    """Whether it may stand in a form as it is. (Hypothesis tries words of our own rules too.)"""
    unchanged = bool(text) and clean_text(text, multiline=True) == text
    return unchanged and "${" not in text and not find_person_data([text])


_characters = st.one_of(
    st.sampled_from("=+-@'\"“”、 ,.*/()[]|<>&%#:\n甲乙丙_x000D_"),
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]),
)
words = st.text(_characters, min_size=1, max_size=12).filter(_clean)
codes = words.map(lambda text: "".join(text.split())).filter(_clean)
_maybe = st.one_of(st.just(""), words)
_ROLLUPS = {
    FieldType.INTEGER: ["none", "sum", "count", "min", "max", "list"],
    FieldType.DECIMAL: ["none", "sum", "mean", "max"],
    FieldType.SELECT_MULTIPLE: ["none", "share", "list"],
    FieldType.SELECT_ONE: ["none", "share", "count"],
    FieldType.TEXT: ["none", "list", "latest"],
    FieldType.REPEAT: ["none", "count"],
    FieldType.IMAGE: ["none", "count"],
}


@st.composite
def forms(draw: st.DrawFn) -> tuple[str, FormSettings, tuple[FormField, ...]]:
    """Title, settings and fields of a form that can be published."""
    languages = draw(st.sampled_from([(), OTHER_LANGUAGES[:1], OTHER_LANGUAGES]))
    own = draw(st.sampled_from(["", "中文 (zh)"]))
    title = draw(st.one_of(st.just(""), words))
    ids = st.text("abcABC019._-", max_size=12)
    settings = FormSettings(
        form_id=draw(ids), version=draw(ids), default_language=own, languages=languages
    )
    fields: list[dict[str, Any]] = [{"name": "first", "label": "第一项", "type": "integer"}]
    lists = draw(st.lists(choice_lists(languages), max_size=2))
    _draw_fields(draw, fields, languages, lists, within="", repeat="", depth=0)
    return title, settings, check_form(fields)


@st.composite
def choice_lists(draw: st.DrawFn, languages: Sequence[str]) -> list[dict[str, Any]]:
    found = draw(st.lists(codes, min_size=1, max_size=4, unique=True))
    return [
        {
            "value": code,
            "label": draw(words),
            "labels": {language: draw(words) for language in languages if draw(st.booleans())},
            "columns": draw(st.dictionaries(st.sampled_from(["area", "镇"]), words, max_size=2)),
        }
        for code in found
    ]


def _draw_fields(draw: st.DrawFn, fields: list[dict[str, Any]], languages: Sequence[str],
                 lists: list[Any], *, within: str, repeat: str, depth: int) -> None:  # fmt: skip
    for _ in range(draw(st.integers(0, 4))):
        kind = draw(st.sampled_from(list(FieldType)))
        if kind is FieldType.REPEAT and repeat:
            continue
        name = f"{draw(st.sampled_from(['f', '项_', '_G']))}{len(fields)}"
        fields.append(_field(draw, kind, name, fields, languages, lists, repeat))
        fields[-1]["within"] = within
        if kind in (FieldType.GROUP, FieldType.REPEAT) and depth < 3:
            inside = name if kind is FieldType.REPEAT else repeat
            _draw_fields(draw, fields, languages, lists,
                         within=name, repeat=inside, depth=depth + 1)  # fmt: skip


def _field(draw: st.DrawFn, kind: FieldType, name: str, fields: list[dict[str, Any]],
           languages: Sequence[str], lists: list[Any], repeat: str) -> dict[str, Any]:  # fmt: skip
    answered = kind not in (FieldType.NOTE, FieldType.CALCULATE, FieldType.GROUP, FieldType.REPEAT)
    raw: dict[str, Any] = {"name": name, "type": kind.value, "label": draw(words)}
    raw["hint"] = draw(_maybe)
    raw["rollup"] = draw(st.sampled_from(_ROLLUPS.get(kind, ["none"])))
    if repeat and raw["rollup"] in ("mean", "share", "list", "latest"):
        raw["rollup"] = "none"
    raw["relevant"] = draw(st.sampled_from(["", "${first} > 1", "${first} = 3 or ${first} < 0"]))
    if answered:
        raw["required"], raw["readonly"] = draw(st.booleans()), draw(st.booleans())
        raw["constraint"] = draw(st.sampled_from(["", ". != 7", "${first} > 0 or ${first} = 5"]))
        raw["constraint_message"] = draw(_maybe)
    raw["words"] = _other_words(draw, languages, answered)
    if kind is FieldType.CALCULATE:
        raw["calculation"] = draw(st.sampled_from(["${first} * 2", "if(${first} > 1, 'a', 'b')"]))
    elif kind is FieldType.REPEAT:
        raw["required"] = draw(st.booleans())
    elif kind is FieldType.TEXT:
        raw["multiline"], raw["default"] = draw(st.booleans()), draw(_maybe)
    elif kind in (FieldType.INTEGER, FieldType.DECIMAL):
        low = draw(st.one_of(st.none(), st.integers(-9, 9)))
        raw["min"], raw["max"] = low, draw(st.sampled_from([None, 9, "10.25"]))
        raw["default"] = draw(st.sampled_from(["", "-5", "0"]))
        raw["reuse"] = "" if repeat else draw(st.sampled_from(["", f"共享_{name}"]))
    elif kind is FieldType.DATE:
        raw["min"], raw["max"] = draw(st.sampled_from([(None, None), ("2026-01-02", "2026-12-31")]))
        raw["default"] = draw(st.sampled_from(["", "2026-11-22"]))
    elif kind in (FieldType.SELECT_ONE, FieldType.SELECT_MULTIPLE):
        _choose(draw, raw, languages, lists)
    if answered and kind not in ATTACHED and not repeat and not raw["readonly"]:
        raw["each_period"] = draw(st.sampled_from(["", "look", "new"]))
    return raw


def _other_words(draw: st.DrawFn, languages: Sequence[str], answered: bool) -> dict[str, Any]:
    names = ("label", "hint", "constraint_message") if answered else ("label", "hint")
    drawn = {
        language: draw(st.dictionaries(st.sampled_from(names), words)) for language in languages
    }
    return {language: found for language, found in drawn.items() if found}


def _choose(
    draw: st.DrawFn, raw: dict[str, Any], languages: Sequence[str], lists: list[Any]
) -> None:
    shared = draw(st.integers(-1, len(lists) - 1))
    raw["choices"] = lists[shared] if shared >= 0 else draw(choice_lists(languages))
    raw["choice_list"] = f"表{shared}" if shared >= 0 else ""
    several = raw["type"] == "select_multiple"
    found = draw(
        st.lists(st.sampled_from([choice["value"] for choice in raw["choices"]]), max_size=2)
    )
    raw["default"] = " ".join(dict.fromkeys(found)) if several else "".join(found[:1])
    columns = {name for choice in raw["choices"] for name in choice["columns"]}
    if "area" in columns and re.search("^[fp]", raw["name"]):
        raw["choice_filter"] = "area = ${first}"
