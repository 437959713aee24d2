"""An office may choose only forms of its own unit, whatever it chooses them for."""

from __future__ import annotations

from sqlmodel import Session

from models import Account
from queries.forms.forms import get_form, get_version
from rules.accounts.permissions import Right, require
from rules.accounts.predicates import Subject


def require_own_form(session: Session, form_id: int, *, actor: Account) -> None:
    """Raises `NotAllowed` for a form of another unit, and `NotFound` where there is none."""
    require(actor, Right.CHOOSE_FORM, Subject(get_form(session, form_id).unit_id))


def require_own_version(session: Session, version_id: int, *, actor: Account) -> None:
    """`require_own_form` for a version of a form."""
    require_own_form(session, get_version(session, version_id).form_id, actor=actor)
