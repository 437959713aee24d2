"""Complaints: a unit says what is too much (减负反映)."""

from datetime import datetime

from sqlmodel import Session

from models import Account, Complaint
from rules.accounts.permissions import Right, require
from rules.accounts.predicates import Subject
from rules.forms.field_values import clean_text
from rules.sentences.refusal import N_, Refusal

SHORTEST, LONGEST = 4, 2_000
"""Characters."""


def complain(session: Session, *, page: str, text: str, actor: Account, now: datetime) -> Complaint:
    """Keep a complaint about `page` (a path) for the units above. Raises `Refusal`."""
    require(actor, Right.COMPLAIN, Subject())
    said = clean_text(text, multiline=True)
    if len(said) < SHORTEST:
        raise Refusal(N_("请写明哪里重复、多余或负担太重。"))
    if len(said) > LONGEST:
        raise Refusal(N_("最多写 %(longest)s 字。"), longest=LONGEST)
    complaint = Complaint(
        unit_id=actor.unit_id, account_id=actor.id, page=page[:300], text=said, at=now
    )
    session.add(complaint)
    session.flush()
    return complaint
