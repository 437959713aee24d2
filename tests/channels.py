"""Channels outside, for tests."""

from sqlmodel import Session

from models import Channel, ChannelKind
from tests.answering import account_of
from tests.building import get_unit
from tests.conftest import NOW

ROBOT = "https://robot.example.com/send?key=the-key-of-the-robot-9876"


def make_channel(
    session: Session, code: str, *, kind: ChannelKind = ChannelKind.WECOM, secret: str = ""
) -> Channel:
    """A channel of the unit with that code, which serves its subtree."""
    unit = get_unit(session, code)
    channel = Channel(
        unit_id=unit.id, serves_id=unit.id, kind=kind, name="工作群", secret=secret,
        address="" if kind == ChannelKind.EMAIL else ROBOT,
        created_at=NOW, created_by=account_of(session, code).id, next_at=NOW,
    )  # fmt: skip
    session.add(channel)
    session.flush()
    return channel
