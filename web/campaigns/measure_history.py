"""The history of a measure: who did what and when, and what differs since, in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Response
from sqlmodel import Session

from models import Campaign, Gate, Measure, MeasureAct, MeasureEvent, MeasureKind, MeasureStatus
from queries.campaigns.campaigns import get_own_measure
from queries.campaigns.measure_history import MeasureChange, list_measure_changes, name_versions
from queries.units.units import list_levels, list_tags
from rules.campaigns.measure_differences import narrowed
from rules.sentences.refusal import N_
from services.campaigns.measures import STATUS_NAMES
from web.campaigns.conflicts import (
    GATE_NAMES,
    OFF_STAYS,
    OFF_TO_BEFORE,
    TypedDifference,
    due_in_words,
)
from web.campaigns.typed_due import TypedDue
from web.campaigns.typed_measure import LABELS
from web.campaigns.typed_schedule import release_in_words
from web.edge.pages.paging import PageNumber, count_pages
from web.edge.pages.rendering import KIND_NAMES, Page, render
from web.edge.viewer.context import Officer
from web.edge.viewer.language import Words

LATEST = 5
"""Changes shown on the page of the measure."""
PAGE = 50
MEASURE_ACT_NAMES: dict[MeasureAct, str] = {
    MeasureAct.CREATE: N_("新建"),
    MeasureAct.EDIT: N_("修改"),
    MeasureAct.CONFIRM: N_("确认"),
    MeasureAct.RELEASE: N_("下发"),
    MeasureAct.OPEN_PERIOD: N_("下发新一期"),
    MeasureAct.CHANGE_FORM: N_("换用新版表单"),
    MeasureAct.WITHDRAW: N_("撤回"),
    MeasureAct.CLOSE: N_("办结"),
    MeasureAct.OPEN_AGAIN: N_("重新开启"),
    MeasureAct.MAKE_SCHEDULE: N_("新增定时安排"),
    MeasureAct.STOP_SCHEDULE: N_("停止定时安排"),
    MeasureAct.CHANGE_SCHEDULE: N_("调整定时安排"),
}
FIELD_NAMES: dict[str, str] = {
    "status": N_("状态"),
    "title": LABELS["title"],
    "text": LABELS["text"],
    "kind": N_("类型"),
    "addressees": N_("下发对象"),
    "gates": N_("下发方式"),
    "due_rule": N_("办理时限"),
    "review_days": LABELS["review_days"],
    "off_to_before": LABELS["off_to_before"],
    "target_count": LABELS["target_count"],
    "target_label": LABELS["target_label"],
    "lead": LABELS["lead"],
    "cooperating": LABELS["cooperating"],
    "form_version_id": N_("表单"),
    "sums_meant": N_("上下两级相加"),
    "workdays_left": N_("最低一级的完整工作日（应有、实有）"),
}
"""What may differ, in the order of the page."""

router = APIRouter()


@dataclass(frozen=True)
class ToldChange:
    """One row of the history; what differs stands in finished words."""

    event: MeasureEvent
    account: str
    unit: str
    schedule: str
    """The schedule that was made, stopped or carried out."""
    differences: Sequence[TypedDifference]


@dataclass(frozen=True)
class MeasureHistory:
    """The rows that a page shows, of how many there are."""

    changes: Sequence[ToldChange]
    total: int


@dataclass(frozen=True)
class HistoryNames:
    """What the codes and ids in a history are called in the language of the page."""

    words: Words
    levels: Mapping[str, str]
    tags: Mapping[str, str]
    forms: Mapping[int, str]

    @classmethod
    def load(cls, session: Session, words: Words, changes: Sequence[MeasureChange]) -> HistoryNames:
        """All names that these changes may need; three statements."""
        name = "name_en" if words.language == "en" else "name"
        found = [change.event.differs.get("form_version_id", []) for change in changes]
        versions = {version for pair in found for version in pair if version}
        return cls(
            words,
            levels={level.code: getattr(level, name) for level in list_levels(session)},
            tags={tag.code: getattr(tag, name) for tag in list_tags(session)},
            forms=name_versions(session, versions),
        )

    def told(self, change: MeasureChange) -> ToldChange:
        """A row of the history in words."""
        event, account, unit, planned = change
        schedule = release_in_words(self.words, planned) if planned else ""
        return ToldChange(event, account, unit, schedule, self.differences(event))

    def differences(self, event: MeasureEvent) -> list[TypedDifference]:
        """What differs since an event, name by name."""
        pairs = {name: event.differs[name] for name in FIELD_NAMES if name in event.differs}
        return [self._difference(name, *pair) for name, pair in pairs.items()]

    def _difference(self, name: str, before: Any, after: Any) -> TypedDifference:
        texts = narrowed(self._tell(name, before), self._tell(name, after))
        return TypedDifference(self.words.say(FIELD_NAMES[name]), *texts)

    def _tell(self, name: str, value: Any) -> str:
        if name == "addressees":
            return self.words.listed(self._addressee(*addressee) for addressee in value)
        if name == "gates":
            return self.words.listed(self._gate(*gate) for gate in value.items())
        if name == "due_rule":
            return due_in_words(self.words, TypedDue.of(value))
        if name == "form_version_id":
            return self.forms.get(value, "")
        if name == "off_to_before":
            return self.words.say(OFF_TO_BEFORE if value else OFF_STAYS)
        if name == "kind":
            return self.words.say(KIND_NAMES[MeasureKind(value)])
        if name == "sums_meant":
            return self.words.say(N_("确认是有意的") if value else N_("未确认"))
        if name == "status":
            return self.words.say(STATUS_NAMES[MeasureStatus(value)])
        return "" if value is None else str(value)

    def _addressee(self, level: str, tag: str) -> str:
        name = self.levels.get(level, level)
        if not tag:
            return name
        return self.words.say(N_("%(level)s（%(tag)s）"), level=name, tag=self.tags.get(tag, tag))

    def _gate(self, level: str, choice: Sequence[Any]) -> str:
        gate, days = choice
        does = self.words.say(GATE_NAMES[Gate(gate)])
        name = self.levels.get(level, level)
        return self.words.say(N_("%(label)s：%(sentence)s"), label=name, sentence=f"{does} {days}")


def read_history(
    session: Session, words: Words, measure: Measure, *, page: int = 1, size: int = LATEST
) -> MeasureHistory:
    """A page of the history of a measure, the last change first; five statements."""
    changes, total = list_measure_changes(session, measure.id, page=page, size=size)
    names = HistoryNames.load(session, words, changes)
    return MeasureHistory([names.told(change) for change in changes], total)


@dataclass(frozen=True)
class MeasureHistoryPage(Page):
    """The history of a measure."""

    TEMPLATE = "pages/campaigns/measures/history.html"

    measure: Measure
    campaign: Campaign
    history: MeasureHistory
    measure_act_names: Mapping[MeasureAct, str]
    page: int
    pages: int


@router.get("/measures/{measure_id}/history")
def show_history(context: Officer, measure_id: int, page: PageNumber = 1) -> Response:
    """Everything that was ever done to the measure, page by page."""
    measure, campaign = get_own_measure(context.session, context.actor, measure_id)
    history = read_history(context.session, context.words, measure, page=page, size=PAGE)
    shown = MeasureHistoryPage(
        measure=measure,
        campaign=campaign,
        history=history,
        measure_act_names=MEASURE_ACT_NAMES,
        page=page,
        pages=count_pages(history.total, PAGE),
    )
    return render(context.request, shown)
