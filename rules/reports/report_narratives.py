"""The texts of a report: what the unit and its direct lower units wrote."""

from collections.abc import Mapping
from typing import Any

from rules.forms.form_fields import NARRATIVE_FORM
from rules.reports.report_index import RowIndex
from rules.reports.report_rows import AnswerRow, ReportedUnit

LONGEST = 3000
"""The most characters that a report quotes of one answer. The assignment's page has all of it."""

Json = dict[str, Any]


def narratives_of(index: RowIndex, unit: ReportedUnit, measure_id: int, period: str) -> Json:
    """The current texts: `own` of the unit, and `lower` by direct lower unit, each with its
    question."""
    own = index.assignments.get((unit.id, measure_id, period))
    lower = []
    for lower_unit in index.lower[unit.id]:
        row = index.assignments.get((lower_unit.id, measure_id, period))
        texts = _texts(index, row.id) if row else []
        who = {"code": lower_unit.code, "name": lower_unit.name, "above": ""}
        stood_in = row is not None and row.stood_in
        lower += [{**who, "stood_in": stood_in, **text} for text in texts]
    lower += _listed(
        index, unit, measure_id, period, {(text["code"], text["text"]) for text in lower}
    )
    return {"own": _texts(index, own.id) if own else [], "lower": lower}


def _listed(
    index: RowIndex, unit: ReportedUnit, measure_id: int, period: str, told: set[tuple[str, str]]
) -> list[Json]:
    """Answers from anywhere below, for fields whose answers (or latest answer) the form lists.

    Several choices stay apart: every face joins them in its language.
    """
    return [
        {
            "code": row.code,
            "name": row.name,
            "above": "" if row.above == unit.name else row.above,
            "stood_in": row.stood_in,
            "label": index.labels.get(row.field, row.field),
            "text": text if len(row.value) < 2 else list(row.value),
            "cut": len(row.value[0]) > LONGEST,
        }
        for row in index.listed[unit.id, measure_id, period]
        if row.value and (row.code, text := row.value[0][:LONGEST]) not in told
    ]


def _texts(index: RowIndex, assignment_id: int) -> list[Json]:
    answer = index.answers.get(assignment_id)
    if answer is None:
        return []
    return [
        {"label": label, "text": text[:LONGEST], "cut": len(text) > LONGEST}
        for name, label in _questions(index, answer).items()
        if (text := _text(answer.answers, name))
    ]


def _questions(index: RowIndex, answer: AnswerRow) -> dict[str, str]:
    """Name → label of the questions answered in words: long texts, and a unit's own narrative."""
    fields = index.rows.form_fields.get(answer.form_version_id or 0, [])
    asked = {field["name"]: field["label"] for field in fields if field.get("multiline")}
    return {field.name: field.label for field in NARRATIVE_FORM} | asked


def _text(answers: Mapping[str, Any], name: str) -> str:
    value = answers.get(name)
    return value.strip() if isinstance(value, str) else ""
