"""What is written is what was there: for us and for every other reader of XLSForm."""

from hypothesis import HealthCheck, given, settings
from pyxform.xls2xform import convert

from adapters.xlsform.reading import XlsForm, read_xlsform
from adapters.xlsform.writing import write_xlsform
from rules.forms.form_fields import FormField
from rules.forms.form_settings import FormSettings
from tests.xlsform_building import forms


@settings(max_examples=60, suppress_health_check=list(HealthCheck))
@given(forms())
def test_a_form_comes_back_as_it_was_written(
    form: tuple[str, FormSettings, tuple[FormField, ...]],
) -> None:
    assert read_xlsform(write_xlsform(*form)) == XlsForm(*form)


@settings(max_examples=25, suppress_health_check=list(HealthCheck))
@given(forms())
def test_every_written_workbook_is_an_xlsform_to_others(
    form: tuple[str, FormSettings, tuple[FormField, ...]],
) -> None:
    names = [field.name for field in form[2] if field.type != "note"]
    xform = convert(write_xlsform(*form)).xform
    assert all(f'/{name}"' in xform or f"<{name}" in xform for name in names)
