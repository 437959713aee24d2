"""When a campaign reminds: its office sets the steps and the quiet hours."""

from datetime import datetime

from sqlmodel import Session

from models import Account, Campaign, ReminderRule
from rules.accounts.permissions import Right, require
from rules.accounts.predicates import Subject
from rules.messages.ladder import Ladder, check_ladder


def set_reminders(
    session: Session, campaign: Campaign, ladder: Ladder, *, actor: Account, now: datetime
) -> None:
    """Let the campaign remind at the steps of `ladder`. Raises `Refusal`."""
    require(actor, Right.SET_REMINDERS, Subject(campaign.unit_id))
    checked = check_ladder(ladder)._asdict()
    rule = ReminderRule(
        campaign_id=campaign.id, changed_at=now, changed_by=actor.id, **checked
    )  # fmt: skip
    session.merge(rule)
    session.flush()
