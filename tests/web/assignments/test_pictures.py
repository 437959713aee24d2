"""Pictures of any number of units keep within their frame."""

import pytest
from lxml import etree

from models import Unit
from queries.assignments.board import Tile
from rules.assignments.board import shade
from rules.assignments.counting import Answers
from web.assignments.board import DrawnTile
from web.edge.pages.rendering import environment

SVG = "{http://www.w3.org/2000/svg}"


@pytest.mark.parametrize("count", [0, 1, 27, 65])
def test_tiles_stand_side_by_side_in_the_order_of_the_tree(count: int) -> None:
    drawn = [
        DrawnTile(
            Tile(
                Unit(code=str(n), name=f"第{n}个很长很长的单位名称", level="banner", lft=n, rgt=n),
                Answers(reached=n, reported=n // 2),
            ),
            shade(n // 2, n),
        )
        for n in range(count)
    ]
    macros = environment("zh").get_template("macros/board.html").module
    text = str(macros.tiles(drawn, "/campaigns/1/board?unit=", False, "下级"))  # type: ignore[attr-defined]
    picture = etree.fromstring(text.strip())
    _, _, width, height = (float(number) for number in picture.get("viewBox", "").split())
    boxes = [
        tuple(float(box.get(name, "")) for name in ("x", "y", "width", "height"))
        for box in picture.iter("rect", f"{SVG}rect")
    ]
    assert len(boxes) == count
    assert len({(x, y) for x, y, _, _ in boxes}) == count
    assert all(x + wide <= width and y + high <= height for x, y, wide, high in boxes)
    assert [link.get("href", "").rpartition("=")[2] for link in picture.iter("a", f"{SVG}a")] == [
        str(n) for n in range(count)
    ]
