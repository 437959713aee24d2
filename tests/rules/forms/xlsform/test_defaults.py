import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.forms.form_fields import FieldType
from rules.forms.xlsform.defaults import read_default, written_default

_mixed = st.text(st.sampled_from("abc甲 '\"+-*/(),.[]$|{}"), min_size=1, max_size=12)


@given(st.sampled_from([FieldType.TEXT, FieldType.SELECT_ONE]), _mixed)
def test_a_text_is_read_as_it_was_written(kind: FieldType, text: str) -> None:
    assert read_default(kind, written_default(kind, text)) == text


@pytest.mark.parametrize("typed", ["today()", "${x}", "1 + 2", "concat(${x}, 'a')", "a | b"])
def test_an_expression_is_no_default(typed: str) -> None:
    assert read_default(FieldType.TEXT, typed) is None


@pytest.mark.parametrize("kind", [FieldType.DATE, FieldType.INTEGER])
def test_numbers_and_dates_have_plain_defaults_with_signs_in_them(kind: FieldType) -> None:
    assert read_default(kind, "today()") is None
    assert read_default(kind, "2026-11-22") == "2026-11-22"
    assert written_default(kind, "-5") == "-5"


def test_plain_words_are_not_quoted() -> None:
    assert written_default(FieldType.TEXT, "党群服务中心（东）") == "党群服务中心（东）"
    assert written_default(FieldType.TEXT, "3 * 4") == "string('3 * 4')"
