"""The columns of a list of days. The process that reads files imports this and no models."""

from collections.abc import Mapping

from rules.units.heads import Heads

HEADINGS: Mapping[str, tuple[str, ...]] = {
    "day": ("day", "date", "日期", "日子"),
    "kind": ("kind", "类别", "类型", "安排"),
    "name": ("name", "名称", "节日", "说明"),
}
DAY_HEADS = Heads.of(HEADINGS[column] for column in ("day", "kind"))
