"""All phrases that notices use for time. Phrases that tell more come first."""

from rules.campaigns.notice.day_phrases import DAYS
from rules.campaigns.notice.phrase import Phrase
from rules.campaigns.notice.recurring_phrases import RECURRING
from rules.campaigns.notice.span_phrases import SPANS

PHRASES: list[Phrase] = [*RECURRING, *SPANS, *DAYS]
