"""The check of what was sent back for mending."""

from collections.abc import Collection, Mapping
from typing import Any

from rules.filling.checks.flags import Flag, FlagKind


def unchanged(
    returned: Collection[str], before: Mapping[str, Any], now: Mapping[str, Any]
) -> list[Flag]:
    """The returned fields that are answered as before; of a form that was returned whole
    (`returned` empty) one flag where nothing was changed at all. Of stored answers."""
    if not returned:
        return [Flag(FlagKind.UNCHANGED)] if dict(before) == dict(now) else []
    return [
        Flag(FlagKind.UNCHANGED, name) for name in returned if before.get(name) == now.get(name)
    ]
