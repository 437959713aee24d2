"""A decision as a reviewer types it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from starlette.datastructures import FormData

from models import Decision
from rules.review.review_reasons import joined

NOTE = "note-"
"""Before the name of a field: the input with what is wrong there."""


@dataclass(frozen=True)
class TypedDecision:
    """What stands in the inputs of a decision: to approve, or to return with a reason."""

    returning: bool = False
    ready: str = ""
    """A reason that was picked from the list."""
    reason: str = ""
    """A reason in the reviewer's own words."""
    fields: Collection[str] = ()
    """The fields a return names."""
    notes: Mapping[str, str] = field(default_factory=dict)
    """Field → what is wrong there; what was written beside a field without a tick counts not."""

    @classmethod
    def read(cls, posted: FormData) -> "TypedDecision":
        """The inputs of a sent page."""
        return cls(
            returning=posted.get("act") == Decision.RETURN,
            ready=str(posted.get("ready", "")),
            reason=str(posted.get("reason", "")),
            fields=[str(name) for name in posted.getlist("fields")],
            notes={
                name.removeprefix(NOTE): str(text)
                for name, text in posted.items()
                if name.startswith(NOTE)
            },
        )

    @property
    def decision(self) -> Decision:
        return Decision.RETURN if self.returning else Decision.APPROVE

    @property
    def whole_reason(self) -> str:
        """The picked reason, and the own words behind it."""
        return joined(self.ready, self.reason)


NOTHING_TYPED = TypedDecision()
