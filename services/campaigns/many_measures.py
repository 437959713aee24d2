"""Many measures of a campaign are confirmed, and released, in one act.

What is refused of one measure is told for that measure, and the others go on. Doing it twice is the
same as doing it once.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlmodel import Session, col, select

from models import Account, Campaign, Measure, MeasureStatus
from rules.sentences.refusal import N_, Refusal
from rules.sentences.sentence import Sentence
from services.campaigns.measures import confirm_measure, release_measure

CHANGED = N_("您看过以后，这条措施又有改动。请看清现在的内容再办理。")


@dataclass
class Outcomes:
    """What became of each measure."""

    confirmed: list[int] = field(default_factory=list)
    released: list[int] = field(default_factory=list)
    refused: dict[int, Sentence] = field(default_factory=dict)
    """Measure → why nothing was done to it."""


def carry_each(
    session: Session,
    campaign: Campaign,
    seen: Mapping[int, int],
    *,
    releasing: bool,
    actor: Account,
    now: datetime,
) -> Outcomes:
    """Confirm the drafts among these measures and, if `releasing`, release what is confirmed then.

    `seen`: measure → the version that the officer has looked at. A measure that was edited since is
    refused. A measure that is confirmed or released already is left as it is.
    """
    carried = Outcomes()
    for measure in _locked(session, campaign, seen):
        measure_id = measure.id
        try:
            with session.begin_nested():
                _check_seen(measure, seen[measure_id])
                done = _carry(session, measure, releasing=releasing, actor=actor, now=now)
        except Refusal as refusal:
            carried.refused[measure_id] = refusal.sentence
        else:
            carried.confirmed += [measure_id] * (MeasureStatus.CONFIRMED in done)
            carried.released += [measure_id] * (MeasureStatus.RELEASED in done)
    return carried


def _locked(session: Session, campaign: Campaign, seen: Mapping[int, int]) -> Sequence[Measure]:
    """The measures as they are stored now, locked in the order of their ids."""
    chosen = select(Measure).where(
        col(Measure.id).in_(list(seen)), Measure.campaign_id == campaign.id
    )
    lock = chosen.order_by(col(Measure.id)).with_for_update(key_share=True)
    return session.exec(lock.execution_options(populate_existing=True)).all()


def _check_seen(measure: Measure, version: int) -> None:
    """Confirming makes a new version, so that the next one is confirmed and otherwise the same."""
    confirmed = measure.status != MeasureStatus.DRAFT and measure.version == version + 1
    if measure.version != version and not confirmed:
        raise Refusal(CHANGED)


def _carry(
    session: Session, measure: Measure, *, releasing: bool, actor: Account, now: datetime
) -> list[MeasureStatus]:
    """The statuses that the measure was given."""
    done = []
    if measure.status == MeasureStatus.DRAFT:
        confirm_measure(session, measure, actor=actor, now=now)
        done.append(MeasureStatus.CONFIRMED)
    if releasing and measure.status == MeasureStatus.CONFIRMED:
        release_measure(session, measure, actor=actor, now=now)
        done.append(MeasureStatus.RELEASED)
    return done
