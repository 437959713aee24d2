"""Texts that go out and come back, signed, so that only our own are believed.

The key lies beside the data of the installation and is made the first time it is needed.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from secrets import token_urlsafe
from tempfile import NamedTemporaryFile

from itsdangerous import URLSafeSerializer

from adapters.private import make_folder
from adapters.settings import get_settings

KEY_FILE = "workbook.key"
"""Workbooks were the first to be signed; those handed out before still come in."""


def serializer(salt: str) -> URLSafeSerializer:
    """Signs and reads texts of one kind; those of another `salt` are not believed."""
    return URLSafeSerializer(_key(get_settings().data_dir / KEY_FILE), salt=salt)


def _key(path: Path) -> str:
    """The key of the installation; two processes that make it at once end with the same one."""
    if not path.exists():
        make_folder(path.parent)
        with NamedTemporaryFile("w", dir=path.parent, delete=False) as file:
            file.write(token_urlsafe(32))
        with suppress(FileExistsError):
            os.link(file.name, path)
        os.unlink(file.name)
    return path.read_text()
