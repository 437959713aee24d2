"""Sums over two levels of one line: warned of before release, flagged in progress and report."""

from collections.abc import Callable

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session

from models import Measure, Role
from rules.assignments.counting import sums_levels
from rules.forms.form_fields import read_form
from services.campaigns.measures import confirm_measure
from tests.building import FIELDS, REGION, TOWNSHIP, VILLAGE, assignment_of, release_down
from tests.conftest import NOW
from tests.reports_building import answer
from tests.web.conftest import account_of
from tests.web.office import drafted, office_of
from tests.web.pages import check, text_of

BOTH = (("township", ""), ("village", ""))
WARNING = "上下两级单位都填这张表单，合计是两级相加，可能重复计算。"


@pytest.fixture
def measure(session: Session) -> Measure:
    """A draft that townships and their villages answer."""
    return drafted(session, addressees=BOTH)


def test_only_a_form_that_sums_and_is_answered_at_two_levels_counts() -> None:
    fields = read_form(FIELDS)
    assert sums_levels(fields, 2)
    assert not sums_levels(fields, 1)
    texts = [field for field in fields if not field.numeric]
    assert not sums_levels(texts, 2)


def test_who_confirms_says_that_adding_two_levels_is_meant(
    session: Session, measure: Measure, sign_in: Callable[..., TestClient]
) -> None:
    client = sign_in(REGION, Role.OFFICE)
    path = f"/measures/{measure.id}"
    assert WARNING in text_of(client.get(f"{path}/preview"))
    refused = client.post(f"{path}/confirm")
    assert refused.status_code == 409
    assert "请在预览页确认这是有意的" in text_of(refused)
    assert str(measure.status) == "draft"
    done = client.post(f"{path}/confirm", data={"sums_meant": "yes"})
    assert done.status_code == 303
    assert str(measure.status) == "confirmed"
    assert "上下两级相加：未确认 → 确认是有意的" in text_of(client.get(f"{path}/history"))


def test_a_measure_of_one_level_is_not_asked_about(
    session: Session, sign_in: Callable[..., TestClient]
) -> None:
    single = drafted(session)
    client = sign_in(REGION, Role.OFFICE)
    page = client.get(f"/measures/{single.id}/preview")
    assert WARNING not in text_of(page)
    assert not check(page).xpath("//input[@name='sums_meant']")
    assert client.post(f"/measures/{single.id}/confirm").status_code == 303
    assert "上下两级相加" not in text_of(client.get(f"/measures/{single.id}/history"))


def test_progress_and_report_flag_the_sum(
    session: Session, measure: Measure, sign_in: Callable[..., TestClient]
) -> None:
    office = office_of(session)
    confirm_measure(session, measure, sums_meant=True, actor=office, now=NOW)
    release_down(session, measure, office)
    for code in (VILLAGE, TOWNSHIP):
        own = assignment_of(session, measure, code)
        answer(session, own, account_of(session, code), {"checked": 5})
    client = sign_in(REGION, Role.OFFICE)
    assert WARNING in text_of(client.get(f"/measures/{measure.id}/progress"))
    report = client.post(f"/reports/{measure.campaign_id}/{REGION}").headers["location"]
    assert WARNING in text_of(client.get(report))
