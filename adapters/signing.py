"""Texts that go out and come back. They are signed, so that only our own texts are believed.

The key lies beside the data of the installation. It is made when it is needed for the first time.
"""

from __future__ import annotations

import hmac
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from secrets import token_urlsafe
from tempfile import NamedTemporaryFile

from itsdangerous import URLSafeSerializer

from adapters.private import make_folder
from adapters.settings import get_settings

KEY_FILE = "workbook.key"
"""The name of the key's file. Workbooks were signed first, and those handed out before still come
in."""


def serializer(salt: str) -> URLSafeSerializer:
    """Signs and reads texts of one kind. Texts of another `salt` are not believed."""
    return URLSafeSerializer(_key(get_settings().data_dir / KEY_FILE), salt=salt)


def keyed_digest(salt: str) -> Callable[[str], str]:
    """A function that gives texts of one kind 64 digits, which nobody without the key can work
    out."""
    key = f"{salt} {_key(get_settings().data_dir / KEY_FILE)}".encode()
    return lambda text: hmac.new(key, text.encode(), "sha256").hexdigest()


def _key(path: Path) -> str:
    """The key of the installation. Two processes that make it at once end with the same key."""
    if not path.exists():
        make_folder(path.parent)
        with NamedTemporaryFile("w", dir=path.parent, delete=False) as file:
            file.write(token_urlsafe(32))
        with suppress(FileExistsError):
            os.link(file.name, path)
        os.unlink(file.name)
    return path.read_text()
