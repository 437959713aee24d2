"""The form page of an assignment that is withdrawn or closed.

The page says who ended the assignment, and shows what was typed, to read.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fastapi import Response
from markupsafe import Markup

from models import Assignment
from queries.assignments.visible_assignments import AssignmentChange, find_ending
from rules.filling.answer_sheet import AnswerSheet
from rules.filling.answers import Attached
from rules.filling.corrections import WHY
from rules.forms.form_fields import ATTACHED, FormField
from rules.sentences.refusal import N_
from services.filling.attached_files import attached_files
from web.edge.pages.rendering import Page, render
from web.edge.viewer.context import Context
from web.edge.viewer.language import Words
from web.filling.asked import AnswerInWords, Node, label_of
from web.filling.browser_rules import browser_rules
from web.filling.form_conflict import typed_in_words
from web.filling.form_page import left_over
from web.filling.questions import Questions

Typed = Mapping[str, list[str]]


@dataclass(frozen=True)
class WithdrawnPage(Page):
    """The form of an assignment that is over: what was typed, to read."""

    TEMPLATE = "pages/filling/withdrawn.html"

    sheet: AnswerSheet
    assignment: Assignment
    change: AssignmentChange | None
    """What ended the assignment."""
    drafted: Sequence[AnswerInWords]
    left_over: Sequence[tuple[str, str]]
    posted: Sequence[AnswerInWords]
    """What was posted in vain."""
    nodes_shown: Sequence[Node]
    """The empty form, into which a script puts what only a phone holds."""
    rules: Markup | None


def withdrawn_page(context: Context, sheet: AnswerSheet, answers: Typed | None) -> Response:
    """The draft in words, and `answers`, which were posted in vain.

    A script puts what only a phone holds into the form, where nothing can be changed.
    """
    drafted = {**sheet.typed, **sheet.why} if sheet.draft else {}
    attached = attached_files(context.session, sheet, {**drafted, **(answers or {})})
    words, iso = context.words, context.today.isoformat()
    page = WithdrawnPage(
        sheet=sheet,
        assignment=sheet.assignment,
        change=find_ending(context.session, sheet.assignment),
        drafted=_told(words, sheet, drafted, attached),
        left_over=left_over(context.session, sheet),
        posted=_told(words, sheet, answers or {}, attached),
        nodes_shown=Questions(words, sheet, {}, iso, attached).nodes(),
        rules=browser_rules(words, sheet, iso),
    )
    return render(context.request, page, status=200 if answers is None else 409)


def _told(
    words: Words, sheet: AnswerSheet, typed: Typed, attached: Attached
) -> list[AnswerInWords]:
    """The answers in words; empty ones are left out."""

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
