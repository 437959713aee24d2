"""Who takes part in the demo: three banners with all their townships and villages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlmodel import Session, col

from adapters.database import transaction
from cli.demo.story import Actor
from models import Unit, UnitTag
from queries.units.units import get_root, within

BANNERS = ("150428000000", "150402000000", "152525000000")
"""喀喇沁旗, 红山区, and 东乌珠穆沁旗 at the border. Reports are made of the first."""


@dataclass(frozen=True)
class Cast:
    """The units of the story, by what each does."""

    region: Actor
    leagues: list[Actor]
    """All leagues. The first is the league above the first banner."""
    banners: list[Actor]
    townships: list[Actor]
    on_time: list[Actor]
    """Villages that answer before the due date. Other villages answer late or never."""
    late: list[Actor]
    pastoral: list[Actor]
    """Villages that also answer about water and fodder."""
    servants: list[Actor]
    """Villages that also answer about services."""
    reporting: list[str]
    """Codes of the units whose reports are made."""
    guests: list[tuple[str, Actor]]
    """For each level its name and a unit whose account a spectator can use."""


def gather() -> Cast:
    """Read the cast from the tree."""
    with transaction(readonly=True) as session:
        root = get_root(session)
        leagues = _actors(session, col(Unit.level) == "league")
        banners = _actors(session, col(Unit.code).in_(BANNERS))
        banners.sort(key=lambda actor: BANNERS.index(actor.code))
        leagues.sort(key=lambda actor: not banners[0].code.startswith(actor.code[:4]))
        villages = _below(session, banners, "village")
        above = {village.code[:9] for village in villages}
        townships = [
            township
            for township in _below(session, banners, "township")
            if township.code[:9] in above
        ]
        tagged = select(col(Unit.code)).join(UnitTag, col(UnitTag.unit_id) == Unit.id)
        tagged = tagged.where(col(UnitTag.tag) == "pastoral", col(Unit.level) == "village")
        pastoral = set(session.scalars(tagged))
    own = [township for township in townships if township.code.startswith(BANNERS[0][:6])]
    region = Actor(root.code, root.name, 0)
    on_time = [village for village in villages if village.place % 13 not in (5, 9)]
    reporting = [region, *leagues, banners[0], *own]
    guests = [region, leagues[0], banners[0], own[0], _village_of(own[0], on_time)]
    names = ("自治区", "盟市", "旗县区", "苏木乡镇街道", "嘎查村社区")
    return Cast(
        region=region,
        leagues=leagues,
        banners=banners,
        townships=townships,
        on_time=on_time,
        late=[village for village in villages if village.place % 13 == 5],
        pastoral=[village for village in on_time if village.code in pastoral][:30],
        servants=on_time[::12],
        reporting=[actor.code for actor in reporting],
        guests=list(zip(names, guests, strict=True)),
    )


def _actors(session: Session, *where: object) -> list[Actor]:
    units = session.scalars(
        select(Unit)
        .where(*where, col(Unit.takes_assignments))  # type: ignore[arg-type]
        .order_by(col(Unit.lft))
    )
    return [Actor(unit.code, unit.name, place) for place, unit in enumerate(units)]


def _below(session: Session, banners: Sequence[Actor], level: str) -> list[Actor]:
    units = session.scalars(select(Unit).where(col(Unit.code).in_([b.code for b in banners])))
    found = [
        actor for unit in units for actor in _actors(session, within(unit), Unit.level == level)
    ]
    return [Actor(actor.code, actor.name, place) for place, actor in enumerate(found)]


def _village_of(township: Actor, villages: Sequence[Actor]) -> Actor:
    return next(village for village in villages if village.code.startswith(township.code[:9]))
