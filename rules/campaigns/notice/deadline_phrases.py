"""The phrases notices use for time; the more telling ones first."""

from rules.campaigns.notice.day_phrases import DAYS
from rules.campaigns.notice.phrase import Phrase
from rules.campaigns.notice.recurring_phrases import RECURRING
from rules.campaigns.notice.span_phrases import SPANS

PHRASES: list[Phrase] = [*RECURRING, *SPANS, *DAYS]
