"""Two answers to one form: what is on the server and what was just typed, side by side."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from fastapi import Response
from sqlmodel import Session
from starlette.datastructures import FormData

from models import Act, Assignment, Submission
from queries.filling.submissions import get_sender_name, get_why
from rules.assignments.states import possible, sending
from rules.filling.answer_sheet import AnswerSheet
from rules.filling.answers import Attached, as_typed
from rules.filling.corrections import WHY
from rules.forms.form_fields import ATTACHED, FieldType, FormField
from rules.forms.form_tree import item_of, key_in, places
from rules.sentences.refusal import N_
from services.filling.attached_files import attached_files
from services.filling.recalls import take_back
from services.filling.submissions import open_to_keep, said, save_draft
from web.edge.pages.rendering import Page, render
from web.edge.pages.said import back_to
from web.edge.viewer.context import Context
from web.edge.viewer.language import Words
from web.edge.viewer.transactions import attempt
from web.filling.asked import filled_in_words, in_words, label_of
from web.filling.form_page import SAVED, Made, Shown, form_page, form_path

MINE, THEIRS = "mine", "theirs"
PICK = "pick."
"""Before the name of an item, in the boxes that say which side is taken."""
MERGE, TAKE_BACK = "merge", "take_back"
DECISIONS = (MERGE, TAKE_BACK)

Typed = Mapping[str, list[str]]

MOVED = N_("您选择的时候，系统里的那一份又变了。您的选择还在，请对照新的内容再看一遍。")


@dataclass(frozen=True)
class Differing:
    """One question with two different answers, both in words."""

    name: str
    label: str
    theirs: str
    mine: str
    open: bool
    pick: str
    """Which side is picked: `mine` or `theirs`."""


@dataclass(frozen=True)
class Other:
    """What is on the server: the draft, or without a draft the answer that was sent."""

    typed: Typed
    sent: bool
    """The answer was sent; otherwise it is a draft."""
    who: str
    at: datetime


@dataclass(frozen=True)
class ConflictPage(Page):
    """Two answers to one form, side by side."""

    TEMPLATE = "pages/filling/conflict.html"

    sheet: AnswerSheet
    assignment: Assignment
    other: Other
    rows: Sequence[Differing]
    mine: Typed
    """What was just typed, to be posted again with the choice."""
    made: Made
    refusal: str
    can_fill: bool
    can_take_back: bool
    drafted: str
    """The address of the form with what is on the server."""


def conflict_page(
    context: Context,
    sheet: AnswerSheet,
    answers: Typed,
    made: Made,
    refusal: str,
    posted: FormData,
) -> Response:
    """Both answers, field by field where they differ, and what can be done now.

    `posted` may hold what was picked, where a decision came too late. Where the two do not differ
    after all, there is nothing to decide: back to the form.
    """
    other = _other(context.session, sheet)
    if other is None:
        return form_page(context, sheet, Shown(409, answers, {}, refusal, made))
    attached = attached_files(context.session, sheet, {**other.typed, **answers})
    words = context.words
    rows = _differing(words, sheet, other.typed, answers, attached)
    rows += _differing_why(words, other.typed, answers)
    if not rows:
        return back_to(form_path(sheet, "saved"), SAVED)
    rows = [replace(row, pick=_picked(posted, row.name) or row.pick) for row in rows]
    assignment = sheet.assignment
    acts = possible(assignment.status, lowest=assignment.lowest)
    page = ConflictPage(
        sheet=sheet,
        assignment=assignment,
        other=other,
        rows=rows,
        mine=_known(sheet, answers),
        made=Made.now(sheet),
        refusal=refusal,
        can_fill=sending(assignment.status) in acts,
        can_take_back=Act.RECALL in acts,
        drafted=form_path(sheet, "theirs"),
    )
    return render(context.request, page, status=409)


def _other(session: Session, sheet: AnswerSheet) -> Other | None:
    """The draft comes first: it is newer than the last sending, which has removed older drafts."""
    if sheet.draft:
        who = get_sender_name(session, sheet.draft.saved_by)
        return Other({**sheet.typed, **sheet.why}, False, who, sheet.draft.saved_at)
    if sheet.last:
        typed = _sent(session, sheet.last)
        return Other(typed, True, sheet.last_sender, sheet.last.sent_at)
    return None


def _sent(session: Session, last: Submission) -> Typed:
    return {**as_typed(last.answers), WHY: [get_why(session, last)]}


def _known(sheet: AnswerSheet, typed: Typed) -> dict[str, list[str]]:
    wanted = {*sheet.open_names, WHY}
    return {key: texts for key, texts in typed.items() if item_of(key) in wanted}


def _of(item: str, typed: Typed) -> dict[str, list[str]]:
    return {key: texts for key, texts in typed.items() if item_of(key) == item}


def _differing(
    words: Words, sheet: AnswerSheet, theirs: Typed, mine: Typed, attached: Attached
) -> list[Differing]:
    def told(item: FormField, typed: Typed) -> str:
        return typed_in_words(words, sheet, item, typed, attached)

    return [
        Differing(
            item.name,
            label_of(words, item),
            told(item, theirs),
            told(item, mine),
            item.name in sheet.open_names,
            MINE if said_in(item, mine) else THEIRS,
        )
        for item in sheet.tree.items
        if said_in(item, theirs) != said_in(item, mine) and _is_asked(sheet, item, mine)
    ]


def _differing_why(words: Words, theirs: Typed, mine: Typed) -> list[Differing]:
    """Both reasons for a correction, where they are not the same."""
    told, own = ("".join(typed.get(WHY, ())).strip() for typed in (theirs, mine))
    if told == own:
        return []
    label = words.say(N_("更正说明"))
    return [Differing(WHY, label, told, own, True, MINE if own else THEIRS)]


def _is_asked(sheet: AnswerSheet, item: FormField, mine: Typed) -> bool:
    """Whether the page showed the question; if not, there was no other answer."""
    return item.name in sheet.open_names or bool(_of(item.name, mine))


def said_in(item: FormField, typed: Typed) -> dict[str, list[str]]:
    """What was typed into an item; empty places around it do not count."""
    return {
        key: texts for key, texts in said(_of(item.name, typed)).items() if not key.endswith("#")
    }


def typed_in_words(
    words: Words, sheet: AnswerSheet, item: FormField, typed: Typed, attached: Attached
) -> str:
    """What was typed into an item, as people read it; empty where nothing was."""

    def value(field: FormField, key: str) -> Any:
        texts = [text for text in typed.get(key, []) if text.strip()]
        if field.type is FieldType.SELECT_MULTIPLE:
            return texts or None
        if field.type in ATTACHED and texts:
            return attached(key, texts[0])
        return texts[0] if texts else None

    if item.type is not FieldType.REPEAT:
        return in_words(words, item, value(item, item.name))
    inner = [field for field in sheet.tree.inside(item.name) if field.answered]
    rows = [
        {field.name: value(field, key_in(item.name, place, field.name)) for field in inner}
        for place in places(item.name, said_in(item, typed))
    ]
    return filled_in_words(words, sheet.tree, item.name, rows)


def decide(
    context: Context, sheet: AnswerSheet, answers: Typed, posted: FormData, made: Made
) -> tuple[Response | None, str]:
    """Keep what was picked as the draft, and open the form with the draft.

    `take_back` first takes the sent answer back. Where that is refused: None, and the sentence.
    """
    if _has_moved(sheet, made):
        return None, context.words.say(MOVED)
    other = _other(context.session, sheet)
    merged = _merged(posted, answers, other.typed if other else {})
    session, actor, now = context.session, context.actor, context.now
    assignment_id = sheet.assignment.id
    with attempt(session, context.words) as outcome:
        if posted.get("_act") == TAKE_BACK:
            take_back(session, assignment_id, merged, made.posting, actor=actor, now=now)
        else:
            opened = open_to_keep(session, assignment_id, actor=actor)
            save_draft(session, opened, merged, made.posting, actor=actor, now=now)
    if not outcome.done:
        return None, outcome.refusal
    said = N_("已按您的选择保存为草稿，还没有报送。请检查后报送。")
    return back_to(form_path(sheet, "merged"), said), ""


def _merged(posted: FormData, mine: Typed, theirs: Typed) -> dict[str, list[str]]:
    """What was picked of both. A reason that was left out is named, so that the other one goes."""
    own = {WHY: [], **mine} if PICK + WHY in posted else mine
    return {
        **{key: texts for key, texts in own.items() if not _is_theirs(posted, key)},
        **{key: texts for key, texts in theirs.items() if _is_theirs(posted, key)},
    }


def _picked(posted: FormData, name: str) -> str:
    """Which side was picked for an item; empty: none yet."""
    found = posted.get(PICK + name)
    return str(found) if found in (MINE, THEIRS) else ""


def _is_theirs(posted: FormData, key: str) -> bool:
    return _picked(posted, item_of(key)) == THEIRS


def _has_moved(sheet: AnswerSheet, made: Made) -> bool:
    """Whether the server has got something else since the comparison was shown.

    What was picked is then no longer what was read. A button that was pressed twice does not
    count.
    """
    if sheet.draft and sheet.draft.page == made.send_key:
        return False
    shown = (made.seen, made.draft)
    there = (sheet.revision, sheet.draft.version if sheet.draft else 0)
    return any(seen is not None and seen != now for seen, now in zip(shown, there, strict=True))
