"""Settings of a form: its languages, and what its author calls it."""

from pydantic import Field

from rules.forms.form_fields import Frozen


class FormSettings(Frozen):
    """The sheet `settings` of XLSForm, besides the title."""

    form_id: str = Field(default="", max_length=100)
    version: str = Field(default="", max_length=100)
    """As its author writes it; the number of the version is ours."""
    default_language: str = Field(default="", max_length=60)
    """Named as in the workbook, `中文 (zh)`; empty where labels stand in plain columns."""
    languages: tuple[str, ...] = ()
    """The further ones, in the order of the workbook."""
