"""Forms as Excel files (XLSForm): taken in for a measure, and handed out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request, Response
from fastapi.responses import RedirectResponse
from sqlmodel import Session
from starlette.datastructures import FormData

from adapters.form_process import xlsform_apart
from adapters.xlsform.reading import LIMIT, XlsForm, XlsFormFaults
from adapters.xlsform.writing import write_xlsform
from adapters.xlsx_bounds import MEGABYTE
from models import Campaign, Measure
from queries.campaigns.campaigns import get_own_measure, lock_own_measure
from queries.forms.forms import get_own_form, get_version_numbered, settings_of
from rules.dates.calendar import local_date
from rules.forms.form_change import TYPE_NAMES
from rules.forms.form_fields import dump_form, read_form
from rules.sentences.faults import Fault
from rules.sentences.refusal import N_, Refusal
from web.edge.downloads import saved_as
from web.edge.language import Words, say, words_of
from web.edge.packed_upload import carried, content_of, pack
from web.edge.posted import Posted
from web.edge.rendering import render
from web.edge.security import LARGEST_ID, Officer, Viewer, which_office
from web.edge.transactions import Look, Now, OpenSession, attempt
from web.edge.waiting import Crowded, waiting_of
from web.forms.form_preview import preview_of
from web.forms.opened_form import EDITED, Opened, next_page, open_form, publish
from web.forms.understood_fields import understood

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
NEW = "new"

router = APIRouter()


@dataclass(frozen=True)
class SentFault:
    """One fault of the workbook in finished words."""

    sheet: str
    row: str
    column: str
    cell: str
    sentence: str


@dataclass(frozen=True)
class SentForm:
    """A workbook as it was sent: read, or with what is wrong with it."""

    form: XlsForm | None
    packed: str = ""
    """The file, packed into text, so that it is published without being sent twice."""
    refusal: str = ""
    faults: tuple[SentFault, ...] = ()
    notes: tuple[SentFault, ...] = ()
    status: int = 200


async def read_sent(
    request: Request, look: Look, now: Now, posted: Posted, measure_id: int
) -> SentForm:
    """Read the workbook before the transaction begins; see `web.campaigns.intake.read_intake`."""
    await look(partial(_require_own, request, now, measure_id))
    try:
        return await waiting_of(request).offices.run(partial(_read, words_of(request), posted))
    except Crowded as crowded:
        kept, sentence = carried(posted, crowded)
        return SentForm(None, kept, say(request, sentence), status=503)
    except XlsFormFaults as refused:
        faults = tuple(_told(words_of(request), refused.faults))
        return SentForm(None, refusal=say(request, FAULTY), faults=faults, status=422)
    except Refusal as refusal:
        return SentForm(None, refusal=say(request, refusal), status=422)


def _require_own(request: Request, now: datetime, measure_id: int, session: Session) -> None:
    get_own_measure(session, which_office(request, session, now).account, measure_id)


def _read(words: Words, posted: FormData) -> SentForm:
    content = content_of(posted, none=N_("请选择表单文件（.xlsx）。"))
    form = xlsform_apart(content)
    return SentForm(form, pack(content), notes=tuple(_told(words, form.notes)))


FAULTY = N_("这个文件里的表单有错误，什么都没有改动。请在 Excel 里改好后重新上传。")


@router.get("/measures/{measure_id}/form/import")
def show_import(
    request: Request, session: OpenSession, viewer: Officer, now: Now, measure_id: int
) -> Response:
    """Choose a file."""
    opened = _opened(session, viewer, get_own_measure(session, viewer.account, measure_id))
    return _page(request, viewer, opened, SentForm(None), now)


@router.post("/measures/{measure_id}/form/import")
def import_form(
    request: Request,
    sent: Annotated[SentForm, Depends(read_sent)],
    session: OpenSession,
    viewer: Officer,
    now: Now,
    posted: Posted,
    measure_id: int,
) -> Response:
    """Show what was understood; confirmed, publish it for the measure."""
    locked = lock_own_measure(session, viewer.account, measure_id)
    opened = _opened(session, viewer, locked, new=posted.get("as") == NEW)
    if sent.form is None or posted.get("do") != "publish":
        return _page(request, viewer, opened, sent, now)
    with attempt(session, request) as outcome:
        version = publish(
            session,
            opened,
            sent.form.title or (opened.form.title if opened.form else opened.measure.title[:200]),
            dump_form(sent.form.fields),
            settings=sent.form.settings,
            viewer=viewer,
            now=now,
        )
    if not outcome.done:
        return _page(request, viewer, opened, sent, now, outcome.refusal)
    return RedirectResponse(next_page(opened, version), 303)


@router.get("/forms/{form_id}/versions/{number}/xlsform")
def download(
    session: OpenSession,
    viewer: Officer,
    form_id: int,
    number: Annotated[int, Path(ge=1, le=LARGEST_ID)],
) -> Response:
    """A version as a workbook that can be edited in Excel and taken in again."""
    form = get_own_form(session, viewer.account, form_id)
    version = get_version_numbered(session, form_id, number)
    content = write_xlsform(form.title, settings_of(version), read_form(version.fields))
    name = f"{form.title}-v{number}.xlsx"
    headers = {
        "Content-Disposition": saved_as(name, "form.xlsx"),
        "Cache-Control": "no-store",
    }
    return Response(content, media_type=XLSX, headers=headers)


def _opened(
    session: Session, viewer: Viewer, own: tuple[Measure, Campaign], *, new: bool = False
) -> Opened:
    measure, campaign = own
    if measure.status not in EDITED:
        raise Refusal(N_("这条措施已撤回，不能再改表单。"))
    return open_form(session, viewer, measure, campaign, new=new)


def _told(words: Words, faults: Iterable[Fault]) -> list[SentFault]:
    return [
        SentFault(
            sheet=one.place.sheet,
            row=str(one.place.line or ""),
            column=one.place.column,
            cell=one.place.cell,
            sentence=words.say(one),
        )
        for one in faults
    ]


def _page(
    request: Request, viewer: Viewer, opened: Opened, sent: SentForm, now: Now, refusal: str = ""
) -> Response:
    refusal = refusal or sent.refusal
    fields = sent.form.fields if sent.form else ()
    shown = preview_of(words_of(request), opened.measure, viewer.unit, fields, local_date(now))
    return render(
        request,
        "pages/forms/import.html",
        status=422 if refusal and not sent.refusal else sent.status,
        opened=opened,
        measure=opened.measure,
        campaign=opened.campaign,
        sent=sent,
        refusal=refusal,
        fields=understood(fields),
        preview=shown,
        type_names=TYPE_NAMES,
        new=NEW,
        limit=LIMIT // MEGABYTE,
    )
