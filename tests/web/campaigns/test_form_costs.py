import re
from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session

from models import ONCE, Campaign, FillTime, Measure
from rules.forms.minutes import ENOUGH
from tests.answering import account_of, send
from tests.building import (
    BANNER,
    OTHER_VILLAGE,
    REGION,
    VILLAGE,
    assignment_of,
    get_unit,
    make_form,
    make_measure,
    release_down,
)
from tests.conftest import NOW
from tests.counting import statements
from tests.present import present
from tests.web.office import drafted, office_of
from tests.web.pages import text_of
from web.campaigns.form_costs import preview_form

HOMES = {"name": "homes", "label": "总户数", "type": "integer", "reuse": "households"}
CHECKED = {"name": "checked", "label": "排查户数（户）", "type": "integer"}


def issued(
    session: Session, title: str, campaign: Campaign | None, *fields: dict[str, Any]
) -> Measure:
    """A measure of the region that has reached every village."""
    office = office_of(session)
    form = make_form(session, office, list(fields))
    measure = make_measure(session, office, campaign, title=title, form=form)
    release_down(session, measure, office)
    return measure


def answer(session: Session, measure: Measure, code: str, **typed: str) -> None:
    given = {name: [text] for name, text in typed.items()}
    send(session, assignment_of(session, measure, code), given, actor=account_of(session, code))


@pytest.fixture
def draft(session: Session) -> Measure:
    """A measure that is about to be released, with both questions."""
    form = make_form(session, office_of(session), [HOMES, CHECKED])
    return drafted(session, confirmed=True, title="用电检查", form=form)


def preview_of(sign_in: Callable[..., TestClient], measure: Measure) -> str:
    return text_of(sign_in(REGION, "office").get(f"/measures/{measure.id}/preview"))


def test_the_preview_says_how_many_units_have_an_answer_already(
    session: Session, sign_in: Callable[..., TestClient], draft: Measure
) -> None:
    census = issued(session, "人口摸底", None, HOMES)
    for code in (VILLAGE, OTHER_VILLAGE):
        answer(session, census, code, homes="85")
    shown = preview_of(sign_in, draft)
    assert "2 个单位已有这项数据（来自“人口摸底”），自动带出，不用再填。" in shown
    [total] = re.findall(r"“人口摸底”也在收集，还有 (\d+) 个单位没有报", shown)
    [villages] = re.findall(r"；(\d+) 个单位合计约", shown)
    assert int(total) == int(villages) - 2


def test_a_question_of_the_same_campaign_under_the_same_label_is_named(
    session: Session, sign_in: Callable[..., TestClient], draft: Measure
) -> None:
    campaign = session.get_one(Campaign, draft.campaign_id)
    issued(session, "冬季巡查", campaign, {**CHECKED, "name": "seen", "label": "排查户数"})
    assert "“排查户数（户）”在措施“冬季巡查”中已经问过。" in preview_of(sign_in, draft)


def test_another_campaign_and_another_branch_are_not_named(
    session: Session, sign_in: Callable[..., TestClient], draft: Measure
) -> None:
    issued(session, "冬季巡查", None, CHECKED)
    banner = account_of(session, BANNER)
    form = make_form(session, banner, [HOMES])
    make_measure(session, banner, title="旗里的摸底", form=form)
    shown = preview_of(sign_in, draft)
    assert "已经问过" not in shown
    assert "旗里的摸底" not in shown
    assert "也在收集" not in shown


def test_minutes_are_guessed_until_enough_fillings_are_measured(
    session: Session, sign_in: Callable[..., TestClient], draft: Measure
) -> None:
    assert "按题型估算" in preview_of(sign_in, draft)
    session.add(FillTime(form_version_id=present(draft.form_version_id), up_to=542, count=ENOUGH))
    session.flush()
    shown = preview_of(sign_in, draft)
    assert f"按 {ENOUGH} 份实际填报的用时估算" in shown
    assert re.search(r"共 2 项，每个单位约 9 分钟", shown)


def test_what_nobody_has_to_type_is_not_counted(
    session: Session, sign_in: Callable[..., TestClient]
) -> None:
    area = {
        "name": "area",
        "label": "所属网格",
        "type": "text",
        "default": "一号",
        "readonly": True,
    }
    twice = {"name": "twice", "label": "两次合计", "type": "integer", "calculation": "${homes} * 2"}
    form = make_form(session, office_of(session), [HOMES, area, twice])
    shown = preview_of(sign_in, drafted(session, confirmed=True, title="用电检查", form=form))
    assert "共 1 项，每个单位约 1 分钟" in shown
    assert "所属网格" not in shown
    assert "两次合计" not in shown


def test_the_whole_subtree_is_told_in_hours(
    session: Session, sign_in: Callable[..., TestClient], draft: Measure
) -> None:
    session.add(FillTime(form_version_id=present(draft.form_version_id), up_to=3600, count=ENOUGH))
    session.flush()
    [shown] = re.findall(
        r"每个单位约 (\d+) 分钟；(\d+) 个单位合计约 (\d+) 小时", preview_of(sign_in, draft)
    )
    minutes, units, hours = map(int, shown)
    assert hours == round(minutes * units / 60)


def test_a_measure_without_a_form_costs_no_form(
    session: Session, sign_in: Callable[..., TestClient]
) -> None:
    measure = drafted(session, confirmed=True)
    measure.form_version_id = None
    session.flush()
    assert "没有表单：各单位用文字说明办理情况。" in preview_of(sign_in, measure)


def test_a_preview_costs_the_same_few_statements_whatever_else_is_asked(
    session: Session, draft: Measure
) -> None:
    unit = get_unit(session, REGION)

    def cost() -> int:
        session.expire_all()
        session.refresh(draft)
        session.refresh(unit)
        with statements(session) as sent:
            preview_form(session, draft, unit, ONCE, NOW)
        return len(sent)

    issued(session, "人口摸底", None, HOMES)
    few = cost()
    for number in range(4):
        measure = issued(session, f"摸底{number}", None, HOMES)
        answer(session, measure, VILLAGE, homes="85")
    assert cost() == few <= 5


def test_the_preview_shows_what_else_falls_due_and_a_day_with_room(
    session: Session, sign_in: Callable[..., TestClient]
) -> None:
    long = [{"name": f"n{n}", "label": f"情况{n}", "type": "text", "multiline": True}
            for n in range(15)]  # fmt: skip
    issued(session, "年度总结", None, *long)
    form = make_form(session, office_of(session), [HOMES, CHECKED])
    same_day = drafted(session, confirmed=True, form=form, due_rule="2026-12-20")
    shown = preview_of(sign_in, same_day)
    assert "今后 20 个工作日的任务" in shown
    assert "已有 1 条措施到期，加上本措施，95% 的单位当天要花 61 分钟以内。建议改为" in shown
    other_day = drafted(session, confirmed=True, form=form, due_rule="2026-12-16")
    assert "已有 0 条措施到期，加上本措施，95% 的单位当天要花 1 分钟以内，有余地。" in preview_of(
        sign_in, other_day
    )
