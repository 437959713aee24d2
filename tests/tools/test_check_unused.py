"""What nothing uses is told; what a template or a decorator uses is not."""

from pathlib import Path

from tools.check_unused import ROOT, unused

CODE = """
def shown():
    return 1


@router.get("/")
def page():
    return LEFT


LEFT = 2
OVER = 3
"""


def test_nothing_of_ours_is_unused() -> None:
    assert list(unused(ROOT)) == []


def test_a_name_that_nothing_uses_is_told(tmp_path: Path) -> None:
    (tmp_path / "web").mkdir()
    (tmp_path / "templates").mkdir()
    (tmp_path / "web" / "page.py").write_text(CODE)
    assert [said.split()[3] for said in unused(tmp_path, ("web",))] == ["shown", "OVER"]
    (tmp_path / "templates" / "page.html").write_text("{{ shown() }}")
    assert [said.split()[3] for said in unused(tmp_path, ("web",))] == ["OVER"]
