"""What an officer decides about a measure, as one value. A page gives it, or the stored rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from sqlmodel import Session

from models import ALL_TAGS, Gate, Measure, MeasureKind
from queries.campaigns.measures import list_addressees, list_gates


@dataclass(frozen=True)
class GateChoice:
    """What a level must do before the measure goes on, and how many working days it has."""

    gate: Gate = Gate.AUTO
    pass_on_days: int = 3


@dataclass(frozen=True)
class MeasureContent:
    """Everything an officer decides about a measure."""

    title: str
    text: str = ""
    kind: MeasureKind = MeasureKind.FIGURES
    due_rule: str = ""
    review_days: int = 1
    off_to_before: bool = False
    """A due date on a day off becomes the working day before."""
    target_count: int | None = None
    target_label: str = ""
    lead: str = ""
    cooperating: str = ""
    form_version_id: int | None = None
    addressees: Sequence[tuple[str, str]] = ()
    """Pairs of level and tag; the tag `""` is every unit of the level."""
    gates: Mapping[str, GateChoice] = field(default_factory=dict)
    """Level → its gate. A level without a gate passes on at once."""

    @property
    def columns(self) -> dict[str, Any]:
        """The values of the measure's own row, by column."""
        values = asdict(self)
        del values["addressees"], values["gates"]
        return values

    @property
    def plain(self) -> dict[str, Any]:
        """The whole content as a history keeps it. Contents that mean the same are equal."""
        addressees = {(level, tag or ALL_TAGS) for level, tag in self.addressees}
        waiting = {
            level: choice for level, choice in self.gates.items() if choice.gate != Gate.AUTO
        }
        return {
            **self.columns,
            "addressees": [list(addressee) for addressee in sorted(addressees)],
            "gates": {
                level: [choice.gate, choice.pass_on_days] for level, choice in waiting.items()
            },
        }


def content_of(session: Session, measure: Measure) -> MeasureContent:
    """The stored content of a measure; two statements."""
    return MeasureContent(
        title=measure.title,
        text=measure.text,
        kind=measure.kind,
        due_rule=measure.due_rule,
        review_days=measure.review_days,
        off_to_before=measure.off_to_before,
        target_count=measure.target_count,
        target_label=measure.target_label,
        lead=measure.lead,
        cooperating=measure.cooperating,
        form_version_id=measure.form_version_id,
        addressees=[
            (addressee.level, addressee.tag) for addressee in list_addressees(session, measure.id)
        ],
        gates={
            gate.level: GateChoice(gate.gate, gate.pass_on_days)
            for gate in list_gates(session, measure.id)
        },
    )
