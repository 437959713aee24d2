"""Fails when a document contradicts the code, or differs from its translation.

Checked are settings, rooms, floors, figures of the demo and the names of `/metrics`. A document and
its translation must name the same things.
"""

import re
import sys
from collections.abc import Iterable, Iterator
from configparser import ConfigParser

from adapters.settings import Settings
from cli.demo.decisions import DECISIONS
from tools.check_documents import CALLED, CODE, FENCED, LINK, MADE, ROOT, documents
from tools.check_rooms import ROOMS

TWINS = (("README.md", "README.zh.md"), ("docs/operating.md", "docs/operating.zh.md"))
FOR_TESTS = {"password_memory", "password_passes", "clock_file"}
"""Settings for tests and the demo, which no installation uses."""
SETTING = re.compile(r"\bJIELI_[A-Z_]+\b")
METRIC = re.compile(r"\bjieli_[a-z_]+\b")
FLOORS = re.compile(
    r"^(web|web\.edge|services|queries|rules) +(\w+(?: \| \w+| → \w+)+)$", re.MULTILINE
)
ROOM = re.compile(r"^\| (\w+) \| .* \|$", re.MULTILINE)
SEVEN = {7: ("seven measures", "七项措施")}
"""How many measures the demo hands down → how the two READMEs say so."""


def main() -> None:
    texts = {path: path.read_text(encoding="utf-8") for path in documents()}
    told = {str(path.relative_to(ROOT)): text for path, text in texts.items()}
    faults = [
        *(f"{name}: {fault}" for name, text in told.items() for fault in unknown_names(text)),
        *(f"{name}: {fault}" for name in TWINS[0] for fault in untold_settings(told[name])),
        *(f"{name}: {fault}" for name in TWINS[0] for fault in wrong_figures(told[name])),
        *(f"docs/architecture.md: {fault}" for fault in wrong_floors(told["docs/architecture.md"])),
        *(fault for pair in TWINS for fault in apart(*pair, *(told[name] for name in pair))),
    ]
    for fault in faults:
        print(fault)
    sys.exit(bool(faults))


def unknown_names(text: str) -> Iterator[str]:
    """A sentence for each setting and each figure of `/metrics` that nothing in the code has."""
    code = _code(("adapters", "tests", "web", ".ci"))
    known = {f"JIELI_{name.upper()}" for name in Settings.model_fields}
    for name in sorted({*SETTING.findall(text)} - known):
        if name not in code:
            yield f"there is no setting {name}"
    for name in sorted(set(METRIC.findall(text))):
        if f'"{name.removesuffix("_total")}"' not in code:
            yield f"/metrics has no {name}"


def untold_settings(text: str) -> Iterator[str]:
    """A sentence for each setting that a README leaves out or shows with another default."""
    rows = [line for line in text.splitlines() if line.startswith("| `JIELI_")]
    for name, field in Settings.model_fields.items():
        setting = f"JIELI_{name.upper()}"
        row = next((row for row in rows if f"`{setting}`" in row), None)
        if row is None and name not in FOR_TESTS:
            yield f"{setting} is not told"
        if row is not None and (default := _number(field.default)) not in row:
            yield f"{setting} is {default} where nobody sets it"


def _number(default: object) -> str:
    """A default as the table shows it; empty where the default is no number."""
    if isinstance(default, bool) or not isinstance(default, int):
        return ""
    return f"{default // 2**20} MiB" if default % 2**20 == 0 else str(default)


def wrong_figures(text: str) -> Iterator[str]:
    """A sentence for each figure of the demo that is wrong."""
    with (ROOT / "data" / "units-inner-mongolia.csv").open(encoding="utf-8-sig") as lines:
        units = f"{sum(1 for _ in lines) - 1:,}"
    if units not in text:
        yield f"the list of units has {units} rows"
    if not any(said in text for said in SEVEN.get(len(DECISIONS), ())):
        yield f"the demo hands down {len(DECISIONS)} measures"


def wrong_floors(text: str) -> Iterator[str]:
    """A sentence for each room and floor that differs from the checks."""
    told = {layer: floors.split(" → ") for layer, floors in FLOORS.findall(text)}
    for layer, floors in contracts().items():
        if told.get(layer) != floors:
            yield f"the floors of {layer} are {' → '.join(floors)}"
    rooms = set(ROOM.findall(text)) - {"room"}
    yield from (f"there is a room {room}" for room in sorted(ROOMS - rooms))
    yield from (f"there is no room {room}" for room in sorted(rooms - ROOMS))


def contracts() -> dict[str, list[str]]:
    """Layer → its floors from the top down, as the import contracts have them."""
    read = ConfigParser()
    read.read(ROOT / ".importlinter")
    sections = [read[name] for name in read.sections() if "containers" in read[name]]
    return {
        section["containers"].strip(): section["layers"].split("\n")[1:] for section in sections
    }


def apart(document: str, other: str, text: str, translated: str) -> Iterator[str]:
    """A sentence for each thing that only one of a document and its translation names."""
    here, there = _named(text), _named(translated)
    yield from (f"{document} names {name}, {other} does not" for name in sorted(here - there))
    yield from (f"{other} names {name}, {document} does not" for name in sorted(there - here))


def _named(text: str) -> set[str]:
    """Links, commands, settings and figures that a document names, whatever its language."""
    commands = [*CODE.findall(text), *FENCED.findall(text)]
    links = {link.replace(".zh.", ".") for link in LINK.findall(text)}
    return {
        *(link for link in links if "README" not in link and "operating" not in link),
        *_found(MADE, commands, "make "),
        *_found(CALLED, commands, "jieli "),
        *SETTING.findall(text),
        *METRIC.findall(text),
    }


def _found(pattern: re.Pattern[str], commands: Iterable[str], what: str) -> set[str]:
    return {what + name for command in commands for name in pattern.findall(command)}


def _code(folders: Iterable[str]) -> str:
    files = (path for folder in folders for path in (ROOT / folder).rglob("*") if path.is_file())
    kept = (path for path in files if path.suffix in (".py", ""))
    return "\n".join(path.read_text(encoding="utf-8") for path in kept)


if __name__ == "__main__":
    main()
