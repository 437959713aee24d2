"""A part of a measure becomes a measure of its own; the measure itself stays as it is."""

import pytest
from sqlmodel import Session, select

from models import Account, Measure, MeasureAct, MeasureEvent, MeasureStatus, Notice
from queries.campaigns.measures import list_measures
from rules.campaigns.notice.notice import read_notice
from rules.sentences.not_found import NotFound
from rules.sentences.refusal import Refusal
from services.campaigns.campaigns import take_in
from services.campaigns.measure_content import content_of
from services.campaigns.measure_parts import parts_of_measure, take_part
from services.campaigns.measures import delete_measure
from tests.building import LEAGUE, REGION, get_unit, make_account, make_measure
from tests.conftest import NOW

TEXT = """关于加强演练的通知
一、工作任务
（一）旗县和嘎查村的演练
一是各旗县要在12月20日前演练2次；二是各嘎查村每月25日前报送情况。
责任单位：应急管理厅。
（二）总结。各盟市要做好总结。
2026年11月20日
"""


@pytest.fixture
def office(session: Session) -> Account:
    return make_account(session)


@pytest.fixture
def measure(session: Session, office: Account) -> Measure:
    """The measure with two parts, the first of the notice."""
    unit = get_unit(session, REGION)
    campaign = take_in(session, read_notice(TEXT), unit, actor=office, now=NOW)
    return list_measures(session, campaign.id)[0]


@pytest.fixture
def notice(session: Session, measure: Measure) -> Notice:
    return session.exec(select(Notice).where(Notice.campaign_id == measure.campaign_id)).one()


def take(session: Session, measure: Measure, notice: Notice, place: int, by: Account) -> Measure:
    start = parts_of_measure(measure, notice)[place].start
    return take_part(session, measure, notice, start, actor=by, now=NOW)


def test_a_heading_in_its_own_line_is_no_part(measure: Measure, notice: Notice) -> None:
    levels = [part.levels for part in parts_of_measure(measure, notice)]
    assert levels == [("banner",), ("village",)]


def test_a_part_taken_has_its_own_text_levels_deadline_duty_and_place(
    session: Session, office: Account, measure: Measure, notice: Notice
) -> None:
    first = take(session, measure, notice, 0, office)
    content = content_of(session, first)
    assert content.addressees == [("banner", "")]
    assert (content.due_rule, content.target_count) == ("2026-12-20", 2)
    assert content.title == "各旗县要在12月20日前演练2次"
    assert content.lead == measure.lead == "应急管理厅"
    assert first.status == MeasureStatus.DRAFT
    assert first.path == f"{measure.path}/1"
    assert first.text == notice.text[first.start : first.end]
    assert [duty["count"] for duty in first.findings["duties"]] == [2]
    second = take(session, measure, notice, 1, office)
    assert content_of(session, second).due_rule == "monthly:25"


def test_the_measure_itself_loses_nothing_and_the_part_stands_behind_it(
    session: Session, office: Account, measure: Measure, notice: Notice
) -> None:
    before = (measure.model_dump(), content_of(session, measure))
    first = take(session, measure, notice, 0, office)
    session.refresh(measure)
    assert (measure.model_dump(), content_of(session, measure)) == before
    ids = [listed.id for listed in list_measures(session, measure.campaign_id)]
    assert ids[:2] == [measure.id, first.id]
    history = select(MeasureEvent.act, MeasureEvent.account_id).where(
        MeasureEvent.measure_id == first.id
    )
    assert session.exec(history).all() == [(MeasureAct.CREATE, office.id)]


def test_a_part_is_taken_once_until_its_measure_is_deleted(
    session: Session, office: Account, measure: Measure, notice: Notice
) -> None:
    first = take(session, measure, notice, 0, office)
    with pytest.raises(Refusal, match="已经单独成为"):
        take(session, measure, notice, 0, office)
    delete_measure(session, first, actor=office)
    assert take(session, measure, notice, 0, office).start


def test_a_part_that_is_not_there_and_a_released_measure_are_refused(
    session: Session, office: Account, measure: Measure, notice: Notice
) -> None:
    with pytest.raises(Refusal, match="没有这一部分"):
        take_part(session, measure, notice, 0, actor=office, now=NOW)
    measure.status = MeasureStatus.RELEASED
    with pytest.raises(Refusal, match="已下发"):
        take(session, measure, notice, 0, office)


def test_a_measure_made_by_hand_has_no_parts(session: Session, office: Account) -> None:
    made = make_measure(session, office, confirmed=False)
    told = Notice(campaign_id=made.campaign_id, title="", text="各旗县要演练；各嘎查村要报送。")
    assert parts_of_measure(made, told) == ()


def test_only_the_office_of_the_measure_takes_a_part(
    session: Session, measure: Measure, notice: Notice
) -> None:
    stranger = make_account(session, LEAGUE, login="stranger")
    with pytest.raises(NotFound):
        take(session, measure, notice, 0, stranger)
