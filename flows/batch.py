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
    before: tuple[str, ...] = ()
    """The flow runs that have taken the wishes up so far."""

    @property
    def key(self) -> str:
        """The idempotency key of the flow run. The same wishes have the same key until another flow
        run takes them up."""
        ids = self.hand_down_ids
        wishes = f"{self.measure_id} {self.period} {ids[0]}-{ids[-1]}x{len(ids)}"
        return f"hand-down {wishes} {'+'.join(self.before)}"

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
    before = sorted({wish.flow_run_id for wish in wishes if wish.flow_run_id})
    return Batch(measure_id, period, ids, tuple(before))
