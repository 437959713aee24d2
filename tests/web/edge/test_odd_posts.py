"""Whatever is posted to whatever address, twice: an answer in the design, never a fault of ours."""

import re
from collections.abc import Callable
from functools import lru_cache
from math import lcm
from typing import Any
from urllib.parse import quote_from_bytes

import pytest
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient
from sqlalchemy import String, Text, select
from sqlmodel import Session, SQLModel

from adapters.root import ROOT
from models import (
    Channel,
    ChannelKind,
    Decline,
    DeclineKind,
    Extension,
    Message,
    MessageKind,
    Role,
    Schedule,
    Trouble,
    TroubleKind,
    WorkName,
)
from rules.sentences.held import held
from rules.sentences.sentence import Sentence
from services.campaigns.schedules import schedule_release
from services.forms.form_drafts import KeptForm, keep_form_draft
from tests.building import (
    LEAGUE,
    OTHER_VILLAGE,
    REGION,
    TOWNSHIP,
    VILLAGE,
    get_unit,
    make_measure,
)
from tests.conftest import NOW
from tests.web.conftest import World, account_of
from web.app import ROUTERS

TEMPLATES = ROOT / "templates"
SAID = re.compile(r"""(?:\bname=|(?:input|textarea|select|checkbox|radios)\()["']([\w.:#-]+)["']""")
NAMES = sorted(
    {name for file in TEMPLATES.rglob("*.html") for name in SAID.findall(file.read_text())}
    | {"f-checked", "f-spent", "f-note", "note-checked", "label-0", "name-0", "type-0", "ids"}
    | {"if_item-0", "if_sign-0", "if_value-0", "against_sign-0", "against_item-0", "message-0"}
    | {"against_strict-0", "to-village", "tags-village"}
)
"""What the forms of all pages send, as far as the templates say it in so many words."""
ACTS = {
    "_act": ("send", "save", "add:visits", "remove:visits.9"),
    "act": ("approve", "return", "recall"),
    "do": ("publish", "add", "delete:0", "up:0", "if:0", "unagainst:0.9"),
    "then": ("confirm", "save", "take:duties:0"),
}
TURNS = lcm(*map(len, ACTS.values()))
"""So many routes later the same buttons come again."""
ODD = {
    "nul and halves": b"a\x00b\xed\xa0\x80\xffc",
    "long": "长".encode() * 60 + b"x" * 241,  # more than any line holds, which is 300
    "digits": b"9" * 400,
    "hidden": "汇总\u202e表\u200b\u00ad\U000e0041".encode(),
}
OFFICE, REVIEWER, CLERK = (REGION, Role.OFFICE), (TOWNSHIP, Role.CLERK), (VILLAGE, Role.CLERK)
IN_TURN = tuple(ODD)
WALKS = {f"office {odd}": (OFFICE, (odd,)) for odd in ODD} | {
    "township": (REVIEWER, IN_TURN),
    "village": (CLERK, IN_TURN),
}
"""Who walks, and which values the routes get, in turn. Most of what the office may send is refused
to the others before it is looked at, so that they send one value to each."""
ROUTES = [
    route.path
    for router in ROUTERS
    for route in router.routes
    if isinstance(route, APIRoute) and route.methods and "POST" in route.methods
]


@pytest.fixture
def ids(session: Session, world: World) -> dict[str, object]:
    """One of everything an address can name: what is at work and what is still a draft."""
    office = account_of(session, REGION, Role.OFFICE)
    planned = make_measure(session, office)
    schedule = schedule_release(session, planned, NOW.replace(year=2027), actor=office, now=NOW)
    kept = KeptForm(planned.id, target=0, base_id=None, latest=0, content={})
    draft = keep_form_draft(session, kept, going_on=False, actor=office, now=NOW)
    assert isinstance(schedule, Schedule)
    world.send(VILLAGE)
    session.commit()
    return {
        "measure_id": planned.id, "campaign_id": planned.campaign_id,
        "assignment_id": world.id(VILLAGE), "schedule_id": schedule.id, "draft_id": draft.id,
        "batch_id": 1, "account_id": account_of(session, VILLAGE).id, "token": "x" * 20,
        "purpose": "release", "code": LEAGUE, "complaint_id": 1, **_made(session, world),
    }  # fmt: skip


def _made(session: Session, world: World) -> dict[str, int]:
    """What waits for a ruling, a decision or a reader, and what is in trouble."""
    clerk, office = account_of(session, VILLAGE), account_of(session, REGION, Role.OFFICE)
    waits: dict[str, Any] = {
        "assignment_id": world.id(OTHER_VILLAGE), "reason": "不归我们", "at": NOW,
        "account_id": account_of(session, OTHER_VILLAGE).id,
        "asked_id": get_unit(session, TOWNSHIP).id,
    }  # fmt: skip
    day = NOW.date()
    rows: dict[str, Any] = {
        "decline_id": Decline(**waits, kind=DeclineKind.NOT_OURS, due_on=day),
        "extension_id": Extension(**waits, wanted_on=day.replace(year=2027)),
        "message_id": Message(
            unit_id=clerk.unit_id, day=day, kind=MessageKind.REMIND, sentence=Sentence("催办"),
            created_at=NOW,
        ),
        "channel_id": Channel(
            unit_id=office.unit_id, serves_id=office.unit_id, kind=ChannelKind.EMAIL,
            name="邮箱", address="office@example.org", created_at=NOW, created_by=office.id,
            next_at=NOW,
        ),
        "trouble_id": Trouble(
            key="flow run 1", kind=TroubleKind.FAILED, program=WorkName.SWEEP,
            unit_id=office.unit_id, since=NOW, seen_at=NOW,
        ),
    }  # fmt: skip
    session.add_all(rows.values())
    session.commit()
    return {name: row.id for name, row in rows.items()}


@lru_cache
def body(odd: str, turn: int) -> bytes:
    """Every field there is with the same value, and of the buttons one after the other."""
    value = quote_from_bytes(ODD[odd])
    pairs = [(name, value) for name in NAMES if name not in ACTS]
    pairs += [
        (name, quote_from_bytes(acts[turn % len(acts)].encode())) for name, acts in ACTS.items()
    ]
    return "&".join(f"{quote_from_bytes(name.encode())}={said}" for name, said in pairs).encode()


@pytest.mark.parametrize("walk", WALKS)
def test_no_post_meets_a_fault(
    session: Session, sign_in: Callable[..., TestClient], ids: dict[str, Any], walk: str
) -> None:
    (code, role), odds = WALKS[walk]
    client = sign_in(code, role)
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    faults: list[tuple[str, object]] = []
    for place, path in enumerate(ROUTES):
        if path == "/sign-out":
            continue
        sent = body(odds[place % len(odds)], place % TURNS)
        for address in (path.format(**ids), re.sub(r"{\w+_id}", str(2**31 - 1), path)):
            for _ in range(2):  # a double click
                try:
                    answer = client.post(address, content=sent, headers=kind)
                except Exception as error:  # noqa: BLE001  whatever it is, it is told with its address
                    session.rollback()
                    faults.append((address, repr(error)[:300]))
                    continue
                if answer.status_code >= 500:
                    faults.append((address, answer.status_code))
    assert faults == []
    assert hidden_texts(session) == []


def hidden_texts(session: Session) -> list[tuple[str, str]]:
    """What is stored anywhere, with characters nobody can see."""
    found = []
    for table in SQLModel.metadata.sorted_tables:
        for column in table.columns:
            if isinstance(column.type, String | Text):
                texts = session.scalars(select(column).where(column.is_not(None))).all()
                found += [(str(column), text) for text in texts if held(text) != text]
    return found
