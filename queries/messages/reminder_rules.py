"""The ladder of a campaign."""

from sqlmodel import Session

from models import ReminderRule
from rules.messages.ladder import Ladder


def get_ladder(session: Session, campaign_id: int) -> Ladder:
    """The steps at which a campaign reminds; the usual ones where its office has set none."""
    return Ladder.of(session.get(ReminderRule, campaign_id))
