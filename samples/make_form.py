"""Write the sample forms: samples/form.xlsx (Chinese) and samples/form-bilingual.xlsx, XLSForm.

The forms are made up. The first is what an office writes in ten minutes; the second uses all that
is supported. Run it again after changing a row: `.venv/bin/python samples/make_form.py`.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import xlsxwriter

Row = dict[str, str]
_ZH, _EN = "中文 (zh)", "English (en)"


def asked(kind: str, name: str, label: str, **more: str) -> Row:
    """A row of `survey`."""
    return {"type": kind, "name": name, "label": label, **more}


def said(kind: str, name: str, chinese: str, english: str, **more: str) -> Row:
    """A row of `survey` in two languages."""
    return {"type": kind, "name": name, **in_both("label", chinese, english), **more}


def in_both(column: str, chinese: str, english: str) -> Row:
    """A text in its two columns."""
    return {f"{column}::{_ZH}": chinese, f"{column}::{_EN}": english}


def choice(list_name: str, name: str, chinese: str, english: str, **more: str) -> Row:
    """A row of `choices` in two languages."""
    return {"list_name": list_name, "name": name, **in_both("label", chinese, english), **more}


SIMPLE: dict[str, list[Row]] = {
    "survey": [
        asked("integer", "checked_roads", "排查道路和桥涵", hint="单位：处", required="yes",
              constraint=". >= 0 and . <= 500", rollup="sum") | {"#备注": "和上月口径一致"},
        asked("integer", "signs", "设置防滑警示标志", hint="单位：处", required="yes",
              constraint=". >= 0", rollup="sum"),
        asked("select_one progress", "progress", "整改进度", required="yes", rollup="share"),
        asked("date", "finished_on", "预计完成日期"),
        asked("text", "difficulties", "困难和建议", hint="没有的可以不填。",
              appearance="multiline", rollup="list"),
    ],
    "choices": [
        {"list_name": "progress", "name": "done", "label": "已完成"},
        {"list_name": "progress", "name": "doing", "label": "正在整改"},
        {"list_name": "progress", "name": "waiting", "label": "尚未开始"},
    ],
    "settings": [
        {"form_title": "冬季道路安全排查", "form_id": "winter_roads", "version": "1"},
    ],
}  # fmt: skip

FULL: dict[str, list[Row]] = {
    "survey": [
        said("note", "thanks", "三分钟就能填完。", "It takes three minutes."),
        said("begin_group", "service", "便民服务", "Services"),
        said("integer", "sessions", "集中服务场次", "Sessions", required="yes",
             constraint=". >= 0 and . <= 31", rollup="sum", reuse="service_sessions"),
        said("integer", "handled", "办理事项件数", "Matters handled", required="yes",
             relevant="${sessions} > 0", constraint=". >= ${sessions}", default="0", rollup="sum")
        | in_both("hint", "上门代办的也算", "Home visits count too")
        | in_both("constraint_message", "每场至少办理一件", "At least one a session"),
        said("decimal", "distance", "最远服务点距离", "Farthest point",
             constraint=". >= 0 and . <= 300", rollup="max") | in_both("hint", "公里", "km"),
        {"type": "end_group"},
        said("calculate", "each", "场均件数", "Matters a session", relevant="${sessions} > 0",
             calculation="round(${handled} div ${sessions}, 1)", rollup="mean"),
        said("begin_repeat", "visits", "集中服务", "Session", rollup="count"),
        said("date", "day", "日期", "Day", required="yes"),
        said("select_one areas", "area", "片区", "Area"),
        said("select_one places", "place", "地点", "Place", choice_filter="area = ${area}"),
        said("select_multiple matters", "matters", "办理事项", "Matters"),
        {"type": "end_repeat"},
        said("select_one ways", "way", "主要方式", "Main way", required="yes", default="hall",
             rollup="share"),
        said("text", "other_way", "其他方式", "Other way", relevant="${way} = 'other'"),
        said("text", "office", "服务窗口", "Office", readonly="yes", default="党群服务中心"),
        said("image", "photo", "现场照片", "Photo") | in_both("hint", "可以不传", "Not needed"),
        said("file", "list", "事项清单", "List"),
        said("text", "words", "做法和困难", "What was done", appearance="multiline", rollup="list"),
    ],
    "choices": [
        choice("areas", "01", "东片", "East"),
        choice("areas", "02", "西片", "West"),
        choice("places", "011", "东片党群服务中心", "East hall", area="01"),
        choice("places", "021", "西片文化室", "West house", area="02"),
        choice("matters", "insurance", "社保医保", "Insurance"),
        choice("matters", "machines", "农机年检", "Farm machines"),
        choice("ways", "hall", "集中办理", "In a hall"),
        choice("ways", "home", "上门代办", "At home"),
        choice("ways", "other", "其他", "Other"),
    ],
    "settings": [
        {"form_title": "便民服务进嘎查村", "form_id": "village_services", "version": "2026112201",
         "default_language": _ZH},
    ],
}  # fmt: skip


def write(path: Path, sheets: dict[str, list[Row]]) -> None:
    """The workbook as an office would have it: every cell a text."""
    with xlsxwriter.Workbook(str(path)) as workbook:
        workbook.set_properties({"created": datetime(2026, 11, 22)})  # noqa: DTZ001
        head = workbook.add_format({"bold": True})
        for name, rows in sheets.items():
            sheet = workbook.add_worksheet(name)
            headings = list(dict.fromkeys(heading for row in rows for heading in row))
            sheet.freeze_panes(1, 0)
            sheet.set_column(0, len(headings) - 1, 22)
            for column, heading in enumerate(headings):
                sheet.write_string(0, column, heading, head)
                for number, row in enumerate(rows, start=1):
                    sheet.write_string(number, column, row.get(heading, ""))


def main() -> None:
    folder = Path(__file__).parent
    write(folder / "form.xlsx", SIMPLE)
    write(folder / "form-bilingual.xlsx", FULL)


if __name__ == "__main__":
    main()
