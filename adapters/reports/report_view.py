"""What the printed faces of a report have in common: HTML and Word show the same values.

Nothing is worked out here that could differ from face to face, because counts, sums and shares
stand in the snapshot. This module chooses how much of the lists fits on paper, and names things in
the reader's language.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from jinja2 import pass_context
from jinja2.runtime import Context

from adapters.language import SOURCE, tell, tell_period, translate
from models import ONCE, ComplaintKind, Snapshot, Status
from rules.assignments.complaints import KIND_NAMES
from rules.assignments.states import STATUS_NAMES
from rules.campaigns.notice.numerals import numeral_of
from rules.dates.calendar import local_time
from rules.forms.form_fields import RollUp
from rules.forms.rolled_figures import ROLLUP_NAMES
from rules.reports.older_shapes import as_now
from rules.reports.report_rows import LIST_ROWS, LISTS
from rules.sentences.days import told_date, told_day
from rules.sentences.numbers import apart
from rules.sentences.refusal import N_
from rules.sentences.sentence import listed

ROWS_SHOWN = 50
"""The most rows of each list on paper. The ledger has all rows."""
WORDS_SHOWN = 40
"""The most texts of each measure on paper."""
CHECKSUM_SHOWN = 12

LIST_TITLES = {
    "returned": N_("退回待重报"),
    "overdue": N_("逾期未报"),
    "late": N_("逾期后补报"),
    "missing": N_("应填报而尚未报送"),
    "excused": N_("裁定免予办理"),
}
TIMELY_TITLES = {
    "sent": N_("报送过的"),
    "on_time": N_("按原定时限"),
    "extended": N_("按延期后的时限"),
    "late": N_("迟报"),
}
"""Answers by the date they came by. The last three add up to the first."""
ANSWER_TITLES = {
    "asked": N_("应报"),
    "answering": N_("已交办"),
    "reported": N_("已报"),
    "reviewed": N_("已审"),
    "returned": N_("已退回"),
    "overdue": N_("逾期"),
    "late": N_("迟报"),
    "reported_share": N_("已报率"),
    "reviewed_share": N_("已审率"),
}
"""Counts of answers, in the order in which tables show them (`rules.assignments.counting`)."""
LEVEL_TITLES = {
    "issued": N_("已交办"),
    "acknowledged": N_("已签收"),
    "released": N_("已下发"),
    "submitted": N_("已提交"),
    "approved": N_("已通过"),
    "returned": N_("已退回"),
    "overdue": N_("逾期"),
    "late": N_("迟报"),
    "submitted_share": N_("提交率"),
}
"""Counts of the assignments of one level. Levels are not added together."""

HELD_TITLES = {
    "assignments": N_("任务（份）"),
    "gate": N_("等待下发"),
    "write": N_("填报、汇总"),
    "mend": N_("退回后重报"),
    "review": N_("审核下级"),
    "sent": N_("收到报送（次）"),
    "days": N_("合计工作日"),
    "share": N_("占比"),
}
"""Working days by who held them, with what they are of."""

# What XML cannot hold, whatever somebody managed to store.
_UNPRINTABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True)
class Report:
    """One snapshot as rendering needs it, apart from the database."""

    data: Mapping[str, Any]
    made_at: datetime
    checksum: str

    @property
    def code(self) -> str:
        """The unit's code."""
        found: str = self.data["unit"]["code"]
        return found

    @property
    def short_checksum(self) -> str:
        return self.checksum[:CHECKSUM_SHOWN]


def report_of(snapshot: Snapshot) -> Report:
    """The stored snapshot, ready to be rendered."""
    return Report(as_now(snapshot.data), snapshot.made_at, snapshot.checksum)


def view(report: Report, language: str) -> dict[str, Any]:
    """The variables of a report's templates (docs/reports.md lists them)."""
    measures = report.data["measures"]
    return {
        "data": report.data,
        "language": language,
        "as_of": day(report.data["as_of"], language),
        "made_at": f"{local_time(report.made_at):%Y-%m-%d %H:%M}",
        "checksum": report.short_checksum,
        "lists": [_list(report.data, kind, language) for kind in LISTS],
        "complaints": _complaints(report.data, language),
        "with_figures": [
            measure for measure in measures if measure["figures"] or measure["target"]
        ],
        "with_words": [
            measure | words
            for measure in measures
            if (words := _words(report.data, measure, language))
        ],
    }


def filters(language: str) -> dict[str, Callable[..., str]]:
    """The filters of a report's templates."""

    @pass_context
    def told(context: Context, iso: str) -> str:
        """A day in a sentence; without the year where it is the year of the report."""
        as_of = date.fromisoformat(context["data"]["as_of"])
        return tell(told_day(date.fromisoformat(iso), as_of), language)

    return {
        "day": told,
        "period": lambda period: period_text(period, language),
        "level": lambda row: row["name" if language == SOURCE else "name_en"],
        "status": lambda status: status_text(status, language),
        "numeral": numeral_of,
        "number": apart,
        "figure": lambda figure: figure_name(figure, language),
        "reported": lambda row: figure_text(row, "reported", language),
        "reviewed": lambda row: figure_text(row, "reviewed", language),
    }


def day(iso: str, language: str) -> str:
    """An ISO date as `2026年11月22日` or `22 Nov 2026`: the date of the report."""
    return tell(told_date(date.fromisoformat(iso)), language)


def told_name(row: Mapping[str, Any], language: str, above: str = "") -> str:
    """The name of a unit in a list with the unit `above`, if that is to be told, and a mark where
    the unit above has answered (older snapshots do not say so)."""
    marks = [above] if above else []
    if row.get("stood_in"):
        marks.append(translate(language, N_("代报")))
    if not marks:
        return str(row["name"])
    told = listed(marks, lambda msgid: translate(language, msgid))
    return translate(language, N_("%(name)s（%(marks)s）"), name=row["name"], marks=told)


def period_text(period: str, language: str) -> str:
    """The period behind a measure's title, such as `（2026年11月）`; empty for a measure done one
    time."""
    if period == ONCE:
        return ""
    told = tell_period(period, language)
    return f"（{told}）" if language == SOURCE else f" ({told})"


def status_text(status: str, language: str) -> str:
    """The name of a status. A dash: there is no assignment."""
    return translate(language, STATUS_NAMES[Status(status)]) if status else "—"


def figure_name(figure: Mapping[str, Any], language: str) -> str:
    """The name of a figure: its field, the choice of a share, or the kind of roll-up where that is
    no sum. Older snapshots have only sums and name no kind."""
    if figure.get("choice"):
        return translate(language, N_("%(label)s：%(choice)s")) % figure
    rollup = RollUp(figure.get("rollup", RollUp.SUM))
    if rollup is RollUp.SUM:
        found: str = figure["label"]
        return found
    how = translate(language, ROLLUP_NAMES[rollup])
    return translate(language, N_("%(label)s（%(how)s）")) % {"label": figure["label"], "how": how}


def figure_text(row: Mapping[str, Any], side: str, language: str) -> str:
    """The `reported` or `reviewed` value of a figure, with its share. A dash: there is no value."""
    text, share = apart(row[side] or "—"), row.get(f"{side}_share")
    if not share:
        return text
    return translate(language, N_("%(text)s（%(share)s）")) % {"text": text, "share": share}


def written(text: Mapping[str, Any], language: str) -> str:
    """What a unit wrote. Choices are joined in the language of the reader."""
    found: str | list[str] = text["text"]
    if isinstance(found, str):
        return found
    return listed(found, lambda msgid: translate(language, msgid))


def printable(value: Any) -> Any:
    """A text without characters that XML cannot hold. Any other value stays as it is."""
    return _UNPRINTABLE.sub("", value) if isinstance(value, str) else value


def _list(data: Mapping[str, Any], kind: str, language: str) -> dict[str, Any]:
    found = data["lists"][kind]
    rows = [{**row, "name": told_name(row, language)} for row in found["rows"][:ROWS_SHOWN]]
    return {
        "kind": kind,
        "title": translate(language, LIST_TITLES[kind]),
        "count": found["count"],
        "rows": rows,
        "more": min(found["count"], LIST_ROWS) - len(rows),
        "beyond": max(found["count"] - LIST_ROWS, 0),
        "by_level": _by_level(found["levels"], language),
    }


def _complaints(data: Mapping[str, Any], language: str) -> dict[str, Any] | None:
    """How many complaints there are below, of which kinds; None: none, or none is told."""
    rows = data.get("complaints", [])
    if not rows:
        return None
    kinds = [
        f"{translate(language, KIND_NAMES[ComplaintKind(row['kind'])])} {row['count']}"
        for row in rows
    ]
    return {
        "kinds": listed(kinds, lambda msgid: translate(language, msgid)),
        **{name: sum(row[name] for row in rows) for name in ("count", "answered", "helped")},
    }


def _by_level(levels: Sequence[Mapping[str, Any]], language: str) -> str:
    """How many of a list stand at each level, where there are several levels."""
    if len(levels) < 2:
        return ""
    name = "name" if language == SOURCE else "name_en"
    told = [f"{level[name]} {apart(level['count'])}" for level in levels]
    return listed(told, lambda msgid: translate(language, msgid))


def _words(
    data: Mapping[str, Any], measure: Mapping[str, Any], language: str
) -> dict[str, Any] | None:
    """The texts of a measure, the unit's own first."""
    texts = [{"name": data["unit"]["name"], **text} for text in measure["narratives"]["own"]]
    texts += [
        {**text, "name": told_name(text, language, text.get("above", ""))}
        for text in measure["narratives"]["lower"]
    ]
    if not texts:
        return None
    shown = [
        text | {"label": translate(language, text["label"]), "text": written(text, language)}
        for text in texts[:WORDS_SHOWN]
    ]
    return {"words": shown, "words_more": len(texts) - len(shown)}
