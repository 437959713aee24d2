"""The table of permissions, walked act by act with everybody who could try."""

import pytest

from models import Account, Role, Unit
from rules.accounts.permissions import PERMISSIONS, NotAllowed, Right, may, require
from rules.accounts.predicates import Subject
from rules.sentences.not_found import NotFound
from tests.conftest import NOW

UNITS = {
    "region": Unit(id=1, code="1", name="自治区", level="region", lft=1, rgt=12),
    "league": Unit(id=2, code="2", name="盟", level="league", parent_id=1, lft=2, rgt=11),
    "banner": Unit(id=3, code="3", name="旗", level="banner", parent_id=2, lft=3, rgt=6),
    "township": Unit(id=4, code="4", name="苏木", level="township", parent_id=3, lft=4, rgt=5),
    "sibling": Unit(id=5, code="5", name="邻旗", level="banner", parent_id=2, lft=7, rgt=8),
}
CAST = {
    "office of the region": ("region", Role.OFFICE),
    "clerk of the region": ("region", Role.CLERK),
    "office above": ("league", Role.OFFICE),
    "clerk above": ("league", Role.CLERK),
    "office": ("banner", Role.OFFICE),
    "clerk": ("banner", Role.CLERK),
    "office beside": ("sibling", Role.OFFICE),
    "office below": ("township", Role.OFFICE),
    "clerk below": ("township", Role.CLERK),
}
"""What is acted on belongs to the banner; the league stands directly above it."""
PRODUCT = "the product"
OFFICE = {"office"}
UNIT = {"office", "clerk"}
ABOVE = {"office above", "clerk above"}
SEEING = {*UNIT, *ABOVE, "office of the region", "clerk of the region"}
ADMINISTERING = {"office", "office above", "office of the region"}
ALLOWED: dict[Right, set[str]] = {
    Right.TAKE_IN_NOTICE: OFFICE,
    Right.EDIT_NOTICE: OFFICE,
    Right.WRITE_MEASURE: OFFICE,
    Right.CONFIRM_MEASURE: OFFICE,
    Right.DELETE_MEASURE: OFFICE,
    Right.DELETE_CAMPAIGN: OFFICE,
    Right.RELEASE_MEASURE: {*OFFICE, PRODUCT},
    Right.WITHDRAW_MEASURE: OFFICE,
    Right.CLOSE_MEASURE: OFFICE,
    Right.OPEN_MEASURE_AGAIN: OFFICE,
    Right.MAKE_SCHEDULE: OFFICE,
    Right.STOP_SCHEDULE: OFFICE,
    Right.CHANGE_SCHEDULE: OFFICE,
    Right.SETTLE_TROUBLE: OFFICE,
    Right.ORDER_REPORTS: OFFICE,
    Right.MAKE_FORM: OFFICE,
    Right.RENAME_FORM: OFFICE,
    Right.PUBLISH_FORM: OFFICE,
    Right.KEEP_FORM_DRAFT: OFFICE,
    Right.DISCARD_FORM_DRAFT: OFFICE,
    Right.CHOOSE_FORM: OFFICE,
    Right.CHANGE_FORM: OFFICE,
    Right.REMIND: SEEING - UNIT,
    Right.READ_MESSAGE: UNIT,
    Right.KEEP_CHANNEL: OFFICE,
    Right.SET_REMINDERS: OFFICE,
    Right.ACKNOWLEDGE: UNIT,
    Right.DETAIL: UNIT,
    Right.PASS_ON: UNIT,
    Right.KEEP_NOTICE_FILES: OFFICE,
    Right.KEEP_CALENDAR_FEED: set(CAST),
    Right.COMPLAIN: set(CAST),
    Right.ANSWER_COMPLAINT: ABOVE,
    Right.SAY_HELPED: UNIT,
    Right.PASS_COMPLAINT_ON: UNIT,
    Right.DECLINE: UNIT,
    Right.RULE: UNIT,
    Right.ASK_EXTENSION: UNIT,
    Right.DECIDE_EXTENSION: UNIT,
    Right.EXTEND: UNIT,
    Right.KEEP_DRAFT: UNIT,
    Right.SUBMIT: UNIT,
    Right.RECALL: UNIT,
    Right.ATTACH: UNIT,
    Right.KEEP_WORKBOOK: UNIT,
    Right.SEND_WORKBOOK: UNIT,
    Right.REVIEW: ABOVE,
    Right.UNDO_REVIEW: UNIT,
    Right.UNLIST_REASON: UNIT,
    Right.MAKE_REPORT: {*SEEING, PRODUCT},
    Right.MAKE_ACCOUNT: {*ADMINISTERING, PRODUCT},
    Right.MAKE_ACCOUNTS: {*ADMINISTERING, PRODUCT},
    Right.LOAD_ACCOUNTS: {PRODUCT},
    Right.SET_PASSWORD: {*ADMINISTERING, PRODUCT} - OFFICE,
    Right.CHANGE_PASSWORD: OFFICE,
    Right.SWITCH_OFF_ACCOUNT: {*ADMINISTERING, PRODUCT} - OFFICE,
    Right.SWITCH_ON_ACCOUNT: {*ADMINISTERING, PRODUCT},
    Right.EDIT_UNIT: {"office above", "office of the region", PRODUCT},
    Right.SET_TELEPHONE: {*ADMINISTERING, PRODUCT},
    Right.IMPORT_UNITS: {"office of the region", PRODUCT},
    Right.CHANGE_CALENDAR: {"office of the region", PRODUCT},
    Right.SHAPE_TREE: {PRODUCT},
}
"""Who may, told once more by name. An account or draft is the banner's office's own."""


def account_of(who: str) -> Account | None:
    if who == PRODUCT:
        return None
    unit, role = CAST[who]
    number = [*CAST].index(who) + 1
    return Account(
        id=number, login=who, name=who, password_hash="!", unit_id=UNITS[unit].id, role=role,
        created_at=NOW,
    )  # fmt: skip


def unit_of(who: str) -> Unit | None:
    return None if who == PRODUCT else UNITS[CAST[who][0]]


def _msgid(refused: Exception) -> str:
    """What is said; nothing where it is as if nothing were there."""
    return refused.sentence.msgid if isinstance(refused, NotAllowed) else ""


OWNER = account_of("office")
assert OWNER is not None
LEAGUE = UNITS["league"].id
SUBJECT = Subject.of(UNITS["banner"], OWNER.id)._replace(
    above_id=LEAGUE, asked_ids=frozenset({LEAGUE})
)


def test_every_act_has_a_row_and_every_row_an_act() -> None:
    assert set(PERMISSIONS) == set(Right) == set(ALLOWED)
    assert all(row.who for row in PERMISSIONS.values())


@pytest.mark.parametrize("right", Right)
def test_who_may_and_nobody_else(right: Right) -> None:
    able = {
        who for who in (*CAST, PRODUCT) if may(account_of(who), right, SUBJECT, at=unit_of(who))
    }
    assert able == ALLOWED[right]


@pytest.mark.parametrize("right", Right)
def test_who_may_not_is_told_so_or_finds_nothing(right: Right) -> None:
    row = PERMISSIONS[right]
    for who in {*CAST, PRODUCT} - ALLOWED[right]:
        with pytest.raises((NotAllowed, NotFound)) as refused:
            require(account_of(who), right, SUBJECT, at=unit_of(who))
        own = [told for holds, told in row.never if who == "office"]
        told = own[0] if own else row.told
        assert _msgid(refused.value) == told
    for who in ALLOWED[right]:
        require(account_of(who), right, SUBJECT, at=unit_of(who))


def test_the_refusal_of_an_answer_names_its_unit() -> None:
    with pytest.raises(NotAllowed, match="这项任务由“旗”填报"):
        require(account_of("office below"), Right.SUBMIT, SUBJECT)


@pytest.mark.parametrize("right", [Right.MAKE_REPORT, Right.MAKE_ACCOUNT, Right.IMPORT_UNITS])
def test_where_the_tree_is_asked_nobody_may_without_a_place_in_it(right: Right) -> None:
    assert not any(may(account_of(who), right, SUBJECT) for who in CAST)
    assert not may(account_of("office"), Right.MAKE_REPORT, Subject(3), at=UNITS["banner"])


def test_what_belongs_to_nobody_is_nobodys_to_act_on() -> None:
    left = {
        Right.COMPLAIN, Right.KEEP_CALENDAR_FEED, Right.IMPORT_UNITS, Right.CHANGE_CALENDAR,
    }  # fmt: skip
    for right in set(Right) - left:
        assert not any(may(account_of(who), right, Subject(), at=unit_of(who)) for who in CAST)
