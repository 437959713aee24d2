"""The measures of a campaign that are not released yet, as the page of all drafts shows them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from models import Campaign, Gate, Level, Measure, MeasureGate
from queries.campaigns.campaigns import list_addressees_of
from queries.campaigns.level_dates import LevelDates, get_level_dates
from queries.campaigns.measures import Reach, list_gates_of, list_measures, list_reach
from queries.campaigns.summed_levels import sums_over_levels
from queries.units.units import list_levels
from rules.campaigns.release_check import ReleaseFacts, missing, warnings
from rules.dates.due import current_period
from rules.reports.targets import target_in_words
from services.campaigns.measures import EDITABLE
from web.campaigns.campaigns import find_due
from web.campaigns.dated_facts import dated_facts
from web.edge.viewer.context import Context

Addressed = tuple[tuple[str, str], ...]
"""The addressees of a measure: levels and tags."""


@dataclass(frozen=True)
class ShownDraft:
    """One measure that is not released yet."""

    measure: Measure
    reach: Sequence[Reach]
    """The levels below the office that a release would reach, from the top down."""
    dates: Mapping[str, date]
    """Level → due date; empty where the measure has no due rule."""
    lacks: Sequence[str]
    """What keeps the measure from being confirmed."""
    warnings: Sequence[str]
    target: str
    refusal: str = ""
    """Why the last act was refused for this measure."""

    @property
    def answering(self) -> int:
        return sum(reach.answering for reach in self.reach)

    @property
    def units(self) -> int:
        """All units that would get an assignment."""
        return sum(reach.units for reach in self.reach)

    @property
    def doubts(self) -> int:
        """The places in the text that an officer should look at."""
        return len(self.measure.findings.get("uncertain", []))

    @property
    def is_whole(self) -> bool:
        """Nothing is left to be looked at: there is a form as well, and nothing was refused."""
        has_form = self.measure.form_version_id is not None
        return has_form and not (self.lacks or self.doubts or self.refusal)

    @property
    def value(self) -> str:
        """What the box of the measure sends: the measure and the version that is shown."""
        return f"{self.measure.id}-{self.measure.version}"


def read_drafts(
    context: Context, campaign: Campaign, refused: Mapping[int, str] | None = None
) -> list[ShownDraft]:
    """The measures that are not released. `refused`: measure → why the last act was refused.

    Measures with the same addressees are looked up once, and the form of each measure once, so that
    the number of statements grows with the measures and never with the units.
    """
    shared = _Shared.of(context, campaign)
    return [
        _draft(shared, measure, (refused or {}).get(measure.id, ""))
        for measure in list_measures(context.session, campaign.id)
        if measure.status in EDITABLE
    ]


@dataclass(frozen=True)
class _Shared:
    """What the drafts of a campaign share."""

    context: Context
    levels: Sequence[Level]
    """The levels below the office, from the top down."""
    addressees: Mapping[int, Sequence[tuple[str, str]]]
    gates: Mapping[tuple[int, str], MeasureGate]
    """Measure and level → gate."""
    reached: dict[Addressed, Sequence[Reach]] = field(default_factory=dict)
    """Addressees → whom a measure with these addressees reaches."""

    @classmethod
    def of(cls, context: Context, campaign: Campaign) -> _Shared:
        session = context.session
        levels = list_levels(session)
        own = next(level.rank for level in levels if level.code == context.viewer.unit.level)
        return cls(
            context,
            [level for level in levels if level.rank > own],
            list_addressees_of(session, campaign.id),
            {(gate.measure_id, gate.level): gate for gate in list_gates_of(session, campaign.id)},
        )

    def levels_of(self, measure: Measure) -> list[str]:
        """The levels that the measure reaches, down to the lowest one addressed."""
        addressed = {level for level, _tag in self.addressees.get(measure.id, ())}
        places = [place for place, level in enumerate(self.levels) if level.code in addressed]
        return [level.code for level in self.levels[: max(places, default=-1) + 1]]

    def reach_of(self, measure: Measure) -> Sequence[Reach]:
        """How many units of each level the measure reaches."""
        key = tuple(self.addressees.get(measure.id, ()))
        if not key:
            return ()
        if key not in self.reached:
            self.reached[key] = list_reach(self.context.session, measure)
        return self.reached[key]

    def wait_at(self, measure: Measure, level: str) -> int:
        """Working days that the measure may wait at a level."""
        gate = self.gates.get((measure.id, level))
        return gate.pass_on_days if gate and gate.gate != Gate.AUTO else 0


def _draft(shared: _Shared, measure: Measure, refusal: str) -> ShownDraft:
    codes, words = shared.levels_of(measure), shared.context.words
    reach = [row for row in shared.reach_of(measure) if row.level in codes]
    found = _dates(shared, measure, codes)
    facts = ReleaseFacts(
        answering=sum(row.answering for row in reach),
        gate_days=sum(shared.wait_at(measure, code) for code in codes[:-1]),
        has_form=measure.form_version_id is not None,
        sums_levels=len({row.level for row in reach if row.answering}) > 1
        and sums_over_levels(shared.context.session, measure),
        **dated_facts(shared.context, found, shared.levels),
    )
    lacks = missing(facts, measure.title)
    return ShownDraft(
        measure=measure,
        reach=reach,
        dates=found.dates if found else {},
        lacks=[words.say(sentence) for sentence in lacks],
        warnings=[words.say(told) for told in warnings(facts) if told not in lacks],
        target=_target(measure),
        refusal=refusal,
    )


def _dates(shared: _Shared, measure: Measure, levels: list[str]) -> LevelDates | None:
    """The due dates, if the measure were released today; None without a due rule."""
    due, today = find_due(measure), shared.context.today
    if due is None or not levels:
        return None
    period = current_period(due, today)
    return get_level_dates(shared.context.session, measure, levels, period=period, received=today)


def _target(measure: Measure) -> str:
    count = measure.target_count
    return "" if count is None else target_in_words(count, measure.target_label)
