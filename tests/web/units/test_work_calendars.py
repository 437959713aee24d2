"""The page of working days: a year in grids and words, a change that is shown before it is made."""

from collections.abc import Callable
from datetime import date

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session, select

from models import CalendarChange, Measure, Role, Tag
from queries.units.calendars import get_calendars
from tests.building import LEAGUE, REGION
from tests.web.pages import text_of

SignIn = Callable[..., TestClient]
PAGE = "/work-calendar"


def _changes(session: Session) -> int:
    return len(session.exec(select(CalendarChange.id)).all())


def test_a_year_is_shown_in_grids_and_in_words(session: Session, sign_in: SignIn) -> None:
    shown = text_of(sign_in(REGION, Role.OFFICE).get(f"{PAGE}?year=2026"))
    assert "放假和补班安排已知到2026年底" in shown
    assert "10月10日（周六） 上班 国庆节" in shown
    assert "12月" in shown
    assert _changes(session) == 0, "a page that is only looked at stores nothing"


def test_a_year_that_is_not_published_says_so(session: Session, sign_in: SignIn) -> None:
    shown = text_of(sign_in(REGION, Role.OFFICE).get(f"{PAGE}?year=2028"))
    assert "2028年的放假安排还没有公布" in shown
    assert "补班的日子还不知道" in shown


def test_only_the_office_at_the_top_sees_it(session: Session, sign_in: SignIn) -> None:
    assert sign_in(LEAGUE, Role.OFFICE).get(PAGE).status_code == 404
    assert sign_in(REGION, Role.CLERK).get(PAGE).status_code == 404


def test_a_change_is_shown_with_what_it_moves_before_it_is_made(
    session: Session, sign_in: SignIn, measure: Measure
) -> None:
    office = sign_in(REGION, Role.OFFICE)
    typed = {"year": "2026", "first": "2026-12-16", "kind": "day_off", "name": "临时放假"}
    shown = text_of(office.post(PAGE, data=typed))
    assert "2026-12-16" in shown
    assert "上班放假" in shown
    assert measure.title in shown
    assert "截止日期也照规则提前" in shown
    before = _changes(session)
    sure = {"year": "2026", "days": "2026-12-16 day_off 临时放假", "until": "", "do": "change"}
    for _twice in range(2):
        answer = office.post(PAGE, data=sure)
        assert answer.status_code == 303
    assert _changes(session) == before + 1, "the second click changes nothing"
    assert not get_calendars(session).plain.is_workday(date(2026, 12, 16))
    assert "临时放假" in text_of(office.get(f"{PAGE}?year=2026"))


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ({"first": "", "kind": "day_off"}, "不是日期"),
        ({"first": "2026-12-20", "last": "2026-12-01", "kind": "day_off"}, "不能早于第一天"),
        ({"first": "2026-12-20", "kind": ""}, "请选择这些日子"),
        ({"first": "2026-01-01", "last": "2027-01-01", "kind": "day_off"}, "一次最多"),
        ({"known": "20277"}, "不是年份"),
    ],
)
def test_what_is_wrong_is_told_and_what_was_typed_is_still_there(
    session: Session, sign_in: SignIn, typed: dict[str, str], told: str
) -> None:
    answer = sign_in(REGION, Role.OFFICE).post(PAGE, data={"name": "我写的名称", **typed})
    assert answer.status_code == 422
    assert told in text_of(answer)
    assert "我写的名称" in answer.text


def test_a_file_is_taken_whole_or_not_at_all(session: Session, sign_in: SignIn) -> None:
    office = sign_in(REGION, Role.OFFICE)
    wrong = "日期,安排,名称\n2027-01-01,放假,元旦\n2027-01-01,上班,\n".encode()
    answer = office.post(PAGE, data={"year": "2027"}, files={"file": ("days.csv", wrong)})
    assert answer.status_code == 422
    assert "第 3 行：2027-01-01 出现了两次" in text_of(answer)
    right = "日期,安排,名称\n2027-01-02,上班,补班\n".encode()
    shown = text_of(office.post(PAGE, data={"year": "2027"}, files={"file": ("days.csv", right)}))
    assert "放假上班" in shown
    assert "2027-01-02" in shown


def test_what_is_exported_is_taken_in_again(session: Session, sign_in: SignIn) -> None:
    office = sign_in(REGION, Role.OFFICE)
    file = office.get(f"{PAGE}?format=xlsx").content
    shown = text_of(office.post(PAGE, data={}, files={"file": ("days.xlsx", file)}))
    assert "另有 771 天与现在一样" in shown
    assert "没有任务的截止日期会变动" in shown


def test_a_calendar_of_a_tag_is_made_and_has_no_days_yet(session: Session, sign_in: SignIn) -> None:
    session.add(Tag(code="border", name="边境", name_en="Border"))
    session.flush()
    office = sign_in(REGION, Role.OFFICE)
    answer = office.post(f"{PAGE}/calendars", data={"name": "", "tag": "border"})
    assert answer.status_code == 422
    made = office.post(f"{PAGE}/calendars", data={"name": "边境日历", "tag": "border"})
    shown = text_of(office.get(made.headers["location"]))
    assert "只写与通用日历不同的日子" in shown
