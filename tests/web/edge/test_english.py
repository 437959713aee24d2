"""In English no page says a Chinese word of its own; what people typed stays as they typed it."""

import re
from collections.abc import Callable, Iterable, Iterator
from datetime import time
from typing import Any

import pytest
from fastapi.testclient import TestClient
from httpx import Response
from sqlmodel import Session, SQLModel, select

from models import ComplaintKind, Measure, Role
from rules.dates.timetable import Rhythm, Timing
from services.assignments.complaints import complain
from services.campaigns.schedules import schedule_reports
from services.reports.snapshots import take_snapshots
from services.review.reviews import return_
from tests.answering import released_measure
from tests.building import BANNER, OTHER_VILLAGE, REGION, TOWNSHIP, VILLAGE
from tests.conftest import NOW
from tests.present import present
from tests.scenes import scene
from tests.web.conftest import World, account_of
from tests.web.edge.test_reading import PATHS
from tests.web.office import NOTICE, taken_in
from tests.web.pages import check

CHINESE = re.compile("[\u2e80-\u303f\u3400-\u9fff\uf900-\ufaff\uff01-\uff65]+")
OURS = {"why"}
"""Keys of stored sentences that are the product's own."""
VIEWERS = ((VILLAGE, Role.CLERK), (TOWNSHIP, Role.CLERK), (REGION, Role.OFFICE))


@scene
def busy_pages(session: Session) -> dict[str, Any]:
    """Something of every kind of thing: the ids of two measures to put into addresses, and every
    stored text."""
    office = account_of(session, REGION, Role.OFFICE)
    world = World(released_measure(session), session)
    campaign = taken_in(session, NOTICE)
    draft = present(session.exec(select(Measure).where(Measure.campaign_id == campaign.id)).first())
    sent = world.send(VILLAGE, note="已查完。")
    wrong = world.send("150402005003")
    return_(
        session, wrong.id, reason="请补充说明。", fields=["note"],
        actor=account_of(session, TOWNSHIP), now=NOW,
    )  # fmt: skip
    complaint = complain(
        session, kind=ComplaintKind.REPEATED, page="/", text="报了两遍。", answer_days=3,
        actor=account_of(session, VILLAGE), now=NOW,
    )  # fmt: skip
    weekly = Timing(Rhythm.WEEKLY, time(8, 30), 1)
    schedule_reports(session, campaign, weekly, actor=office, now=NOW)
    released = world.measure
    take_snapshots(session, released.campaign_id, [REGION], as_of=NOW.date(), actor=None, now=NOW)
    shared: dict[str, object] = {"complaint_id": complaint.id}
    shared |= {"number": sent.receipt, "day": NOW.date(), "as_of": NOW.date(), "purpose": "reports"}
    return {
        "released": shared | {
            "assignment_id": world.id(VILLAGE), "measure_id": released.id,
            "campaign_id": released.campaign_id, "code": REGION, "level": "village",
        },
        "draft": shared | {
            "assignment_id": world.id("150402005003"), "measure_id": draft.id,
            "campaign_id": campaign.id, "code": BANNER, "purpose": "release",
        },
        "texts": stored_texts(session),
    }  # fmt: skip


@pytest.mark.parametrize("which", ["released", "draft"])
@pytest.mark.parametrize("path", [path for path in PATHS if not path.startswith("/language")])
def test_a_page_has_no_chinese_of_its_own(
    busy_pages: dict[str, Any], sign_in: Callable[..., TestClient], path: str, which: str
) -> None:
    address = re.sub(r"{(\w+)(?::\w+)?}", lambda m: str(busy_pages[which].get(m[1], 1)), path)
    for code, role in VIEWERS:
        client = sign_in(code, role)
        client.cookies.set("lang", "en")
        answer = client.get(address)
        if answer.headers.get("content-type", "").startswith("text/html"):
            assert not list(chinese_in(answer, busy_pages["texts"]))


@pytest.mark.parametrize(
    ("address", "fields"),
    [
        ("/assignments/{}/form", {"_act": "send", "f-checked": "十二"}),
        ("/assignments/{}/acknowledge", {}),
        ("/complaints", {"text": ""}),
        ("/review", {"act": "return"}),
    ],
)
def test_a_refusal_is_english_too(
    world: World,
    session: Session,
    sign_in: Callable[..., TestClient],
    address: str,
    fields: dict[str, str],
) -> None:
    world.send(OTHER_VILLAGE)
    client = sign_in(VILLAGE)
    client.cookies.set("lang", "en")
    answer = client.post(address.format(world.id(VILLAGE)), data=fields, follow_redirects=True)
    assert not list(chinese_in(answer, stored_texts(session) | {"十二"}))


def test_a_wrong_password_is_told_in_english(client: TestClient) -> None:
    client.cookies.set("lang", "en")
    answer = client.post("/sign-in", data={"login": "nobody", "password": "wrong"})
    assert not list(chinese_in(answer, set()))


def stored_texts(session: Session) -> set[str]:
    """Every text in the database with Chinese in it."""
    found: set[str] = set()
    for table in SQLModel.metadata.sorted_tables:
        for row in session.execute(table.select()):
            found.update(_texts(row._mapping.values()))
    return found


def _texts(values: Iterable[Any]) -> Iterator[str]:
    for value in values:
        if isinstance(value, str) and CHINESE.search(value):
            yield " ".join(value.split())
        elif isinstance(value, dict):
            yield from _texts(part for name, part in value.items() if name not in OURS)
        elif isinstance(value, list | tuple):
            yield from _texts(value)


def chinese_in(answer: Response, data: set[str]) -> Iterator[str]:
    """The Chinese of a page that is not data: in its text and in what its attributes say."""
    tree = check(answer)
    for typed in tree.xpath("//*[@lang='zh-CN']|//article[contains(@class,'notice-text')]"):
        typed.drop_tree()
    longest_first = sorted(data, key=len, reverse=True)
    typed_text = re.compile("|".join(map(re.escape, longest_first)) or "$")
    for text in tree.xpath(
        "//text()|//@title|//@aria-label|//@value|//@data-label|//@data-confirm"
    ):
        said = " ".join(str(text).split())
        if CHINESE.search(said) and CHINESE.search(typed_text.sub("", said)):
            yield said
