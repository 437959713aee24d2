"""Findings: what a check reports."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from rules.sentences.refusal import N_, Refusal
from rules.sentences.sentence import Sentence


class Grade(StrEnum):
    """How serious a finding is."""

    GOOD = "good"
    NOTE = "note"
    BAD = "bad"


GRADE_NAMES = {Grade.GOOD: N_("正常"), Grade.NOTE: N_("注意"), Grade.BAD: N_("有问题")}


@dataclass(frozen=True)
class Finding:
    """One line: the subject, its grade, and a sentence that says what to do."""

    subject: str
    grade: Grade
    sentence: Sentence


def good(subject: str, msgid: str, **values: object) -> Finding:
    """Nothing is to be done about `subject`."""
    return Finding(subject, Grade.GOOD, Sentence(msgid, values))


def note(subject: str, msgid: str, **values: object) -> Finding:
    """Something about `subject` should be done."""
    return Finding(subject, Grade.NOTE, Sentence(msgid, values))


def refused(subject: str, refusal: Refusal) -> Finding:
    """`subject` is bad, as the refusal says."""
    return Finding(subject, Grade.BAD, refusal.sentence)


def bad(subject: str, msgid: str, **values: object) -> Finding:
    """Something about `subject` must be done."""
    return Finding(subject, Grade.BAD, Sentence(msgid, values))
