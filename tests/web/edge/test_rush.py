"""Nine o'clock: a hundred people sign in, or send files, while others read their pages."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import httpx
import pytest
from sqlmodel import Session, col, func, select

from adapters.attachment_store import AttachmentStore
from adapters.passwords import hash_password
from adapters.workbooks.writing import write_workbook
from adapters.xlsform.writing import write_xlsform
from models import (
    Account,
    Assignment,
    Attachment,
    Campaign,
    Measure,
    Role,
    SignIn,
    Unit,
    WorkbookUpload,
)
from queries.assignments.visible_assignments import get_visible_assignment
from rules.forms.form_check import check_form
from rules.forms.form_settings import FormSettings
from services.filling import attachments
from services.workbooks.workbooks import get_layout
from tests.attachments import PHOTO_FIELDS, photo
from tests.building import (
    FIELDS,
    VILLAGE,
    assignment_of,
    make_account,
    make_form,
    make_measure,
    release_down,
)
from tests.conftest import NOW
from tests.databases import BACKENDS, fresh_database
from tests.sample_tree import SAMPLE_UNITS
from tests.web.office import NOTICE
from tests.web.rush import Numbered, connections_held, rush
from tests.web.signed_in import open_session
from tests.web.site import Site
from web.edge.pages.stored_files import get_files
from web.edge.viewer.security import SESSION_COOKIE

pytestmark = pytest.mark.long

PEOPLE = 100
PASSWORD = "Caoyuan-2026"
Asking = Callable[[httpx.Client], httpx.Response]


@pytest.fixture(params=BACKENDS)
def site(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Site]:
    """A site on a database of its own, whose requests are numbered."""
    name = f"jieli_rush_{tmp_path.name}"[:60]
    with fresh_database(request.param, tmp_path, name) as url:
        site = Site(tmp_path, url)
        site.app.dependency_overrides[get_files] = lambda: AttachmentStore(tmp_path)
        site.app.add_middleware(Numbered)
        yield site
        site.engine.dispose()


def with_token(token: str, ask: Asking) -> Asking:
    def asking(browser: httpx.Client) -> httpx.Response:
        browser.cookies.set(SESSION_COOKIE, token)
        return ask(browser)

    return asking


def test_a_hundred_sign_in_at_once_and_pages_are_answered_meanwhile(site: Site) -> None:
    with site.session() as session:
        token = open_session(session, make_account(session))
        hashed = hash_password(PASSWORD)
        for number in range(PEOPLE):
            make_account(session, VILLAGE, Role.CLERK, f"clerk{number}").password_hash = hashed

    def sign_in(number: int, browser: httpx.Client) -> httpx.Response:
        typed = {"login": f"clerk{number}", "password": PASSWORD, "next": "/"}
        return browser.post("/sign-in", data=typed)

    crowd: list[Callable[[httpx.Client], httpx.Response]] = [
        partial(sign_in, number) for number in range(PEOPLE)
    ]
    with site.serving() as address, connections_held(site.engine) as held:
        answers = rush(address, crowd, token, "/campaigns")

    assert [answer.status_code for answer in answers.crowd] == [303] * PEOPLE
    assert len(answers.pages) > 1
    assert set(answers.pages) == {200}
    assert held.greatest == 1
    assert held.taken >= 2 * PEOPLE + len(answers.pages)
    with site.session() as session:
        assert session.exec(select(func.count(col(SignIn.id)))).one() == PEOPLE + 1


def test_a_hundred_wrong_passwords_at_once_take_one_short_look_each(site: Site) -> None:
    """Nothing is written for them. Only the first eight are looked at, and for all others together
    it is looked once whether the login has a new password."""
    with site.session() as session:
        token = open_session(session, make_account(session))
        make_account(session, VILLAGE, Role.CLERK, "clerk").password_hash = hash_password(PASSWORD)

    def sign_in(browser: httpx.Client) -> httpx.Response:
        return browser.post("/sign-in", data={"login": "clerk", "password": "wrong"})

    with site.serving() as address, connections_held(site.engine) as held:
        answers = rush(address, [sign_in] * PEOPLE, token, "/campaigns")

    assert [answer.status_code for answer in answers.crowd] == [422] * PEOPLE
    assert sum("账号或密码不正确" in answer.text for answer in answers.crowd) == 8
    assert held.greatest == 1
    assert held.taken == 8 + 1 + answers.asked


def test_a_hundred_files_at_once_are_all_taken_and_pages_are_answered_meanwhile(
    site: Site,
) -> None:
    with site.session() as session:
        office = make_account(session)
        token = open_session(session, office)
        measure = make_measure(session, office, confirmed=False)
        crowd = [
            *([with_token(token, send_notice)] * 20),
            *([with_token(token, partial(send_form, measure.id, _form()))] * 18),
            *([with_token(token, send_list)] * 18),
            *_photos(session, office),
            *_workbooks(session, office),
        ]
        campaigns = session.exec(select(func.count(col(Campaign.id)))).one()
    assert len(crowd) == PEOPLE

    with site.serving() as address, connections_held(site.engine) as held:
        answers = rush(address, crowd, token, "/campaigns")

    assert {answer.status_code for answer in answers.crowd} == {200, 303}
    assert len(answers.pages) > 1
    assert set(answers.pages) == {200}
    assert held.greatest == 1
    with site.session() as session:
        assert session.exec(select(func.count(col(Campaign.id)))).one() == campaigns + 20
        done = select(func.count(col(Attachment.id))).where(col(Attachment.done_at).is_not(None))
        assert session.exec(done).one() == 40
        assert session.exec(select(func.count(col(WorkbookUpload.id)))).one() == 4


def send_notice(browser: httpx.Client) -> httpx.Response:
    return browser.post("/campaigns/new", files={"file": ("通知.txt", NOTICE.encode())})


def _form() -> bytes:
    return write_xlsform("排查表", FormSettings(), check_form(FIELDS))


def send_form(measure_id: int, content: bytes, browser: httpx.Client) -> httpx.Response:
    return browser.post(f"/measures/{measure_id}/form/import", files={"file": ("a.xlsx", content)})


def send_list(browser: httpx.Client) -> httpx.Response:
    return browser.post("/units/import", files={"file": ("a.csv", SAMPLE_UNITS.read_bytes())})


def _photos(session: Session, office: Account) -> list[Asking]:
    """Two photos of each of twenty villages, whose one piece is still to be sent."""
    measure = make_measure(session, office, form=make_form(session, office, PHOTO_FIELDS))
    release_down(session, measure, office)
    content = photo(320, 240)

    def send(path: str, browser: httpx.Client) -> httpx.Response:
        raw = {"Content-Type": "application/octet-stream"}
        return browser.post(f"{path}?offset=0", content=content, headers=raw)

    asking = []
    for code in _villages(session)[:20]:
        clerk = make_account(session, code, Role.CLERK, f"photographer-{code}")
        assignment, token = assignment_of(session, measure, code), open_session(session, clerk)
        for key in ("first-photo", "second-photo"):
            begun = attachments.start(
                session, assignment.id, "photo", "现场.jpg", len(content), client_key=key,
                actor=clerk, now=NOW,
            )  # fmt: skip
            path = f"/assignments/{assignment.id}/uploads/{begun.token}"
            asking.append(with_token(token, partial(send, path)))
    return asking


def _workbooks(session: Session, office: Account) -> list[Asking]:
    """Four villages, each with the workbook it has downloaded."""
    measure = make_measure(session, office)
    release_down(session, measure, office)
    return [_workbook(session, measure, code) for code in _villages(session)[:4]]


def _villages(session: Session) -> list[str]:
    return list(session.exec(select(Unit.code).where(Unit.level == "village").order_by(Unit.code)))


def _workbook(session: Session, measure: Measure, code: str) -> Asking:
    clerk = make_account(session, code, Role.CLERK, f"sender-{code}")
    assignment: Assignment = assignment_of(session, measure, code)
    unit = session.get_one(Unit, clerk.unit_id)
    seen = get_visible_assignment(session, unit, assignment.id)
    content = write_workbook(get_layout(session, seen.assignment, seen.unit))

    def send(browser: httpx.Client) -> httpx.Response:
        path = f"/assignments/{assignment.id}/workbook"
        return browser.post(path, files={"file": ("填报.xlsx", content)})

    return with_token(open_session(session, clerk), send)
