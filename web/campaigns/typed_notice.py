"""The header of a notice as a person types it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from models import Notice
from rules.forms.field_values import read_date
from rules.sentences.faults import Fault, Faults


@dataclass(frozen=True)
class TypedNotice:
    """What stands in the inputs, as text."""

    title: str = ""
    number: str = ""
    issuer: str = ""
    dated_on: str = ""

    @classmethod
    def read(cls, typed: Mapping[str, Sequence[str]]) -> TypedNotice:
        """The inputs of a sent page."""
        names = ("title", "number", "issuer", "dated_on")
        return cls(**{name: typed[name][0].strip() for name in names if typed.get(name)})

    @classmethod
    def of(cls, notice: Notice) -> TypedNotice:
        """The inputs that say a stored notice."""
        day = notice.dated_on.isoformat() if notice.dated_on else ""
        return cls(notice.title, notice.number, notice.issuer, day)

    def read_day(self, faults: Faults) -> date | None:
        """The date of issue; None where there is no date, or an unreadable one."""
        day = read_date(self.dated_on) if self.dated_on else None
        if isinstance(day, Fault):
            faults["dated_on"] = day
            return None
        return date.fromisoformat(day) if day else None
