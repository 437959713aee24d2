"""What the officer of the demo decides about the measures found in the sample notice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from models import Gate, MeasureKind
from services.campaigns.measures import GateChoice


@dataclass(frozen=True)
class MeasureDecision:
    """How one measure is handed down. Everything else stays as intake found it."""

    form: str
    fields: Sequence[Mapping[str, Any]]
    addressees: Sequence[tuple[str, str]]
    due_rule: str
    kind: MeasureKind = MeasureKind.FIGURES
    gates: Mapping[str, GateChoice] = field(default_factory=dict)
    target: tuple[int, str] | None = None


def number(name: str, label: str, *, most: int = 100_000, **more: Any) -> dict[str, Any]:
    """A field for a whole number that is added up the tree."""
    return {
        "name": name, "label": label, "type": "integer", "required": True, "min": 0, "max": most,
        "rollup": "sum", **more,
    }  # fmt: skip


def words(name: str, label: str, **more: Any) -> dict[str, Any]:
    """A field for a text of several lines."""
    return {"name": name, "label": label, "type": "text", "multiline": True, **more}


ROADS = "二/（一）"
BORDER = "二/（二）"
PASTURE = "二/（三）"
SERVICES = "二/（四）"
SEMINAR = "二/（五）"
PRACTICE = "二/（六）"
MONTHLY = "三/（二）"

DECISIONS: dict[str, MeasureDecision] = {
    ROADS: MeasureDecision(
        form="道路桥涵隐患排查表",
        fields=[
            number("checks", "排查次数", most=50, hint="本轮应不少于 2 次"),
            number("hazards", "发现隐患（处）", most=500),
            number("mended", "已整改（处）", most=500),
            number("signs", "新设警示标志（处）", most=500),
            {
                "name": "spent",
                "label": "投入资金（万元）",
                "type": "decimal",
                "min": 0,
                "max": 10_000,
                "rollup": "sum",
            },
            {
                "name": "worst",
                "label": "最主要的隐患",
                "type": "select_one",
                "choices": [
                    {"value": "ice", "label": "路面结冰"},
                    {"value": "bridge", "label": "桥涵破损"},
                    {"value": "edge", "label": "临水临崖无防护"},
                    {"value": "none", "label": "没有"},
                ],
            },
            words("note", "需要上级协调解决的问题"),
        ],
        addressees=[("village", "")],
        due_rule="2026-12-20",
        kind=MeasureKind.DUTY,
        gates={
            "league": GateChoice(Gate.ACKNOWLEDGE, 2),
            "banner": GateChoice(Gate.DETAIL, 3),
        },
        target=(2, "次排查"),
    ),
    BORDER: MeasureDecision(
        form="草原防火联防情况表",
        fields=[
            number("teams", "扑火队伍（支）", most=200),
            number("belts", "已检查防火隔离带（公里）", most=5_000),
            {"name": "agreed_on", "label": "联防联络机制建立日期", "type": "date"},
            words("note", "存在的困难"),
        ],
        addressees=[("banner", "border")],
        due_rule="2026-12-10",
        target=(2, "支扑火队伍"),
    ),
    PASTURE: MeasureDecision(
        form="饮水和饲草储备情况表",
        fields=[
            number("points", "供水点（个）", most=500),
            number("mended", "已检修（个）", most=500),
            {
                "name": "fodder",
                "label": "储备饲草（吨）",
                "type": "decimal",
                "min": 0,
                "max": 100_000,
                "rollup": "sum",
            },
        ],
        addressees=[("village", "pastoral")],
        due_rule="2026-11-30",
    ),
    SERVICES: MeasureDecision(
        form="便民服务进嘎查村情况表",
        fields=[
            number("visits", "已开展集中服务（场）", most=100),
            number("handled", "上门代办（件）", most=10_000),
            words("note", "群众最需要的服务"),
        ],
        addressees=[("village", "")],
        due_rule="2027-03-31",
        kind=MeasureKind.DUTY,
        target=(4, "场集中便民服务"),
    ),
    SEMINAR: MeasureDecision(
        form="减负专题研讨情况表",
        fields=[
            number("held", "已开展研讨（次）", most=50),
            number("steps", "形成减负措施（条）", most=200),
            words("text", "主要措施"),
        ],
        addressees=[("league", ""), ("banner", "")],
        due_rule="2026-12-31",
        kind=MeasureKind.DUTY,
        target=(1, "次专题研讨"),
    ),
    PRACTICE: MeasureDecision(
        form="基层做法小结",
        fields=[words("text", "做法、困难和建议", required=True)],
        addressees=[("township", "")],
        due_rule="2027-03-31",
        kind=MeasureKind.NARRATIVE,
    ),
    MONTHLY: MeasureDecision(
        form="月度进展表",
        fields=[
            number("open", "尚未整改的隐患（处）", most=100_000),
            words("note", "本月进展"),
        ],
        addressees=[("banner", "")],
        due_rule="monthly:25",
    ),
}
"""A measure's place in the notice → the decision about it. The other sections stay drafts, because
nothing is handed down that no officer has decided on."""
