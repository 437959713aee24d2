"""The list of units as a file gives it: its columns, its faults, and the tree it makes.

Everything here is linear in the number of rows. The whole country has 665,276 units.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from rules.forms.field_values import clean_text
from rules.sentences.cell_faults import cell_fault
from rules.sentences.faults import Fault, Place
from rules.sentences.held import bare, on_one_line
from rules.sentences.refusal import N_, Refusal, Term
from rules.units.heads import Heads, plain_heading
from rules.units.list_refused import FAULTS_SHOWN, ListRefused

if TYPE_CHECKING:
    from models import Level

HEADINGS: Mapping[str, tuple[str, ...]] = {
    "code": ("code", "代码", "编码", "单位代码", "区划代码", "统计用区划代码"),
    "name": ("name", "名称", "单位名称", "单位"),
    "level": ("level", "层级", "级别"),
    "parent_code": ("parent_code", N_("上级代码"), "上级编码", "上级单位代码"),
    "kind": ("kind", "类别", "类型"),
    "tags": ("tags", "标签"),
    "takes_assignments": ("takes_assignments", "接收任务", "承接任务"),
    "telephone": ("telephone", "电话", "单位电话", "办公电话", "联系电话", "值班电话"),
}
REQUIRED = ("code", "name", "level", "parent_code")
UNIT_HEADS = Heads.of(HEADINGS[column] for column in REQUIRED)
CODE = re.compile(r"[0-9A-Za-z-]{1,20}")
SCIENTIFIC = re.compile(r"[0-9]+(\.[0-9]+)?[eE]\+?[0-9]+")
TAG_SEPARATORS = re.compile(r"[;；、]")
LONGEST_NAME, LONGEST_KIND, LONGEST_TAG, LONGEST_TELEPHONE = 120, 40, 40, 40
TELEPHONE = re.compile(r"[0-9+\-()/,;、#* 转]*")
NO_TELEPHONE = N_("“%(text)s”不是电话号码：只写号码，不写姓名，几个号码之间用“、”隔开。")
_ANSWERS = {
    **dict.fromkeys(("", "1", "true", "yes", "y", "是"), True),
    **dict.fromkeys(("0", "false", "no", "n", "否"), False),
}


class UnitRow(NamedTuple):
    """One unit of the list."""

    line: int
    code: str
    name: str
    level: str
    parent_code: str
    """Empty at the root."""
    kind: str
    tags: tuple[str, ...]
    """Codes or names of tags, as the file writes them."""
    takes_assignments: bool
    telephone: str
    """Of the office."""


class UnitListRefused(ListRefused):
    """The list has faults, so nothing is imported."""

    def __init__(self, faults: Sequence[Fault], total: int) -> None:
        super().__init__(N_("名单有 %(total)d 处错误，一个单位也没有导入。"), faults, total)


@dataclass(frozen=True)
class UnitList:
    """A list without faults: it has one root, and every parent exists and has a higher level."""

    rows: Sequence[UnitRow]
    """In the order of the file."""
    columns: frozenset[str]
    """The keys of `HEADINGS` that the file has columns for."""


@dataclass
class _Faults:
    """Faults as they are found. All are counted, only the first ones are kept."""

    headings: Mapping[str, str] = field(default_factory=dict)
    kept: list[Fault] = field(default_factory=list)
    total: int = 0

    def add(self, line: int, column: str, msgid: str, /, **values: object) -> None:
        self.total += 1
        if len(self.kept) < 50 * FAULTS_SHOWN:
            place = Place(line=line, column=self.headings.get(column, ""))
            self.kept.append(Fault(msgid, values, place))

    def refuse_any(self) -> None:
        if self.total:
            by_line = sorted(self.kept, key=lambda fault: (fault.place.line, fault.place.column))
            raise UnitListRefused(by_line, self.total)


def read_units(lines: Iterable[tuple[int, list[str]]], levels: Sequence[Level]) -> UnitList:
    """The list in `lines` (as `adapters.tables.read_table` gives them with `UNIT_HEADS`: the
    headings first).

    `levels` from the top down. Raises `UnitListRefused` with every fault, and `Refusal` for a list
    with nothing to read.
    """
    lines = iter(lines)
    first = next(lines, None)
    if first is None:
        raise Refusal(N_("文件是空的。"))
    places = _find_columns(*first)
    faults = _Faults({column: first[1][place] for column, place in places.items()})
    rows = list(_read_rows(lines, places, levels, faults))
    if not rows and not faults.total:
        raise Refusal(N_("文件只有标题行，没有单位。"))
    _check_tree(rows, {level.code: level.rank for level in levels}, faults)
    faults.refuse_any()
    return UnitList(rows, frozenset(places))


def _find_columns(line: int, cells: list[str]) -> dict[str, int]:
    """Column → index in the row. Raises `Refusal` for a required column that is missing or for a
    column that stands twice."""
    keys = {heading: column for column, headings in HEADINGS.items() for heading in headings}
    places: dict[str, int] = {}
    faults = _Faults({cell: cell for cell in cells})
    for place, cell in enumerate(cells):
        column = keys.get(plain_heading(cell))
        if column in places:
            faults.add(line, cell, N_("这一列出现了两次。"))
        elif column:
            places[column] = place
    for column in REQUIRED:
        if column not in places:
            faults.add(
                line, "", N_("缺少“%(name)s”列（%(column)s）。"),
                name=Term(HEADINGS[column][1]), column=column,
            )  # fmt: skip
    faults.refuse_any()
    return places


def _read_rows(
    lines: Iterator[tuple[int, list[str]]],
    places: Mapping[str, int],
    levels: Sequence[Level],
    faults: _Faults,
) -> Iterator[UnitRow]:
    codes = {name: level.code for level in levels for name in (level.code, level.name)}
    for line, cells in lines:
        cell = {
            column: cells[place] if place < len(cells) else "" for column, place in places.items()
        }
        row = UnitRow(
            line=line,
            code=_plain(cell["code"]),
            name=on_one_line(clean_text(cell["name"], multiline=False)),
            level=codes.get(_plain(cell["level"]), ""),
            parent_code=_plain(cell["parent_code"]),
            kind=clean_text(cell.get("kind", ""), multiline=False),
            tags=_split_tags(clean_text(cell.get("tags", ""), multiline=False)),
            takes_assignments=_ANSWERS.get(_plain(cell.get("takes_assignments", "")).lower(), True),
            telephone=plain_telephone(cell.get("telephone", "")),
        )
        _check_row(row, cell, levels, faults)
        yield row


def _check_row(
    row: UnitRow, cell: Mapping[str, str], levels: Sequence[Level], faults: _Faults
) -> None:
    _check_code(row.line, row.code, faults)
    if not row.name:
        faults.add(row.line, "name", N_("名称是空的。"))
    for column, text in cell.items():
        if fault := cell_fault(text):
            faults.add(row.line, column, fault.msgid, **fault.values)
    for column, text, longest in (
        ("name", row.name, LONGEST_NAME),
        ("kind", row.kind, LONGEST_KIND),
        ("tags", max(row.tags, key=len, default=""), LONGEST_TAG),
        ("telephone", row.telephone, LONGEST_TELEPHONE),
    ):
        if len(text) > longest:
            faults.add(row.line, column, N_("超过 %(longest)d 个字。"), longest=longest)
    if not is_telephone(row.telephone) and not cell_fault(cell["telephone"]):
        faults.add(row.line, "telephone", NO_TELEPHONE, text=row.telephone[:LONGEST_TELEPHONE])
    _check_level(row, cell["level"], levels, faults)
    answer = cell.get("takes_assignments", "")
    if _plain(answer).lower() not in _ANSWERS:
        faults.add(
            row.line, "takes_assignments", N_("请写“是”或“否”，不是“%(text)s”。"), text=answer
        )


def _check_level(row: UnitRow, typed: str, levels: Sequence[Level], faults: _Faults) -> None:
    if row.level:
        return
    if not typed:
        faults.add(row.line, "level", N_("层级是空的。"))
        return
    faults.add(
        row.line, "level", N_("没有“%(level)s”这个层级，只有：%(known)s。"),
        level=typed[:60], known=[f"{known.name} {known.code}" for known in levels],
    )  # fmt: skip


def _check_code(line: int, code: str, faults: _Faults) -> None:
    if CODE.fullmatch(code):
        return
    if not code:
        faults.add(line, "code", N_("代码是空的。"))
    elif SCIENTIFIC.fullmatch(code):
        faults.add(
            line, "code",
            N_("代码“%(code)s”被表格软件改成了科学计数，请把这一列设为文本后重新填写。"), code=code,
        )  # fmt: skip
    else:
        faults.add(
            line,
            "code",
            N_("代码“%(code)s”不符合要求：须为 1 至 20 个数字、字母或“-”。"),
            code=code[:60],
        )


def _check_tree(rows: Sequence[UnitRow], ranks: Mapping[str, int], faults: _Faults) -> None:
    by_code = _index(rows, faults)
    roots = [row for row in rows if not row.parent_code]
    for row in roots[1:]:
        faults.add(
            row.line, "parent_code",
            N_("“%(name)s”没有上级，但第 %(first)d 行已经是顶层单位；顶层单位只能有一个。"),
            name=row.name, first=roots[0].line,
        )  # fmt: skip
    for row in rows:
        if row.parent_code and row.parent_code not in by_code:
            faults.add(
                row.line, "parent_code", N_("名单里没有代码为“%(code)s”的上级。"),
                code=row.parent_code[:60],
            )  # fmt: skip
    circling = _check_cycles(by_code, faults)
    if rows and not roots and not circling:
        faults.add(rows[0].line, "", N_("没有顶层单位：应有一行不填上级。"))
    _check_ranks(rows, by_code, ranks, circling, faults)


def _index(rows: Sequence[UnitRow], faults: _Faults) -> dict[str, UnitRow]:
    """Code → the first row with that code. Rows without a code were reported before and are left
    out."""
    by_code: dict[str, UnitRow] = {}
    for row in rows:
        first = by_code.setdefault(row.code, row) if row.code else row
        if first is not row:
            faults.add(
                row.line, "code", N_("代码“%(code)s”与第 %(first)d 行重复。"),
                code=row.code[:60], first=first.line,
            )  # fmt: skip
    return by_code


def _check_cycles(by_code: Mapping[str, UnitRow], faults: _Faults) -> set[str]:
    """The codes of units that stand above themselves. Each circle gives one fault."""
    done: set[str] = set()
    circling: set[str] = set()
    for start in by_code:
        path: dict[str, int] = {}
        code = start
        while code in by_code and code not in done and code not in path:
            path[code] = len(path)
            code = by_code[code].parent_code
        done.update(path)
        if code in path:
            circle = list(islice(path, path[code], None))
            circling.update(circle)
            first = min(circle, key=lambda code: by_code[code].line)
            faults.add(
                by_code[first].line, "parent_code", N_("上级关系形成循环：%(circle)s。"),
                circle=_shown_circle(circle, circle.index(first)),
            )  # fmt: skip
    return circling


def _shown_circle(circle: list[str], start: int) -> str:
    turned = circle[start:] + circle[:start] + [circle[start]]
    return " → ".join(turned if len(turned) <= 8 else [*turned[:6], "…", turned[-1]])


def _check_ranks(
    rows: Sequence[UnitRow],
    by_code: Mapping[str, UnitRow],
    ranks: Mapping[str, int],
    circling: set[str],
    faults: _Faults,
) -> None:
    for row in rows:
        parent = by_code.get(row.parent_code) if row.parent_code else None
        if parent is None or row.code in circling or not row.level or not parent.level:
            continue
        if ranks[row.level] <= ranks[parent.level]:
            faults.add(
                row.line, "level", N_("层级要低于上级“%(parent)s”（第 %(line)d 行）。"),
                parent=parent.name, line=parent.line,
            )  # fmt: skip


def plain_telephone(text: str) -> str:
    """A telephone number as it is kept: half-width, on one line."""
    return on_one_line(_plain(clean_text(text, multiline=False))).replace("—", "-")


def is_telephone(text: str) -> bool:
    """Whether the text, as `plain_telephone` gives it, holds nothing but numbers to dial, one or
    several; nothing at all will do as well."""
    return bool(TELEPHONE.fullmatch(text))


def _split_tags(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(tag for part in TAG_SEPARATORS.split(text) if (tag := part.strip())))


def _plain(text: str) -> str:
    """`text` in half-width characters without outer blanks, as a person means a code or a
    heading."""
    return unicodedata.normalize("NFKC", bare(text)).strip()
