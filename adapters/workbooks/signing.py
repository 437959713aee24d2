"""The hidden ticket of a workbook, signed, so that only our own workbooks are taken in.

The key lies beside the data of the installation and is made the first time it is needed. It keeps
out workbooks of other installations and those that were tampered with; who may send what is
decided by the database, whatever a ticket says.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from secrets import token_urlsafe
from tempfile import NamedTemporaryFile
from typing import Any

from itsdangerous import BadData, URLSafeSerializer

from adapters.private import make_folder
from adapters.settings import get_settings
from rules.refusal import N_, Refusal

KEY_FILE = "workbook.key"
FOREIGN = N_("这个文件不是从本系统下载的填报表，或者被别的软件改坏了。请重新下载后再填。")


def sign(ticket: Mapping[str, Any]) -> str:
    """The ticket as a text that `read_ticket` believes."""
    return _serializer().dumps(dict(ticket))


def read_ticket(text: str) -> dict[str, Any]:
    """The ticket in a signed text. Raises `Refusal` for any other text."""
    try:
        return dict(_serializer().loads(text))
    except BadData as error:
        raise Refusal(FOREIGN) from error


def _serializer() -> URLSafeSerializer:
    return URLSafeSerializer(_key(get_settings().data_dir / KEY_FILE), salt="workbook")


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
