"""Turning templates into pages."""

from collections.abc import Callable, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache, partial
from typing import ClassVar

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment

from adapters import clock
from adapters.language import LANGUAGES, tell_period
from adapters.settings import get_settings
from adapters.templating import make_environment
from models import Act, Decision, Gate, MeasureKind, MeasureStatus, Role, Status
from rules.assignments.states import ACT_NAMES, STATUS_NAMES
from rules.dates.calendar import local_date, local_time
from rules.filling.attachments.kinds import ACCEPTED, LARGEST, LARGEST_PIECE
from rules.forms.property_names import EACH_PERIOD_NAMES, PROPERTY_NAMES
from rules.forms.rolled_figures import ROLLUP_NAMES
from rules.sentences.days import told_day
from rules.sentences.numbers import apart
from rules.sentences.refusal import N_
from rules.units.access import ACCESS_NAMES
from web.edge.pages.paging import as_file
from web.edge.pages.said import forget_said, what_was_said
from web.edge.pages.static_files import static
from web.edge.pages.typed_labels import typed_label
from web.edge.viewer.came_from import remember_list, trail_of
from web.edge.viewer.language import Words, is_foreign, language_of, marked
from web.edge.viewer.security import Viewer, form_token

CHOICES = (Act, Decision, Gate, MeasureKind, MeasureStatus, Status)
"""The enums that templates compare with, under their own names."""
_TODAY: ContextVar[date | None] = ContextVar("today", default=None)
"""The day on which a page is drawn: a day of this year is told without the year."""
KIND_NAMES = {
    MeasureKind.DUTY: N_("规定动作"),
    MeasureKind.FIGURES: N_("数据填报"),
    MeasureKind.NARRATIVE: N_("情况报告"),
    MeasureKind.LIST: N_("清单"),
}
ROLE_NAMES = {Role.OFFICE: N_("综合办公室"), Role.CLERK: N_("经办人")}


@dataclass(frozen=True)
class Page:
    """What the template `TEMPLATE` is given: each field of a page is a name in the template."""

    TEMPLATE: ClassVar[str]


@dataclass(frozen=True)
class PageFrame:
    """What every template is given beside its page: names that come from the request."""

    viewer: Viewer | None
    """Who is signed in."""
    path: str
    address: str
    """The path with what stands behind its `?`."""
    form_token: str
    typed_label: Callable[[str], str]
    """What a posted field is called on its page (`web.edge.pages.typed_labels`)."""
    act_done: str
    """What the act before this page has done (`web.edge.pages.said`)."""
    trail: Sequence[tuple[str, str]]
    """The first breadcrumbs: home, and the list one came from (`web.edge.viewer.came_from`)."""

    @classmethod
    def of(cls, request: Request) -> "PageFrame":
        """The frame of the page that answers `request`."""
        query = request.url.query
        return cls(
            viewer=getattr(request.state, "viewer", None),
            path=request.url.path,
            address=request.url.path + (f"?{query}" if query else ""),
            form_token=form_token(request),
            typed_label=partial(typed_label, request),
            act_done=what_was_said(request),
            trail=trail_of(request),
        )


def render(request: Request, page: Page, *, status: int = 200) -> HTMLResponse:
    """The page as the answer to `request`."""
    _TODAY.set(getattr(request.state, "today", None) or local_date(clock.now()))
    text = drawn(page, language_of(request), PageFrame.of(request))
    # On a shared computer the next person must not get the page back with a key.
    answer = HTMLResponse(text, status, {"Cache-Control": "no-store"})
    forget_said(request, answer)
    remember_list(request, answer)
    return answer


def drawn(page: Page, language: str, frame: PageFrame | None = None) -> str:
    """The page as HTML; a template that stands alone needs no frame."""
    template = environment(language).get_template(page.TEMPLATE)
    return template.render({**(vars(frame) if frame else {}), **vars(page)})


@lru_cache
def environment(language: str) -> Environment:
    """The templates in `language`; a name a page does not know is an error."""
    made = make_environment(language)
    made.globals.update(
        **{choices.__name__: choices for choices in CHOICES},
        language=language,
        languages=LANGUAGES,
        static=static,
        status_names=STATUS_NAMES,
        act_names=ACT_NAMES,
        kind_names=KIND_NAMES,
        role_names=ROLE_NAMES,
        access_names=ACCESS_NAMES,
        upload_accepts=ACCEPTED,
        upload_limits=LARGEST,
        upload_piece=LARGEST_PIECE,
        rollup_names=ROLLUP_NAMES,
        each_period_names=EACH_PERIOD_NAMES,
        property_names=PROPERTY_NAMES,
        may_keep_pages=_may_keep_pages,
    )
    made.filters.update(
        day=lambda day: Words(language).say(told_day(day, _TODAY.get())),
        moment=moment,
        number=apart,
        listed=Words(language).listed,
        as_file=as_file,
        marked=partial(marked, language=language),
        period=partial(tell_period, language=language),
    )
    made.tests["foreign"] = lambda text: is_foreign(text, language)
    return made


def _may_keep_pages() -> bool:
    """Whether browsers may keep pages for when there is no network (`offline_pages`)."""
    return get_settings().offline_pages


def moment(at: datetime) -> str:
    """A time of the database as people in Hohhot read it, to the minute."""
    return f"{local_time(at):%Y-%m-%d %H:%M}"
