"""The due rule as a person types it: a choice of kinds and one input for each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass

from rules.dates.due import RECURRENCES, parse_due
from rules.sentences.refusal import N_, Refusal, Term

KINDS: dict[str, str] = {
    "by": N_("到某日截止"),
    "workdays": N_("收到后若干工作日"),
    "days": N_("收到后若干日"),
    "weekly": N_("每周"),
    "monthly": N_("每月"),
    "quarterly": N_("每季度"),
    "half_yearly": N_("每半年"),
    "yearly": N_("每年"),
}
LAST = "last"
UNDECIDED = "none"
"""No due rule yet."""


@dataclass(frozen=True)
class TypedDue:
    """What stands in the inputs: `day` an ISO date, `days` a count, `weekday` 1–7, `month_day`
    1–31 or `last`. Only the input of the chosen kind counts."""

    kind: str = UNDECIDED
    day: str = ""
    days: str = ""
    weekday: str = "5"
    month_day: str = LAST

    @classmethod
    def of(cls, rule: str) -> TypedDue:
        """The inputs that say a stored rule; an unreadable rule leaves the inputs empty."""
        kind, _, value = rule.partition(":")
        if not value:
            return cls(kind="by", day=rule) if rule else cls()
        if kind in ("workdays", "days"):
            return cls(kind=kind, days=value)
        if kind == "weekly":
            return cls(kind=kind, weekday=value)
        return cls(kind=kind, month_day=value) if kind in RECURRENCES else cls()

    @classmethod
    def read(cls, typed: Mapping[str, str]) -> TypedDue:
        """The inputs of a sent page, named `due_kind`, `due_day`, …"""
        defaults = asdict(cls())
        return cls(**{n: typed.get(f"due_{n}", default).strip() for n, default in defaults.items()})

    @property
    def rule(self) -> str:
        """The rule that the inputs say, empty while undecided. Raises `Refusal` for faults."""
        if self.kind == UNDECIDED:
            return ""
        if self.kind not in KINDS:
            raise Refusal(N_("请选择办理时限。"))
        value = self.value
        if not value:
            raise Refusal(
                N_("办理时限“%(kind)s”还没有填写日期或天数。"), kind=Term(KINDS[self.kind])
            )
        rule = value if self.kind == "by" else f"{self.kind}:{value}"
        parse_due(rule)
        return rule

    @property
    def value(self) -> str:
        """What stands in the input of the chosen kind."""
        if self.kind == "by":
            return self.day
        if self.kind in ("workdays", "days"):
            return self.days
        return self.weekday if self.kind == "weekly" else self.month_day
