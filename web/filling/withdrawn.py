"""The form page of an assignment that is withdrawn or closed: who ended it, and what was typed, to
read."""

from collections.abc import Mapping
from datetime import date

from fastapi import Request, Response
from sqlmodel import Session

from queries.assignments.visible_assignments import find_ending
from rules.filling.answer_sheet import AnswerSheet
from rules.filling.answers import Attached
from rules.filling.corrections import WHY
from rules.forms.form_fields import ATTACHED, FormField
from rules.sentences.refusal import N_
from services.filling.attached_files import attached_files
from web.edge.language import Words, words_of
from web.edge.rendering import render
from web.filling.asked import AnswerInWords, label_of
from web.filling.form_conflict import typed_in_words
from web.filling.form_page import left_over
from web.filling.questions import Questions, browser_rules

Typed = Mapping[str, list[str]]


def withdrawn_page(
    request: Request, session: Session, sheet: AnswerSheet, today: date, answers: Typed | None
) -> Response:
    """The draft in words; `answers`: what was posted in vain, likewise.

    What only a phone holds is put into the form by its script, where nothing can be changed.
    """
    drafted = {**sheet.typed, **sheet.why} if sheet.draft else {}
    attached = attached_files(session, sheet, {**drafted, **(answers or {})})
    words, iso = words_of(request), today.isoformat()
    return render(
        request,
        "pages/filling/withdrawn.html",
        status=200 if answers is None else 409,
        sheet=sheet,
        one=sheet.assignment,
        change=find_ending(session, sheet.assignment),
        drafted=_told(words, sheet, drafted, attached),
        left_over=left_over(session, sheet),
        posted=_told(words, sheet, answers or {}, attached),
        nodes_shown=Questions(words, sheet, {}, iso, attached).nodes(),
        rules=browser_rules(words, sheet, iso),
    )


def _told(
    words: Words, sheet: AnswerSheet, typed: Typed, attached: Attached
) -> list[AnswerInWords]:
    """What was answered, in words; what was left empty is left out."""

    def shown(item: FormField) -> str:
        return typed_in_words(words, sheet, item, typed, attached)

    told = [
        AnswerInWords(
            item.name, label_of(words, item) or item.name, text, "", False,
            files=_file(item, typed, attached),
        )
        for item in sheet.tree.items
        if (text := shown(item))
    ]  # fmt: skip
    why = "".join(typed.get(WHY, ()))
    return [*told, AnswerInWords(WHY, words.say(N_("更正说明")), why, "", False)] if why else told


def _file(item: FormField, typed: Typed, attached: Attached) -> list[Mapping[str, object]]:
    texts = typed.get(item.name, []) if item.type in ATTACHED else []
    found = attached(item.name, texts[0]) if texts else None
    return [found] if found else []
