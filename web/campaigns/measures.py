"""The measure editor: what an officer decides about a measure before its release."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from fastapi import APIRouter, Response
from fastapi.responses import RedirectResponse
from sqlmodel import Session

from models import Campaign, Gate, Level, Measure, MeasureStatus, Tag
from queries.campaigns.campaigns import (
    get_notice,
    get_own_campaign,
    get_own_measure,
    lock_own_measure,
    next_position,
)
from queries.campaigns.schedules import count_plans_of
from queries.forms.forms import ListedForm, list_forms
from queries.units.units import list_levels_below, list_tags
from rules.dates.calendar import WEEKDAY_NAMES
from rules.sentences.faults import Fault, Faults
from rules.sentences.refusal import N_
from rules.sentences.sentence import Sentence
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
from web.campaigns.conflicts import GATE_NAMES, Names, TypedDifference, differences
from web.campaigns.measure_acts import attempt_on
from web.campaigns.measure_parts import TAKE_PART, ListedPart, list_parts, take_sent_part
from web.campaigns.settled_choices import DUE_INPUTS, settle
from web.campaigns.taken_finds import TAKE, TakenFinds, find_taken, take_over
from web.campaigns.typed_due import KINDS, LAST
from web.campaigns.typed_measure import TypedMeasure
from web.edge.pages.rendering import Page, render
from web.edge.pages.said import back_to, back_to_all
from web.edge.requests.posted import Posted, typed
from web.edge.viewer.context import Context, Officer
from web.edge.viewer.security import Viewer

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
"""Kinds of units that a notice may mention; the list of units need not have a tag for each."""
router = APIRouter()


@dataclass(frozen=True)
class Choices:
    """What an officer may choose from."""

    levels: Sequence[Level]
    """The levels below the office, from the top down."""
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
        """Every form for a choice: the id of its latest version, and its title."""
        return [(row.version.id, row.form.title) for row in self.forms if row.version]

    @property
    def names(self) -> Names:
        """The names of the codes and ids that may be chosen."""
        return Names(
            levels={level.code: level for level in self.levels},
            tags={tag.code: tag.name for tag in self.tags},
            forms={str(version): title for version, title in self.form_pairs},
        )

    def content(self, sent: TypedMeasure, faults: Faults) -> MeasureContent:
        """What was typed as a value; see `TypedMeasure.content`."""
        forms = [version for version, _title in self.form_pairs]
        return sent.content(faults, [tag.code for tag in self.tags], forms)


@router.get("/measures/{measure_id}/edit")
def show_editor(context: Officer, measure_id: int) -> Response:
    """The measure; beside the inputs stands what was found in the text."""
    measure, campaign = get_own_measure(context.session, context.actor, measure_id)
    if measure.status not in EDITABLE:
        return RedirectResponse(f"/measures/{measure_id}/preview", 303)
    choices = Choices.load(context.session, context.viewer)
    sent = TypedMeasure.of(measure, content_of(context.session, measure), choices.levels)
    return _editor(context, measure, campaign, choices, sent)


@router.post("/measures/{measure_id}/edit")
def save_measure(context: Officer, measure_id: int, posted: Posted) -> Response:
    """Keep the edit. All faults are told at once, and the slower of two editors sees both texts."""
    measure, campaign = lock_own_measure(context.session, context.actor, measure_id)
    before = measure.status
    choices = Choices.load(context.session, context.viewer)
    sent = TypedMeasure.read(typed(posted), choices.levels)
    then = str(posted.get("then", ""))
    if then.startswith(TAKE):
        sent = take_over(sent, measure.findings, then)
        return _editor(context, measure, campaign, choices, sent)
    if then.startswith(TAKE_PART):
        refusal = take_sent_part(context, measure, campaign, then)
        return _editor(context, measure, campaign, choices, sent, refusal=refusal)
    stored = TypedMeasure.of(measure, content_of(context.session, measure), choices.levels)
    if sent.version != stored.version:
        return _editor(context, measure, campaign, choices, sent)
    settled = settle(sent, stored, choices.names, context.words.language)
    sent, faults = settled.sent, Faults()
    content = choices.content(sent, faults)
    faults |= settled.asked
    if then == "confirm" and not content.due_rule:
        faults.setdefault("due_kind", Fault(N_("请先确定办理时限，再确认措施。")))
    if faults:
        return _editor(context, measure, campaign, choices, sent, faults)
    with attempt_on(context, measure) as outcome:
        edit_measure(
            context.session,
            measure,
            content,
            version=measure.version,
            actor=context.actor,
            now=context.now,
        )
        if then == "confirm":
            confirm_measure(context.session, measure, actor=context.actor, now=context.now)
    if not outcome.done:
        return _editor(context, measure, campaign, choices, sent, refusal=outcome.refusal)
    done = Sentence(_done(then, before), {"title": measure.title})
    return back_to_all(_next_page(measure, then), [done, *settled.told])


def _done(then: str, before: MeasureStatus) -> str:
    """What saving has done; a confirmed measure that was changed is a draft again."""
    if then == "confirm":
        return N_("已保存并确认“%(title)s”，可以下发了。")
    if before == MeasureStatus.CONFIRMED:
        return N_("已保存“%(title)s”，要重新确认才能下发。")
    return N_("已保存“%(title)s”。")


def _next_page(measure: Measure, then: str) -> str:
    if then in ("form", "preview"):
        return f"/measures/{measure.id}/{then}"
    return f"/campaigns/{measure.campaign_id}?saved={measure.id}#measure-{measure.id}"


@router.post("/measures/{measure_id}/delete")
def delete(context: Officer, measure_id: int) -> Response:
    """Remove a measure that was never released; the page before has named the plans that end."""
    measure, campaign = lock_own_measure(context.session, context.actor, measure_id)
    title, plans = measure.title, count_plans_of(context.session, measure_id)
    delete_measure(context.session, measure, actor=context.actor)
    said = N_("已删除“%(title)s”。")
    if plans:
        said = N_("已删除“%(title)s”和它的 %(plans)s 个定时安排。")
    return back_to(f"/campaigns/{campaign.id}", said, title=title, plans=plans)


@dataclass(frozen=True)
class NewMeasurePage(Page):
    """Title and text of a measure that is made by hand."""

    TEMPLATE = "pages/campaigns/measures/new.html"

    campaign: Campaign
    sent: TypedMeasure
    faults: Mapping[str, str] = field(default_factory=dict)


@router.get("/campaigns/{campaign_id}/measures/new")
def show_new(context: Officer, campaign_id: int) -> Response:
    """A measure by hand: title and text first, the rest in the editor."""
    campaign = get_own_campaign(context.session, context.actor, campaign_id)
    return render(context.request, NewMeasurePage(campaign, TypedMeasure()))


@router.post("/campaigns/{campaign_id}/measures/new")
def add_measure(context: Officer, campaign_id: int, posted: Posted) -> Response:
    """Keep the new draft and go on to the editor."""
    campaign = get_own_campaign(context.session, context.actor, campaign_id)
    sent = TypedMeasure(title=str(posted.get("title", "")), text=str(posted.get("text", "")))
    faults = Faults()
    content = sent.content(faults, (), ())
    if faults:
        again = NewMeasurePage(campaign, sent, context.words.say_each(faults))
        return render(context.request, again, status=422)
    measure = create_measure(
        context.session,
        campaign_id=campaign_id,
        content=content,
        position=next_position(context.session, campaign_id),
        actor=context.actor,
        now=context.now,
    )
    said = N_("已添加“%(title)s”。请接着选择下发对象和办理时限。")
    return back_to(f"/measures/{measure.id}/edit", said, title=measure.title)


@dataclass(frozen=True)
class MeasureEditorPage(Page):
    """The editor of a measure."""

    TEMPLATE = "pages/campaigns/measures/edit.html"

    measure: Measure
    campaign: Campaign
    choices: Choices
    sent: TypedMeasure
    conflict: Sequence[TypedDifference]
    """Where the inputs differ from what somebody else has stored meanwhile."""
    faults: Mapping[str, str]
    refusal: str
    taken: TakenFinds
    """The finds that stand in the inputs."""
    parts: Sequence[ListedPart]
    """The parts of the measure's place in the notice that address different units."""
    plans: int
    """How many schedules end when the measure is deleted."""
    due_kinds: Mapping[str, str]
    due_rows: Mapping[str, tuple[str, ...]]
    """Each input of the due rule, and its kinds."""
    last: str
    weekdays: Mapping[int, str]
    gate_names: Mapping[Gate, str]
    mentioned: Mapping[str, str]
    statuses: Mapping[MeasureStatus, str]


def _editor(
    context: Context,
    measure: Measure,
    campaign: Campaign,
    choices: Choices,
    sent: TypedMeasure,
    faults: Faults | None = None,
    refusal: str = "",
) -> Response:
    stored = TypedMeasure.of(measure, content_of(context.session, measure), choices.levels)
    notice = None if measure.start is None else get_notice(context.session, campaign)
    changed = sent.version != stored.version
    conflict = differences(context.words, stored, sent, choices.names) if changed else []
    told = context.words.say_each(faults or {})
    page = MeasureEditorPage(
        measure=measure,
        campaign=campaign,
        choices=choices,
        sent=replace(sent, version=stored.version),
        conflict=conflict,
        faults=told,
        refusal=refusal,
        taken=find_taken(measure, notice.text, sent) if notice else TakenFinds(),
        parts=list_parts(context.session, measure, notice),
        plans=count_plans_of(context.session, measure.id),
        due_kinds=KINDS,
        due_rows=DUE_INPUTS,
        last=LAST,
        weekdays=WEEKDAY_NAMES,
        gate_names=GATE_NAMES,
        mentioned=MENTIONED,
        statuses=STATUS_NAMES,
    )
    status = 409 if conflict else 422 if told or refusal else 200
    return render(context.request, page, status=status)
