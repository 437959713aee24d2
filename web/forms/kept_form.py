"""An unfinished form as it is kept: title and inputs as JSON, and back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from web.forms.typed_form import Known, TypedField, TypedForm

_INPUTS = tuple(field.name for field in fields(TypedField) if field.name != "base")


def kept_content(form: TypedForm) -> dict[str, Any]:
    """What stands in the editor."""
    rows = [{name: getattr(row, name) for name in _INPUTS} for row in form.rows]
    return {"title": form.title, "rows": rows}


def read_kept(content: Mapping[str, Any], known: Known) -> TypedForm:
    """The editor as it was left; `known`: the fields of the version on which it was begun."""
    rows = tuple(TypedField(**row, base=known.get(row["name"])) for row in content["rows"])
    return TypedForm(content["title"], rows, frozenset(known))
