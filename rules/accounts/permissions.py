"""Who may do what to what: one table. Every service that acts for a person asks the table first.

`docs/permissions.md` is generated from the table. Whether an act is possible now (a status, a
version, a date) is decided by its service; what an account sees, by `queries.units.visibility`.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple

from models import Account, Unit
from rules.accounts.predicates import (
    Asker,
    Predicate,
    Subject,
    above,
    above_a_silent_unit,
    anyone,
    asked_unit,
    at_or_above,
    directly_above,
    office_above,
    office_at_or_above,
    oneself,
    own_office,
    own_unit,
    the_product,
    topmost_office,
)
from rules.sentences.not_found import NotFound
from rules.sentences.refusal import N_, Refusal


class Right(StrEnum):
    """An act that the table of permissions has a row for."""

    TAKE_IN_NOTICE = "take in a notice"
    EDIT_NOTICE = "edit the head of a notice"
    KEEP_NOTICE_FILES = "add, replace or remove a file of a notice"
    DELETE_CAMPAIGN = "delete a campaign"
    WRITE_MEASURE = "write or edit a measure"
    CONFIRM_MEASURE = "confirm a measure"
    DELETE_MEASURE = "delete a measure"
    RELEASE_MEASURE = "release a measure, or open a period of it"
    WITHDRAW_MEASURE = "withdraw a measure"
    CLOSE_MEASURE = "close a measure"
    OPEN_MEASURE_AGAIN = "open a closed measure again"
    MAKE_SCHEDULE = "make a schedule"
    STOP_SCHEDULE = "stop a schedule"
    CHANGE_SCHEDULE = "pause or change a schedule"
    SETTLE_TROUBLE = "settle what went wrong with a schedule or a run"
    ORDER_REPORTS = "order the reports of every unit"
    MAKE_FORM = "make a form"
    RENAME_FORM = "rename a form"
    PUBLISH_FORM = "publish a version of a form"
    KEEP_FORM_DRAFT = "keep the draft of a form"
    DISCARD_FORM_DRAFT = "discard the draft of a form"
    CHOOSE_FORM = "choose a form for a measure"
    CHANGE_FORM = "change the form version of a released measure"
    ACKNOWLEDGE = "sign for an assignment"
    DETAIL = "detail an assignment for the units below"
    PASS_ON = "release an assignment to the units below"
    REMIND = "remind a unit of what it holds up"
    READ_MESSAGE = "note that a message was read"
    DECLINE = "send an assignment back up"
    RULE = "rule about an assignment that was sent back up"
    ASK_EXTENSION = "ask for more time"
    DECIDE_EXTENSION = "decide about a request for more time, or pass it up"
    EXTEND = "give lower units more time without their asking"
    KEEP_CHANNEL = "add, change, try or remove a channel outside the product"
    SET_REMINDERS = "set the reminders of a campaign"
    KEEP_CALENDAR_FEED = "make or revoke a calendar feed"
    COMPLAIN = "complain"
    ANSWER_COMPLAINT = "answer a complaint"
    SAY_HELPED = "say whether an answer to a complaint has helped"
    PASS_COMPLAINT_ON = "take a complaint past the issuer"
    KEEP_DRAFT = "keep the draft of an answer"
    SUBMIT = "send an answer"
    RECALL = "take an answer back"
    ATTACH = "attach a file to an answer"
    KEEP_WORKBOOK = "upload a workbook"
    SEND_WORKBOOK = "send an uploaded workbook"
    REVIEW = "review an answer"
    UNDO_REVIEW = "take a decision back"
    UNLIST_REASON = "strike a reason off the list"
    MAKE_REPORT = "make the report of a unit"
    MAKE_ACCOUNT = "make an account"
    MAKE_ACCOUNTS = "make many accounts at once, or new first codes for those never used"
    LOAD_ACCOUNTS = "make accounts with passwords that are hashed already"
    SET_PASSWORD = "set the password of an account"
    CHANGE_PASSWORD = "change a password, knowing the old one"
    SWITCH_OFF_ACCOUNT = "switch an account off"
    SWITCH_ON_ACCOUNT = "switch an account on"
    EDIT_UNIT = "rename a unit, or change its kind or its tags"
    SET_TELEPHONE = "set telephone and mailbox of a unit's office"
    IMPORT_UNITS = "import a list of units, or try it"
    CHANGE_CALENDAR = "change the calendars of working days"
    SHAPE_TREE = "define levels, tags and exclusions"


class NotAllowed(Refusal):
    """The actor may know the subject, but may not do this to the subject."""


class Permission(NamedTuple):
    """One row of the table."""

    who: tuple[Predicate, ...]
    """An actor who meets one of these predicates may act."""
    told: str = ""
    """What everybody else is told (a msgid). Empty: `NotFound`, so that nobody learns what
    exists."""
    never: tuple[tuple[Predicate, str], ...] = ()
    """Exceptions: who may not act although `who` allows it, and what that actor is told (a
    msgid)."""


OTHERS_ANSWER = N_("这项任务由“%(unit)s”填报，其他单位不能代填。")
OTHERS_REVIEW = N_("这份填报由直接上级单位审核；代报的由再上一级审核。")
OTHERS_CHOICE = N_("只能选用本单位的表单。请从本单位的表单里选一张，或者新建一张。")
OTHERS_COMPLAINT = N_("这条反映由直接上级和发布单位答复，转上一级以后由那个单位答复。")
OTHERS_RULING = N_("这件退单现在由“%(unit)s”裁定，其他单位不能裁定。")
OTHERS_EXTENSION = N_("这份延期申请现在由“%(unit)s”决定，其他单位不能决定。")
OTHERS_FORM = N_("只有发布这条措施的单位可以换用新版表单。")
OTHERS_ACCOUNT = N_("只有本单位或上级单位的综合办公室账号可以管理这个单位的账号。")
OTHERS_UNIT = N_("单位的名称、类别和标签由上级单位的综合办公室修改。")
OWN_PASSWORD = N_("自己的密码请在“修改密码”页更换，要先填写当前密码。")
OWN_ACCOUNT = N_("不能停用自己的账号。")

PERMISSIONS: Mapping[Right, Permission] = {
    Right.TAKE_IN_NOTICE: Permission((own_office,)),
    Right.EDIT_NOTICE: Permission((own_office,)),
    Right.KEEP_NOTICE_FILES: Permission((own_office,)),
    Right.DELETE_CAMPAIGN: Permission((own_office,)),
    Right.WRITE_MEASURE: Permission((own_office,)),
    Right.CONFIRM_MEASURE: Permission((own_office,)),
    Right.DELETE_MEASURE: Permission((own_office,)),
    Right.RELEASE_MEASURE: Permission((own_office, the_product)),
    Right.WITHDRAW_MEASURE: Permission((own_office,)),
    Right.CLOSE_MEASURE: Permission((own_office,)),
    Right.OPEN_MEASURE_AGAIN: Permission((own_office,)),
    Right.MAKE_SCHEDULE: Permission((own_office,)),
    Right.STOP_SCHEDULE: Permission((own_office,)),
    Right.CHANGE_SCHEDULE: Permission((own_office,)),
    Right.SETTLE_TROUBLE: Permission((own_office,)),
    Right.ORDER_REPORTS: Permission((own_office,)),
    Right.MAKE_FORM: Permission((own_office,)),
    Right.RENAME_FORM: Permission((own_office,)),
    Right.PUBLISH_FORM: Permission((own_office,)),
    Right.KEEP_FORM_DRAFT: Permission((own_office,)),
    Right.DISCARD_FORM_DRAFT: Permission((oneself,)),
    Right.CHOOSE_FORM: Permission((own_office,), OTHERS_CHOICE),
    Right.CHANGE_FORM: Permission((own_office,), OTHERS_FORM),
    Right.ACKNOWLEDGE: Permission((own_unit,)),
    Right.DETAIL: Permission((own_unit,)),
    Right.PASS_ON: Permission((own_unit,)),
    Right.REMIND: Permission((above,)),
    Right.READ_MESSAGE: Permission((own_unit,)),
    Right.DECLINE: Permission((own_unit,)),
    Right.RULE: Permission((own_unit,), OTHERS_RULING),
    Right.ASK_EXTENSION: Permission((own_unit,)),
    Right.DECIDE_EXTENSION: Permission((own_unit,), OTHERS_EXTENSION),
    Right.EXTEND: Permission((own_unit,)),
    Right.KEEP_CHANNEL: Permission((own_office,)),
    Right.SET_REMINDERS: Permission((own_office,)),
    Right.KEEP_CALENDAR_FEED: Permission((anyone,)),
    Right.COMPLAIN: Permission((anyone,)),
    Right.ANSWER_COMPLAINT: Permission((asked_unit,), OTHERS_COMPLAINT),
    Right.SAY_HELPED: Permission((own_unit,)),
    Right.PASS_COMPLAINT_ON: Permission((own_unit,)),
    Right.KEEP_DRAFT: Permission((own_unit, above_a_silent_unit), OTHERS_ANSWER),
    Right.SUBMIT: Permission((own_unit, above_a_silent_unit), OTHERS_ANSWER),
    Right.RECALL: Permission((own_unit, above_a_silent_unit), OTHERS_ANSWER),
    Right.ATTACH: Permission((own_unit, above_a_silent_unit)),
    Right.KEEP_WORKBOOK: Permission((own_unit,)),
    Right.SEND_WORKBOOK: Permission((own_unit,)),
    Right.REVIEW: Permission((directly_above,), OTHERS_REVIEW),
    Right.UNDO_REVIEW: Permission((own_unit,)),
    Right.UNLIST_REASON: Permission((own_unit,)),
    Right.MAKE_REPORT: Permission((at_or_above, the_product)),
    Right.MAKE_ACCOUNT: Permission((office_at_or_above, the_product), OTHERS_ACCOUNT),
    Right.MAKE_ACCOUNTS: Permission((office_at_or_above, the_product), OTHERS_ACCOUNT),
    Right.LOAD_ACCOUNTS: Permission((the_product,)),
    Right.SET_PASSWORD: Permission(
        (office_at_or_above, the_product), OTHERS_ACCOUNT, ((oneself, OWN_PASSWORD),)
    ),
    Right.CHANGE_PASSWORD: Permission((oneself,)),
    Right.SWITCH_OFF_ACCOUNT: Permission(
        (office_at_or_above, the_product), OTHERS_ACCOUNT, ((oneself, OWN_ACCOUNT),)
    ),
    Right.SWITCH_ON_ACCOUNT: Permission((office_at_or_above, the_product), OTHERS_ACCOUNT),
    Right.EDIT_UNIT: Permission((office_above, the_product), OTHERS_UNIT),
    Right.SET_TELEPHONE: Permission((office_at_or_above, the_product), OTHERS_UNIT),
    Right.IMPORT_UNITS: Permission((topmost_office, the_product)),
    Right.CHANGE_CALENDAR: Permission((topmost_office, the_product)),
    Right.SHAPE_TREE: Permission((the_product,)),
}


def may(actor: Account | None, right: Right, subject: Subject, *, at: Unit | None = None) -> bool:
    """Whether the table lets `actor` (None: the product itself) do `right` to `subject`.

    `at`: the actor's unit. Rights whose predicates ask where the actor stands in the tree need it.
    """
    return _objection(Asker(actor, at), PERMISSIONS[right], subject) is None


def require(
    actor: Account | None, right: Right, subject: Subject, *, at: Unit | None = None
) -> None:
    """Raises `NotAllowed` or `NotFound`, as the table's row says, where the actor may not act.

    The arguments are those of `may`.
    """
    told = _objection(Asker(actor, at), PERMISSIONS[right], subject)
    if told is None:
        return
    if not told:
        raise NotFound
    raise NotAllowed(told, **({"unit": subject.unit_name} if "%(unit)s" in told else {}))


def _objection(asker: Asker, row: Permission, subject: Subject) -> str | None:
    """What the asker is told (see `Permission.told`); None where the asker may act."""
    if not any(holds(asker, subject) for holds in row.who):
        return row.told
    return next((told for holds, told in row.never if holds(asker, subject)), None)
