"""Settings of a form: its languages, and what its author calls it."""

from pydantic import Field

from rules.forms.form_fields import Frozen


class FormSettings(Frozen):
    """The settings in the sheet `settings` of XLSForm, except for the title."""

    form_id: str = Field(default="", max_length=100)
    version: str = Field(default="", max_length=100)
    """The version as the author writes it. The number of the version is ours."""
    default_language: str = Field(default="", max_length=60)
    """The form's own language as the workbook names it, `中文 (zh)`. Empty: labels stand in plain
    columns."""
    languages: tuple[str, ...] = ()
    """The further languages, in the order of the workbook."""
