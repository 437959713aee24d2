"""Everybody tries every act, on both databases; the table says beforehand who gets through."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, NamedTuple, TypeVar

import pytest
from sqlmodel import Session, select

from adapters.checked_files import Prepared
from models import (
    Account,
    Assignment,
    Campaign,
    ChannelKind,
    ComplaintKind,
    Decision,
    Decline,
    DeclineKind,
    Form,
    FormDraft,
    FormVersion,
    Gate,
    Measure,
    Role,
    Ruling,
    Schedule,
    Status,
    Trouble,
    TroubleKind,
    Unit,
    WorkbookUpload,
    WorkName,
)
from queries.filling.answer_sheets import get_answer_sheet
from queries.review.review_list import WaitingSubmissions
from queries.units.units import list_levels
from queries.units.visibility import find_unit_of
from rules.accounts.account_plan import AccountPlan, PlannedAccount, PlannedUnit
from rules.accounts.permissions import NotAllowed, Right, may
from rules.accounts.predicates import Subject
from rules.campaigns.notice.notice import read_notice
from rules.dates.calendar import local_date
from rules.filling.answer_sheet import AnswerSheet
from rules.filling.posting import Posting
from rules.messages.ladder import USUAL
from rules.sentences.not_found import NotFound
from rules.units.unit_facts import UnitFacts
from rules.units.unit_list import UnitList, read_units
from services.accounts import accounts
from services.accounts.many_accounts import make_planned, renew_first_codes
from services.assignments import assignments, complaints
from services.assignments.calendar_feeds import make_feed, revoke_feed
from services.assignments.declines import decline, rule
from services.assignments.extensions import (
    ask_extension,
    decide_extensions,
    extend_lower,
    pass_extension_up,
)
from services.assignments.reminding import remind
from services.campaigns import schedule_changes, schedules, troubles
from services.campaigns.campaign_deletions import delete_campaign
from services.campaigns.campaigns import edit_notice, take_in
from services.campaigns.closings import close_measures, open_measure_again
from services.campaigns.measure_content import GateChoice, content_of
from services.campaigns.measures import (
    confirm_measure,
    create_measure,
    delete_measure,
    edit_measure,
    release_measure,
    use_form,
)
from services.campaigns.notice_files import keep_original
from services.campaigns.troubles import Sighted
from services.campaigns.withdrawals import withdraw_measure
from services.filling import attachments
from services.filling.recalls import recall, take_back
from services.filling.sendings import Sending, Sent, send
from services.filling.submissions import open_to_keep, save_draft
from services.forms.form_changes import change_version
from services.forms.form_drafts import KeptForm, discard_form_draft, keep_form_draft
from services.forms.forms import create_form, publish_version, rename_form
from services.messages import channels, messages
from services.messages.channels import ChannelWish
from services.messages.reminder_rules import set_reminders
from services.reports.snapshots import take_snapshots
from services.review.review_batches import decide_matching, undo
from services.review.review_reasons import unlist_reason
from services.review.reviews import approve, return_
from services.units.levels import define_levels
from services.units.unit_choice import apply_exclusions, apply_tags
from services.units.unit_edits import edit_unit, make_tag, tag_units
from services.units.unit_lists import rehearse
from services.units.units import import_units
from services.units.work_calendars import change_days, keep_calendars, make_calendar
from services.workbooks.workbooks import preview, send_upload
from tests.answering import NARRATIVE, answer, released_measure, released_measures, send_key
from tests.building import (
    BANNER,
    FIELDS,
    LEAGUE,
    REGION,
    TOWNSHIP,
    assignment_of,
    get_unit,
    make_account,
    make_form,
    make_measure,
)
from tests.channels import ROBOT, make_channel
from tests.conftest import NOW
from tests.messages import tell
from tests.present import present
from tests.sample_tree import SAMPLE_UNITS
from tests.scenes import scene
from tests.services.campaigns.test_schedules import FRIDAYS
from tests.workbook_answers import upload, villages

BESIDE = "150428000000"
"""A banner beside the one that is acted on."""
CAST = [
    (REGION, Role.OFFICE), (REGION, Role.CLERK), (LEAGUE, Role.OFFICE), (LEAGUE, Role.CLERK),
    (BANNER, Role.OFFICE), (BANNER, Role.CLERK), (BESIDE, Role.OFFICE), (TOWNSHIP, Role.OFFICE),
]  # fmt: skip
TEXT = "关于开展排查的通知\n一、总体要求\n抓好落实。\n二、主要措施\n（一）入户排查。"
DAY = timedelta(days=1)
LATER = date(2026, 12, 18)
PAPER = Prepared("通知.pdf", "application/pdf", 1000, "a" * 64)


WISH = ChannelWish(ChannelKind.WECOM, "工作群", BANNER, ROBOT)


class Undone(Exception):
    """Takes back what somebody was able to do, for the next to try."""


@scene
def acted_on(session: Session) -> dict[str, int]:
    """Something to do every act to, most of it a banner's: ids by name."""
    for code, role in CAST:
        make_account(session, code, role)
    open_ = released_measure(session, gates={"banner": GateChoice(Gate.DETAIL)})
    titles = [{"title": title} for title in ("未报", "已报", "已审")]
    unsent, sent, approved = released_measures(session, *titles)
    office = _office(session, BANNER)
    own = take_in(session, read_notice(TEXT), _unit(session), actor=office, now=NOW)
    form = make_form(session, office)
    choices: dict[str, dict[str, Any]] = {
        "draft": {"confirmed": False}, "confirmed": {}, "monthly": {"due_rule": "monthly:25"},
        "released": {}, "closed": {},
    }  # fmt: skip
    made = {
        name: make_measure(session, office, own, form=form, **chosen).id
        for name, chosen in choices.items()
    }
    released, closed = (session.get_one(Measure, made[name]) for name in ("released", "closed"))
    for measure in (released, closed):
        release_measure(session, measure, actor=office, now=NOW)
    close_measures(session, [closed], actor=office, now=NOW)
    kept = KeptForm(made["draft"], target=0, base_id=None, latest=0, content={})
    plan = schedules.schedule_reports(session, own, FRIDAYS, actor=office, now=NOW)
    township = assignment_of(session, sent, TOWNSHIP)
    answers = {code: {"checked": "3"} for code in villages(session, township)}
    review = approve(
        session, answer(session, approved, BANNER).id, actor=_office(session, LEAGUE), now=NOW
    )
    complaint, answered = (_complaint(session, kind) for kind in ("too_soon", "repeated"))
    complaints.answer_complaint(
        session, answered, text="不能改。", actor=_office(session, LEAGUE), now=NOW
    )
    complaints.say_helped(session, answered, helped=False, actor=office)
    return {
        **made,
        "complaint": complaint,
        **_declined(session),
        "answered": answered,
        "campaign": own.id,
        "version": form.id,
        "other_version": make_form(session, office).id,
        "form_draft": keep_form_draft(session, kept, going_on=False, actor=office, now=NOW).id,
        "channel": make_channel(session, BANNER).id,
        "message": tell(session, BANNER).id,
        "plan": plan.id,
        "open": assignment_of(session, open_, BANNER).id,
        "unsent": assignment_of(session, unsent, BANNER).id,
        "sent": assignment_of(session, sent, BANNER).id,
        "submission": answer(session, sent, BANNER).id,
        "batch": present(review.batch_id),
        "township": township.id,
        "workbook": upload(session, township, _office(session, TOWNSHIP), answers).id,
    }


def _declined(session: Session) -> dict[str, int]:
    """What a township has sent back up to the banner, and asks the banner more time for."""
    refused, short = released_measures(session, {"title": "不归我们"}, {"title": "时间不够"})
    township = _office(session, TOWNSHIP)
    asked = assignment_of(session, short, TOWNSHIP)
    village = assignment_of(session, refused, "150402005002")
    declined = Decline(
        assignment_id=village.id, kind=DeclineKind.CANNOT, reason="人手不够", at=NOW,
        account_id=township.id, asked_id=_unit(session).id, due_on=NOW.date(),
    )  # fmt: skip
    village.status = Status.DECLINED
    session.add(declined)
    session.flush()
    request = ask_extension(
        session, asked.id, wanted_on=LATER, reason="大雪封路", actor=township, now=NOW
    )
    lower = assignment_of(session, short, BANNER).id
    return {"decline": declined.id, "request": request.id, "upper": lower, "lower": asked.id}


def _complaint(session: Session, kind: str) -> int:
    """A banner's complaint about no assignment: the league owes the answer."""
    return complaints.complain(
        session, kind=ComplaintKind(kind), page="/", text="", answer_days=3,
        actor=_office(session, BANNER), now=NOW,
    ).id  # fmt: skip


Row = TypeVar("Row")


@dataclass(frozen=True)
class World:
    """The scene, as one who acts finds it."""

    session: Session
    ids: dict[str, int]

    def get(self, table: type[Row], name: str) -> Row:
        return self.session.get_one(table, self.ids[name])

    def measure(self, name: str) -> Measure:
        return self.get(Measure, name)

    @property
    def campaign(self) -> Campaign:
        return self.get(Campaign, "campaign")

    @property
    def version(self) -> FormVersion:
        return self.get(FormVersion, "version")

    @property
    def form(self) -> Form:
        return self.session.get_one(Form, self.version.form_id)

    @property
    def sheet(self) -> AnswerSheet:
        return get_answer_sheet(self.session, self.ids["unsent"])

    @property
    def clerk(self) -> Account:
        return _account(self.session, BANNER, Role.CLERK)

    @property
    def units(self) -> UnitList:
        lines = SAMPLE_UNITS.read_text(encoding="utf-8-sig").splitlines()
        rows = [(number, line.split(",")[:5]) for number, line in enumerate(lines, start=1)]
        return read_units(rows, list_levels(self.session))


def _account(session: Session, code: str, role: str) -> Account:
    return session.exec(select(Account).where(Account.login == f"{role}-{code}")).one()


def _office(session: Session, code: str) -> Account:
    return _account(session, code, Role.OFFICE)


def _unit(session: Session, code: str = BANNER) -> Unit:
    return get_unit(session, code)


def banners(world: World) -> Subject:
    return Subject.of(_unit(world.session))


def townships(world: World) -> Subject:
    return Subject.of(_unit(world.session, TOWNSHIP))


def leagues(world: World) -> Subject:
    return Subject.of(_unit(world.session, LEAGUE))


def waits_for_the_league(world: World) -> Subject:
    return Subject(above_id=_unit(world.session, LEAGUE).id)


def asks_the_league(world: World) -> Subject:
    return Subject(asked_ids=frozenset({_unit(world.session, LEAGUE).id}))


def clerks(world: World) -> Subject:
    return Subject.of(_unit(world.session), world.clerk.id)


def offices(world: World) -> Subject:
    return Subject.of(_unit(world.session), _office(world.session, BANNER).id)


class Tried(NamedTuple):
    """An act, what it is done to, and the row of the table that says who may."""

    right: Right
    subject: Callable[[World], Subject]
    act: Callable[[World, Any], object]


def _edit(world: World, actor: Account) -> object:
    measure = world.measure("draft")
    content = content_of(world.session, measure)
    return edit_measure(
        world.session, measure, content, version=measure.version, actor=actor, now=NOW
    )


def _notice(world: World, actor: Account) -> None:
    edit_notice(
        world.session, world.campaign,
        title="通知", number="", issuer="", dated_on=None, actor=actor,
    )  # fmt: skip


def _keep_form(world: World, actor: Account) -> object:
    kept = KeptForm(world.ids["draft"], target=0, base_id=None, latest=0, content={})
    return keep_form_draft(world.session, kept, going_on=False, actor=actor, now=NOW)


def _trouble(world: World) -> Trouble:
    """Somebody has switched the office's schedule off on Prefect's page."""
    off = Sighted(
        "changed", TroubleKind.PUT_RIGHT, WorkName.CARRY_OUT_DUE, "报告", "off",
        schedule_id=world.ids["plan"],
    )  # fmt: skip
    troubles.note_more(world.session, [off], now=NOW)
    return world.session.exec(select(Trouble).where(Trouble.key == "changed")).one()


def _send(world: World, actor: Account) -> None:
    posting = Posting(send_key())
    sent = send(world.session, Sending(world.sheet.assignment.id, NARRATIVE, posting, actor, NOW))
    assert isinstance(sent, Sent)


def _upload(world: World, actor: Account) -> object:
    return upload(world.session, world.get(Assignment, "township"), actor, {})


def _send_upload(world: World, actor: Account) -> object:
    own, kept = world.get(Assignment, "township"), world.get(WorkbookUpload, "workbook")
    seen = preview(world.session, own, kept, NOW).seen
    return send_upload(world.session, own.id, kept.token, seen=seen, actor=actor, now=NOW)


def _decide(world: World, actor: Account) -> object:
    wanted = WaitingSubmissions(_unit(world.session, LEAGUE).id, until=NOW)
    return decide_matching(world.session, wanted, Decision.APPROVE, actor=actor, now=NOW)


def _password(world: World, actor: Account) -> None:
    change = accounts.PasswordChange(_office(world.session, BANNER), "hashed")
    accounts.change_password(world.session, change, "", actor=actor, now=NOW)


def _detail(world: World, actor: Account) -> object:
    return assignments.save_detail(
        world.session, world.ids["open"], text="先查边境", due_on=None, contact="",
        actor=actor, now=NOW,
    )  # fmt: skip


def _account_made(world: World, actor: Account) -> object:
    return accounts.create_account(
        world.session, login="new", name="新", password_hash="!", unit=_unit(world.session),
        actor=actor, now=NOW,
    )  # fmt: skip


def _accounts_made(world: World, actor: Account | None) -> object:
    banner = _unit(world.session)
    unit = PlannedUnit(banner.id, banner.code, banner.name, "")
    plan = AccountPlan([PlannedAccount(unit, "many", "经办岗", Role.CLERK)], [])
    return make_planned(world.session, banner, plan, actor=actor, now=NOW)


def _codes_renewed(world: World, actor: Account) -> object:
    _accounts_made(world, None)
    return renew_first_codes(world.session, _unit(world.session), actor=actor, now=NOW)


def _telephone(world: World, actor: Account) -> object:
    unit = _unit(world.session)
    facts = UnitFacts(unit.name, unit.kind, "0476-8822")
    return edit_unit(world.session, unit, facts, actor=actor, now=NOW)


def _unreleased(world: World) -> Campaign:
    """A campaign beside that of the world, of which nothing was released."""
    campaign = Campaign(**world.campaign.model_dump(exclude={"id"}))
    world.session.add(campaign)
    world.session.flush()
    return campaign


def _report(world: World, actor: Account) -> object:
    how: dict[str, Any] = {"as_of": local_date(NOW), "actor": actor, "now": NOW}
    return take_snapshots(world.session, world.ids["campaign"], [BANNER], **how)


ACTS = {
    "remind": Tried(Right.REMIND, banners, lambda at, actor: remind(
        at.session, [at.ids["unsent"]], actor=actor, now=NOW)),
    "take_in": Tried(Right.TAKE_IN_NOTICE, banners, lambda at, actor: take_in(
        at.session, read_notice(TEXT), _unit(at.session), actor=actor, now=NOW)),
    "edit_notice": Tried(Right.EDIT_NOTICE, banners, _notice),
    "keep_original": Tried(Right.KEEP_NOTICE_FILES, banners, lambda at, actor: keep_original(
        at.session, at.campaign, PAPER, actor=actor, now=NOW)),
    "delete_campaign": Tried(Right.DELETE_CAMPAIGN, banners, lambda at, actor: delete_campaign(
        at.session, _unreleased(at), actor=actor)),
    "create_measure": Tried(Right.WRITE_MEASURE, banners, lambda at, actor: create_measure(
        at.session, campaign_id=at.ids["campaign"],
        content=content_of(at.session, at.measure("draft")), actor=actor, now=NOW)),
    "edit_measure": Tried(Right.WRITE_MEASURE, banners, _edit),
    "use_form": Tried(Right.CHOOSE_FORM, banners, lambda at, actor: use_form(
        at.session, at.measure("draft"), at.ids["other_version"], actor=actor, now=NOW)),
    "confirm_measure": Tried(Right.CONFIRM_MEASURE, banners, lambda at, actor: confirm_measure(
        at.session, at.measure("draft"), actor=actor, now=NOW)),
    "delete_measure": Tried(Right.DELETE_MEASURE, banners, lambda at, actor: delete_measure(
        at.session, at.measure("draft"), actor=actor)),
    "release_measure": Tried(Right.RELEASE_MEASURE, banners, lambda at, actor: release_measure(
        at.session, at.measure("confirmed"), actor=actor, now=NOW)),
    "withdraw_measure": Tried(Right.WITHDRAW_MEASURE, banners, lambda at, actor: withdraw_measure(
        at.session, at.measure("released"), reason="不办了", actor=actor, now=NOW)),
    "close_measures": Tried(Right.CLOSE_MEASURE, banners, lambda at, actor: close_measures(
        at.session, [at.measure("released")], actor=actor, now=NOW)),
    "open_measure_again": Tried(
        Right.OPEN_MEASURE_AGAIN, banners, lambda at, actor: open_measure_again(
            at.session, at.measure("closed"), reason="还要补报", actor=actor, now=NOW)),
    "schedule_release": Tried(
        Right.MAKE_SCHEDULE, banners, lambda at, actor: schedules.schedule_release(
            at.session, at.measure("confirmed"), NOW + DAY, actor=actor, now=NOW)),
    "schedule_periods": Tried(
        Right.MAKE_SCHEDULE, banners, lambda at, actor: schedules.schedule_periods(
            at.session, at.measure("monthly"), FRIDAYS, actor=actor, now=NOW)),
    "schedule_reports": Tried(
        Right.MAKE_SCHEDULE, banners, lambda at, actor: schedules.schedule_reports(
            at.session, at.campaign, FRIDAYS, actor=actor, now=NOW)),
    "order_reports": Tried(Right.ORDER_REPORTS, banners, lambda at, actor: schedules.order_reports(
        at.session, at.campaign, actor=actor, now=NOW)),
    "stop_schedule": Tried(Right.STOP_SCHEDULE, banners, lambda at, actor: schedules.stop_schedule(
        at.session, at.get(Schedule, "plan"), actor=actor, now=NOW)),
    "pause_schedule": Tried(
        Right.CHANGE_SCHEDULE, banners, lambda at, actor: schedule_changes.pause_schedule(
            at.session, at.get(Schedule, "plan"), actor=actor, now=NOW)),
    "go_on": Tried(
        Right.CHANGE_SCHEDULE, banners, lambda at, actor: schedule_changes.go_on(
            at.session, at.get(Schedule, "plan"), actor=actor, now=NOW)),
    "skip_day": Tried(
        Right.CHANGE_SCHEDULE, banners, lambda at, actor: schedule_changes.skip_day(
            at.session, at.get(Schedule, "plan"),
            present(at.get(Schedule, "plan").next_day), actor=actor, now=NOW)),
    "keep_day": Tried(
        Right.CHANGE_SCHEDULE, banners, lambda at, actor: schedule_changes.keep_day(
            at.session, at.get(Schedule, "plan"), NOW.date(), actor=actor, now=NOW)),
    "retime_schedule": Tried(
        Right.CHANGE_SCHEDULE, banners, lambda at, actor: schedule_changes.retime_schedule(
            at.session, at.get(Schedule, "plan"), FRIDAYS, actor=actor, now=NOW)),
    "settle_trouble": Tried(
        Right.SETTLE_TROUBLE, banners, lambda at, actor: troubles.settle_trouble(
            at.session, _trouble(at), actor=actor, now=NOW)),
    "take_over": Tried(
        Right.CHANGE_SCHEDULE, banners, lambda at, actor: troubles.take_over(
            at.session, _trouble(at), actor=actor, now=NOW)),
    "create_form": Tried(Right.MAKE_FORM, banners, lambda at, actor: create_form(
        at.session, _unit(at.session).id, "新表", actor=actor, now=NOW)),
    "rename_form": Tried(Right.RENAME_FORM, banners, lambda at, actor: rename_form(
        at.session, at.form, "新名", actor=actor)),
    "publish_version": Tried(Right.PUBLISH_FORM, banners, lambda at, actor: publish_version(
        at.session, at.form, FIELDS[:1], actor=actor, now=NOW)),
    "keep_form_draft": Tried(Right.KEEP_FORM_DRAFT, banners, _keep_form),
    "discard_form_draft": Tried(
        Right.DISCARD_FORM_DRAFT, offices, lambda at, actor: discard_form_draft(
            at.session, at.get(FormDraft, "form_draft"), actor=actor)),
    "change_version": Tried(Right.CHANGE_FORM, banners, lambda at, actor: change_version(
        at.session, at.measure("released"), at.version, actor=actor, now=NOW)),
    "acknowledge": Tried(Right.ACKNOWLEDGE, banners, lambda at, actor: assignments.acknowledge(
        at.session, at.ids["open"], actor=actor, now=NOW)),
    "save_detail": Tried(Right.DETAIL, banners, _detail),
    "release": Tried(Right.PASS_ON, banners, lambda at, actor: assignments.release(
        at.session, at.ids["open"], actor=actor, now=NOW)),
    "read_message": Tried(Right.READ_MESSAGE, banners, lambda at, actor: messages.read_message(
        at.session, at.ids["message"], actor=actor, now=NOW)),
    "decline": Tried(Right.DECLINE, banners, lambda at, actor: decline(
        at.session, at.ids["open"], kind=DeclineKind.CANNOT, reason="人手不够", days=2,
        actor=actor, now=NOW)),
    "rule": Tried(Right.RULE, banners, lambda at, actor: rule(
        at.session, at.ids["decline"], ruling=Ruling.EXCUSE, reason="不用再报",
        actor=actor, now=NOW)),
    "ask_extension": Tried(Right.ASK_EXTENSION, banners, lambda at, actor: ask_extension(
        at.session, at.ids["open"], wanted_on=LATER, reason="大雪封路", actor=actor, now=NOW)),
    "decide_extensions": Tried(
        Right.DECIDE_EXTENSION, banners, lambda at, actor: decide_extensions(
            at.session, [at.ids["request"]], grant=False, reason="时间足够",
            actor=actor, now=NOW)),
    "pass_extension_up": Tried(
        Right.DECIDE_EXTENSION, banners, lambda at, actor: pass_extension_up(
            at.session, at.ids["request"], actor=actor, now=NOW)),
    "extend_lower": Tried(Right.EXTEND, banners, lambda at, actor: extend_lower(
        at.session, at.ids["upper"], [at.ids["lower"]], until=LATER - 2 * DAY, reason="大雪封路",
        actor=actor, now=NOW)),
    "add_channel": Tried(Right.KEEP_CHANNEL, banners, lambda at, actor: channels.add_channel(
        at.session, _unit(at.session), WISH, actor=actor, now=NOW)),
    "change_channel": Tried(Right.KEEP_CHANNEL, banners, lambda at, actor: channels.change_channel(
        at.session, at.ids["channel"], WISH, actor=actor, now=NOW)),
    "remove_channel": Tried(Right.KEEP_CHANNEL, banners, lambda at, actor: channels.remove_channel(
        at.session, at.ids["channel"], actor=actor, now=NOW)),
    "order_trial": Tried(Right.KEEP_CHANNEL, banners, lambda at, actor: channels.order_trial(
        at.session, at.ids["channel"], actor=actor, now=NOW)),
    "set_reminders": Tried(Right.SET_REMINDERS, banners, lambda at, actor: set_reminders(
        at.session, at.session.get_one(Campaign, at.ids["campaign"]), USUAL, actor=actor,
        now=NOW)),
    "make_feed": Tried(Right.KEEP_CALENDAR_FEED, banners, lambda at, actor: make_feed(
        at.session, actor=actor, now=NOW)),
    "revoke_feed": Tried(Right.KEEP_CALENDAR_FEED, banners, lambda at, actor: revoke_feed(
        at.session, actor=actor, now=NOW)),
    "complain": Tried(Right.COMPLAIN, banners, lambda at, actor: complaints.complain(
        at.session, kind=ComplaintKind.REPEATED, page="/", text="", answer_days=3,
        actor=actor, now=NOW)),
    "answer_complaint": Tried(
        Right.ANSWER_COMPLAINT, asks_the_league, lambda at, actor: complaints.answer_complaint(
            at.session, at.ids["complaint"], text="改为每月报一次。", actor=actor, now=NOW)),
    "say_helped": Tried(Right.SAY_HELPED, banners, lambda at, actor: complaints.say_helped(
        at.session, at.ids["answered"], helped=True, actor=actor)),
    "pass_complaint_on": Tried(
        Right.PASS_COMPLAINT_ON, banners, lambda at, actor: complaints.pass_complaint_on(
            at.session, at.ids["answered"], answer_days=3, actor=actor, now=NOW)),
    "save_draft": Tried(Right.KEEP_DRAFT, banners, lambda at, actor: save_draft(
        at.session, at.sheet, NARRATIVE, actor=actor, now=NOW)),
    "open_to_keep": Tried(Right.KEEP_DRAFT, banners, lambda at, actor: open_to_keep(
        at.session, at.ids["unsent"], actor=actor)),
    "send": Tried(Right.SUBMIT, banners, _send),
    "recall": Tried(Right.RECALL, banners, lambda at, actor: recall(
        at.session, at.ids["sent"], actor=actor, now=NOW)),
    "take_back": Tried(Right.RECALL, banners, lambda at, actor: take_back(
        at.session, at.ids["sent"], NARRATIVE, Posting("page-key"), actor=actor, now=NOW)),
    "attach": Tried(Right.ATTACH, banners, lambda at, actor: attachments.give_up(
        at.session, at.ids["open"], "none", actor=actor)),
    "keep_upload": Tried(Right.KEEP_WORKBOOK, townships, _upload),
    "send_upload": Tried(Right.SEND_WORKBOOK, townships, _send_upload),
    "approve": Tried(Right.REVIEW, waits_for_the_league, lambda at, actor: approve(
        at.session, at.ids["submission"], actor=actor, now=NOW)),
    "return": Tried(Right.REVIEW, waits_for_the_league, lambda at, actor: return_(
        at.session, at.ids["submission"], reason="请核对户数", actor=actor, now=NOW)),
    "decide_matching": Tried(Right.REVIEW, waits_for_the_league, _decide),
    "undo": Tried(Right.UNDO_REVIEW, leagues, lambda at, actor: undo(
        at.session, at.ids["batch"], actor=actor, now=NOW)),
    "unlist_reason": Tried(Right.UNLIST_REASON, leagues, lambda at, actor: unlist_reason(
        at.session, at.ids["batch"], actor=actor)),
    "take_snapshots": Tried(Right.MAKE_REPORT, banners, _report),
    "create_account": Tried(Right.MAKE_ACCOUNT, banners, _account_made),
    "create_accounts": Tried(
        Right.LOAD_ACCOUNTS, banners, lambda at, actor: accounts.create_accounts(
            at.session, [], actor=actor, now=NOW)),
    "make_planned": Tried(Right.MAKE_ACCOUNTS, banners, _accounts_made),
    "renew_first_codes": Tried(Right.MAKE_ACCOUNTS, banners, _codes_renewed),
    "edit_unit": Tried(Right.EDIT_UNIT, banners, lambda at, actor: edit_unit(
        at.session, _unit(at.session), UnitFacts("新名", "", ""), actor=actor, now=NOW)),
    "tag_units": Tried(Right.EDIT_UNIT, banners, lambda at, actor: tag_units(
        at.session, [_unit(at.session)], [], carrying=True, actor=actor, now=NOW)),
    "set_telephone": Tried(Right.SET_TELEPHONE, banners, _telephone),
    "make_tag": Tried(Right.IMPORT_UNITS, banners, lambda at, actor: make_tag(
        at.session, "新标签", actor=actor)),
    "set_password": Tried(Right.SET_PASSWORD, clerks, lambda at, actor: accounts.set_password(
        at.session, at.clerk, "hashed", actor=actor, now=NOW)),
    "change_password": Tried(Right.CHANGE_PASSWORD, offices, _password),
    "deactivate": Tried(Right.SWITCH_OFF_ACCOUNT, clerks, lambda at, actor: accounts.deactivate(
        at.session, at.clerk, actor=actor, now=NOW)),
    "activate": Tried(Right.SWITCH_ON_ACCOUNT, clerks, lambda at, actor: accounts.activate(
        at.session, at.clerk, actor=actor, now=NOW)),
    "import_units": Tried(Right.IMPORT_UNITS, banners, lambda at, actor: import_units(
        at.session, at.units, actor=actor, now=NOW)),
    "rehearse": Tried(Right.IMPORT_UNITS, banners, lambda at, actor: rehearse(
        at.session, at.units, actor=actor, now=NOW)),
    "make_calendar": Tried(Right.CHANGE_CALENDAR, banners, lambda at, actor: make_calendar(
        at.session, "新日历", make_tag(at.session, "边境", actor=None), actor=actor, now=NOW)),
    "change_days": Tried(Right.CHANGE_CALENDAR, banners, lambda at, actor: change_days(
        at.session, keep_calendars(at.session, actor=None, now=NOW).id, {}, until=2027, actor=actor,
        now=NOW)),
    "keep_calendars": Tried(Right.CHANGE_CALENDAR, banners, lambda at, actor: keep_calendars(
        at.session, actor=actor, now=NOW)),
    "define_levels": Tried(Right.SHAPE_TREE, banners, lambda at, actor: define_levels(
        at.session, actor=actor)),
    "apply_tags": Tried(Right.SHAPE_TREE, banners, lambda at, actor: apply_tags(
        at.session, [], actor=actor)),
    "apply_exclusions": Tried(Right.SHAPE_TREE, banners, lambda at, actor: apply_exclusions(
        at.session, [], actor=actor)),
}  # fmt: skip


def gets_through(world: World, tried: Tried, actor: Account | None) -> bool:
    """Whether the act is done; any refusal but the table's own fails the test."""
    try:
        with world.session.begin_nested():
            tried.act(world, actor)
            raise Undone
    except (NotAllowed, NotFound):
        return False
    except Undone:
        return True


def test_every_act_of_the_table_is_tried() -> None:
    assert {tried.right for tried in ACTS.values()} == set(Right)


@pytest.mark.parametrize("name", ACTS)
def test_who_gets_through_is_who_may(session: Session, acted_on: dict[str, int], name: str) -> None:
    world, tried = World(session, acted_on), ACTS[name]
    for code, role in [*CAST, ("", "the product")]:
        actor = _account(session, code, role) if code else None
        at = find_unit_of(session, actor)
        expected = may(actor, tried.right, tried.subject(world), at=at)
        assert gets_through(world, tried, actor) == expected, (code, role)
        session.expire_all()
