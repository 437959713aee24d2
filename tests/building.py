"""Builders: an object at the point a test starts from, reached by the legal path."""

from datetime import date, datetime
from typing import Any

from sqlmodel import Session, col, select

from models import (
    Account,
    Assignment,
    Campaign,
    Form,
    FormVersion,
    Measure,
    MeasureKind,
    Role,
    Unit,
)
from services.assignments import hand_down
from services.campaigns.measures import (
    GateChoice,
    MeasureContent,
    confirm_measure,
    create_measure,
    release_measure,
)
from tests.conftest import NOW

REGION = "150000000000"
LEAGUE = "150400000000"
BANNER = "150402000000"
TOWNSHIP = "150402005000"
VILLAGE = "150402005002"
OTHER_LEAGUE = "152500000000"
OTHER_VILLAGE = "152502001001"

URGENT = "汛情紧急"
"""Why a test releases with too little time."""
FIELDS = [
    {"name": "checked", "label": "排查户数", "type": "integer", "required": True, "min": 0,
     "rollup": "sum"},
    {"name": "spent", "label": "投入资金（万元）", "type": "decimal", "min": 0, "rollup": "sum"},
    {"name": "note", "label": "工作情况", "type": "text", "multiline": True},
]  # fmt: skip


def get_unit(session: Session, code: str) -> Unit:
    return session.exec(select(Unit).where(Unit.code == code)).one()


def make_account(
    session: Session,
    code: str = REGION,
    role: Role = Role.OFFICE,
    login: str | None = None,
    *,
    used: bool = True,
) -> Account:
    """An account of the unit with that code. Its password is nothing one could sign in with.

    `used`: somebody has signed in with it.
    """
    account = Account(
        login=login or f"{role}-{code}",
        name="综合办公室",
        password_hash="!",
        unit_id=get_unit(session, code).id,
        role=role,
        created_at=NOW,
        signed_in_at=NOW if used else None,
    )
    session.add(account)
    session.flush()
    return account


def make_campaign(session: Session, owner: Account) -> Campaign:
    campaign = Campaign(
        title="冬春季安全排查",
        unit_id=owner.unit_id,
        starts_on=date(2026, 11, 20),
        created_at=NOW,
        created_by=owner.id,
    )
    session.add(campaign)
    session.flush()
    return campaign


def make_form(session: Session, owner: Account, fields: list[Any] | None = None) -> FormVersion:
    form = Form(title="安全排查表", unit_id=owner.unit_id, created_at=NOW, created_by=owner.id)
    session.add(form)
    session.flush()
    version = FormVersion(
        form_id=form.id, number=1, fields=fields or FIELDS, published_at=NOW,
        published_by=owner.id,
    )  # fmt: skip
    session.add(version)
    session.flush()
    return version


def make_measure(
    session: Session,
    owner: Account,
    campaign: Campaign | None = None,
    *,
    title: str = "入户排查取暖安全",
    addressees: tuple[Any, ...] = (("village", ""),),
    gates: dict[str, GateChoice] | None = None,
    due_rule: str = "2026-12-20",
    review_days: int = 2,
    form: FormVersion | None = None,
    confirmed: bool = True,
) -> Measure:
    """A measure of the owner's unit to all villages, passed on at once at every level."""
    campaign = campaign or make_campaign(session, owner)
    form = form or make_form(session, owner)
    measure = create_measure(
        session,
        campaign_id=campaign.id,
        content=MeasureContent(
            title=title,
            text="逐户查看取暖设备，登记并整改。",
            kind=MeasureKind.FIGURES,
            due_rule=due_rule,
            review_days=review_days,
            form_version_id=form.id,
            addressees=addressees,
            gates=gates or {},
        ),
        actor=owner,
        now=NOW,
    )
    if confirmed:
        confirm_measure(session, measure, sums_meant=True, actor=owner, now=NOW)
    return measure


def hand_down_now(session: Session, ids: list[int], now: datetime = NOW) -> None:
    """Carry wishes out as the flow does, in this transaction."""
    for level in hand_down.plan(session, ids).levels:
        reach_level(session, ids, level, now)
    hand_down.finish(session, ids, now=now)
    session.expire_all()


def reach_level(
    session: Session, ids: list[int], level: str, now: datetime = NOW, size: int = hand_down.PART
) -> int:
    """Make the assignments of a level, part by part, in this transaction."""
    part = hand_down.LevelPart(0, 0)
    while part.next is not None:
        part = hand_down.hand_down_part(session, ids, level, start=part.next, size=size, now=now)
    return part.reached


def release_down(session: Session, measure: Measure, actor: Account, now: datetime = NOW) -> None:
    """Release a measure and hand it down as far as its gates are open."""
    release_all_down(session, [measure], actor, now)


def release_all_down(
    session: Session, measures: list[Measure], actor: Account, now: datetime = NOW
) -> None:
    """As `release_down`, one after the other: a run's wishes share a measure."""
    for measure in measures:
        hand_down_now(session, [_released(session, measure, actor, now)], now)


def _released(session: Session, measure: Measure, actor: Account, now: datetime) -> int:
    """The wish of a release that is signed for, whatever time is left."""
    return release_measure(session, measure, reason=URGENT, actor=actor, now=now)


def assignment_of(session: Session, measure: Measure, code: str) -> Assignment:
    return session.exec(
        select(Assignment)
        .join(Unit, col(Unit.id) == Assignment.unit_id)
        .where(Assignment.measure_id == measure.id, Unit.code == code)
    ).one()
