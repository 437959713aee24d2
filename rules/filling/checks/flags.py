"""Flags: what the checks noticed. A flag never stops a form; a person answers a flag by sending."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from models import Flag, FlagKind

COMPARED = frozenset({FlagKind.SIBLINGS, FlagKind.SIMILAR_TEXT})
"""Flags that depend on the forms of other units. They come and go while those units send."""


def in_order(flags: Iterable[Flag], names: Sequence[str]) -> list[Flag]:
    """The flags in the order of the form's fields; flags of the whole form come first."""
    places = {name: place for place, name in enumerate(names)}
    kinds = list(FlagKind)
    return sorted(flags, key=lambda flag: (places.get(flag.field, -1), kinds.index(flag.kind)))


def marks(flags: Iterable[Flag]) -> str:
    """The text a form page carries once the page has shown these flags."""
    return ".".join(flag.mark for flag in flags)


def unasked(flags: Iterable[Flag], shown: str) -> list[Flag]:
    """The flags that a person has not been asked about. `shown`: the `marks` of the flags asked
    before."""
    asked = set(shown.split("."))
    return [flag for flag in flags if flag.mark not in asked]


def asked_before(asked: str | None, flags: Iterable[Flag]) -> frozenset[str]:
    """The marks of what the checks noticed when a form was sent. They come from `Submission.asked`,
    or from `flags` of an older submission that has no `asked`."""
    known = marks(flags) if asked is None else asked
    return frozenset(known.split("."))
