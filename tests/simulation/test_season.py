"""A campaign of some weeks on the sample tree: at the end the books are balanced."""

from contextlib import nullcontext
from datetime import date

from sqlmodel import Session, select

from bench.books import balance
from bench.season import Season
from models import Assignment, Event, Role, Status
from tests.building import REGION, make_account, make_campaign, make_form

SEED = 20261201


def test_nothing_is_lost_or_doubled_in_three_weeks(session: Session) -> None:
    office = make_account(session, REGION, Role.OFFICE)
    campaign = make_campaign(session, office)
    make_form(session, office)
    season = Season(lambda: nullcontext(session), SEED, date(2026, 11, 16), 3, busy=0.3)
    print(f"seed {season.seed}")
    season.run()
    session.expire_all()
    books = balance(session, season.told, campaign.id, season.days[-1])
    assert (books.lost, books.doubled) == ([], [])
    assert books.assignments > 100
    assert {Status.APPROVED, Status.WITHDRAWN} <= set(session.exec(select(Assignment.status)))
    done = {str(act) for act in session.exec(select(Event.act))}
    assert {"submit", "approve", "return", "pass_on", "decline", "open_again"} <= done
    assert season.told.digests
