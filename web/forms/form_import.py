"""Forms as Excel files (XLSForm): taken in for a measure, and handed out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request, Response
from sqlmodel import Session
from starlette.datastructures import FormData

from adapters.form_process import xlsform_apart
from adapters.language import SOURCE
from adapters.xlsform.reading import LIMIT, XlsForm, XlsFormFaults
from adapters.xlsform.writing import write_blank_xlsform, write_xlsform
from adapters.xlsx_bounds import MEGABYTE
from models import Campaign, Measure
from queries.campaigns.campaigns import get_own_measure, lock_own_measure
from queries.forms.forms import get_own_form, get_version_numbered, settings_of
from rules.forms.form_change import TYPE_NAMES
from rules.forms.form_fields import FieldType, dump_form, read_form
from rules.sentences.faults import Fault
from rules.sentences.refusal import N_, Refusal
from web.edge.pages.downloads import saved_as
from web.edge.pages.rendering import Page, render
from web.edge.requests.packed_upload import carried, content_of, pack
from web.edge.requests.posted import Posted
from web.edge.requests.waiting import Crowded, waiting_of
from web.edge.viewer.context import Context, Officer
from web.edge.viewer.language import Words, words_of
from web.edge.viewer.security import LARGEST_ID, Viewer, which_office
from web.edge.viewer.transactions import Look, Now, attempt
from web.forms.form_preview import FormPreview, preview_of
from web.forms.opened_form import EDITED, Opened, after_publishing, open_form, publish
from web.forms.understood_fields import UnderstoodField, understood

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
    """A workbook as it was sent: read, or with its faults."""

    form: XlsForm | None
    packed: str = ""
    """The file, packed into text, so that nobody sends the file again to publish it."""
    refusal: str = ""
    faults: tuple[SentFault, ...] = ()
    notes: tuple[SentFault, ...] = ()
    status: int = 200


async def read_sent(
    request: Request, look: Look, now: Now, posted: Posted, measure_id: int
) -> SentForm:
    """Read the workbook before the transaction begins; see `web.campaigns.intake.read_intake`."""
    await look(partial(_require_own, request, now, measure_id))
    words = words_of(request)
    try:
        return await waiting_of(request).offices.run(partial(_read, words, posted))
    except Crowded as crowded:
        kept, sentence = carried(posted, crowded)
        return SentForm(None, kept, words.say(sentence), status=503)
    except XlsFormFaults as refused:
        faults = tuple(_told(words, refused.faults))
        return SentForm(None, refusal=words.say(FAULTY), faults=faults, status=422)
    except Refusal as refusal:
        return SentForm(None, refusal=words.say(refusal), status=422)


def _require_own(request: Request, now: datetime, measure_id: int, session: Session) -> None:
    get_own_measure(session, which_office(request, session, now).account, measure_id)


def _read(words: Words, posted: FormData) -> SentForm:
    content = content_of(posted, none=N_("请选择表单文件（.xlsx）。"))
    form = xlsform_apart(content)
    return SentForm(form, pack(content), notes=tuple(_told(words, form.notes)))


FAULTY = N_("这个文件里的表单有错误，什么都没有改动。请在 Excel 里改好后重新上传。")


@router.get("/measures/{measure_id}/form/import")
def show_import(context: Officer, measure_id: int) -> Response:
    """Choose a file."""
    own = get_own_measure(context.session, context.actor, measure_id)
    opened = _opened(context.session, context.viewer, own)
    return _page(context, opened, SentForm(None))


@router.post("/measures/{measure_id}/form/import")
def import_form(
    sent: Annotated[SentForm, Depends(read_sent)], context: Officer, posted: Posted, measure_id: int
) -> Response:
    """Show what was understood; after the confirmation, publish the form for the measure."""
    locked = lock_own_measure(context.session, context.actor, measure_id)
    opened = _opened(context.session, context.viewer, locked, new=posted.get("as") == NEW)
    if sent.form is None or posted.get("do") != "publish":
        return _page(context, opened, sent)
    with attempt(context.session, context.words) as outcome:
        version = publish(
            context,
            opened,
            sent.form.title or (opened.form.title if opened.form else opened.measure.title[:200]),
            dump_form(sent.form.fields),
            settings=sent.form.settings,
        )
    if not outcome.done:
        return _page(context, opened, sent, outcome.refusal)
    return after_publishing(opened, version)


@router.get("/forms/{form_id}/versions/{number}/xlsform")
def download(
    context: Officer, form_id: int, number: Annotated[int, Path(ge=1, le=LARGEST_ID)]
) -> Response:
    """A version as a workbook that Excel can edit and that can be taken in again."""
    form = get_own_form(context.session, context.actor, form_id)
    version = get_version_numbered(context.session, form_id, number)
    content = write_xlsform(form.title, settings_of(version), read_form(version.fields))
    return _workbook(content, f"{form.title}-v{number}.xlsx", "form.xlsx")


@router.get("/measures/{measure_id}/form/blank")
def download_blank(context: Officer, measure_id: int) -> Response:
    """A form to begin with in Excel, with heads in the language of the page."""
    get_own_measure(context.session, context.actor, measure_id)
    words = context.words
    content = write_blank_xlsform(words.say, chinese=words.language == SOURCE)
    return _workbook(content, f"{words.say(N_('空白表单'))}.xlsx", "blank-form.xlsx")


def _workbook(content: bytes, name: str, plain: str) -> Response:
    """The answer that saves a workbook; `plain`: its name for browsers that know ASCII only."""
    headers = {"Content-Disposition": saved_as(name, plain), "Cache-Control": "no-store"}
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
            sheet=fault.place.sheet,
            row=str(fault.place.line or ""),
            column=fault.place.column,
            cell=fault.place.cell,
            sentence=words.say(fault),
        )
        for fault in faults
    ]


@dataclass(frozen=True)
class FormImportPage(Page):
    """A form as an Excel file: where the file is chosen, and what was understood."""

    TEMPLATE = "pages/forms/import.html"

    opened: Opened
    measure: Measure
    campaign: Campaign
    sent: SentForm
    refusal: str
    fields: Sequence[UnderstoodField]
    preview: FormPreview
    type_names: Mapping[FieldType, str]
    new: str
    """What says that a form of its own is made."""
    limit: int
    """Megabytes of the largest file."""


def _page(context: Context, opened: Opened, sent: SentForm, refusal: str = "") -> Response:
    refusal = refusal or sent.refusal
    fields = sent.form.fields if sent.form else ()
    shown = preview_of(context.words, opened.measure, context.viewer.unit, fields, context.today)
    page = FormImportPage(
        opened=opened,
        measure=opened.measure,
        campaign=opened.campaign,
        sent=sent,
        refusal=refusal,
        fields=understood(context.words, fields),
        preview=shown,
        type_names=TYPE_NAMES,
        new=NEW,
        limit=LIMIT // MEGABYTE,
    )
    status = 422 if refusal and not sent.refusal else sent.status
    return render(context.request, page, status=status)
