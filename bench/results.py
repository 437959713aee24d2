"""The figures, as a table on the terminal and as a file for programs."""

import json
import os
import platform
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

LATEST = Path(__file__).parent / "results" / "latest.json"
NOT_HERE = "PostgreSQL is not here: not measured"


def show(results: dict[str, Any], console: Console) -> None:
    """Print a table with a row for each figure."""
    table = Table("measured", "", "value", title="jieli bench")
    for name, figures in results.items():
        for part, values in _parts(figures):
            if values is None:
                table.add_row(name, part, NOT_HERE)
                continue
            for key, value in values.items():
                table.add_row(f"{name} {part}".strip(), key, _text(value))
            table.add_section()
    console.print(table)


def _text(value: Any) -> str:
    """A figure, or the figures of the same thing on another database in one line."""
    if isinstance(value, dict):
        return ", ".join(f"{key} {_text(figure)}" for key, figure in value.items())
    return f"{value:,}" if value else str(value)


def _parts(figures: dict[str, Any]) -> list[tuple[str, Any]]:
    """The figures by database. Figures without a database come first."""
    nested = {key: value for key, value in figures.items() if value is None or type(value) is dict}
    plain = {key: value for key, value in figures.items() if key not in nested}
    return [*([("", plain)] if plain else []), *nested.items()]


def write(results: dict[str, Any]) -> Path:
    """Write `latest.json`. Measurements that were not made keep their earlier figures."""
    LATEST.parent.mkdir(exist_ok=True)
    before = json.loads(LATEST.read_text()) if LATEST.exists() else {}
    made = {"at": datetime.now(UTC).isoformat(timespec="seconds"), "machine": machine()}
    text = json.dumps({**before, **results, "made": made}, indent=2)
    LATEST.write_text(text + "\n", encoding="utf-8")
    return LATEST


def machine() -> dict[str, Any]:
    """What the figures depend on. A `load` above the number of processors spoils them."""
    return {
        "processors": len(os.sched_getaffinity(0)),
        "load": round(os.getloadavg()[0], 1),
        "python": platform.python_version(),
        "system": platform.platform(),
    }
