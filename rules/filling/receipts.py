"""Receipts: the number and the checksum that prove what arrived.

The number is made of the assignment and the revision, so that it is unique without a look at the
database. It ends in a check digit, so that a digit misheard on the telephone is noticed.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from models import Decision, Status, Submission
from rules.assignments.states import UNSENT
from rules.forms.field_values import plain
from rules.sentences.refusal import N_, Refusal

MOST_REVISIONS = 999


def receipt_number(assignment_id: int, revision: int) -> str:
    """A number such as `0001-2345-6001-7`: assignment, three digits of revision, check digit.

    Raises `Refusal` after 999 revisions.
    """
    if revision > MOST_REVISIONS:
        raise Refusal(N_("这项任务已经填报 %(most)s 次，不能再填报。"), most=MOST_REVISIONS)
    body = f"{assignment_id:09d}{revision:03d}"
    groups = [body[start : start + 4] for start in range(0, len(body), 4)]
    return "-".join([*groups, check_digit(body)])


def check_digit(body: str) -> str:
    """The check digit of GB/T 17710 (ISO 7064), MOD 11,10. It reveals any single wrong digit."""
    product = 10
    for digit in body:
        product = (product + int(digit)) % 10 or 10
        product = product * 2 % 11
    return str((11 - product) % 10)


def standing(*, current: bool, status: Status, decision: Decision | None) -> str | None:
    """What has become of one submission, where the assignment's status does not say it; else None.

    `current`: no later submission was sent. `status`: the assignment's. `decision`: what the unit
    above decided about this submission.
    """
    if decision == Decision.RETURN:
        return N_("已退回")
    if current:
        return N_("已收回") if status in UNSENT else None
    return N_("已被后来的一次代替") if decision else N_("已收回")


def read_receipt(typed: str) -> str:
    """A receipt number in stored form, however a person typed it.

    Raises `Refusal` for what is no receipt number, and for a wrong digit.
    """
    digits = re.sub(r"[\s\-]", "", plain(typed))
    if not re.fullmatch(r"[0-9]{13,16}", digits):
        raise Refusal(N_("回执号是 13 位以上的数字，如 0001-2345-6001-7。"))
    body, check = digits[:-1], digits[-1]
    if check_digit(body) != check:
        raise Refusal(N_("回执号不正确，请核对数字。"))
    return receipt_number(int(body[:-3]), int(body[-3:]))


def checksum(
    *,
    assignment_id: int,
    revision: int,
    form_version_id: int | None,
    answers: Mapping[str, Any],
    rolled_up: Mapping[str, Any],
    sent_at: datetime,
) -> str:
    """SHA-256 over what was sent and when, as JSON with sorted keys and no blanks."""
    sent = {
        "answers": answers,
        "assignment": assignment_id,
        "form_version": form_version_id,
        "revision": revision,
        "rolled_up": rolled_up,
        "sent_at": sent_at.astimezone(UTC).isoformat(timespec="microseconds"),
    }
    text = json.dumps(sent, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def is_whole(submission: Submission) -> bool:
    """Whether a stored submission still has the content that its receipt was given for."""
    found = checksum(
        assignment_id=submission.assignment_id,
        revision=submission.revision,
        form_version_id=submission.form_version_id,
        answers=submission.answers,
        rolled_up=submission.rolled_up,
        sent_at=submission.sent_at,
    )
    number = receipt_number(submission.assignment_id, submission.revision)
    return found == submission.checksum and number == submission.receipt


SHORTEST_COMPARED = 8
"""The fewest characters of a checksum that suffice on the telephone."""


def matches(typed: str, known: str) -> bool:
    """Whether a checksum that was read out or pasted is `known`, or the beginning of `known`.

    Raises `Refusal` for a text that is too short or no checksum.
    """
    digits = re.sub(r"[\s\-:,.…]", "", plain(typed)).lower()
    if not re.fullmatch(rf"[0-9a-f]{{{SHORTEST_COMPARED},64}}", digits):
        raise Refusal(
            N_("校验码由数字和字母 a–f 组成，请至少输入前 %(least)s 位。"), least=SHORTEST_COMPARED
        )
    return known.startswith(digits)
