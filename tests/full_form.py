"""A form that has one of everything, and how a clerk fills it in."""

from typing import Any

from rules.forms.form_check import check_form
from rules.forms.form_fields import dump_form

FULL: list[dict[str, Any]] = [
    {"name": "tip", "label": "请在入户之后填写。", "type": "note"},
    {"name": "base", "label": "基本情况", "type": "group",
     "words": {"en": {"label": "Basics"}}},
    {"name": "households", "label": "总户数", "type": "integer", "required": True, "within": "base",
     "min": 0, "rollup": "sum", "words": {"en": {"label": "Households", "hint": "All of them"}}},
    {"name": "heated", "label": "取暖方式", "type": "select_one", "within": "base",
     "required": True, "choice_list": "heat",
     "choices": [{"value": "coal", "label": "燃煤", "labels": {"en": "Coal"}},
                 {"value": "gas", "label": "燃气", "labels": {"en": "Gas"}}]},
    {"name": "alarms", "label": "安装报警器户数", "type": "integer", "within": "base",
     "required": True, "relevant": "${heated} = 'coal'", "constraint": ". <= ${households}",
     "constraint_message": "不能超过总户数。",
     "words": {"en": {"label": "Alarms", "constraint_message": "More than there are."}}},
    {"name": "share", "label": "安装比例（%）", "type": "calculate", "within": "base",
     "calculation": "round(${alarms} * 100 div ${households}, 1)"},
    {"name": "quiet", "type": "calculate", "calculation": "${households} * 2"},
    {"name": "visits", "label": "入户走访", "type": "repeat", "hint": "每户一次。"},
    {"name": "who", "label": "门牌", "type": "text", "within": "visits", "required": True},
    {"name": "people", "label": "常住人数", "type": "integer", "within": "visits", "default": "1"},
    {"name": "stove", "label": "炉具完好", "type": "select_one", "within": "visits",
     "choices": [{"value": "yes", "label": "是"}, {"value": "no", "label": "否"}]},
    {"name": "fault", "label": "炉具问题", "type": "text", "within": "visits",
     "relevant": "${stove} = 'no'"},
    {"name": "all_people", "label": "走访人数合计", "type": "calculate",
     "calculation": "sum(${people})"},
    {"name": "proof", "label": "佐证", "type": "group"},
    {"name": "paper", "label": "台账", "type": "file", "within": "proof"},
    {"name": "kind", "label": "材料种类", "type": "select_one", "within": "proof",
     "choice_filter": "heat = ${heated}",
     "choices": [{"value": "c1", "label": "燃煤台账", "columns": {"heat": "coal"}},
                 {"value": "g1", "label": "燃气台账", "columns": {"heat": "gas"}}]},
    {"name": "day", "label": "完成日期", "type": "date", "within": "proof"},
    {"name": "tags", "label": "涉及对象", "type": "select_multiple", "within": "proof",
     "choices": [{"value": "x", "label": "牧区"}, {"value": "y", "label": "农区"}]},
    {"name": "batch", "label": "批次", "type": "text", "readonly": True, "default": "第一批"},
    {"name": "end", "label": "总体情况", "type": "group"},
    {"name": "story", "label": "做法", "type": "text", "multiline": True, "within": "end"},
]  # fmt: skip
FILLED = {
    "households": ["40"], "heated": ["coal"], "alarms": ["10"],
    "visits.#": ["2"],
    "visits.0.who": ["一号"], "visits.0.people": ["3"], "visits.0.stove": ["yes"],
    "visits.1.who": ["二号"], "visits.1.people": ["2"], "visits.1.stove": ["no"],
    "visits.1.fault": ["烟道破损"],
    "kind": ["c1"], "day": ["2026-11-22"], "tags": ["x", "y"], "story": ["逐户走访。"],
}  # fmt: skip


def full_fields() -> list[dict[str, Any]]:
    """As a version stores them."""
    return dump_form(check_form(FULL))


def posted(typed: dict[str, list[str]]) -> dict[str, list[str]]:
    """As a browser names them."""
    return {f"f-{key}": texts for key, texts in typed.items()}
