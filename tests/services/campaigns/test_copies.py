from datetime import date

import pytest
from sqlmodel import Session

from models import Account, Campaign, FormVersion, Gate, Measure, MeasureStatus, Notice
from queries.campaigns.campaigns import get_notice
from queries.campaigns.copies import list_offered_measures
from queries.campaigns.measures import list_measures
from rules.sentences.not_found import NotFound
from rules.sentences.refusal import Refusal
from services.campaigns.copies import copy_campaign, copy_measure
from services.campaigns.measure_content import GateChoice, content_of
from tests.building import LEAGUE, make_account, make_campaign, make_form, make_measure
from tests.conftest import NOW
from tests.counting import statements

NEXT_YEAR = date(2027, 11, 23)


@pytest.fixture
def office(session: Session) -> Account:
    return make_account(session)


@pytest.fixture
def campaign(session: Session, office: Account) -> Campaign:
    """With a notice and two measures; a third was withdrawn."""
    made = make_campaign(session, office)
    made.starts_on = date(2026, 11, 23)
    outline = [{"mark": "一、", "depth": 1, "heading": "排查", "start": 0, "end": 4}]
    session.add(
        Notice(
            campaign_id=made.id, title=made.title, number="内安〔2026〕1号", text="一、排查",
            outline=outline,
        )
    )  # fmt: skip
    gates = {"league": GateChoice(Gate.DETAIL, 2)}
    make_measure(session, office, made, title="排查", due_rule="2026-12-18", gates=gates)
    make_measure(session, office, made, title="月报", due_rule="monthly:25")
    gone = make_measure(session, office, made, title="撤回的")
    gone.status = MeasureStatus.WITHDRAWN
    session.flush()
    return made


def test_a_copy_has_drafts_of_all_measures_and_dates_moved_by_the_calendar(
    session: Session, office: Account, campaign: Campaign
) -> None:
    copy = copy_campaign(
        session, campaign, title="明年的排查", starts_on=NEXT_YEAR, actor=office, now=NOW
    )
    before, after = list_measures(session, campaign.id)[:2], list_measures(session, copy.id)
    assert [measure.due_rule for measure in after] == ["2027-12-17", "monthly:25"]
    assert {measure.status for measure in after} == {MeasureStatus.DRAFT}
    for old, new in zip(before, after, strict=True):
        was, now = content_of(session, old).plain, content_of(session, new).plain
        assert {**was, "due_rule": ""} == {**now, "due_rule": ""}
    notice = get_notice(session, copy)
    assert (notice.title, notice.number, notice.text) == ("明年的排查", "", "一、排查")
    assert notice.outline == get_notice(session, campaign).outline


def test_a_form_is_taken_in_its_newest_version(
    session: Session, office: Account, campaign: Campaign
) -> None:
    first = make_form(session, office)
    newest = FormVersion(**first.model_dump(exclude={"id", "number"}), number=2)
    session.add(newest)
    (measure, *_) = list_measures(session, campaign.id)
    measure.form_version_id = first.id
    session.flush()
    copy = copy_campaign(
        session, campaign, title="再来", starts_on=NEXT_YEAR, actor=office, now=NOW
    )
    assert list_measures(session, copy.id)[0].form_version_id == newest.id


def test_the_number_of_statements_does_not_depend_on_the_measures(
    session: Session, office: Account, campaign: Campaign
) -> None:
    def count() -> int:
        with statements(session) as asked:
            copy_campaign(
                session, campaign, title="再来", starts_on=NEXT_YEAR, actor=office, now=NOW
            )
        return len(asked)

    few = count()
    for place in range(6):
        make_measure(session, office, campaign, title=f"措施{place}", due_rule="2026-12-20")
    assert count() == few


def test_a_copy_needs_a_title_and_the_right_office(
    session: Session, office: Account, campaign: Campaign
) -> None:
    with pytest.raises(Refusal, match="要有标题"):
        copy_campaign(session, campaign, title=" ", starts_on=NEXT_YEAR, actor=office, now=NOW)
    with pytest.raises(Refusal, match="标题太长"):
        copy_campaign(
            session, campaign, title="长" * 301, starts_on=NEXT_YEAR, actor=office, now=NOW
        )
    other = make_account(session, LEAGUE)
    with pytest.raises(NotFound):
        copy_campaign(session, campaign, title="我的", starts_on=NEXT_YEAR, actor=other, now=NOW)


def test_a_measure_of_another_campaign_is_copied_without_its_place_in_the_notice(
    session: Session, office: Account, campaign: Campaign
) -> None:
    target = make_campaign(session, office)
    offered = list_offered_measures(session, target, "排查")
    assert "撤回的" not in [row.measure.title for row in offered]
    source = next(row.measure for row in offered if row.measure.title == "排查")
    source.start, source.end, source.path = 0, 4, "一、"
    session.flush()
    draft = copy_measure(session, source, target, actor=office, now=NOW)
    assert content_of(session, draft).plain == content_of(session, source).plain
    assert (draft.campaign_id, draft.status) == (target.id, MeasureStatus.DRAFT)
    assert (draft.start, draft.end, draft.path) == (None, None, "")
    assert session.get_one(Measure, source.id).campaign_id == campaign.id


def test_a_measure_of_another_unit_is_not_copied(
    session: Session, office: Account, campaign: Campaign
) -> None:
    other = make_account(session, LEAGUE)
    (source, *_) = list_measures(session, campaign.id)
    own = make_campaign(session, other)
    with pytest.raises(NotFound):
        copy_measure(session, source, own, actor=other, now=NOW)
    assert list_offered_measures(session, own, "") == []
