from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from adapters.database import transaction
from cli.main import app
from queries.accounts.account_history import list_account_changes
from queries.accounts.accounts import get_account
from rules.sentences.refusal import Refusal
from services.accounts.accounts import sign_in
from tests.sample_tree import SAMPLE_UNITS

ADD = ["accounts", "add", "hongshan", "--unit", "150402000000", "--role", "office",
       "--name", "综合办公室", "--password-stdin"]  # fmt: skip


@pytest.fixture(autouse=True)
def _units(installation: Path, runner: CliRunner) -> None:
    runner.invoke(app, ["units", "import", str(SAMPLE_UNITS)])


def can_sign_in(password: str) -> bool:
    with transaction() as session:
        try:
            return bool(sign_in(session, "hongshan", password, now=datetime.now(UTC)))
        except Refusal:
            return False


def test_an_account_is_added_listed_given_a_new_password_switched_off_and_on(
    runner: CliRunner,
) -> None:
    assert runner.invoke(app, ADD, input="cao-yuan-2026\n").exit_code == 0
    assert can_sign_in("cao-yuan-2026")
    listed = runner.invoke(app, ["accounts", "list"]).output
    assert listed == "hongshan\toffice\t综合办公室\t150402000000\t红山区\n"
    new = ["accounts", "password", "hongshan", "--password-stdin"]
    assert runner.invoke(app, new, input="new-words-27\n").exit_code == 0
    assert can_sign_in("new-words-27")
    assert runner.invoke(app, ["accounts", "deactivate", "hongshan"]).exit_code == 0
    assert not can_sign_in("new-words-27")
    assert "已停用" in runner.invoke(app, ["accounts", "list"]).output
    assert "已重新启用" in runner.invoke(app, ["accounts", "activate", "hongshan"]).output
    assert can_sign_in("new-words-27")
    with transaction(readonly=True) as session:
        changes = list_account_changes(session, get_account(session, "hongshan").id)
    acts = ["switched_on", "switched_off", "password_set", "made"]
    assert [(change.act, change.actor) for change in changes] == [(act, None) for act in acts]


def test_a_password_is_asked_for_twice_and_not_shown(runner: CliRunner) -> None:
    done = runner.invoke(app, ADD[:-1], input="cao-yuan-2026\ncao-yuan-2026\n")
    assert done.exit_code == 0
    assert "cao-yuan" not in done.output
    assert can_sign_in("cao-yuan-2026")


@pytest.mark.parametrize(
    ("change", "password", "sentence"),
    [
        ({"150402000000": "999"}, "cao-yuan-2026", "没有找到。"),
        ({"office": "king"}, "cao-yuan-2026", "角色只能是 office、clerk。"),
        ({}, "short", "密码至少要 8 个字符。"),
        ({"hongshan": "红山"}, "cao-yuan-2026", "账号“红山”不符合要求"),
    ],
)
def test_a_refusal_is_one_sentence_and_exit_code_1(
    runner: CliRunner, change: dict[str, Any], password: str, sentence: str
) -> None:
    done = runner.invoke(app, [change.get(word, word) for word in ADD], input=password + "\n")
    assert done.exit_code == 1
    assert done.stderr.startswith(sentence)
