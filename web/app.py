"""The web application."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from fastapi import APIRouter, Depends, FastAPI
from fastapi.concurrency import run_in_threadpool
from starlette.middleware.gzip import GZipMiddleware

from adapters import database
from adapters.private import hide_new_files, narrow
from adapters.settings import get_settings
from web.accounts import accounts, first_password, many_accounts, own_password, sign_in
from web.accounts.sign_in_limits import SignInLimits
from web.assignments import (
    assignments,
    board,
    calendar,
    complaints,
    declines,
    extensions,
    held_days,
    home,
    layers,
    missing,
    progress,
    receipts,
    search,
    signings,
)
from web.assignments import releases as assignment_releases
from web.campaigns import (
    campaign_deletions,
    campaigns,
    closings,
    copies,
    drafts,
    intake,
    measure_history,
    measures,
    new_schedule,
    notice_files,
    release_asked,
    releases,
    schedules,
    silent_units,
    troubles,
)
from web.edge.doors.metrics import Measured, Metrics
from web.edge.doors.middleware import BodyLimit, HeadAsGet, SecurityHeaders
from web.edge.pages import health, help, offline_pages, static_files
from web.edge.pages.errors import register_errors, tell_too_large
from web.edge.requests.posted import PARSED_TOGETHER
from web.edge.requests.waiting import Waiting
from web.edge.viewer import language
from web.edge.viewer.security import check_ids, check_same_site
from web.filling import attachments, submissions
from web.filling.carrier import Carrier
from web.forms import form_drafts, form_editor, form_import, form_versions, forms
from web.messages import channels, messages, reminders
from web.reports import reports
from web.review import review_batches, review_reasons, reviews
from web.units import unit_edits, unit_import, units, work_calendars
from web.warming import warm
from web.workbooks import workbooks

log = logging.getLogger("jieli.web")
Lifespan = Callable[[FastAPI], AbstractAsyncContextManager[None]]

ROUTERS: tuple[APIRouter, ...] = (
    submissions.router,  # first, because each router is asked in turn, and this one is asked most
    health.router,
    static_files.router,
    offline_pages.router,
    language.router,
    help.router,
    sign_in.router,
    own_password.router,
    first_password.router,
    home.router,
    assignments.router,
    held_days.router,
    board.router,
    layers.router,
    assignment_releases.router,
    signings.router,
    workbooks.router,
    receipts.router,
    search.router,
    attachments.router,
    progress.router,
    missing.router,
    review_batches.router,
    review_reasons.router,
    reviews.router,
    calendar.router,
    complaints.router,
    declines.router,
    extensions.router,
    messages.router,
    channels.router,
    reminders.router,
    intake.router,
    campaigns.router,
    notice_files.router,
    drafts.router,
    measures.router,
    campaign_deletions.router,
    closings.router,
    copies.router,
    measure_history.router,
    releases.router,
    release_asked.router,
    silent_units.router,
    schedules.router,
    new_schedule.router,
    troubles.router,
    form_drafts.router,
    form_editor.router,
    form_import.router,
    form_versions.router,
    forms.router,
    reports.router,
    unit_import.router,
    unit_edits.router,
    units.router,
    work_calendars.router,
    many_accounts.router,
    accounts.router,
)


@asynccontextmanager
async def close_database(_app: FastAPI) -> AsyncIterator[None]:
    """The database is closed when serving ends: after SIGTERM uvicorn ends without `atexit`."""
    yield
    database.get_engine().dispose()


@asynccontextmanager
async def served(app: FastAPI) -> AsyncIterator[None]:
    """The life of the process that serves the pages: what it stores is nobody else's to read."""
    settings = get_settings()
    hide_new_files(settings)
    count = narrow(settings)
    if count:
        log.warning("took the rights of others on %d files in %s", count, settings.data_dir)
    await run_in_threadpool(warm)
    async with close_database(app):
        yield


def create_app(lifespan: Lifespan = close_database) -> FastAPI:
    """The application with all its pages. `lifespan`: what surrounds its being served."""
    app = FastAPI(
        lifespan=lifespan,
        title="接力",
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        dependencies=[Depends(check_same_site), Depends(check_ids)],
    )
    begin(app)
    for router in ROUTERS:
        app.include_router(router)
    register_errors(app)
    app.add_middleware(GZipMiddleware, minimum_size=600, compresslevel=6)
    app.add_middleware(BodyLimit, limit=get_settings().upload_limit, refuse=tell_too_large)
    app.add_middleware(SecurityHeaders)
    app.add_middleware(HeadAsGet)
    app.add_middleware(Measured)
    return app


def begin(app: FastAPI) -> None:
    """What the application remembers from one request to the next begins empty."""
    app.state.parsing = asyncio.Semaphore(PARSED_TOGETHER)  # web.edge.requests.posted.read_form
    app.state.waiting = Waiting()
    app.state.carrier = Carrier(app.state.waiting)
    app.state.sign_in_limits = SignInLimits()
    app.state.metrics = Metrics()


app = create_app(served)
