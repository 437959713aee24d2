"""核对无误 on pages: one tap sends the approved answers of the last period again."""

from collections.abc import Callable

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session

from models import Assignment
from tests.answering import approve_many, in_next_period
from tests.building import TOWNSHIP, VILLAGE
from tests.conftest import NOW
from tests.web.conftest import World, account_of
from tests.web.pages import check, fields_of, text_of


@pytest.fixture
def november(session: Session, world: World) -> Assignment:
    """The village's assignment for November; October's was answered and approved."""
    submission = world.send(VILLAGE)
    approve_many(session, [submission.id], actor=account_of(session, TOWNSHIP), now=NOW)
    return in_next_period(session, session.get_one(Assignment, world.id(VILLAGE)))


def typed(client: TestClient, path: str) -> dict[str, str]:
    """What the form sends as it stands."""
    return {name: values[0] for name, values in fields_of(client.get(path), path).items()}


def test_one_tap_sends_and_receipt_history_and_review_say_so(
    november: Assignment, sign_in: Callable[..., TestClient]
) -> None:
    village, path = sign_in(VILLAGE), f"/assignments/{november.id}/form"
    page = village.get(path)
    shown = text_of(page)
    assert "2026年10月的填报已经通过，这里照样填好了" in shown
    assert "照上期（2026年10月）填好" in shown
    assert check(page).xpath("//input[@name='f-checked']/@value") == ["12"]
    sent = village.post(path, data=typed(village, path) | {"_act": "checked"})
    assert "/receipts/" in sent.headers["location"]
    assert "核对无误，与2026年10月相同" in text_of(village.get(sent.headers["location"]))
    assert "核对无误，与2026年10月相同" in text_of(village.get(f"/assignments/{november.id}"))
    township = sign_in(TOWNSHIP)
    reviewed = text_of(township.get(f"/review/{november.id}"))
    assert "核对无误，与2026年10月相同" in reviewed
    assert "与上期不同" not in reviewed


def test_a_changed_field_is_marked_for_the_reviewer(
    november: Assignment, sign_in: Callable[..., TestClient]
) -> None:
    village, path = sign_in(VILLAGE), f"/assignments/{november.id}/form"
    changed = typed(village, path) | {"f-checked": "13", "_act": "checked"}
    sent = village.post(path, data=changed)
    assert "核对无误，与" not in text_of(village.get(sent.headers["location"]))
    township = sign_in(TOWNSHIP)
    page = check(township.get(f"/review/{november.id}"))
    rows = page.xpath("//tr[td[contains(., '与上期不同')]]/th/text()")
    assert rows == ["排查户数"]


def test_once_something_was_kept_as_a_draft_the_form_is_sent_as_usual(
    november: Assignment, sign_in: Callable[..., TestClient]
) -> None:
    village, path = sign_in(VILLAGE), f"/assignments/{november.id}/form"
    village.post(path, data=typed(village, path) | {"f-checked": "13", "_act": "save"})
    page = village.get(path)
    assert "这里照样填好了" not in text_of(page)
    assert check(page).xpath("//input[@name='f-checked']/@value") == ["13"]
