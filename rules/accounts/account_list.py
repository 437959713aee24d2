"""A list of accounts as a file gives it: its columns, and what is wrong with single rows.

A faulty row holds up nobody: the other rows can be made, and the faulty ones are told with line and
reason.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from models import Role
from rules.accounts.account_heads import HEADINGS
from rules.accounts.passwords import LONGEST_LOGIN, check_login, check_no_person
from rules.forms.field_values import clean_text
from rules.sentences.cell_faults import cell_fault
from rules.sentences.held import bare, on_one_line
from rules.sentences.refusal import N_, Refusal
from rules.sentences.sentence import Sentence
from rules.units.heads import plain_heading

LONGEST_NAME = 60
MOST = 20_000
"""The most accounts of one act. More slips than these nobody prints at once."""
POSTS = {Role.OFFICE: "综合办公室", Role.CLERK: "经办岗"}
"""What an account is called where the list does not say it."""
_ROLES = {
    **dict.fromkeys(("", "clerk", "经办", "经办人"), Role.CLERK),
    **dict.fromkeys(("office", "综合办公室", "办公室"), Role.OFFICE),
}


class AccountLine(NamedTuple):
    """One row of the list."""

    line: int
    unit: str
    """The code or the name of the unit."""
    login: str
    """Empty: the code of the unit."""
    name: str
    role: Role
    fault: Sentence | None
    """What is wrong with the row itself, whatever units there are."""


def read_accounts(lines: Iterable[tuple[int, list[str]]]) -> list[AccountLine]:
    """The rows of a table (as `adapters.tables.read_table` gives it with `ACCOUNT_HEADS`: the
    headings first).

    Raises `Refusal` for a list without the column of units, without rows, or with too many.
    """
    first, *rest = [*lines] or [(0, [])]
    places = _find_columns(first[1])
    rows = [_line(number, cells, places) for number, cells in rest]
    if not rows:
        raise Refusal(N_("名单里没有账号。请在标题行下面每行写一个单位。"))
    if len(rows) > MOST:
        raise Refusal(
            N_("名单有 %(count)s 行，一次最多 %(most)s 行。请分成几份。"),
            count=len(rows),
            most=MOST,
        )
    return rows


def _find_columns(cells: Sequence[str]) -> dict[str, int]:
    keys = {heading: column for column, headings in HEADINGS.items() for heading in headings}
    places: dict[str, int] = {}
    for place, cell in enumerate(cells):
        column = keys.get(plain_heading(cell))
        # 代码 and 名称 may both be there: the code tells more, and stands first or last.
        if column and (column not in places or plain_heading(cell).endswith(("代码", "code"))):
            places[column] = place
    if "unit" not in places:
        raise Refusal(N_("名单里没有“单位”这一列。请在第一行写：单位、账号、岗位、权限。"))
    return places


def _line(number: int, cells: Sequence[str], places: Mapping[str, int]) -> AccountLine:
    cell = {
        column: on_one_line(clean_text(bare(cells[place]), multiline=False))
        for column, place in places.items()
        if place < len(cells)
    }
    role = _ROLES.get(cell.get("role", "").lower())
    login, known = cell.get("login", ""), role or Role.CLERK
    name = cell.get("name", "") or POSTS[known]
    fault = _fault(cell, role)
    return AccountLine(number, cell.get("unit", ""), login[: LONGEST_LOGIN + 1], name, known, fault)


def _fault(cell: Mapping[str, str], role: Role | None) -> Sentence | None:
    for text in cell.values():
        if found := cell_fault(text):
            return Sentence(found.msgid, found.values)
    if not cell.get("unit"):
        return Sentence(N_("没有写单位。"), {})
    if role is None:
        return Sentence(
            N_("权限请写“经办人”或“综合办公室”，不是“%(text)s”。"), {"text": cell["role"][:20]}
        )
    if len(cell.get("name", "")) > LONGEST_NAME:
        return Sentence(N_("岗位最多 %(longest)d 个字。"), {"longest": LONGEST_NAME})
    return check_listed_login(cell.get("login", ""))


def check_listed_login(login: str) -> Sentence | None:
    """What is wrong with a login of a list; an empty one is made by rule."""
    try:
        if login:
            check_login(login)
            check_no_person(login)
    except Refusal as refusal:
        return refusal.sentence
    return None
