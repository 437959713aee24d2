"""What stands on the page of one reviewed submission."""

from collections.abc import Callable

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session

from models import Assignment
from tests.answering import NARRATIVE, account_of, released_measure, send
from tests.building import BANNER, REGION, TOWNSHIP, VILLAGE, assignment_of, make_form
from tests.web.pages import check

FIGURES = [
    {"name": "people", "label": "常住人数", "type": "decimal", "rollup": "mean"},
    {"name": "oldest", "label": "最早建成", "type": "integer", "rollup": "min"},
    {"name": "heated", "label": "取暖方式", "type": "select_one", "rollup": "share",
     "choices": [{"value": "coal", "label": "燃煤"}, {"value": "gas", "label": "燃气"}]},
]  # fmt: skip


def test_photos_and_files_can_be_opened_by_who_reviews_them(
    session: Session, sign_in: Callable[..., TestClient], photos_wanted: int
) -> None:
    assignment = session.get_one(Assignment, photos_wanted)
    sent = send(session, assignment, {"checked": ["1"]}, actor=account_of(session, VILLAGE))
    sent.answers = {**sent.answers, "photo": {"name": "现场.jpg", "token": "t1", "digest": "d"}}
    session.flush()
    page = check(sign_in(TOWNSHIP).get(f"/review/{assignment.id}"))
    link = page.xpath("//a[@href='/attachments/t1']")
    assert [node.text for node in link] == ["现场.jpg"]


@pytest.fixture
def summed(session: Session) -> Assignment:
    """A township's answer to a measure with a mean, a smallest and shares, nothing approved."""
    form = make_form(session, account_of(session, REGION), FIGURES)
    measure = released_measure(session, form=form)
    village, township = (assignment_of(session, measure, code) for code in (VILLAGE, TOWNSHIP))
    typed = {"people": ["2.5"], "oldest": ["1978"], "heated": ["coal"]}
    send(session, village, typed, actor=account_of(session, VILLAGE))
    send(session, township, NARRATIVE, actor=account_of(session, TOWNSHIP))
    return township


def test_sums_of_which_nothing_is_approved_yet_are_shown_with_their_words(
    summed: Assignment, sign_in: Callable[..., TestClient]
) -> None:
    page = check(sign_in(BANNER).get(f"/review/{summed.id}"))
    rows = {
        " ".join(row.xpath("string(th)").split()): row.xpath("td/text()")
        for row in page.xpath("//section[@class='panel']//tr[td]")
    }
    assert rows["常住人数 平均"] == ["2.5", "2.5", "—", "—"]
    assert rows["最早建成 最小"] == ["1978", "1978", "—", "—"]
    assert rows["取暖方式：燃煤"] == ["1", "1", "0", "0"]
