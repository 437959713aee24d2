"""Which accounts a list, or a rule, would make, and which rows are left out for which reason."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from models import Role
from rules.accounts.account_list import POSTS, AccountLine
from rules.sentences.refusal import N_
from rules.sentences.sentence import Sentence


class PlannedUnit(NamedTuple):
    """The unit of an account that is to be made."""

    id: int
    code: str
    name: str
    above: str
    """The name of the unit above."""


class PlannedAccount(NamedTuple):
    """An account that is to be made."""

    unit: PlannedUnit
    login: str
    name: str
    role: Role


class LeftOut(NamedTuple):
    """A row of a list, or a unit, for which no account is made."""

    line: int
    """0 where no list was sent."""
    unit: str
    login: str
    why: Sentence
    known: bool
    """The account is there already, so that nothing has to be done."""


@dataclass(frozen=True)
class AccountPlan:
    """What would be made, and what would not."""

    ready: Sequence[PlannedAccount]
    left_out: Sequence[LeftOut]

    @property
    def known(self) -> int:
        """How many rows name accounts that are there already."""
        return sum(row.known for row in self.left_out)

    @property
    def faulty(self) -> Sequence[LeftOut]:
        """The rows that somebody has to look at."""
        return [row for row in self.left_out if not row.known]


def plan_missing(
    units: Iterable[PlannedUnit], taken: Mapping[str, int], role: Role, name: str
) -> AccountPlan:
    """One account for each unit, with the unit's code as login. `taken`: login → id of its unit."""
    ready, left_out = [], []
    for unit in units:
        if unit.code in taken:
            why = Sentence(_TAKEN, {"login": unit.code})
            left_out.append(LeftOut(0, unit.name, unit.code, why, known=False))
        else:
            ready.append(PlannedAccount(unit, unit.code, name or POSTS[role], role))
    return AccountPlan(ready, left_out)


def plan_listed(
    lines: Sequence[AccountLine],
    units: Mapping[str, Sequence[PlannedUnit]],
    taken: Mapping[str, int],
) -> AccountPlan:
    """One account for each good row of a list.

    `units`: code or name → the units that are meant by it. `taken`: login → id of its unit.
    """
    ready: list[PlannedAccount] = []
    left_out: list[LeftOut] = []
    first_lines: dict[str, int] = {}
    for line in lines:
        found = units.get(line.unit, ())
        why = line.fault or _unit_fault(line, found)
        login = line.login or (found[0].code if found else "")
        before = first_lines.get(login.lower())
        if why is None and before is not None:
            why = Sentence(_TWICE, {"login": login, "line": before})
        known = why is None and taken.get(login) == found[0].id
        if why is None and login in taken:
            why = Sentence(_KNOWN if known else _TAKEN, {"login": login})
        if why is None:
            first_lines[login.lower()] = line.line
            ready.append(PlannedAccount(found[0], login, line.name, line.role))
        else:
            left_out.append(LeftOut(line.line, line.unit, login, why, known))
    return AccountPlan(ready, left_out)


def _unit_fault(line: AccountLine, found: Sequence[PlannedUnit]) -> Sentence | None:
    if not found:
        return Sentence(N_("本单位和下级单位里没有“%(unit)s”。"), {"unit": line.unit[:60]})
    if len(found) > 1:
        values = {"unit": line.unit, "count": len(found)}
        return Sentence(N_("有 %(count)d 个单位叫“%(unit)s”，请改写单位代码。"), values)
    return None


_KNOWN = N_("账号“%(login)s”已经有了，不用再添加。")
_TAKEN = N_("账号“%(login)s”已被别的单位占用。")
_TWICE = N_("账号“%(login)s”与第 %(line)d 行重复。")
