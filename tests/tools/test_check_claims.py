"""A document that says something else than the code, or than its translation, is told."""

from collections.abc import Callable, Iterable

import pytest

from tools.check_claims import (
    apart,
    unknown_names,
    untold_settings,
    wrong_figures,
    wrong_floors,
)
from tools.check_documents import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
ARCHITECTURE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
Check = Callable[[str], Iterable[str]]


def test_a_setting_and_a_figure_that_are_not_there_are_told() -> None:
    gone = "JIELI_" + "GONE"
    text = f"`{gone}`, `JIELI_HOST`, `JIELI_REQUIRE`, `jieli_gone`, `jieli_sign_in_refusals_total`"
    assert list(unknown_names(text)) == [
        f"there is no setting {gone}",
        "/metrics has no jieli_gone",
    ]


@pytest.mark.parametrize(
    ("check", "text", "before", "after", "said"),
    [
        (untold_settings, README, "| `JIELI_FILES` |", "| files |", "JIELI_FILES is not told"),
        (
            untold_settings, README, "`8080`", "`80`",
            "JIELI_WEB_PORT is 8080 where nobody sets it",
        ),
        (
            untold_settings, README, "12, 20 MiB", "12, 50 MiB",
            "JIELI_UPLOAD_LIMIT is 20 MiB where nobody sets it",
        ),
        (wrong_figures, README, "15,938", "15,000", "the list of units has 15,938 rows"),
        (wrong_figures, README, "seven measures", "measures", "the demo hands down 7 measures"),
        (
            wrong_floors, ARCHITECTURE, "→ campaigns | filling → assignments", "→ assignments",
            "the floors of services are accounts | forms | reports | review | units | workbooks"
            " → campaigns | filling → assignments → messages",
        ),
        (wrong_floors, ARCHITECTURE, "| review | the", "| views | the", "there is a room review"),
    ],
)  # fmt: skip
def test_what_differs_is_told_and_nothing_else(
    check: Check, text: str, before: str, after: str, said: str
) -> None:
    assert before in text
    assert list(check(text)) == []
    assert said in list(check(text.replace(before, after)))


def test_what_only_the_document_or_its_translation_names_is_told() -> None:
    own = "[there](docs/words.md), `make test`, `jieli doctor`, `JIELI_HOST`"
    other = "[那里](docs/words.md), `make test`, `jieli backup x`, `JIELI_HOST`"
    assert list(apart("a.md", "a.zh.md", own, other)) == [
        "a.md names jieli doctor, a.zh.md does not",
        "a.zh.md names jieli backup, a.md does not",
    ]
    assert list(apart("a.md", "a.zh.md", own, own)) == []
