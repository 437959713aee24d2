"""A measure whose form has one of everything, for tests of pages."""

from typing import Any

import pytest
from sqlmodel import Session

from models import Measure, Role
from tests.building import REGION, make_form, make_measure, release_down
from tests.full_form import full_fields
from tests.scenes import scene
from tests.web.conftest import World, account_of


def make_full_world(session: Session, fields: list[dict[str, Any]] | None = None) -> World:
    """The measure handed down the whole sample tree."""
    office = account_of(session, REGION, Role.OFFICE)
    measure = make_measure(
        session, office, form=make_form(session, office, fields or full_fields())
    )
    release_down(session, measure, office)
    return World(measure, session)


@scene
def full_handed_down(session: Session) -> int:
    """The id of that measure."""
    return make_full_world(session).measure.id


@pytest.fixture
def full(session: Session, full_handed_down: int) -> World:
    """Every village is asked everything there is."""
    return World(session.get_one(Measure, full_handed_down), session)
