"""The real tree, and measures that are handed down the tree."""

from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Engine, func, select, update
from sqlmodel import Session, col

from bench.databases import transaction
from models import Account, Campaign, Form, FormVersion, Measure, Role, Unit
from services.assignments import hand_down
from services.campaigns.measures import (
    MeasureContent,
    confirm_measure,
    create_measure,
    release_measure,
)
from services.units.shipped_tree import import_shipped_tree
from services.units.unit_groups import count_groups

NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
"""A Monday morning in Hohhot."""
FIELDS: list[dict[str, Any]] = [
    {"name": "checked", "label": "排查户数", "type": "integer", "required": True, "min": 0,
     "rollup": "sum"},
    {"name": "spent", "label": "投入资金（万元）", "type": "decimal", "min": 0, "rollup": "sum"},
    {"name": "heating", "label": "主要取暖方式", "type": "select_one",
     "choices": [{"value": "stove", "label": "燃煤炉"}, {"value": "network", "label": "集中供热"}]},
    {"name": "done_on", "label": "完成日期", "type": "date"},
    {"name": "note", "label": "工作情况", "type": "text", "multiline": True},
]  # fmt: skip


def fill(engine: Engine, *, everybody: bool = False) -> int:
    """Load 15,938 units, an office account of the region, a campaign and a form.

    Returns the number of units that take assignments. With `everybody`, dummy villages and
    custodial institutions take assignments as well.
    """
    with transaction(engine) as session:
        import_shipped_tree(session, actor=None, now=NOW)
        if everybody:
            session.execute(update(Unit).values(takes_assignments=True))
            count_groups(session)
    fill_around(engine)
    with transaction(engine) as session:
        taking = select(func.count()).select_from(Unit).where(col(Unit.takes_assignments))
        count: int = session.execute(taking).scalar_one()
        return count


def fill_around(engine: Engine) -> None:
    """Make an office account of the tree's top, a campaign and a form."""
    with transaction(engine) as session:
        office = make_account(session, get_region(session), Role.OFFICE)
        make_campaign(session, office)
        _make_form(session, office)


def get_region(session: Session) -> Unit:
    return session.scalars(select(Unit).where(col(Unit.parent_id).is_(None))).one()


def get_office(session: Session) -> Account:
    """The office of the region."""
    return session.scalars(select(Account).order_by(col(Account.id)).limit(1)).one()


def make_account(session: Session, unit: Unit, role: Role = Role.CLERK) -> Account:
    """Make an account with which nobody can sign in, because no password has its hash."""
    account = Account(
        login=f"{role}-{unit.code}", name="综合办公室", password_hash="!",
        unit_id=unit.id, role=role, created_at=NOW,
    )  # fmt: skip
    session.add(account)
    session.flush()
    return account


def make_campaign(session: Session, office: Account) -> Campaign:
    campaign = Campaign(
        title="冬春季安全排查", unit_id=office.unit_id, starts_on=date(2026, 11, 20),
        created_at=NOW, created_by=office.id,
    )  # fmt: skip
    session.add(campaign)
    session.flush()
    return campaign


def _make_form(session: Session, office: Account) -> None:
    form = Form(
        title="安全排查表", unit_id=office.unit_id, created_at=NOW, created_by=office.id
    )  # fmt: skip
    session.add(form)
    session.flush()
    version = FormVersion(
        form_id=form.id, number=1, fields=FIELDS, published_at=NOW, published_by=office.id
    )
    session.add(version)
    session.flush()


def release_one(
    session: Session, number: int, *, now: datetime = NOW, level: str = "village"
) -> tuple[Measure, int]:
    """Release a measure to every unit of a level, and return it with the id of its wish."""
    office = get_office(session)
    measure = draft_one(session, number, now=now, level=level)
    confirm_measure(session, measure, actor=office, now=now)
    wish = release_measure(session, measure, actor=office, now=now)
    assert wish is not None
    return measure, wish


def draft_one(
    session: Session, number: int, *, now: datetime = NOW, level: str = "village"
) -> Measure:
    """Write a measure for every unit of a level."""
    office = get_office(session)
    campaign = session.scalars(select(Campaign).limit(1)).one()
    form = session.scalars(select(FormVersion).limit(1)).one()
    content = MeasureContent(
        title=f"第{number}项：入户排查取暖安全",
        text="逐户查看取暖设备，登记并整改。",
        due_rule="2026-12-20",
        review_days=2,
        form_version_id=form.id,
        addressees=((level, ""),),
    )
    return create_measure(
        session, campaign_id=campaign.id, content=content,
        position=number, path=f"{number}", actor=office, now=now,
    )  # fmt: skip


def carry_out(engine: Engine, wish: int, *, now: datetime = NOW) -> None:
    """Carry out a wish as the flow does, without Prefect, with a transaction for each part."""
    with transaction(engine) as session:
        plan = hand_down.plan(session, [wish])
        hand_down.start(session, [wish], "bench")
    for level in plan.levels:
        part = hand_down.LevelPart(0, 0)
        while part.next is not None:
            with transaction(engine) as session:
                part = hand_down.hand_down_part(session, [wish], level, start=part.next, now=now)
    with transaction(engine) as session:
        hand_down.finish(session, [wish], now=now)
