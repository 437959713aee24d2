"""A unit is changed on its page, and many units are tagged at once."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from fastapi import APIRouter, Response
from starlette.datastructures import FormData

from models import Tag, Unit
from queries.units.units import list_tags, list_tags_of
from queries.units.visibility import get_visible_unit, list_visible_units
from rules.accounts.permissions import Right, require
from rules.accounts.predicates import Subject
from rules.sentences.refusal import N_, Refusal
from rules.units.unit_facts import UnitFacts, read_facts, read_tag
from services.units.unit_edits import edit_unit, make_tag, tag_units
from web.edge.pages.rendering import Page, render
from web.edge.pages.said import back_to
from web.edge.requests.posted import Posted
from web.edge.viewer.context import Context, Officer
from web.edge.viewer.language import local_path
from web.edge.viewer.security import Viewer
from web.edge.viewer.transactions import attempt

MOST_TICKED = 500
"""Units that are tagged at once; no list of ours has more on a page."""

router = APIRouter()


@dataclass(frozen=True)
class EditUnitPage(Page):
    """The form in which a unit is changed."""

    TEMPLATE = "pages/units/edit.html"

    unit: Unit
    sent: UnitFacts
    """What stands in the inputs."""
    tags: Sequence[Tag]
    carried: Collection[str]
    """The codes of the tags that are ticked."""
    all_facts: bool
    """The viewer may change more than telephone and mailbox."""
    imports: bool
    """The viewer may import a list of units."""
    refusal: str


@router.get("/units/{code}/edit")
def show_edit(context: Officer, code: str) -> Response:
    """What is known about the unit, to be changed."""
    unit = get_visible_unit(context.session, context.actor, code)
    _require(context.viewer, unit)
    carried = {tag.code for tag in list_tags_of(context.session, unit)}
    return _page(context, unit, _facts_of(unit), carried)


@router.post("/units/{code}/edit")
def save_edit(context: Officer, posted: Posted, code: str) -> Response:
    """Store what was changed, or show the form again with what was typed."""
    unit = get_visible_unit(context.session, context.actor, code)
    _require(context.viewer, unit)
    everything = context.viewer.may(Right.EDIT_UNIT, Subject.of(unit))
    sent, ticked = _typed(posted, unit, everything), set(map(str, posted.getlist("tag")))
    with attempt(context.session, context.words) as outcome:
        facts = read_facts(*sent)
        edit_unit(context.session, unit, facts, actor=context.actor, now=context.now)
        if everything:
            _tag(context, unit, ticked)
    if not outcome.done:
        return _page(context, unit, sent, ticked, outcome.refusal)
    return back_to(f"/units/{unit.code}", N_("单位信息已保存。"))


def _typed(posted: FormData, unit: Unit, everything: bool) -> UnitFacts:
    """What was typed; what the viewer may not change stays."""
    typed = {name: str(posted.get(name, "")) for name in UnitFacts._fields}
    if not everything:
        typed |= {"name": unit.name, "kind": unit.kind}
    return UnitFacts(**typed)


def _facts_of(unit: Unit) -> UnitFacts:
    return UnitFacts(unit.name, unit.kind, unit.telephone, unit.email)


def _tag(context: Context, unit: Unit, ticked: set[str]) -> None:
    carried = {tag.code for tag in list_tags_of(context.session, unit)}
    for tags, carrying in ((ticked - carried, True), (carried - ticked, False)):
        if tags:
            tag_units(
                context.session,
                [unit],
                tags,
                carrying=carrying,
                actor=context.actor,
                now=context.now,
            )


@router.post("/units/tags")
def tag_ticked(context: Officer, posted: Posted) -> Response:
    """Add a tag to the ticked units, or take it away."""
    back = local_path(str(posted.get("back", "")), "/units")
    codes = sorted(set(map(str, posted.getlist("unit"))))[:MOST_TICKED]
    new, chosen = read_tag(str(posted.get("new_tag", ""))), str(posted.get("tag", ""))
    if not codes:
        raise Refusal(N_("请先在单位前面打勾。"))
    if not (new or chosen):
        raise Refusal(N_("请选择一个标签。"))
    tag = make_tag(context.session, new, actor=context.actor) if new else chosen
    units = list_visible_units(context.session, context.viewer.unit, codes)
    adding = posted.get("do") != "remove"
    count = tag_units(
        context.session, units, [tag], carrying=adding, actor=context.actor, now=context.now
    )
    said = (
        N_("已给 %(count)d 个单位加上标签。") if adding else N_("已从 %(count)d 个单位去掉标签。")
    )
    return back_to(back, said, count=count)


def _require(viewer: Viewer, unit: Unit) -> None:
    require(viewer.account, Right.SET_TELEPHONE, Subject.of(unit), at=viewer.unit)


def _page(
    context: Context, unit: Unit, sent: UnitFacts, carried: Collection[str], refusal: str = ""
) -> Response:
    page = EditUnitPage(
        unit=unit,
        sent=sent,
        tags=list_tags(context.session),
        carried=carried,
        all_facts=context.viewer.may(Right.EDIT_UNIT, Subject.of(unit)),
        imports=context.viewer.may(Right.IMPORT_UNITS, Subject()),
        refusal=refusal,
    )
    return render(context.request, page, status=422 if refusal else 200)
