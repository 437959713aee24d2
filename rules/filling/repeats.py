"""Fillings of a repeat while a form is being typed: how many there are, one more, one less."""

from collections.abc import Mapping, Sequence
from typing import Any

from rules.filling.answers import as_typed
from rules.forms.form_tree import MOST_TIMES, key_in, place_of, places, times_key

Typed = Mapping[str, list[str]]


def times_shown(typed: Typed, repeat: str) -> int:
    """How many fillings of the repeat a page shows: as many as `typed` says, at least those filled
    in.

    The answer is one where `typed` says nothing, so that the questions are seen.
    """
    said = "".join(typed.get(times_key(repeat), []))
    wanted = int(said) if said.isascii() and said.isdigit() and len(said) <= len("000") else None
    filled = max(places(repeat, _filled(typed)), default=-1) + 1
    least = 1 if wanted is None else wanted
    return min(max(least, filled), MOST_TIMES)


def _filled(typed: Typed) -> list[str]:
    return [key for key, texts in typed.items() if any(text.strip() for text in texts)]


def one_more(typed: Typed, repeat: str) -> dict[str, list[str]]:
    """What was typed, with one more filling of the repeat, up to `MOST_TIMES`."""
    times = min(times_shown(typed, repeat) + 1, MOST_TIMES)
    return {**typed, times_key(repeat): [str(times)]}


def one_less(typed: Typed, repeat: str, place: int) -> dict[str, list[str]]:
    """What was typed, without one filling of the repeat. Later fillings move up."""
    times = times_shown(typed, repeat)
    if place >= times:
        return dict(typed)
    kept: dict[str, list[str]] = {}
    for key, texts in typed.items():
        found = place_of(key)
        if found is None or found[0] != repeat:
            kept[key] = texts
        elif found[1] != place:
            kept[key_in(repeat, found[1] - (found[1] > place), found[2])] = texts
    return {**kept, times_key(repeat): [str(times - 1)]}


def places_now(repeat: str, sent: Sequence[Mapping[str, Any]], typed: Typed) -> dict[int, int]:
    """Place of a filling that was sent → its place among the fillings of `typed`.

    Where some fillings were taken away since, the others are known by what they have in common with
    what was sent, and they keep their order. A filling that was taken away has no place.
    """
    left = times_shown(typed, repeat)
    if left >= len(sent):
        return {place: place for place in range(len(sent))}
    texts = as_typed({repeat: list(sent)})
    inner = (spot for key in (*texts, *typed) if (spot := place_of(key)))
    names = {name for around, _, name in inner if around == repeat}

    def likeness(old: int, new: int) -> int:
        pairs = ((key_in(repeat, old, name), key_in(repeat, new, name)) for name in names)
        return sum(texts.get(before, []) == typed.get(now, []) for before, now in pairs)

    best: dict[int, tuple[int, dict[int, int]]] = {0: (0, {})}
    for old in range(len(sent)):
        for new in reversed(range(left)):
            score, found = best.get(new, (-1, {}))
            score += likeness(old, new)
            if new in best and score > best.get(new + 1, (-1, {}))[0]:
                best[new + 1] = score, {**found, old: new}
    return best.get(left, (0, {}))[1]
