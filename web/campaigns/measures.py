"""The measure editor: what an officer decides about a measure before it is released."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from sqlmodel import Session

from models import Campaign, Level, Measure, Tag
from queries.campaigns.campaigns import (
    get_own_campaign,
    get_own_measure,
    lock_own_measure,
    next_position,
)
from queries.campaigns.schedules import count_plans_of
from queries.forms.forms import ListedForm, list_forms
from queries.units.units import list_levels_below, list_tags
from rules.sentences.faults import Fault, Faults
from rules.sentences.refusal import N_
from services.campaigns.measure_content import content_of
from services.campaigns.measures import (
    EDITABLE,
    STATUS_NAMES,
    MeasureContent,
    confirm_measure,
    create_measure,
    delete_measure,
    edit_measure,
)
from web.campaigns.conflicts import GATE_NAMES, Names, differences
from web.campaigns.typed_due import KINDS, LAST, TypedDue
from web.campaigns.typed_measure import EVERY_UNIT, TypedMeasure
from web.campaigns.typed_schedule import WEEKDAY_NAMES
from web.edge.language import words_of
from web.edge.posted import Posted, typed
from web.edge.rendering import render
from web.edge.security import Officer, Viewer
from web.edge.transactions import Now, OpenSession, attempt

MENTIONED = {
    "border": N_("边境"),
    "pastoral": N_("牧区"),
    "urban": N_("城区"),
    "university": N_("高校"),
    "school": N_("学校"),
    "enterprise": N_("企业"),
    "office": N_("机关"),
    "public-institution": N_("事业单位"),
    "batch-1": N_("第一批"),
    "batch-2": N_("第二批"),
}
"""Kinds of units a notice may mention, whether or not the list of units has a tag for them."""
PLACE = re.compile(r"[0-9]{1,4}")
router = APIRouter()


@dataclass(frozen=True)
class Choices:
    """What an officer may choose from."""

    levels: Sequence[Level]
    """Those below the office, from the top down."""
    tags: Sequence[Tag]
    forms: Sequence[ListedForm]

    @classmethod
    def load(cls, session: Session, viewer: Viewer) -> Choices:
        """The levels, tags and forms of the office; three statements."""
        return cls(
            levels=list_levels_below(session, viewer.unit),
            tags=list_tags(session),
            forms=[row for row in list_forms(session, viewer.account.unit_id) if row.version],
        )

    @property
    def form_pairs(self) -> list[tuple[int, str]]:
        """Id of the latest version and title of every form, for a choice."""
        return [(row.version.id, row.form.title) for row in self.forms if row.version]

    @property
    def names(self) -> Names:
        """What the codes and ids that may be chosen are called."""
        return Names(
            levels={one.code: one for one in self.levels},
            tags={one.code: one.name for one in self.tags},
            forms={str(version): title for version, title in self.form_pairs},
        )

    def content(self, sent: TypedMeasure, faults: Faults) -> MeasureContent:
        """What was typed as a value; see `TypedMeasure.content`."""
        forms = [version for version, _title in self.form_pairs]
        return sent.content(faults, [tag.code for tag in self.tags], forms)


@router.get("/measures/{measure_id}/edit")
def show_editor(
    request: Request, session: OpenSession, viewer: Officer, measure_id: int
) -> Response:
    """The measure with what was found in the text beside it."""
    measure, campaign = get_own_measure(session, viewer.account, measure_id)
    if measure.status not in EDITABLE:
        return RedirectResponse(f"/measures/{measure_id}/preview", 303)
    choices = Choices.load(session, viewer)
    sent = TypedMeasure.of(measure, content_of(session, measure), choices.levels)
    return _editor(request, session, measure, campaign, choices, sent)


@router.post("/measures/{measure_id}/edit")
def save_measure(
    request: Request,
    session: OpenSession,
    viewer: Officer,
    now: Now,
    measure_id: int,
    posted: Posted,
) -> Response:
    """Keep the edit; all faults at once, and whoever was slower sees both texts."""
    measure, campaign = lock_own_measure(session, viewer.account, measure_id)
    choices = Choices.load(session, viewer)
    sent = TypedMeasure.read(typed(posted), choices.levels)
    then = str(posted.get("then", ""))
    if then.startswith("take:"):
        sent = take_over(sent, measure.findings, then)
        return _editor(request, session, measure, campaign, choices, sent)
    faults = Faults()
    content = choices.content(sent, faults)
    if then == "confirm" and not content.due_rule:
        faults.setdefault("due_kind", Fault(N_("请先确定办理时限，再确认措施。")))
    if faults or sent.version != str(measure.version):
        return _editor(request, session, measure, campaign, choices, sent, faults)
    with attempt(session, request) as outcome:
        edit_measure(
            session, measure, content, version=measure.version, actor=viewer.account, now=now
        )
        if then == "confirm":
            confirm_measure(session, measure, actor=viewer.account, now=now)
    if not outcome.done:
        session.refresh(measure)
        return _editor(request, session, measure, campaign, choices, sent, refusal=outcome.refusal)
    return RedirectResponse(_next_page(measure, then), 303)


def _next_page(measure: Measure, then: str) -> str:
    if then in ("form", "preview"):
        return f"/measures/{measure.id}/{then}"
    return f"/campaigns/{measure.campaign_id}?saved={measure.id}#measure-{measure.id}"


@router.post("/measures/{measure_id}/delete")
def delete(session: OpenSession, viewer: Officer, measure_id: int) -> Response:
    """Take what was never released away; the page before has said which plans end with it."""
    measure, campaign = lock_own_measure(session, viewer.account, measure_id)
    delete_measure(session, measure, actor=viewer.account)
    return RedirectResponse(f"/campaigns/{campaign.id}", 303)


@router.get("/campaigns/{campaign_id}/measures/new")
def show_new(request: Request, session: OpenSession, viewer: Officer, campaign_id: int) -> Response:
    """A measure by hand: title and text first, the rest in the editor."""
    campaign = get_own_campaign(session, viewer.account, campaign_id)
    return _new_page(request, campaign, TypedMeasure(), {})


@router.post("/campaigns/{campaign_id}/measures/new")
def add_measure(
    request: Request,
    session: OpenSession,
    viewer: Officer,
    now: Now,
    campaign_id: int,
    posted: Posted,
) -> Response:
    """Keep the new draft and go on to its editor."""
    campaign = get_own_campaign(session, viewer.account, campaign_id)
    sent = TypedMeasure(title=str(posted.get("title", "")), text=str(posted.get("text", "")))
    faults = Faults()
    content = sent.content(faults, (), ())
    if faults:
        return _new_page(request, campaign, sent, faults)
    measure = create_measure(
        session,
        campaign_id=campaign_id,
        content=content,
        position=next_position(session, campaign_id),
        actor=viewer.account,
        now=now,
    )
    return RedirectResponse(f"/measures/{measure.id}/edit", 303)


def take_over(sent: TypedMeasure, findings: Mapping[str, Any], then: str) -> TypedMeasure:
    """The inputs with something found in the text put in; `then` is `take:duties:0`.

    What is not there (any more) changes nothing.
    """
    _, kind, place = f"{then}::".split(":")[:3]
    found = findings.get(kind, [])
    if not PLACE.fullmatch(place) or int(place) >= len(found):
        return sent
    one = found[int(place)]
    if kind == "deadlines":
        return replace(sent, due=TypedDue.of(one["value"]))
    if kind == "duties":
        return replace(sent, target_count=str(one["count"]), target_label=one["text"][:120])
    if kind == "levels" and one in sent.levels:
        return sent.with_level(one, to=EVERY_UNIT)
    return sent


def _editor(
    request: Request,
    session: Session,
    measure: Measure,
    campaign: Campaign,
    choices: Choices,
    sent: TypedMeasure,
    faults: Faults | None = None,
    refusal: str = "",
) -> Response:
    stored = TypedMeasure.of(measure, content_of(session, measure), choices.levels)
    changed = sent.version != stored.version
    conflict = differences(words_of(request), stored, sent, choices.names) if changed else []
    told = words_of(request).say_each(faults or {})
    return render(
        request,
        "pages/campaigns/measures/edit.html",
        status=409 if conflict else 422 if told or refusal else 200,
        measure=measure,
        campaign=campaign,
        choices=choices,
        sent=replace(sent, version=stored.version),
        stored=stored,
        conflict=conflict,
        faults=told,
        refusal=refusal,
        due_kinds=KINDS,
        last=LAST,
        weekdays=WEEKDAY_NAMES,
        gate_names=GATE_NAMES,
        mentioned=MENTIONED,
        plans=count_plans_of(session, measure.id),
        statuses=STATUS_NAMES,
    )


def _new_page(request: Request, campaign: Campaign, sent: TypedMeasure, faults: Faults) -> Response:
    told = words_of(request).say_each(faults)
    return render(
        request,
        "pages/campaigns/measures/new.html",
        status=422 if told else 200,
        campaign=campaign,
        sent=sent,
        faults=told,
    )
