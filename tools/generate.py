"""Writes the documents and scripts that are made from code. `--check` fails for a stale one."""

import json
import sys
from pathlib import Path

from quickjs import Context

from models import Act, Status
from rules.accounts.permissions import PERMISSIONS, Permission, Right
from rules.accounts.predicates import Predicate
from rules.assignments.states import ACT_NAMES, STATUS_NAMES, possible
from rules.forms.expressions import budget, compiling
from rules.forms.expressions.values import LONGEST_TEXT
from rules.forms.field_values import LARGEST_NUMBER, LONGEST_NUMBER, YEARS
from rules.forms.form_tree import MOST_TIMES

ROOT = Path(__file__).resolve().parent.parent
FORM_STATES = ROOT / "web" / "static" / "form" / "states.js"
FORM_ABILITIES = ("keeps", "saves", "sends", "rests", "hidden")
LIMITS = {
    "MOST_WORK": budget.MOST_WORK,
    "STARTING": budget.STARTING,
    "OF_A_NODE": budget.OF_A_NODE,
    "OF_EACH": budget.OF_EACH,
    "STEPS_AT_ONCE": compiling.STEPS_AT_ONCE,
    "FOUND_AT_ONCE": compiling.FOUND_AT_ONCE,
    "LONGEST_TEXT": LONGEST_TEXT,
    "LARGEST_NUMBER": LARGEST_NUMBER,
    "LONGEST_NUMBER": LONGEST_NUMBER,
    "MOST_TIMES": MOST_TIMES,
    "FIRST_YEAR": YEARS[0],
    "LAST_YEAR": YEARS[1],
}
"""The limits that the scripts of the form page share with the server."""


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
        "When the office closes the measure, approved assignments become closed and all others",
        "keep their status; nothing can be done with any of them until it is opened again,",
        "which takes both back.",
        "",
        "A declined assignment waits with exactly one unit: the unit directly above; after a",
        "first ruling about the same work, the next one up, whose ruling is final. A unit that",
        "does not rule in time is passed by (`escalate`), up to the issuer. The due date stands",
        "still meanwhile and moves by the working days it stood. A unit that has passed the",
        "measure on, or has answered, cannot decline any more; a draft is kept. A unit above that",
        "takes an assignment (`take`) answers the form in the place of the other unit, and only",
        "where that unit has no lower units. What is handed over or excused is in no denominator;",
        "the other unit has an assignment of its own.",
        "",
        "Asking for more time, its refusal and a moved due date (`ask_extension`,",
        "`refuse_extension`, `move_due`) leave the status as it is.",
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


def form_states() -> str:
    """`docs/form_states.md`: the states of a form page, from the tables of `states.js`."""
    engine = Context()
    engine.eval("var window = {};" + FORM_STATES.read_text(encoding="utf-8"))
    states, moves, back = (
        json.loads(engine.eval(f"JSON.stringify(window.jieliStates.{name})"))
        for name in ("STATES", "MOVES", "BACK")
    )
    resting = [state for state, does in states.items() if does.get("rests")]
    arrows = [
        f"    {state} --> {end}: {event}"
        for state, leads in moves.items()
        for event, to in leads.items()
        for end in ([to] if to != back else ["rested"])
    ]
    lines = [
        "# The states of a form page",
        "",
        "Made by `make format` from `web/static/form/states.js`; do not edit.",
        "",
        "```mermaid",
        "stateDiagram-v2",
        *(f"    [*] --> {state}" for state in [*resting, "arrived"]),
        *arrows,
        "```",
        "",
        f"`rested` is that of {', '.join(resting)} in which the page was last.",
        "What has no arrow changes nothing.",
        "",
        "| state | keeps on the phone | saves by itself | sends | rests | hides the form |",
        "| --- | --- | --- | --- | --- | --- |",
        *(_does(state, does) for state, does in states.items()),
    ]
    return "\n".join(lines) + "\n"


def _does(state: str, does: dict[str, bool]) -> str:
    cells = ("yes" if does.get(what) else "" for what in FORM_ABILITIES)
    return f"| {state} | {' | '.join(cells)} |"


def limits() -> str:
    """`web/static/rules/limits.js`: the limits that scripts and server share."""
    lines = [
        "/* Made by `make format` from the limits the server keeps to; do not edit. */",
        "window.jieliLimits = {",
        ",\n".join(f"  {name}: {value}" for name, value in LIMITS.items()),
        "};",
    ]
    return "\n".join(lines) + "\n"


def permissions() -> str:
    """`docs/permissions.md`: who may do what, from `rules.accounts.permissions.PERMISSIONS`."""
    lines = [
        "# Who may do what",
        "",
        "Made by `make format` from `rules/accounts/permissions.py`; do not edit. *It* is what",
        "the act is done to: a measure, an assignment, an account. An office is an account with",
        "the role `office`; the others of its unit are clerks. The product itself is its flows and",
        "its command line. Who gets 404 is told no more than of what does not exist.",
        "",
        "| act | who may | everybody else is told |",
        "| --- | --- | --- |",
        *(
            f"| {right} | {_who(PERMISSIONS[right])} | {_told(PERMISSIONS[right])} |"
            for right in Right
        ),
    ]
    return "\n".join(lines) + "\n"


def _who(row: Permission) -> str:
    never = "".join(f"; never {_words(holds)}" for holds, _told in row.never)
    return "; ".join(map(_words, row.who)) + never


def _told(row: Permission) -> str:
    return "<br>".join([row.told or "404", *(told for _holds, told in row.never)])


def _words(predicate: Predicate) -> str:
    return (predicate.__doc__ or "").strip().partition("\n")[0]


DOCUMENTS = {
    ROOT / "docs" / "states.md": states,
    ROOT / "docs" / "form_states.md": form_states,
    ROOT / "web" / "static" / "rules" / "limits.js": limits,
    ROOT / "docs" / "permissions.md": permissions,
}


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
