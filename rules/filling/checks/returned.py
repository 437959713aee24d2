"""The check of what was returned for mending."""

from collections.abc import Collection, Mapping
from typing import Any

from models import Flag, FlagKind


def unchanged(
    returned: Collection[str], before: Mapping[str, Any], now: Mapping[str, Any]
) -> list[Flag]:
    """The returned fields whose stored answers are as before. For a form that was returned whole
    (`returned` is empty): one flag where no answer changed."""
    if not returned:
        return [Flag(FlagKind.UNCHANGED)] if dict(before) == dict(now) else []
    return [
        Flag(FlagKind.UNCHANGED, name) for name in returned if before.get(name) == now.get(name)
    ]
