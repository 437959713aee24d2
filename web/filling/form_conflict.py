"""Two answers to one form: what is on the server and what was just typed, side by side."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from fastapi import Request, Response
from fastapi.responses import RedirectResponse
from sqlmodel import Session
from starlette.datastructures import FormData

from models import Account, Act, Submission
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
from web.edge.language import Words, say, words_of
from web.edge.rendering import render
from web.edge.transactions import attempt
from web.filling.asked import filled_in_words, in_words, label_of
from web.filling.form_page import Made, Shown, form_page, form_path

MINE, THEIRS = "mine", "theirs"
PICK = "pick."
"""Before the name of an item, in the boxes that say which side is taken."""
MERGE, TAKE_BACK = "merge", "take_back"
DECISIONS = (MERGE, TAKE_BACK)

Typed = Mapping[str, list[str]]

MOVED = N_("您选择的时候，系统里的那一份又变了。您的选择还在，请对照新的内容再看一遍。")


@dataclass(frozen=True)
class Differing:
    """One question that the two answer in different ways, both in words."""

    name: str
    label: str
    theirs: str
    mine: str
    open: bool
    pick: str


@dataclass(frozen=True)
class Other:
    """What is on the server: the draft, or where there is none the answer that was sent."""

    typed: Typed
    sent: bool
    """It was sent; otherwise it is a draft."""
    who: str
    at: datetime


def conflict_page(
    request: Request,
    session: Session,
    sheet: AnswerSheet,
    answers: Typed,
    made: Made,
    today: date,
    refusal: str,
    posted: FormData,
) -> Response:
    """Both, field by field where they differ, and what can be done now; with what was picked in
    `posted`, where a decision came too late.

    Where they do not differ after all there is nothing to decide: back to the form.
    """
    other = _other(session, sheet)
    if other is None:
        return form_page(request, session, sheet, today, Shown(409, answers, {}, refusal, made))
    attached = attached_files(session, sheet, {**other.typed, **answers})
    words = words_of(request)
    rows = _differing(words, sheet, other.typed, answers, attached)
    rows += _differing_why(words, other.typed, answers)
    if not rows:
        return RedirectResponse(form_path(sheet, "saved"), 303)
    rows = [replace(row, pick=_picked(posted, row.name) or row.pick) for row in rows]
    one = sheet.assignment
    acts = possible(one.status, lowest=one.lowest)
    return render(
        request,
        "pages/filling/conflict.html",
        status=409,
        sheet=sheet,
        one=one,
        other=other,
        rows=rows,
        mine=_known(sheet, answers),
        made=Made.now(sheet),
        refusal=refusal,
        can_fill=sending(one.status) in acts,
        can_take_back=Act.RECALL in acts,
        drafted=form_path(sheet, "theirs"),
    )


def _other(session: Session, sheet: AnswerSheet) -> Other | None:
    """A draft is always newer than the last sending, which takes the draft with it."""
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
    """What both say about why the answer is corrected, where they do not say the same."""
    told, own = ("".join(typed.get(WHY, ())).strip() for typed in (theirs, mine))
    if told == own:
        return []
    label = words.say(N_("更正说明"))
    return [Differing(WHY, label, told, own, True, MINE if own else THEIRS)]


def _is_asked(sheet: AnswerSheet, item: FormField, mine: Typed) -> bool:
    """A question the page did not show at all was not answered in another way."""
    return item.name in sheet.open_names or bool(_of(item.name, mine))


def said_in(item: FormField, typed: Typed) -> dict[str, list[str]]:
    """What was typed into an item, however many empty places stand about it."""
    return {
        key: texts for key, texts in said(_of(item.name, typed)).items() if not key.endswith("#")
    }


def typed_in_words(
    words: Words, sheet: AnswerSheet, item: FormField, typed: Typed, attached: Attached
) -> str:
    """What was typed into an item, as people read it; empty where nothing was."""

    def value(one: FormField, key: str) -> Any:
        texts = [text for text in typed.get(key, []) if text.strip()]
        if one.type is FieldType.SELECT_MULTIPLE:
            return texts or None
        if one.type in ATTACHED and texts:
            return attached(key, texts[0])
        return texts[0] if texts else None

    if item.type is not FieldType.REPEAT:
        return in_words(words, item, value(item, item.name))
    inner = [one for one in sheet.tree.inside(item.name) if one.answered]
    rows = [
        {one.name: value(one, key_in(item.name, place, one.name)) for one in inner}
        for place in places(item.name, said_in(item, typed))
    ]
    return filled_in_words(words, sheet.tree, item.name, rows)


def decide(
    request: Request,
    session: Session,
    sheet: AnswerSheet,
    answers: Typed,
    posted: FormData,
    made: Made,
    *,
    actor: Account,
    now: datetime,
) -> tuple[Response | None, str]:
    """Keep what was picked as the draft, and open the form with it.

    `take_back` takes the sent one back first. None and the sentence where it was refused.
    """
    if _has_moved(sheet, made):
        return None, say(request, MOVED)
    other = _other(session, sheet)
    merged = _merged(posted, answers, other.typed if other else {})
    key = sheet.assignment.id
    with attempt(session, request) as outcome:
        if posted.get("_act") == TAKE_BACK:
            take_back(session, key, merged, made.posting, actor=actor, now=now)
        else:
            opened = open_to_keep(session, key, actor=actor)
            save_draft(session, opened, merged, made.posting, actor=actor, now=now)
    return (RedirectResponse(form_path(sheet, "merged"), 303) if outcome.done else None), (
        outcome.refusal
    )


def _merged(posted: FormData, mine: Typed, theirs: Typed) -> dict[str, list[str]]:
    """Of both what was picked. A reason that was left out is named, or the other one would stay."""
    own = {WHY: [], **mine} if PICK + WHY in posted else mine
    return {
        **{key: texts for key, texts in own.items() if not _is_theirs(posted, key)},
        **{key: texts for key, texts in theirs.items() if _is_theirs(posted, key)},
    }


def _picked(posted: FormData, name: str) -> str:
    """Which of both was picked for an item; empty: none yet."""
    found = posted.get(PICK + name)
    return str(found) if found in (MINE, THEIRS) else ""


def _is_theirs(posted: FormData, key: str) -> bool:
    return _picked(posted, item_of(key)) == THEIRS


def _has_moved(sheet: AnswerSheet, made: Made) -> bool:
    """Whether something else has come to the server since the comparison was shown, so that what
    was picked is no longer what was read. Not where the button was pressed twice."""
    if sheet.draft and sheet.draft.page == made.send_key:
        return False
    shown = (made.seen, made.draft)
    there = (sheet.revision, sheet.draft.version if sheet.draft else 0)
    return any(one is not None and one != now for one, now in zip(shown, there, strict=True))
