"""An unfinished form as it is kept: title and inputs as JSON, and back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from web.forms.typed_form import Known, TypedField, TypedForm, is_locked

_INPUTS = tuple(field.name for field in fields(TypedField) if field.name not in ("base", "locked"))
_PARTS = ("ifs", "against")


def kept_content(form: TypedForm) -> dict[str, Any]:
    """What stands in the editor."""
    rows = [{name: _plain(getattr(row, name)) for name in _INPUTS} for row in form.rows]
    return {"title": form.title, "rows": rows}


def read_kept(content: Mapping[str, Any], known: Known) -> TypedForm:
    """The editor as it was left; `known`: the fields of the version on which it was begun."""
    rows = tuple(_read_row(row, known) for row in content["rows"])
    return TypedForm(content["title"], rows, frozenset(known))


def _read_row(kept: Mapping[str, Any], known: Known) -> TypedField:
    parts = {name: tuple(map(tuple, kept.get(name, ()))) for name in _PARTS}
    base = known.get(kept["name"])
    locked = base is not None and is_locked(base, known)
    return TypedField(**{**kept, **parts}, base=base, locked=locked)


def _plain(value: Any) -> Any:
    """The value as JSON gives it back."""
    return [list(part) for part in value] if isinstance(value, tuple) else value
