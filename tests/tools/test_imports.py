"""What is started often is there soon: a process for each file of a stranger, and each command."""

import subprocess
import sys

import pytest

from adapters.root import ROOT

READERS = {
    "adapters.document_process",
    "adapters.photos",
    "adapters.table_process",
    "adapters.workbooks.sheet_process",
}
SLOW = {"babel", "pydantic", "pyxform", "sqlalchemy"}
"""Importing any of them takes longer than all the rest that a reader needs."""


@pytest.mark.parametrize(
    ("modules", "left_alone"),
    [
        (READERS, SLOW),
        ({"adapters.form_process", "adapters.xlsform.writing"}, {"pyxform"}),
        ({"cli.main"}, {"sqlalchemy"}),
    ],
    ids=["readers", "the web application's side of forms", "commands"],
)
def test_what_takes_long_to_import_is_left_alone(modules: set[str], left_alone: set[str]) -> None:
    code = f"import sys, {', '.join(modules)}; print(*{left_alone} & sys.modules.keys())"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, check=True)
    assert done.stdout.split() == []
