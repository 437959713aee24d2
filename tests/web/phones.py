"""Clerks' phones: Chromium on a served site whose villages each have one form to fill in."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Dialog, Page, TimeoutError
from sqlalchemy import delete
from sqlmodel import Session, col, select

from adapters.passwords import hash_password
from models import Account, Assignment, Draft, Level, Role, SignIn, Submission, Unit
from services.review.reviews import approve, return_
from tests.building import REGION, get_unit, make_form, make_measure, release_down
from tests.conftest import NOW
from tests.web.conftest import account_of
from tests.web.signed_in import open_session
from tests.web.site import Site, browser
from web.edge.viewer.security import SESSION_COOKIE

PASSWORD = "Caoyuan-2026"
SAVE, SEND = ".buttons button[value=save]", ".buttons button[value=send]"
YES_NO = [{"value": "yes", "label": "有"}, {"value": "no", "label": "没有"}]
FORM: list[dict[str, Any]] = [
    {"name": "checked", "label": "排查户数", "type": "integer", "required": True, "min": 0},
    {"name": "spent", "label": "投入资金（万元）", "type": "decimal"},
    {"name": "found", "label": "是否发现隐患", "type": "select_one", "choices": YES_NO},
    {
        "name": "faulty",
        "label": "隐患户数",
        "type": "integer",
        "relevant": "${found} = 'yes'",
        "constraint": ". <= ${checked}",
        "constraint_message": "不能多于排查户数。",
    },
    {
        "name": "left",
        "label": "没有隐患的户数",
        "type": "calculate",
        "calculation": "${checked} - coalesce(${faulty}, 0)",
    },
    {
        "name": "heating",
        "label": "取暖方式",
        "type": "select_one",
        "choices": [{"value": "coal", "label": "烧煤"}, {"value": "power", "label": "用电"}],
    },
    {
        "name": "stove",
        "label": "设备",
        "type": "select_one",
        "choice_filter": "heating = ${heating}",
        "choices": [
            {"value": "stove", "label": "煤炉", "columns": {"heating": "coal"}},
            {"value": "kang", "label": "火炕", "columns": {"heating": "coal"}},
            {"value": "panel", "label": "电暖器", "columns": {"heating": "power"}},
        ],
    },
    {"name": "visits", "label": "走访", "type": "repeat"},
    {"name": "who", "label": "走访的人家", "type": "text", "within": "visits"},
    {"name": "talks", "label": "谈话次数", "type": "integer", "within": "visits"},
    {
        "name": "talked",
        "label": "谈话合计",
        "type": "calculate",
        "calculation": "sum(${talks})",
    },
    {"name": "note", "label": "工作情况", "type": "text", "multiline": True},
]


@dataclass
class Phones:
    """`ids`: village code → its assignment."""

    site: Site
    address: str
    browser: Browser
    ids: dict[str, int]
    used: list[str] = field(default_factory=list)

    def village(self) -> str:
        """A village nobody has used yet."""
        code = next(code for code in self.ids if code not in self.used)
        self.used.append(code)
        return code

    def phone(self, code: str, **options: Any) -> BrowserContext:
        """A context of its own, signed in as the village."""
        context = self.browser.new_context(viewport={"width": 360, "height": 740}, **options)
        context.set_default_timeout(40_000)
        self.sign_in(context, code)
        return context

    def sign_in(self, context: BrowserContext, code: str) -> None:
        """As after the sign-in page, without its slow password check."""
        with self.site.session() as session:
            token = open_session(session, account_of(session, code))
        context.add_cookies([{"name": SESSION_COOKIE, "value": token, "url": self.address}])

    def form(self, context: BrowserContext, code: str) -> Page:
        """The village's form in a new tab; where it does not open, what it waited for is said."""
        page, waiting = context.new_page(), set[str]()
        page.on("request", lambda request: waiting.add(request.url))
        for end in ("requestfinished", "requestfailed"):
            page.on(end, lambda request: waiting.discard(request.url))
        try:
            page.goto(self.path(code))
        except TimeoutError as slow:
            workers = [worker.url for worker in context.service_workers]
            raise AssertionError(f"waits at {page.url} for {waiting}, workers {workers}") from slow
        return page

    def path(self, code: str) -> str:
        return f"{self.address}/assignments/{self.ids[code]}/form"

    def end_sessions(self, code: str) -> None:
        """Everybody of the village is signed out, as after a night."""
        with self.site.session() as session:
            account = account_of(session, code)
            session.execute(delete(SignIn).where(col(SignIn.account_id) == account.id))

    def sent(self, code: str) -> list[Submission]:
        with self.site.session() as session:
            wanted = select(Submission).where(Submission.assignment_id == self.ids[code])
            return list(session.exec(wanted).all())

    def return_(self, code: str, fields: list[str]) -> None:
        """The township returns some fields of what the village sent last."""
        with self.site.session() as session:
            sent, upper = self.sent(code)[-1], self._upper(session, code)
            return_(session, sent.id, reason="请核对户数", fields=fields, actor=upper, now=NOW)

    def approve(self, code: str) -> None:
        """The township approves what the village sent last."""
        with self.site.session() as session:
            sent, upper = self.sent(code)[-1], self._upper(session, code)
            approve(session, sent.id, actor=upper, now=NOW)

    def _upper(self, session: Session, code: str) -> Account:
        """Who reviews what the village sends."""
        parent_id = get_unit(session, code).parent_id
        return account_of(session, session.get_one(Unit, parent_id).code)

    def draft(self, code: str) -> dict[str, Any]:
        """What the server keeps as the village's draft, by key."""
        with self.site.session() as session:
            found = session.get(Draft, self.ids[code])
            return dict(found.answers) if found else {}


@contextmanager
def phones(folder: Path, chromium: Browser, form: list[dict[str, Any]] = FORM) -> Iterator[Phones]:
    """Serve a site on which every village has the form to fill in."""
    site = Site(folder)
    with site.session() as session:
        office = account_of(session, REGION, Role.OFFICE)
        measure = make_measure(session, office, form=make_form(session, office, form))
        release_down(session, measure, office)
        wanted = (
            select(Unit.code, Assignment.id)
            .join(Assignment, col(Assignment.unit_id) == Unit.id)
            .join(Level, col(Level.code) == Unit.level)
            .where(Assignment.measure_id == measure.id, Unit.level == "village")
            .order_by(col(Unit.lft))
        )
        ids = dict(session.exec(wanted).all())
        secret = hash_password(PASSWORD)
        for code in ids:
            account_of(session, code).password_hash = secret
    with site.serving() as address:
        yield Phones(site, address, chromium, ids)


def until(page: Page, expression: str) -> None:
    """Wait for a condition in the page; the content policy forbids Playwright's own way."""
    for _ in range(400):
        if page.evaluate(expression):
            return
        page.wait_for_timeout(25)
    raise AssertionError(expression)


def dismiss_into(said: list[str]) -> Callable[[Dialog], None]:
    """Turn down what the page asks, and keep what it says."""

    def dismiss(dialog: Dialog) -> None:
        said.append(dialog.message)
        dialog.dismiss()

    return dismiss


def cut_off(page: Page) -> None:
    """Nothing of the form gets through any more, though the phone thinks it has a network."""
    page.route("**/form*", lambda route: route.abort())


@pytest.fixture(scope="module")
def clerks(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Phones]:
    """The site of the tests of one file."""
    with (
        browser() as chromium,
        phones(tmp_path_factory.mktemp("site"), chromium) as made,
    ):
        yield made


@pytest.fixture
def village(clerks: Phones) -> str:
    """A village no other test uses."""
    return clerks.village()


@pytest.fixture
def phone(clerks: Phones, village: str) -> Iterator[BrowserContext]:
    """Its clerk's phone."""
    context = clerks.phone(village)
    yield context
    context.close()


@pytest.fixture
def page(clerks: Phones, phone: BrowserContext, village: str) -> Page:
    """The form, open on it."""
    return clerks.form(phone, village)
