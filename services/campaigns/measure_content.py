"""What an officer decides about a measure, as one value: given by a page, or read from what is
stored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from sqlmodel import Session

from models import ALL_TAGS, Gate, Measure, MeasureKind
from queries.campaigns.measures import list_addressees, list_gates


@dataclass(frozen=True)
class GateChoice:
    """What one level must do before the measure goes on."""

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
    target_count: int | None = None
    target_label: str = ""
    lead: str = ""
    cooperating: str = ""
    form_version_id: int | None = None
    addressees: Sequence[tuple[str, str]] = ()
    """(level, tag); the tag `""` is every unit of the level."""
    gates: Mapping[str, GateChoice] = field(default_factory=dict)
    """By level; a level that is not named passes on at once."""

    @property
    def columns(self) -> dict[str, Any]:
        """What stands in the row of the measure itself."""
        values = asdict(self)
        del values["addressees"], values["gates"]
        return values

    @property
    def plain(self) -> dict[str, Any]:
        """All of it as a history keeps it; what means the same is the same."""
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
    """The stored content of a measure, in the shape it is edited with; two statements."""
    return MeasureContent(
        title=measure.title,
        text=measure.text,
        kind=MeasureKind(measure.kind),
        due_rule=measure.due_rule,
        review_days=measure.review_days,
        target_count=measure.target_count,
        target_label=measure.target_label,
        lead=measure.lead,
        cooperating=measure.cooperating,
        form_version_id=measure.form_version_id,
        addressees=[
            (addressee.level, addressee.tag) for addressee in list_addressees(session, measure.id)
        ],
        gates={
            gate.level: GateChoice(Gate(gate.gate), gate.pass_on_days)
            for gate in list_gates(session, measure.id)
        },
    )
