"""A migration that would change with the product's rules is told."""

from pathlib import Path

import pytest

from tools.check_migrations import ROOT, VERSIONS, imports_of_the_product


def make(root: Path, migration: str) -> None:
    for name in ("rules", "models"):
        (root / name).mkdir()
        (root / name / "__init__.py").touch()
    (root / VERSIONS).mkdir(parents=True)
    (root / VERSIONS / "0a_days.py").write_text(migration)


def test_ours_import_nothing_of_the_product() -> None:
    assert list(imports_of_the_product(ROOT)) == []


def test_a_migration_may_import_libraries(tmp_path: Path) -> None:
    make(tmp_path, "from datetime import date\n\nimport sqlalchemy as sa\nfrom alembic import op\n")
    assert list(imports_of_the_product(tmp_path)) == []


@pytest.mark.parametrize(
    "line",
    [
        "from rules.dates.review_clock import review_due",
        "import rules.dates.review_clock as clock",
        "from models import Assignment",
        "def _fill():\n    from rules import dates",
    ],
)
def test_a_migration_that_imports_rules_or_models_is_told(tmp_path: Path, line: str) -> None:
    make(tmp_path, f"from alembic import op\n{line}\n")
    [said] = imports_of_the_product(tmp_path)
    assert said.startswith(f"{VERSIONS}/0a_days.py imports ")
