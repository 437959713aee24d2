"""The hidden ticket of a workbook, signed, so that only our own workbooks are taken in.

The signature keeps out workbooks of other installations and changed tickets. The database decides
who may send what, whatever a ticket says.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from itsdangerous import BadData

from adapters.signing import serializer
from rules.sentences.refusal import N_, Refusal

SALT = "workbook"
FOREIGN = N_("这个文件不是从本系统下载的填报表，或者被别的软件改坏了。请重新下载后再填。")


def sign(ticket: Mapping[str, Any]) -> str:
    """The ticket as a text that `read_ticket` believes."""
    return serializer(SALT).dumps(dict(ticket))


def read_ticket(text: str) -> dict[str, Any]:
    """The ticket in a signed text. Raises `Refusal` for any other text."""
    try:
        return dict(serializer(SALT).loads(text))
    except BadData as error:
        raise Refusal(FOREIGN) from error
