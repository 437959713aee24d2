"""A campaign of which nothing was released is deleted with everything that is its own."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlmodel import Session, SQLModel, func

from models import Campaign, FormVersion, MeasureStatus, Notice
from rules.dates.calendar import local_date
from rules.sentences.not_found import NotFound
from rules.sentences.refusal import Refusal
from services.campaigns.campaign_deletions import delete_campaign
from services.campaigns.schedules import order_reports, schedule_release
from services.forms.form_drafts import KeptForm, keep_form_draft
from services.reports.snapshots import take_snapshots
from tests.building import LEAGUE, REGION, make_account, make_campaign, make_measure
from tests.conftest import NOW


def rows_of(session: Session, name: str) -> int:
    table = SQLModel.metadata.tables[name]
    return session.scalars(select(func.count()).select_from(table)).one()


OWN = (
    "campaign", "notice", "measure", "addressee", "measure_event", "form_draft", "schedule",
    "occurrence", "snapshot",
)  # fmt: skip


def test_everything_of_the_campaign_goes_and_another_campaign_and_the_forms_stay(
    session: Session,
) -> None:
    office = make_account(session)
    campaigns = []
    for _ in range(2):
        campaign = make_campaign(session, office)
        session.add(Notice(campaign_id=campaign.id, title=campaign.title, text="通知"))
        measure = make_measure(session, office, campaign)
        schedule_release(session, measure, NOW + timedelta(days=1), actor=office, now=NOW)
        kept = KeptForm(measure.id, target=0, base_id=None, latest=0, content={})
        keep_form_draft(session, kept, going_on=False, actor=office, now=NOW)
        order_reports(session, campaign, actor=office, now=NOW)
        take_snapshots(session, campaign.id, [REGION], as_of=local_date(NOW), actor=office, now=NOW)
        campaigns.append(campaign)
    before = {name: rows_of(session, name) for name in OWN}
    forms = rows_of(session, FormVersion.__tablename__)
    gone, stays = campaigns[0].id, campaigns[1].id
    delete_campaign(session, campaigns[0], actor=office)
    assert session.get(Campaign, gone) is None
    assert session.get(Campaign, stays)
    after = {name: rows_of(session, name) for name in OWN}
    assert all(before.values())
    assert after == {name: count // 2 for name, count in before.items()}
    assert rows_of(session, FormVersion.__tablename__) == forms


@pytest.mark.parametrize(
    "status", [MeasureStatus.RELEASED, MeasureStatus.CLOSED, MeasureStatus.WITHDRAWN]
)
def test_a_campaign_that_was_handed_down_stays(session: Session, status: MeasureStatus) -> None:
    office = make_account(session)
    campaign = make_campaign(session, office)
    make_measure(session, office, campaign)
    make_measure(session, office, campaign).status = status
    session.flush()
    with pytest.raises(Refusal, match="不能删除"):
        delete_campaign(session, campaign, actor=office)
    assert rows_of(session, "measure") == 2


def test_only_the_office_of_the_campaign_deletes_it(session: Session) -> None:
    campaign = make_campaign(session, make_account(session))
    with pytest.raises(NotFound):
        delete_campaign(session, campaign, actor=make_account(session, LEAGUE))
