"""Checks that help: they find what looks odd in a filled form, and never stop the form."""

from bisect import insort
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from sqlmodel import Session

from models import Flag, FlagKind, Status
from queries.filling.checks import list_histories, list_like_prints, list_near, list_uppers
from queries.filling.comparisons import list_further
from rules.filling.answer_sheet import AnswerSheet
from rules.filling.checks.circle import Circle, CirclePlace
from rules.filling.checks.figures import (
    Figures,
    against_last_period,
    against_siblings,
    all_zero,
    compared_numbers,
    copied,
)
from rules.filling.checks.flags import asked_before, in_order, unasked
from rules.filling.checks.known import against_known
from rules.filling.checks.returned import unchanged
from rules.filling.checks.text_prints import Prints, is_alike
from rules.filling.sheet_answers import SheetAnswers


class Surroundings:
    """What many answers are compared with. Every answer that is accepted is added.

    At most four statements serve all answers: the numbers of the units beside, the numbers further
    away where few units are beside, earlier periods, and like texts. A statement is made only for
    forms that have such fields.
    """

    def __init__(self, session: Session, answered: Sequence[SheetAnswers]) -> None:
        held = [answers for answers in answered if answers.sheet.assignment.parent_id is not None]
        self._names = {answers.id: compared_numbers(answers.sheet.fields) for answers in answered}
        self._near, self._numbers = self._find_near(session, held)
        self._further, self._uppers = self._find_further(session, held)
        self._prints = list_like_prints(
            session, {(answers.above_id, digest) for answers in held for digest in answers.digests}
        )
        changed = {name for answers in answered for name in changed_numbers(answers)}
        assignments = [answers.sheet.assignment for answers in answered]
        self._histories = list_histories(session, assignments, changed)

    def _find_near(
        self, session: Session, held: Sequence[SheetAnswers]
    ) -> tuple[dict[CirclePlace, list[int]], dict[int, dict[str, Decimal]]]:
        asked = {answers.id: self._asked(answers) for answers in held}
        names = {name for own in asked.values() for name in own}
        return list_near(
            session, {answers.above_id for answers in held if asked[answers.id]}, names
        )

    def _find_further(
        self, session: Session, held: Sequence[SheetAnswers]
    ) -> tuple[dict[CirclePlace, list[int]], dict[int, int | None]]:
        circle = Circle(self._near, self._numbers)
        narrow = [
            answers
            for answers in held
            if circle.is_narrow(answers.id, answers.place, self._asked(answers))
        ]
        names = {name for answers in narrow for name in self._asked(answers)}
        above = {answers.above_id for answers in narrow}
        found, numbers = list_further(session, above, names)
        self._numbers = {**numbers, **self._numbers}
        uppers = (
            list_uppers(session, {answers.above_id for answers in held})
            if held[1:] and above
            else {}
        )
        return {**{answers.place: [] for answers in narrow}, **found}, uppers

    def _asked(self, answers: SheetAnswers) -> list[str]:
        return [name for name in self._names[answers.id] if name in answers.now]

    def flags(self, answers: SheetAnswers) -> list[Flag]:
        """What looks odd in checked answers as things stand now, in the order of the form."""
        circle = Circle(self._near, self._numbers, self._further)
        siblings: Mapping[str, Sequence[Decimal]] = {}
        beside: list[Collection[int]] = []
        if answers.sheet.assignment.parent_id is not None:
            siblings = circle.others(answers.id, answers.place, self._asked(answers))
            others = self._prints.get(answers.above_id, {})
            beside = [
                prints
                for assignment_id, prints in others.items()
                if assignment_id != answers.id and not answers.digests.isdisjoint(prints)
            ]
        history = self._histories.get(answers.id, {})
        return judged(answers, history=history, siblings=siblings, beside=beside)

    def take_in(self, answers: SheetAnswers) -> None:
        """Compare all answers from here on with these answers, too."""
        if answers.sheet.assignment.parent_id is None:
            return
        names = self._names[answers.id]
        self._numbers[answers.id] = {n: answers.now[n] for n in names if n in answers.now}
        self._prints.setdefault(answers.above_id, {})[answers.id] = set(answers.digests)
        for near in self._places(answers.place):
            if answers.id not in near:
                insort(near, answers.id)

    def _places(self, own: CirclePlace) -> Iterator[list[int]]:
        """The lists in which an answer from this place stands: the list of the units beside it, and
        the list of those further away."""
        yield self._near.setdefault(own, [])
        upper = self._uppers.get(own.parent_id)
        for place, further in self._further.items():
            beside = place.level == own.level and place.parent_id != own.parent_id
            if beside and upper is not None and self._uppers.get(place.parent_id) == upper:
                yield further


def find_flags(session: Session, answers: SheetAnswers, *, checked: bool = False) -> list[Flag]:
    """What looks odd in checked answers, in the order of the form. See `flags_of`."""
    return flags_of(Surroundings(session, [answers]), answers, checked=checked)


def find_flags_together(session: Session, answered: Sequence[SheetAnswers]) -> list[list[Flag]]:
    """Flags of each of many answers that come together. The answers are also compared with one
    another, because one text may stand in every row of a workbook."""
    around = Surroundings(session, answered)
    for answers in answered:
        around.take_in(answers)
    return [around.flags(answers) for answers in answered]


def judged(
    answers: SheetAnswers,
    *,
    history: Mapping[str, Sequence[Decimal]],
    siblings: Mapping[str, Sequence[Decimal]],
    beside: Collection[Collection[int]],
) -> list[Flag]:
    """What looks odd in the answers, in the order of the form. The answers are compared with the
    unit's earlier numbers, and with the numbers and the prints of the units beside it."""
    sheet, now, last = answers.sheet, answers.now, answers.last
    flags = [
        *all_zero(now),
        *copied(_own(sheet, now), _own(sheet, last)),
        *against_known(sheet.fields, sheet.prefilled, answers.values),
        *against_last_period(now, last, history),
        *against_siblings(now, siblings),
        *_alike(answers.prints, beside),
        *_unchanged(sheet, answers.values),
    ]
    return in_order(flags, [field.name for field in sheet.fields])


def flags_of(around: Surroundings, answers: SheetAnswers, *, checked: bool) -> list[Flag]:
    """What looks odd in checked answers.

    `checked`: the unit says that the answers of an earlier period hold. Where they are unchanged,
    nobody asks whether they were copied.
    """
    flags = around.flags(answers)
    if checked and answers.sheet.holds_still(answers.values):
        return [flag for flag in flags if flag.kind is not FlagKind.COPIED]
    return flags


def changed_numbers(answers: SheetAnswers) -> list[str]:
    """The fields whose numbers are far from the last period's. The periods before are read for
    these fields."""
    return [flag.field for flag in against_last_period(answers.now, answers.last, {})]


def unanswered(sheet: AnswerSheet, flags: Iterable[Flag], shown: str) -> list[Flag]:
    """The flags to ask about before sending: the person can do something about them, and has not
    been asked yet. `shown` holds the `marks` that the page came back with.

    An answer that was sent before, unchanged and not returned, was asked about at that time.
    """
    opened = {"", *sheet.open_names}
    returned = set(sheet.review.fields) if sheet.review else set()
    before = asked_before(sheet.last.asked, sheet.last.flags) if sheet.last else frozenset()
    return [
        flag
        for flag in unasked(flags, shown)
        if flag.field in opened and (flag.field in returned or flag.mark not in before)
    ]


def print_rows(answers: SheetAnswers) -> list[list[int]]:
    """The prints of the answers: the assignment, the one above, and a print. There are none where
    no unit stands beside this one."""
    assignment = answers.sheet.assignment
    if assignment.parent_id is None:
        return []
    return [[assignment.id, assignment.parent_id, digest] for digest in sorted(answers.digests)]


def _own(sheet: AnswerSheet, numbers: Figures) -> dict[str, Decimal]:
    """The numbers without those that are carried over from elsewhere, which are meant to stay the
    same."""
    shared = {field.name for field in sheet.fields if field.reuse}
    return {name: value for name, value in numbers.items() if name not in shared}


def _unchanged(sheet: AnswerSheet, values: Mapping[str, Any]) -> list[Flag]:
    if sheet.assignment.status != Status.RETURNED or sheet.review is None or not sheet.reviewed:
        return []
    return unchanged(sheet.review.fields, sheet.reviewed.answers, values)


def _alike(own: Prints, beside: Collection[Collection[int]]) -> list[Flag]:
    counts = {name: _count_alike(digests, beside) for name, digests in own.items()}
    return [
        Flag(FlagKind.SIMILAR_TEXT, name, count=count) for name, count in counts.items() if count
    ]


def _count_alike(own: Sequence[int], others: Iterable[Collection[int]]) -> int:
    return sum(is_alike(own, other) for other in others)
