from typing import Any

import pytest

from rules.forms.form_fields import FieldType, FieldWords, FormField
from rules.forms.xlsform.constraints import read_constraint, written_constraint

INTEGER, DATE, TEXT = FieldType.INTEGER, FieldType.DATE, FieldType.TEXT


def number(**more: Any) -> FormField:
    return FormField(name="x", label="一", type=INTEGER, **more)


@pytest.mark.parametrize(
    ("kind", "text", "bounds"),
    [
        (INTEGER, ". >= 0 and . <= 100", ("0", "100")),
        (INTEGER, ".>=-5", ("-5", None)),
        (FieldType.DECIMAL, ". <= 0.50", (None, "0.5")),
        (DATE, ". >= date('2026-01-02')", ("2026-01-02", None)),
    ],
)
def test_bounds_are_read_from_a_constraint_of_that_shape(
    kind: FieldType, text: str, bounds: tuple[str | None, str | None]
) -> None:
    assert read_constraint(kind, text, message=False) == (bounds, "")


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (INTEGER, ". > 0"), (INTEGER, ". >= ${low}"), (INTEGER, ". <= 100 and . >= 0"),
        (INTEGER, ". >= 0 or . <= 100"), (TEXT, ". >= 0"), (INTEGER, ". >= date('2026-01-02')"),
        (DATE, ". >= 5"), (DATE, ". >= date('2026-13-02')"), (INTEGER, ". <= 99999999999"),
        (INTEGER, "((. >= 0)) and (. != 3) or (. != 4)"),
    ],
)  # fmt: skip
def test_any_other_constraint_stays_as_it_is(kind: FieldType, text: str) -> None:
    assert read_constraint(kind, text, message=False) == ((None, None), text)


def test_a_constraint_with_a_message_of_its_own_stays_as_it_is() -> None:
    assert read_constraint(INTEGER, ". >= 0", message=True) == ((None, None), ". >= 0")


@pytest.mark.parametrize(
    ("field", "written"),
    [
        (number(min=0, max="2.5"), ". >= 0 and . <= 2.5"),
        (number(max=9, constraint=". != 3"), "((. <= 9)) and (. != 3)"),
        (number(min=1, constraint_message="至少一场"), "((. >= 1))"),
        (number(min=1, words={"en": FieldWords(constraint_message="one")}), "((. >= 1))"),
        (number(constraint=". != 3"), ". != 3"),
        (number(), ""),
    ],
)
def test_bounds_are_written_so_that_they_are_read_back(field: FormField, written: str) -> None:
    assert written_constraint(field) == written
    message = bool(field.constraint_message or field.words)
    bounds = tuple(None if bound is None else str(bound) for bound in (field.min, field.max))
    assert read_constraint(INTEGER, written, message=message) == (bounds, field.constraint)
