"""A document that names what is not there is told."""

from pathlib import Path

import pytest

from tools.check_documents import ROOT, documents, faults_in


def test_ours_name_only_what_is_there() -> None:
    assert [
        fault for path in documents() for fault in faults_in(path.read_text(), path.parent)
    ] == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("see [there](gone.md)", "the link to gone.md leads nowhere"),
        ("see `services/gone.py`", "there is no services/gone.py"),
        ("see `services/gone/`", "there is no services/gone/"),
        ("see `rules.forms.gone`", "no module has rules.forms.gone"),
        ("see `rules.forms.form_fields.Gone`", "no module has rules.forms.form_fields.Gone"),
        ("`make gone`", "make knows no gone"),
        ("```sh\njieli gone\n```", "jieli knows no gone"),
    ],
)
def test_what_is_not_there_is_told(tmp_path: Path, text: str, said: str) -> None:
    assert list(faults_in(text, tmp_path)) == [said]


@pytest.mark.parametrize(
    "text",
    [
        "[there](https://example.org/gone)",
        "`services/units/units.py`, `services/units/`, `tests/web/*/test_*`",
        "`rules.forms.form_fields.FormField.label`, `models.Unit`",
        "`make test`",
        "```sh\njieli run --help\n```",
        "`a/b`, `gone.py`, `x.y`",
    ],
)
def test_what_is_there_or_is_no_name_of_ours_is_left_alone(tmp_path: Path, text: str) -> None:
    assert list(faults_in(text, tmp_path)) == []


def test_documents_are_found() -> None:
    assert {"README.md", "docs/architecture.md", "docs/decisions/0004-kept-totals.md"} <= {
        str(path.relative_to(ROOT)) for path in documents()
    }
