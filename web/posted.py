"""What a form sent: read once, and cleared of what no database can hold."""

from typing import Annotated

from fastapi import Depends, HTTPException, Request
from starlette.datastructures import FormData, UploadFile

from adapters.settings import get_settings
from rules.forms.form_inputs import MOST_INPUTS
from rules.held import held
from web.secret_fields import is_secret

MOST_FIELDS = MOST_INPUTS + 1_000
"""Fields of one posted form: what a form can ask at most, and what its page says besides."""


async def read_form(request: Request) -> FormData:
    """The posted fields. A form editor of 300 rows has 3,900, the largest form that can be
    published `MOST_INPUTS`, and as many inputs for files, mostly empty; a field may be as long as
    a body.

    A body that is no form raises `HTTPException` 400.
    """
    if not hasattr(request.state, "posted"):
        limit = get_settings().upload_limit
        try:
            form = await request.form(
                max_files=MOST_FIELDS, max_fields=MOST_FIELDS, max_part_size=limit
            )
        except ValueError as error:  # a part may name an encoding that fails in its own way
            raise HTTPException(400) from error
        request.state.posted = FormData([(held(n), _held(v)) for n, v in form.multi_items()])
    return request.state.posted


def _held(value: str | UploadFile) -> str | UploadFile:
    return held(value) if isinstance(value, str) else value


async def get_posted(request: Request) -> FormData:
    """The fields of a posted form, as they came."""
    return await read_form(request)


Posted = Annotated[FormData, Depends(get_posted)]


def typed(posted: FormData) -> dict[str, list[str]]:
    """The text fields of a posted form by name.

    Without our own, which begin with `_`, and without passwords: this is what is shown again.
    """
    fields: dict[str, list[str]] = {}
    for name, value in posted.multi_items():
        if isinstance(value, str) and not name.startswith("_") and not is_secret(name):
            fields.setdefault(name, []).append(value)
    return fields
