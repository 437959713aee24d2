"""Writes the documents that are made from code; `--check` fails when one is out of date."""

import sys
from pathlib import Path

from models import Act, Status
from rules.assignments.states import ACT_NAMES, STATUS_NAMES, possible

ROOT = Path(__file__).resolve().parent.parent


def states() -> str:
    """`docs/states.md`: the life of an assignment, from `rules.assignments.states.NEXT`."""
    lines = [
        "# The life of an assignment",
        "",
        "Made by `make format` from `rules/assignments/states.py`; do not edit.",
        "",
        *_diagram(lowest=False, title="A unit with lower units"),
        *_diagram(lowest=True, title="A unit at the lowest level"),
        "Any assignment can be withdrawn by the unit that issued the measure. Overdue is not a",
        "status: it is derived from the due date and the status.",
        "",
        "| status | 中文 |",
        "| --- | --- |",
        *(f"| {status} | {STATUS_NAMES[status]} |" for status in Status),
        "",
        "| act | 中文 |",
        "| --- | --- |",
        *(f"| {act} | {ACT_NAMES[act]} |" for act in Act),
    ]
    return "\n".join(lines) + "\n"


def _diagram(*, lowest: bool, title: str) -> list[str]:
    arrows = ["    [*] --> issued"]
    for status in Status:
        for act, to in possible(status, lowest=lowest).items():
            if act != Act.WITHDRAW and (to != status):
                arrows.append(f"    {status} --> {to}: {act}")
    return [f"## {title}", "", "```mermaid", "stateDiagram-v2", *arrows, "```", ""]


DOCUMENTS = {ROOT / "docs" / "states.md": states}


def main(check: bool) -> int:
    stale = []
    for path, make in DOCUMENTS.items():
        text = make()
        if check and (not path.exists() or path.read_text(encoding="utf-8") != text):
            stale.append(path.relative_to(ROOT))
        elif not check:
            path.write_text(text, encoding="utf-8")
    for path in stale:
        print(f"{path} is out of date. Run: make format", file=sys.stderr)
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main("--check" in sys.argv))
