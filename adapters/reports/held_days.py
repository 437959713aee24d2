"""Where the working days went: the table of a report in Word and in Excel."""

from collections.abc import Callable, Mapping
from typing import Any

from adapters.reports import word_layout as layout
from adapters.reports.excel_sheets import LedgerColumn, LedgerSheet
from adapters.reports.report_view import HELD_TITLES
from adapters.reports.word_layout import LEFT, RIGHT
from adapters.reports.word_writing import Template
from rules.sentences.sentence import N_

WIDTHS = {"assignments": 14, "sent": 14, "share": 15}
ENGLISH = {
    "assignments": "Of", "gate": "Gate", "write": "Writing", "mend": "Mending",
    "review": "Review", "sent": "Answers", "days": "Days", "share": "Share",
}  # fmt: skip
CHINESE = {
    "assignments": "份数", "gate": "下发", "write": "填报", "mend": "重报", "review": "审核",
    "sent": "次数", "days": "合计", "share": "占比",
}  # fmt: skip


def write_word(template: Template) -> None:
    """Add the section to the Word template."""
    template.command("{%p if data.held %}")
    template.add(layout.SUBHEADING, "（三）时间去哪了", "3.3 Where the days went")
    template.say(
        "{{ data.held.assignments|number }}份任务从交办到审核通过或办结（没完的算到截至日期），"
        "按份相加一共{{ data.held.days|number }}个工作日：各级手里{{ data.held.held|number }}个，"
        "上级等下级的{{ data.held.below|number }}个。",
        "{{ data.held.assignments|number }} assignments together took {{ data.held.days|number }} "
        "working days: {{ data.held.held|number }} lay with a level, "
        "{{ data.held.below|number }} were units waiting for their lower units.",
    )
    _table(template, template.words("层级", "Level"), "{{ r|level }}", "r in data.held.levels")
    template.command("{%p if data.held.units %}")
    template.add(layout.BODY, "用时最长的单位：", "Units that held longest:")
    _table(template, template.words("单位", "Unit"), "{{ r.name }}", "r in data.held.units")
    template.command("{%p endif %}")
    template.add(
        layout.NOTE,
        "注：等待审核的时间算审核的单位，不影响填报单位的按时率；最低一级只算合计；"
        "占比按各级手里的工作日计。",
        "Waiting for a review is the reviewer's time and does not touch the on-time rate of the "
        "unit that answered. The lowest level is a sum. Shares are of the days with a level.",
    )
    template.command("{%p endif %}")


def _table(template: Template, head: str, shown: str, rows: str) -> None:
    columns = [
        (
            template.words(CHINESE[name], ENGLISH[name]),
            WIDTHS.get(name, 15),
            f"{{{{ r.{name} }}}}" if name == "share" else f"{{{{ r.{name}|number }}}}",
            RIGHT,
        )
        for name in HELD_TITLES
    ]
    template.table([(head, 38, shown, LEFT), *columns], rows)


def write_excel(
    sheet: LedgerSheet, held: Mapping[str, Any], say: Callable[[str], str], name: str
) -> None:
    """Write the days by level and by unit below each other. `name`: under which key a level has its
    name."""
    columns = [
        LedgerColumn(say(title), 12, "share" if key == "share" else "count")
        for key, title in HELD_TITLES.items()
    ]
    lines = [
        (say(N_("任务（份）")), held["assignments"]),
        (say(N_("工作日总数")), held["days"]),
        (say(N_("各级手里")), held["held"]),
        (say(N_("上级等下级")), held["below"]),
    ]
    sheet.lines(lines)
    levels = [[row[name], *(row[key] for key in HELD_TITLES)] for row in held["levels"]]
    sheet.table([LedgerColumn(say(N_("层级")), 24, "text"), *columns], levels)
    units = [
        [f"{row['name']} {row['code']}", *(row[key] for key in HELD_TITLES)]
        for row in held["units"]
    ]
    if units:
        sheet.table([LedgerColumn(say(N_("用时最长的单位")), 24, "text"), *columns], units)
