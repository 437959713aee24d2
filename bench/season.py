"""A campaign of some weeks with a fake clock, in which a seed decides what every unit does.

Each working day gates open by themselves; units sign, add, release, answer, take back and get more
time; units above review, undo and remind. The office opens a new period each month, withdraws one
measure, closes another and opens it again. `bench.books` balances the books afterwards.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, exists, insert, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from flows.batch import group
from models import (
    Account,
    Assignment,
    Campaign,
    Decision,
    Decline,
    DeclineKind,
    Extension,
    FormVersion,
    Gate,
    Measure,
    MeasureStatus,
    Role,
    Ruling,
    Status,
    Submission,
    Unit,
)
from queries.assignments.hand_downs import list_pending
from queries.assignments.still_open import OWED, OWING, WAITING_DIRECTLY
from queries.filling.current_submission import is_current
from rules.dates.calendar import PUBLISHED
from rules.filling.posting import Posting
from rules.sentences.refusal import Refusal
from services.assignments import assignments, hand_down
from services.assignments.declines import decline, escalate, rule
from services.assignments.extensions import ask_extension, decide_extensions
from services.assignments.gates import AT_GATE, open_gates
from services.assignments.reminders import tell_digests
from services.assignments.reminding import remind
from services.campaigns.closings import close_measures, open_measure_again
from services.campaigns.measures import (
    GateChoice,
    MeasureContent,
    confirm_measure,
    create_measure,
    release_measure,
)
from services.campaigns.withdrawals import withdraw_measure
from services.filling.recalls import recall
from services.filling.sendings import Sending, Sent, send_each
from services.review.review_batches import MOST_TICKED, decide_ticked, undo

AT_ONCE = 100
"""Forms of one transaction."""
REASON = "请把数字再核对一遍"
Chosen = TypeVar("Chosen")


@dataclass
class Told:
    """What the services have confirmed, to be found again at the end."""

    receipts: list[str] = field(default_factory=list)
    reminders: int = 0
    """By hand."""
    digests: int = 0
    refused: int = 0
    """Forms that should have been taken."""
    again: int = 0
    """Acts done a second time that did something a second time."""


@dataclass
class Season:
    """The campaign. `opened` opens a transaction."""

    opened: Callable[[], AbstractContextManager[Session]]
    seed: int
    start: date
    weeks: int
    busy: float = 0.12
    """The share of those who could do something that do it on a day."""
    told: Told = field(default_factory=Told)

    def __post_init__(self) -> None:
        self.random = Random(self.seed)
        self.now = datetime.combine(self.start, time(1), UTC)
        self.measures: list[int] = []

    @property
    def days(self) -> list[date]:
        """The working days of the campaign."""
        every = (self.start + timedelta(days=number) for number in range(7 * self.weeks))
        return [day for day in every if PUBLISHED.is_workday(day)]

    def run(self) -> None:
        """Live through all days, and through one more on which the office closes what is left."""
        days = self.days
        self._begin(days)
        for number, day in enumerate(days):
            self.now = datetime.combine(day, time(1), UTC)
            self._office(number / len(days), day, days[number - 1] if number else day)
            for act in (
                self._open_gates, self._pass_on, self._hand_down, self._take_back, self._decline,
                self._rule, self._send, self._send_above, self._review, self._extend, self._remind,
            ):  # fmt: skip
                self.now += timedelta(minutes=20)
                act()

    def _begin(self, days: Sequence[date]) -> None:
        """Every unit gets an account, and the office makes three measures."""
        gates = {
            "league": GateChoice(Gate.DETAIL, 3),
            "banner": GateChoice(Gate.ACKNOWLEDGE, 2),
        }
        due = days[len(days) // 2].isoformat()
        with self.opened() as session:
            _make_accounts(session, self.now)
            for title, rule, level in (
                ("一次性排查", due, "village"),
                ("每月统计", "monthly:25", "village"),
                ("乡镇自查", days[-1].isoformat(), "township"),
            ):
                self._make_measure(session, title, rule, level, {} if rule[0] == "m" else gates)

    def _make_measure(
        self, session: Session, title: str, rule: str, level: str, gates: dict[str, GateChoice]
    ) -> None:
        office, form = _office_of(session), session.scalars(select(FormVersion).limit(1)).one()
        content = MeasureContent(
            title=title, text="逐户查看，登记并整改。", due_rule=rule, form_version_id=form.id,
            addressees=((level, ""),), gates=gates,
        )  # fmt: skip
        campaign_id = session.scalars(select(col(Campaign.id)).limit(1)).one()
        measure = create_measure(
            session, campaign_id=campaign_id, content=content, actor=office, now=self.now
        )
        confirm_measure(session, measure, actor=office, now=self.now)
        self.measures.append(measure.id)

    def _office(self, past: float, day: date, before: date) -> None:
        """What the office does on the day; `past`: how much of the campaign is over."""
        once, monthly, withdrawn = self.measures
        with self.opened() as session:
            office = _office_of(session)
            if past == 0:
                for measure_id in self.measures:
                    self._release(session, measure_id, office)
            elif day.month != before.month:
                self._release(session, monthly, office)
            if past >= 0.4:
                measure = session.get_one(Measure, withdrawn)
                if measure.status == MeasureStatus.RELEASED:
                    withdraw_measure(session, measure, reason=REASON, actor=office, now=self.now)
            measure = session.get_one(Measure, once)
            if 0.7 <= past < 0.75:
                close_measures(session, [measure], actor=office, now=self.now)
            elif past >= 0.75:
                open_measure_again(session, measure, reason=REASON, actor=office, now=self.now)

    def _release(self, session: Session, measure_id: int, office: Account) -> None:
        measure = session.get_one(Measure, measure_id)
        how: dict[str, Any] = {"reason": REASON, "actor": office, "now": self.now}
        wishes = {release_measure(session, measure, **how) for _twice in range(2)}
        self.told.again += len(wishes) - 1

    def _open_gates(self) -> None:
        with self.opened() as session:
            open_gates(session, now=self.now)
        with self.opened() as session:
            self.told.again += open_gates(session, now=self.now)

    def _pass_on(self) -> None:
        """Some units at gates sign, some add, and some release."""
        with self.opened() as session:
            for row in self._some(session, AT_GATE):
                who: dict[str, Any] = {"actor": _account_of(session, row), "now": self.now}
                act = self.random.choice(("sign", "add", "release"))
                if act == "sign":
                    assignments.acknowledge(session, row.id, **who)
                elif act == "add":
                    earlier = PUBLISHED.add_workdays(row.due_on, -self.random.randint(0, 3))
                    due_on = earlier if earlier > self.now.date() else None
                    assignments.save_detail(
                        session, row.id, text="先查平房", due_on=due_on, contact="", **who
                    )
                else:
                    assignments.release(session, row.id, **who)

    def _hand_down(self) -> None:
        """Carry out all wishes, as the flow does."""
        with self.opened() as session:
            wishes = [batch.hand_down_ids for batch in group(list_pending(session))]
        for ids in wishes:
            with self.opened() as session:
                plan = hand_down.plan(session, ids)
            for level in plan.levels:
                part = hand_down.LevelPart(0, 0)
                while part.next is not None:
                    with self.opened() as session:
                        part = hand_down.hand_down_part(
                            session, ids, level, start=part.next, now=self.now
                        )
            with self.opened() as session:
                hand_down.finish(session, ids, now=self.now)

    def _take_back(self) -> None:
        """A few units take their answers back before the review."""
        with self.opened() as session:
            for row in self._some(session, WAITING_DIRECTLY, share=self.busy / 20):
                if row.parent_id is not None and row.lowest:
                    recall(session, row.id, actor=_account_of(session, row), now=self.now)

    def _send(self) -> None:
        self._send_where(col(Assignment.lowest).is_(True))

    def _send_above(self) -> None:
        """Units in between answer once nothing is owed below them."""
        lower = aliased(Assignment)
        owing = exists().where(
            col(lower.parent_id) == Assignment.id,
            col(lower.status).not_in((Status.APPROVED, Status.CLOSED, Status.WITHDRAWN)),
        )
        self._send_where(
            col(Assignment.lowest).is_(False),
            col(Assignment.parent_id).is_not(None),
            col(Assignment.status).in_((Status.RELEASED, Status.RETURNED)),
            ~owing,
        )

    def _send_where(self, *clauses: ColumnElement[bool]) -> None:
        with self.opened() as session:
            ids = [row.id for row in self._some(session, OWED, *clauses)]
        for part in _in_parts(ids):
            with self.opened() as session:
                forms = [self._form(session, assignment_id) for assignment_id in part]
                sent = [row for row in send_each(session, forms) if isinstance(row, Sent)]
                self.told.refused += len(forms) - len(sent)
                self.told.receipts += [row.submission.receipt for row in sent if not row.again]
                again = send_each(session, forms[:1])
                self.told.again += sum(isinstance(row, Sent) and not row.again for row in again)

    def _form(self, session: Session, assignment_id: int) -> Sending:
        row = session.get_one(Assignment, assignment_id)
        number = str(self.random.randint(0, 99))
        typed = {"checked": [number]} if row.lowest else {"narrative": ["已经完成。"]}
        key = f"season-{self.random.getrandbits(64):016x}"
        return Sending(row.id, typed, Posting(send_key=key), _account_of(session, row), self.now)

    def _review(self) -> None:
        """Some units decide about what waits for them, and now and then undo it at once."""
        own = aliased(Assignment)
        waiting = (
            select(col(own.unit_id), col(Submission.id))
            .select_from(Assignment)
            .join(own, col(own.id) == Assignment.parent_id)
            .join(Submission, is_current())
            .where(WAITING_DIRECTLY)
            .order_by(col(Submission.id))
        )
        with self.opened() as session:
            found: dict[int, list[int]] = {}
            for unit_id, submission_id in session.execute(waiting):
                found.setdefault(unit_id, []).append(submission_id)
        for unit_id in self._pick(sorted(found), 2 * self.busy):
            with self.opened() as session:
                self._decide(session, unit_id, found[unit_id][:MOST_TICKED])

    def _decide(self, session: Session, unit_id: int, submission_ids: list[int]) -> None:
        returns = self.random.random() < 0.2
        decision = Decision.RETURN if returns else Decision.APPROVE
        actor = session.scalars(select(Account).where(col(Account.unit_id) == unit_id)).first()
        assert actor is not None
        what: dict[str, Any] = {"actor": actor, "now": self.now}
        reason = REASON if returns else ""
        batch = decide_ticked(session, submission_ids, decision, reason=reason, **what)
        if batch is not None and self.random.random() < 0.05:
            undo(session, batch.id, **what)

    def _decline(self) -> None:
        """A few units send their work back up; whoever has not ruled in time is passed over."""
        lowest = col(Assignment.lowest).is_(True)
        fresh = col(Assignment.status).in_((Status.ISSUED, Status.ACKNOWLEDGED))
        with self.opened() as session:
            for row in self._some(session, OWING, lowest, fresh, share=self.busy / 20):
                actor = _account_of(session, row)
                with suppress(Refusal):
                    decline(
                        session, row.id, kind=DeclineKind.NOT_OURS, reason=REASON, days=2,
                        actor=actor, now=self.now,
                    )  # fmt: skip
        with self.opened() as session:
            escalate(session, days=2, now=self.now)
        with self.opened() as session:
            self.told.again += escalate(session, days=2, now=self.now)

    def _rule(self) -> None:
        """Some of the units that are asked rule."""
        pending = select(Decline).where(col(Decline.ruled_at).is_(None)).order_by(col(Decline.id))
        with self.opened() as session:
            for found in self._pick(session.scalars(pending).all(), 2 * self.busy):
                asked = select(Account).where(col(Account.unit_id) == found.asked_id)
                ruling = self.random.choice((Ruling.INSIST, Ruling.TAKE, Ruling.EXCUSE))
                actor = session.scalars(asked.order_by(col(Account.id)).limit(1)).one()
                with suppress(Refusal):
                    rule(session, found.id, ruling=ruling, reason=REASON, actor=actor, now=self.now)

    def _extend(self) -> None:
        """A few units ask for more time, and the units above decide."""
        parent = col(Assignment.parent_id).is_not(None)
        with self.opened() as session:
            for row in self._some(session, OWING, parent, share=self.busy / 20):
                wanted_on = PUBLISHED.add_workdays(max(row.due_on, self.now.date()), 1)
                how: dict[str, Any] = {"actor": _account_of(session, row), "now": self.now}
                with suppress(Refusal):
                    ask_extension(session, row.id, wanted_on=wanted_on, reason=REASON, **how)
        asked = select(Extension).where(col(Extension.decided_at).is_(None))
        with self.opened() as session:
            asking = session.scalars(asked.order_by(col(Extension.id))).all()
            for request in self._pick(asking, 2 * self.busy):
                self._grant(session, request)

    def _grant(self, session: Session, request: Extension) -> None:
        account = select(Account).where(col(Account.unit_id) == request.asked_id)
        actor = session.scalars(account.order_by(col(Account.id)).limit(1)).one()
        grant = self.random.random() < 0.7
        with suppress(Refusal):
            decide_extensions(
                session, [request.id], grant=grant, reason=REASON, actor=actor, now=self.now
            )

    def _remind(self) -> None:
        """The round of the day, and the office by hand: the second time nobody is told."""
        with self.opened() as session:
            self.told.digests += tell_digests(session, now=self.now)
        with self.opened() as session:
            self.told.again += tell_digests(session, now=self.now)
        with self.opened() as session:
            rows = self._some(session, OWING, col(Assignment.parent_id).is_not(None), share=0.005)
            if rows:
                ids, office = [row.id for row in rows], _office_of(session)
                self.told.reminders += remind(session, ids, actor=office, now=self.now).told
                self.told.again += remind(session, ids, actor=office, now=self.now).told

    def _some(
        self, session: Session, *clauses: ColumnElement[bool], share: float | None = None
    ) -> list[Assignment]:
        """Some of the assignments of these clauses, in the order of their ids."""
        ids = session.scalars(select(col(Assignment.id)).where(*clauses).order_by("id")).all()
        chosen = self._pick(ids, self.busy if share is None else share)
        rows = select(Assignment).where(col(Assignment.id).in_(chosen))
        return list(session.scalars(rows.order_by(col(Assignment.id))).all())

    def _pick(self, among: Sequence[Chosen], share: float) -> list[Chosen]:
        return [one_of for one_of in among if self.random.random() < share]


def _in_parts(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(ids), AT_ONCE):
        yield ids[start : start + AT_ONCE]


def _office_of(session: Session) -> Account:
    """The office that issues the measures."""
    wanted = select(Account).where(col(Account.role) == Role.OFFICE).order_by(col(Account.id))
    return session.scalars(wanted.limit(1)).one()


def _account_of(session: Session, assignment: Assignment) -> Account:
    unit_id = assignment.taken_by_id or assignment.unit_id
    wanted = select(Account).where(col(Account.unit_id) == unit_id)
    found: Account = session.scalars(wanted.order_by(col(Account.id)).limit(1)).one()
    return found


def _make_accounts(session: Session, now: datetime) -> None:
    """Make an account for every unit that has none."""
    known: Collection[int] = set(session.scalars(select(col(Account.unit_id))))
    rows = [
        {
            "login": f"season-{code}", "name": "综合办公室", "password_hash": "!",
            "unit_id": unit_id, "role": Role.CLERK, "created_at": now, "signed_in_at": now,
        }
        for unit_id, code in session.execute(select(col(Unit.id), col(Unit.code)))
        if unit_id not in known
    ]  # fmt: skip
    session.execute(insert(Account), rows)
