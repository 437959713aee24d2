"""Telling units something in tests."""

from datetime import datetime

from sqlmodel import Session, col, select

from models import Message, MessageKind
from rules.sentences.sentence import Sentence, Term
from services.messages.messages import Told, tell_units
from tests.building import get_unit
from tests.conftest import NOW

SENTENCE = Sentence("现为“%(status)s”", {"status": Term("已退回")})


def tell(
    session: Session, code: str, about: str = "", *, path: str = "/receipts", now: datetime = NOW
) -> Message:
    """A message to the unit with that code."""
    unit_id = get_unit(session, code).id
    told = Told(unit_id, MessageKind.RETURNED, about, SENTENCE, path)
    tell_units(session, [told], now=now)
    return messages_of(session, code)[-1]


def messages_of(session: Session, code: str) -> list[Message]:
    """The messages of the unit with that code, the first one first."""
    of = select(Message).where(col(Message.unit_id) == get_unit(session, code).id)
    return list(session.exec(of.order_by(col(Message.id))).all())
