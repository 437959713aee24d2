"""The labels of answers, as the form called the answers."""

from functools import partial

from fastapi import Request

from rules.filling.answer_sheet import AnswerSheet
from rules.forms.form_tree import FormTree, place_of
from web.edge.pages.typed_labels import note_names
from web.edge.viewer.language import Words, words_of
from web.filling.asked import PREFIX, label_of


def note_questions(request: Request, sheet: AnswerSheet) -> None:
    """From here on answers of the form are called by the labels of its questions."""
    note_names(request, partial(answer_label, words_of(request), sheet.tree))


def answer_label(words: Words, tree: FormTree, name: str) -> str:
    """What the form calls the field `name` of its page; empty for an unknown name."""
    if not name.startswith(PREFIX):
        return ""
    key = name.removeprefix(PREFIX)
    where = place_of(key)
    if where is None:
        return _label(words, tree, key)
    repeat, place, inner = where
    labels = [_label(words, tree, repeat), _label(words, tree, inner)]
    return f"{labels[0]} {place + 1} · {labels[1]}" if all(labels) else ""


def _label(words: Words, tree: FormTree, name: str) -> str:
    asked = tree.by_name.get(name)
    return label_of(words, asked) if asked else ""
