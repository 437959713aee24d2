"""Answers are called what their form calls them, also where the form is not shown."""

from functools import partial

import pytest
from starlette.requests import Request

from rules.forms.form_check import check_form
from rules.forms.form_tree import FormTree
from tests.full_form import FULL
from web.edge.pages.typed_labels import note_names, typed_label
from web.edge.viewer.language import words_of
from web.filling.answer_labels import answer_label


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("f-households", "总户数"),
        ("f-visits.1.who", "入户走访 2 · 门牌"),
        ("f-visits.1.gone", "f-visits.1.gone"),
        ("f-quiet", "f-quiet"),
        ("f-gone", "f-gone"),
        ("households", "households"),
    ],
)
def test_answers_are_called_what_the_form_calls_them(name: str, label: str) -> None:
    request = Request({"type": "http", "headers": []})
    note_names(request, partial(answer_label, words_of(request), FormTree(check_form(FULL))))
    assert typed_label(request, name) == label
