"""Batches: the open wishes of one measure and period, which one flow run fulfils together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from models import HandDown


class Batch(NamedTuple):
    """Open wishes of one measure and period."""

    measure_id: int
    period: str
    hand_down_ids: tuple[int, ...]
    key: str
    """The idempotency key of the flow run. The same wishes have the same key until another flow run
    takes them up."""

    @property
    def subject(self) -> tuple[int, str]:
        """The measure and the period."""
        return self.measure_id, self.period


def group(wishes: Iterable[HandDown]) -> list[Batch]:
    """The wishes grouped by measure and period, in the order in which each group first appears."""
    subjects: dict[tuple[int, str], list[HandDown]] = {}
    for wish in wishes:
        subjects.setdefault((wish.measure_id, wish.period), []).append(wish)
    return [_batch(*subject, subject_wishes) for subject, subject_wishes in subjects.items()]


def _batch(measure_id: int, period: str, wishes: Sequence[HandDown]) -> Batch:
    ids = tuple(wish.id for wish in wishes)
    before = "+".join(sorted({wish.flow_run_id or "" for wish in wishes}))
    key = f"hand-down {measure_id} {period} {ids[0]}-{ids[-1]}x{len(ids)} {before}"
    return Batch(measure_id, period, ids, key)
