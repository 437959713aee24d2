"""The sample tree: five levels and 50 units of Inner Mongolia, of every branch some."""

import csv
from pathlib import Path
from typing import Any

from sqlmodel import Session, SQLModel

import models
from services.units.unit_groups import count_groups

SAMPLE_UNITS = Path(__file__).parent / "samples" / "units-sample.csv"
LEVELS = {
    "region": ("自治区", "Region"),
    "league": ("盟市", "League/city"),
    "banner": ("旗县区", "Banner/county"),
    "township": ("苏木乡镇街道", "Township"),
    "village": ("嘎查村社区", "Village"),
}


def make_tree(session: Session) -> None:
    """New tables, and the sample tree in them."""
    SQLModel.metadata.create_all(session.connection())
    fill_tree(session)


def fill_tree(session: Session) -> None:
    """The five levels and the 50 units of the sample, numbered depth first."""
    for rank, (code, (name, name_en)) in enumerate(LEVELS.items()):
        session.add(models.Level(code=code, rank=rank, name=name, name_en=name_en))
    session.flush()
    rows = list(csv.DictReader(SAMPLE_UNITS.open(encoding="utf-8-sig")))
    lower: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        lower.setdefault(row["parent_code"], []).append(row)
    counter = 0

    def number(row: dict[str, Any], parent: int | None) -> None:
        nonlocal counter
        counter += 1
        unit = models.Unit(
            code=row["code"], name=row["name"], level=row["level"], kind=row["kind"],
            parent_id=parent, lft=counter, rgt=0,
        )  # fmt: skip
        session.add(unit)
        session.flush()
        for child in lower.get(row["code"], []):
            number(child, unit.id)
        counter += 1
        unit.rgt = counter
        session.add(unit)

    number(lower[""][0], None)
    count_groups(session)
