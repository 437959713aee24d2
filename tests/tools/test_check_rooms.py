"""What lies outside every room, and what reaches into another room's routes, is told."""

from pathlib import Path

from tools.check_rooms import ROOT, foreign_routes, misplaced

ROUTES = "from fastapi import APIRouter\n\nrouter = APIRouter()\n"


def make(root: Path, name: str, text: str = "") -> None:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def test_ours_all_lie_in_rooms() -> None:
    assert [*misplaced(ROOT), *foreign_routes(ROOT)] == []


def test_a_module_a_page_and_a_test_outside_every_room_are_told(tmp_path: Path) -> None:
    for name in ("services/units/units.py", "web/app.py", "templates/pages/edge/error.html"):
        make(tmp_path, name)
    assert list(misplaced(tmp_path)) == []
    outside = ["web/loose.py", "tests/web/test_loose.py", "queries/edge/odd.py"]
    for name in [*outside, "templates/pages/loose.html"]:
        make(tmp_path, name)
    assert [said.split()[0] for said in misplaced(tmp_path)] == [
        *outside,
        "templates/pages/loose.html",
    ]


def test_the_routes_of_another_room_are_not_imported(tmp_path: Path) -> None:
    make(tmp_path, "web/units/units.py", ROUTES)
    make(tmp_path, "web/units/names.py")
    make(tmp_path, "web/units/found.py", "from web.units.units import router\n")
    make(tmp_path, "web/app.py", "from web.units import units\n")
    make(tmp_path, "web/reports/reports.py", "from web.units import names\n")
    assert list(foreign_routes(tmp_path)) == []
    make(tmp_path, "web/reports/listed.py", "from web.units import units\n")
    [said] = foreign_routes(tmp_path)
    assert said.startswith("web/reports/listed.py imports web.units.units")
