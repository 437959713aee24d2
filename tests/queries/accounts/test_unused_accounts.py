"""Accounts that still have their first code, and units that nobody can answer for, in large
trees."""

import pytest
from sqlmodel import Session

from adapters.passwords import CODE_MARK
from models import Account, Measure, Unit
from models.account import HAS_FIRST_CODE
from queries.accounts import unused_accounts
from queries.accounts.unused_accounts import count_unused, list_unused
from queries.campaigns.unanswering import count_silent
from queries.units.units import get_unit
from rules.units.access import Access
from tests.building import BANNER, OTHER_LEAGUE, REGION, VILLAGE, make_account
from tests.conftest import NOW
from tests.counting import plan_of


@pytest.fixture
def unused(session: Session) -> list[Account]:
    """Three accounts with their first code, below one banner."""
    made = [make_account(session, VILLAGE, login=f"new-{number}") for number in range(3)]
    for account in made:
        account.password_hash, account.signed_in_at = CODE_MARK + account.login, None
    session.flush()
    return made


def unit(session: Session, code: str) -> Unit:
    return get_unit(session, code)


def test_unused_accounts_are_counted_at_and_below_a_unit(
    session: Session, unused: list[Account], monkeypatch: pytest.MonkeyPatch
) -> None:
    make_account(session, VILLAGE, login="with-a-password")
    unused[0].active = False
    session.flush()
    counts = [count_unused(session, unit(session, code)) for code in (REGION, BANNER, OTHER_LEAGUE)]
    assert counts == [2, 2, 0]
    assert len(list_unused(session, unit(session, BANNER))) == 2
    monkeypatch.setattr(unused_accounts, "MOST_COUNTED", 1)
    unused[0].active = True
    session.flush()
    assert count_unused(session, unit(session, REGION)) == 2  # more than one


def test_they_are_found_by_their_own_index(session: Session, unused: list[Account]) -> None:
    assert repr(CODE_MARK) in HAS_FIRST_CODE
    top = unit(session, REGION)
    assert "ix_account_first_code" in plan_of(session, lambda: count_unused(session, top))


def test_the_accounts_of_a_silent_unit_are_looked_at_once_by_their_index(
    session: Session, measure: Measure
) -> None:
    top = unit(session, REGION)
    account = make_account(session, VILLAGE)
    account.signed_in_at = None
    session.flush()
    before = count_silent(session, measure.id, top)
    account.signed_in_at = NOW
    session.flush()
    after = count_silent(session, measure.id, top)
    assert before[Access.UNUSED] - after.get(Access.UNUSED, 0) == 1
    assert Access.WORKING not in after
    plan = plan_of(session, lambda: count_silent(session, measure.id, top))
    assert plan.count("ix_account_unit_id") == 1
    assert "hashed" not in plan
