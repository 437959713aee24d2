"""Excel ledgers: the tables behind a report. They are complete, where paper shows the first
rows."""

from collections.abc import Iterable, Mapping
from io import BytesIO
from typing import Any

from adapters.language import SOURCE, tell_period, translate
from adapters.reports.excel_sheets import Ledger, LedgerColumn, LedgerSheet
from adapters.reports.held_days import write_excel
from adapters.reports.report_view import (
    ANSWER_TITLES,
    LEVEL_TITLES,
    LIST_TITLES,
    TIMELY_TITLES,
    Report,
    day,
    figure_name,
    period_text,
    status_text,
    told_name,
    written,
)
from models import ComplaintKind
from rules.assignments.complaints import KIND_NAMES
from rules.dates.calendar import local_time
from rules.reports.report_rows import LIST_ROWS, LISTS
from rules.sentences.refusal import N_

Json = Mapping[str, Any]


def render_excel(report: Report, language: str = SOURCE) -> bytes:
    """The .xlsx of a report. What people wrote is stored as text, never as a formula."""
    made = BytesIO()
    book = _Book(made, report, language)
    for write in (
        book.overview,
        book.by_lower_unit,
        book.held,
        book.figures,
        book.named,
        book.details,
        book.words,
        book.meta,
    ):
        write()
    book.close()
    return made.getvalue()


class _Book:
    """The sheets of one report's ledger."""

    def __init__(self, file: BytesIO, report: Report, language: str) -> None:
        self.report, self.data, self.language = report, report.data, language
        self.ledger = Ledger(file, created=report.made_at, footer=report.short_checksum)

    def close(self) -> None:
        self.ledger.close()

    def say(self, msgid: str, **values: object) -> str:
        return translate(self.language, msgid, **values)

    def overview(self) -> None:
        """The sheet of what the report is about, and of the measures with their counts, targets and
        dates."""
        sheet = self.ledger.sheet(self.say(N_("概况")), self._heading(), self._source())
        lines = [
            (self.say(N_("单位")), self.data["unit"]["name"]),
            (self.say(N_("单位代码")), self.data["unit"]["code"]),
            (self.say(N_("专项工作名称")), self.data["campaign"]["title"]),
            (self.say(N_("文号")), self.data["campaign"]["number"]),
            (self.say(N_("截至日期")), day(self.data["as_of"], self.language)),
            (self.say(N_("应填报单位")), self.data["coverage"]["units"]),
            (self.say(N_("全部报齐的单位")), self.data["coverage"]["units_complete"]),
        ]
        sheet.lines(lines)
        level = LedgerColumn(self.say(N_("层级")), 16, "text")
        sheet.table([level, *self._columns(LEVEL_TITLES)], map(self._level, self.data["levels"]))
        self._timely(sheet)
        self._complaints(sheet)
        columns = [
            LedgerColumn(self.say(N_("序号")), 8, "count"),
            LedgerColumn(self.say(N_("措施")), 40, "text"),
            *self._columns(ANSWER_TITLES),
        ]
        rows = (
            [*self._titled(measure), *_counts(measure["below"])]
            for measure in self.data["measures"]
        )
        sheet.table(columns, rows)
        sheet.table(self._hand_down_columns(), map(self._handed_down, self.data["measures"]))

    def _timely(self, sheet: LedgerSheet) -> None:
        """Answers by the date they came by."""
        found = self.data["timely"]
        if found:
            titles = {**TIMELY_TITLES, "excused": LIST_TITLES["excused"]}
            row = [found[name] for name in titles]
            sheet.table(self._columns(titles), [row])

    def _complaints(self, sheet: LedgerSheet) -> None:
        """Complaints below by kind, where there are any that may be told."""
        found = self.data.get("complaints", [])
        if not found:
            return
        columns = [
            LedgerColumn(self.say(N_("减负反映")), 16, "text"),
            LedgerColumn(self.say(N_("条数")), 10, "count"),
            LedgerColumn(self.say(N_("已答复")), 10, "count"),
            LedgerColumn(self.say(N_("已解决")), 10, "count"),
        ]
        rows = [
            [self.say(KIND_NAMES[ComplaintKind(row["kind"])]), row["count"], row["answered"],
             row["helped"]]
            for row in found
        ]  # fmt: skip
        sheet.table(columns, rows)

    def _hand_down_columns(self) -> list[LedgerColumn]:
        return [
            LedgerColumn(self.say(N_("序号")), 8, "count"),
            LedgerColumn(self.say(N_("措施")), 40, "text"),
            LedgerColumn(self.say(N_("出处")), 10, "text"),
            LedgerColumn(self.say(N_("交办单位")), 14, "text"),
            LedgerColumn(self.say(N_("交办日期")), 12, "date"),
            LedgerColumn(self.say(N_("本级截止")), 12, "date"),
            LedgerColumn(self.say(N_("向下级下发")), 12, "date"),
            LedgerColumn(self.say(N_("自动下发")), 10, "text"),
            LedgerColumn(self.say(N_("本级状态")), 10, "text"),
            LedgerColumn(self.say(N_("目标总数")), 10, "count"),
            LedgerColumn(self.say(N_("已报完成")), 10, "number"),
            LedgerColumn(self.say(N_("已报完成率")), 10, "share"),
            LedgerColumn(self.say(N_("已报达标单位")), 10, "count"),
            LedgerColumn(self.say(N_("已报超出部分")), 10, "number"),
            LedgerColumn(self.say(N_("已审完成")), 10, "number"),
            LedgerColumn(self.say(N_("已审完成率")), 10, "share"),
            LedgerColumn(self.say(N_("最低一级时间不足")), 30, "text"),
        ]

    def by_lower_unit(self) -> None:
        """The sheet of the lower units over all measures, with a chart."""
        sheet = self.ledger.sheet(self.say(N_("按下级单位")), self._heading(), self._source())
        columns = [*self._unit_columns(), *self._columns(ANSWER_TITLES)]
        rows = [[row["code"], row["name"], *_counts(row)] for row in self.data["lower"]]
        total = ["", self.say(N_("合计")), *_counts(self.data["below"])]
        sheet.table(columns, rows, total=total, frozen=True)
        if rows:
            share = 2 + list(ANSWER_TITLES).index("reported_share")
            sheet.chart(self.say(ANSWER_TITLES["reported_share"]), len(rows), 1, share)

    def held(self) -> None:
        """The sheet of where the working days went; none where nothing was handed down."""
        held = self.data["held"]
        if held:
            sheet = self.ledger.sheet(self.say(N_("时间去哪了")), self._heading(), self._source())
            write_excel(sheet, held, self.say, "name" if self.language == SOURCE else "name_en")

    def figures(self) -> None:
        """The sheet of every figure: below the unit, of the unit itself, and by lower unit."""
        sheet = self.ledger.sheet(self.say(N_("数据汇总")), self._heading(), self._source())
        columns = [
            *self._measure_columns(),
            LedgerColumn(self.say(N_("指标")), 28, "text"),
            *self._unit_columns(),
            LedgerColumn(self.say(N_("已报")), 14, "number"),
            LedgerColumn(self.say(N_("已报单位")), 10, "count"),
            LedgerColumn(self.say(N_("已审")), 14, "number"),
            LedgerColumn(self.say(N_("已审单位")), 10, "count"),
            LedgerColumn(self.say(N_("应报单位")), 10, "count"),
        ]
        sheet.table(columns, self._figures(), frozen=True)

    def named(self) -> None:
        """The sheets of units that were returned, are overdue, were late, or have not answered."""
        beyond = any(self.data["lists"][kind]["count"] > LIST_ROWS for kind in LISTS)
        note = self.say(
            N_("每类列出前 %(rows)s 个任务，其余请在措施的进度页查看、导出；各类总数：%(counts)s。")
            if beyond
            else N_("各类的任务全部列出；各类总数：%(counts)s。"),
            rows=f"{LIST_ROWS:,}",
            counts=self.say(N_("；")).join(
                f"{self.say(LIST_TITLES[kind])} {self.data['lists'][kind]['count']:,}"
                for kind in LISTS
            ),
        )
        sheet = self.ledger.sheet(self.say(N_("逾期与退回")), self._heading(), note)
        columns = [
            LedgerColumn(self.say(N_("类别")), 16, "text"),
            *self._unit_columns(),
            LedgerColumn(self.say(N_("层级")), 14, "text"),
            LedgerColumn(self.say(N_("上级单位")), 20, "text"),
            *self._measure_columns(),
            LedgerColumn(self.say(N_("截止")), 12, "date"),
            LedgerColumn(self.say(N_("状态")), 10, "text"),
            LedgerColumn(self.say(N_("逾期工作日")), 10, "count"),
            LedgerColumn(self.say(N_("报送日期")), 12, "date"),
            LedgerColumn(self.say(N_("退回原因")), 40, "text"),
        ]
        sheet.table(columns, self._named(), frozen=True)

    def details(self) -> None:
        """The sheet of every direct lower unit by every measure."""
        sheet = self.ledger.sheet(self.say(N_("明细")), self._heading(), self._source())
        columns = [
            *self._unit_columns(),
            *self._measure_columns(),
            LedgerColumn(self.say(N_("状态")), 10, "text"),
            LedgerColumn(self.say(N_("交办日期")), 12, "date"),
            LedgerColumn(self.say(N_("截止")), 12, "date"),
            LedgerColumn(self.say(N_("自动下发")), 10, "text"),
            *self._columns(ANSWER_TITLES),
            LedgerColumn(self.say(N_("代报")), 8, "text"),
        ]
        rows = (
            [
                row["code"],
                row["name"],
                *self._which(measure),
                status_text(row["status"], self.language),
                row["issued_on"],
                row["due_on"],
                self._yes(row["passed_on"]),
                *_counts(row),
                self._yes(row.get("stood_in", False)),
            ]
            for measure in self.data["measures"]
            for row in measure["lower"]
        )
        sheet.table(columns, rows, frozen=True)

    def words(self) -> None:
        """The sheet of what the unit and its direct lower units wrote, in full."""
        sheet = self.ledger.sheet(self.say(N_("工作情况")), self._heading(), self._source())
        columns = [
            *self._unit_columns(),
            *self._measure_columns(),
            LedgerColumn(self.say(N_("问题")), 18, "text"),
            LedgerColumn(self.say(N_("内容")), 80, "text"),
        ]
        own = {key: self.data["unit"][key] for key in ("code", "name")}
        rows = (
            [
                row["code"],
                told_name(row, self.language, row.get("above", "")),
                *self._which(measure),
                self.say(row["label"]),
                written(row, self.language),
            ]
            for measure in self.data["measures"]
            for row in (
                *(own | text for text in measure["narratives"]["own"]),
                *measure["narratives"]["lower"],
            )
        )
        sheet.table(columns, rows, frozen=True)

    def meta(self) -> None:
        """The hidden sheet by which a program recognises the ledger's data."""
        self.ledger.hidden(
            "_meta",
            {
                "shape": str(self.data["shape"]),
                "campaign": str(self.data["campaign"]["id"]),
                "unit": self.data["unit"]["code"],
                "as_of": self.data["as_of"],
                "made_at": self.report.made_at.isoformat(),
                "checksum": self.report.checksum,
            },
        )

    def _heading(self) -> str:
        return f"{self.data['unit']['name']} · {self.data['campaign']['title']}"

    def _source(self) -> str:
        coverage = self.data["coverage"]
        return self.say(
            N_(
                "截至%(as_of)s；生成时间%(made_at)s；已报%(complete)s/%(units)s个单位"
                "（%(reported)s/%(answers)s份）；校验码%(checksum)s"
            ),
            as_of=day(self.data["as_of"], self.language),
            made_at=f"{local_time(self.report.made_at):%Y-%m-%d %H:%M}",
            complete=f"{coverage['units_complete']:,}",
            units=f"{coverage['units']:,}",
            reported=f"{coverage['answers_reported']:,}",
            answers=f"{coverage['answers']:,}",
            checksum=self.report.short_checksum,
        )

    def _unit_columns(self) -> list[LedgerColumn]:
        return [
            LedgerColumn(self.say(N_("单位代码")), 15, "text"),
            LedgerColumn(self.say(N_("单位")), 26, "text"),
        ]

    def _measure_columns(self) -> list[LedgerColumn]:
        return [
            LedgerColumn(self.say(N_("序号")), 7, "count"),
            LedgerColumn(self.say(N_("措施")), 30, "text"),
            LedgerColumn(self.say(N_("周期")), 16, "text"),
        ]

    def _columns(self, titles: Mapping[str, str]) -> list[LedgerColumn]:
        return [
            LedgerColumn(self.say(title), 9, "share" if name.endswith("_share") else "count")
            for name, title in titles.items()
        ]

    def _which(self, measure: Json) -> list[Any]:
        return [measure["number"], measure["title"], tell_period(measure["period"], self.language)]

    def _yes(self, flag: bool) -> str:
        return self.say(N_("是")) if flag else ""

    def _level(self, row: Json) -> list[Any]:
        name = row["name" if self.language == SOURCE else "name_en"]
        return [name, *(row[count] for count in LEVEL_TITLES)]

    def _titled(self, measure: Json) -> list[Any]:
        return [measure["number"], measure["title"] + period_text(measure["period"], self.language)]

    def _handed_down(self, measure: Json) -> list[Any]:
        own, target = measure["own"] or {}, measure["target"] or {}
        return [
            *self._titled(measure),
            measure["path"],
            own.get("issued_by", ""),
            own.get("issued_on"),
            own.get("due_on"),
            own.get("released_on"),
            self._yes(own.get("passed_on", False)),
            status_text(own.get("status", ""), self.language),
            target.get("whole"),
            target.get("reported"),
            target.get("reported_share"),
            target.get("reported_met"),
            target.get("reported_surplus"),
            target.get("reviewed"),
            target.get("reviewed_share"),
            self._signed(measure["short"]),
        ]

    def _signed(self, short: Json | None) -> str:
        """Who signed for too little time, and why."""
        if short is None:
            return ""
        told = {**short, "account": short["account"] or self.say(N_("没有人签字"))}
        return self.say(N_("%(days)d个（少于%(floor)d个），%(account)s：%(reason)s"), **told)

    def _figures(self) -> Iterable[list[Any]]:
        unit = self.data["unit"]
        for measure in self.data["measures"]:
            for figure in measure["figures"]:
                total = {"code": unit["code"], "name": self.say(N_("下级合计"))} | figure
                for row in (total, *figure["lower"]):
                    sums = ("reported", "reported_units", "reviewed", "reviewed_units", "of")
                    yield [
                        *self._which(measure),
                        figure_name(figure, self.language),
                        row["code"],
                        row["name"],
                        *(row[name] for name in sums),
                    ]
            for figure in (measure["own"] or {}).get("figures", ()):
                yield [
                    *self._which(measure),
                    figure["label"],
                    unit["code"],
                    self.say(N_("本单位填报")),
                    figure["value"],
                ]

    def _named(self) -> Iterable[list[Any]]:
        measures = {measure["number"]: measure for measure in self.data["measures"]}
        level_name = "level_name" if self.language == SOURCE else "level_name_en"
        for kind in LISTS:
            for row in self.data["lists"][kind]["rows"]:
                yield [
                    self.say(LIST_TITLES[kind]),
                    row["code"],
                    told_name(row, self.language),
                    row[level_name],
                    row["above"],
                    *self._which(measures[row["measure"]]),
                    row["due_on"],
                    status_text(row["status"], self.language),
                    row["days"],
                    row["sent_on"],
                    row["reason"],
                ]


def _counts(row: Json) -> list[Any]:
    return [row[name] for name in ANSWER_TITLES]
