"""The table of expressions on the server; `tests/web/` has the same in the browser."""

import pytest

from rules.filling.conditions import as_stored
from rules.forms.expressions.functions import FUNCTIONS
from rules.forms.expressions.values import Series, truth_of
from rules.forms.form_fields import FieldType, FormField
from tests.rules.forms.expressions.table import Vector, result_of, stored_values, vectors

VECTORS = vectors()


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector.expression.text)
def test_an_expression_gives_what_the_table_says(vector: Vector) -> None:
    value = vector.expression.value(vector.scope)
    assert result_of(value) == vector.result
    assert vector.expression.is_true(vector.scope) is truth_of(value)


def test_the_table_has_every_function() -> None:
    texts = " ".join(vector.expression.text for vector in VECTORS)
    assert [name for name in FUNCTIONS if f"{name}(" not in texts] == []


@pytest.mark.parametrize(("value", "text"), stored_values())
def test_a_calculated_value_is_stored_as_the_table_says(
    value: float | str | bool | Series, text: str | None
) -> None:
    assert as_stored(FormField(name="a", type=FieldType.CALCULATE), value) == text


@pytest.mark.parametrize(("value", "text"), stored_values("stored_numbers"))
def test_where_a_number_is_due_what_is_none_is_nothing(
    value: float | str | bool | Series, text: str | None
) -> None:
    assert as_stored(FormField(name="a", type=FieldType.DECIMAL), value) == text
