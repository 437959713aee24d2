"""More people sending at the same moment than the application has threads."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
from sqlmodel import col, func, select

from models import Assignment, Event, Role, Status, Unit
from tests.building import make_account, make_measure, release_down
from tests.web.conftest import SAME_SITE
from tests.web.signed_in import open_session
from tests.web.site import Site
from web.edge.viewer.security import SESSION_COOKIE

CLERKS_PER_VILLAGE = 2


def open_crowd(site: Site) -> list[tuple[str, int]]:
    """Two clerks of every village, with a session each: (token, the village's assignment)."""
    crowd = []
    with site.session() as session:
        office = make_account(session)
        measure = make_measure(session, office)
        release_down(session, measure, office)
        rows = session.exec(
            select(Assignment.id, Unit.code)
            .join(Unit, col(Unit.id) == Assignment.unit_id)
            .where(Assignment.lowest)
        ).all()
        for assignment_id, code in rows:
            for number in range(CLERKS_PER_VILLAGE):
                clerk = make_account(session, code, Role.CLERK, f"{code}-{number}")
                crowd.append((open_session(session, clerk), assignment_id))
    return crowd


def test_sixty_four_people_at_the_same_moment_all_get_through(tmp_path: Path) -> None:
    site = Site(tmp_path)
    crowd = open_crowd(site)
    assert len(crowd) == 64

    with site.serving() as address:

        def sign_for(village: tuple[str, int]) -> int:
            token, assignment_id = village
            answer = httpx.post(
                f"{address}/assignments/{assignment_id}/acknowledge",
                headers=SAME_SITE,
                cookies={SESSION_COOKIE: token},
                timeout=20,
                trust_env=False,
            )
            return answer.status_code

        with ThreadPoolExecutor(len(crowd)) as pool:
            assert set(pool.map(sign_for, crowd)) == {303}

    with site.session() as session:
        signed = select(func.count()).where(Assignment.lowest, Assignment.status == "acknowledged")
        assert session.exec(signed).one() == 32
        once = select(func.count()).where(Event.to_status == Status.ACKNOWLEDGED)
        assert session.exec(once).one() == 32
