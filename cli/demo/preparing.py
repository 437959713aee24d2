"""What the demo does without a browser: loading data, the office's decisions, waiting."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import select, update
from sqlmodel import Session, col

from adapters import clock
from adapters.database import transaction
from adapters.documents.documents import extracted_text
from adapters.passwords import hash_password
from cli.demo.browser import Browser, PageMissing
from cli.demo.decisions import DECISIONS, MeasureDecision
from cli.demo.story import Actor, Stage
from cli.run import use_server
from models import Account, Assignment, Measure, Role, Status, Unit
from queries.accounts.accounts import find_account
from queries.assignments.hand_downs import list_pending
from queries.campaigns.measures import list_measures
from queries.units.units import get_root
from rules.campaigns.notice.notice import read_notice
from services.accounts.accounts import NewAccount, create_accounts
from services.campaigns.campaigns import take_in
from services.campaigns.measures import MeasureContent, confirm_measure, edit_measure
from services.forms.forms import create_form, publish_version
from services.units.shipped_tree import import_shipped_tree

PASTURE_VALUES = {"points": "6", "mended": "6", "fodder": "82.5"}
SERVICE_VALUES = {"visits": "2", "handled": "17", "note": "农机年检希望送到嘎查。"}
SEMINAR_VALUES = {
    "held": "1",
    "steps": "4",
    "text": "合并三张月报；已报数据不再要；会议减半。",
    "narrative": "已集中研讨一次，形成减负措施并公布。",
}
MONTHLY_VALUES = {"open": "12", "note": "背阴路段已全部布设警示标志。"}
WAIT_SECONDS = 120.0


def load_tree(password: str, advance: Callable[[], None]) -> None:
    """Load the real tree of 15,938 units, and make an account for each unit."""
    with transaction() as session:
        import_shipped_tree(session, actor=None, now=clock.now())
    advance()
    hashed = hash_password(password)
    advance()
    with transaction() as session:
        root = get_root(session)
        rows = [
            NewAccount(
                login=code,
                name="综合办公室" if unit_id == root.id else "经办人",
                password_hash=hashed,
                unit_id=unit_id,
                role=Role.OFFICE if level != "village" else Role.CLERK,
            )
            for code, unit_id, level in session.execute(
                select(col(Unit.code), col(Unit.id), col(Unit.level))
            )
        ]
        create_accounts(session, rows, actor=None, now=clock.now())
        # The demo begins with offices that have worked with the product for a while.
        session.execute(update(Account).values(signed_in_at=clock.now()))
    advance()


def take_in_notice(file: Path, advance: Callable[[], None]) -> dict[str, Measure]:
    """Read the notice, decide on the measures found in it and confirm them; path → measure."""
    read = read_notice(extracted_text(file.read_bytes(), file.name))
    with transaction() as session:
        root = get_root(session)
        office = find_account(session, root.code)
        assert office is not None
        campaign = take_in(session, read, root, file_name=file.name, actor=office, now=clock.now())
        found = {measure.path: measure for measure in list_measures(session, campaign.id)}
        advance()
        for path, decision in DECISIONS.items():
            _decide(session, found[path], decision, office)
            advance()
        return {path: found[path] for path in DECISIONS}


def _decide(session: Session, measure: Measure, decision: MeasureDecision, office: Account) -> None:
    now = clock.now()
    form = create_form(session, office.unit_id, decision.form, actor=office, now=now)
    version = publish_version(session, form, decision.fields, actor=office, now=now)
    count, label = decision.target or (None, "")
    content = MeasureContent(
        title=measure.title,
        text=measure.text,
        kind=decision.kind,
        due_rule=decision.due_rule,
        target_count=count,
        target_label=label,
        lead=measure.lead,
        cooperating=measure.cooperating,
        form_version_id=version.id,
        addressees=decision.addressees,
        gates=decision.gates,
    )
    edit_measure(session, measure, content, version=measure.version, actor=office, now=now)
    confirm_measure(session, measure, sums_meant=True, actor=office, now=now)


URGENT = "汛期临近，通知要求尽快完成"
"""Why the demo's office releases what leaves villages too little time."""


def release_all(
    stage: Stage, region: Actor, measures: dict[str, Measure], advance: Callable[[], None]
) -> None:
    """The office looks at the preview of each measure and releases it."""
    with Browser(stage.base_url) as browser:
        browser.sign_in(region.code, stage.password)
        for measure in measures.values():
            page = browser.open(f"/measures/{measure.id}/preview")
            browser.press_surely(page, "下发给", reason=URGENT)
            stage.count("下发措施")
            advance()


def wait_until_handed_down() -> None:
    """Wait until no wish is open. Raises `PageMissing` after two minutes."""
    until = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < until:
        with transaction(readonly=True) as session:
            if not list_pending(session, limit=1):
                return
        time.sleep(0.1)
    raise PageMissing("the dispatcher has not handed down what was released")


def sweep() -> int:
    """Open gates past their time in a flow run, and return how many."""
    with transaction(readonly=True) as session:
        before = _count_released(session)
    use_server()
    from flows.sweep import sweep as flow

    flow()
    with transaction(readonly=True) as session:
        return _count_released(session) - before


def _count_released(session: Session) -> int:
    gated = col(Assignment.passes_on_on).is_not(None), col(Assignment.released_at).is_not(None)
    return len(session.scalars(select(col(Assignment.id)).where(*gated)).all())


def list_returned() -> set[str]:
    """The codes of the units to which something was returned."""
    with transaction(readonly=True) as session:
        rows = session.scalars(
            select(col(Unit.code))
            .join(Assignment, col(Assignment.unit_id) == Unit.id)
            .where(col(Assignment.status) == Status.RETURNED)
        )
        return set(rows)


def render(codes: list[str]) -> int:
    """Render the reports of these units in a flow run, and return how many units have reports."""
    with transaction(readonly=True) as session:
        campaign_id = session.scalars(select(col(Measure.campaign_id))).first()
    assert campaign_id is not None
    use_server()
    from flows.render_reports import render_reports

    render_reports(campaign_id, codes)
    return len(codes)
