"""Campaigns and schedules as Excel files."""

from collections.abc import Sequence

from fastapi import Response

from queries.campaigns.campaigns import CampaignRow
from queries.campaigns.schedules import ScheduleRow
from rules.sentences.refusal import N_
from web.edge.pages.exports import Column, exported, when
from web.edge.viewer.context import Context

CAMPAIGNS = (
    Column(N_("专项工作"), 50),
    Column(N_("开始"), 12, "date"),
    Column(N_("草稿"), 8, "count"),
    Column(N_("已确认"), 8, "count"),
    Column(N_("已下发"), 8, "count"),
    Column(N_("已办结"), 8, "count"),
    Column(N_("已撤回"), 8, "count"),
)
SCHEDULES = (
    Column(N_("专项工作"), 40),
    Column(N_("措施"), 40),
    Column(N_("时间"), 24),
    Column(N_("下一次"), 18),
    Column(N_("状态"), 10),
)


def export_campaigns(context: Context, rows: Sequence[CampaignRow]) -> Response:
    """The campaigns of the office."""
    title = context.words.say(N_("%(unit)s专项工作"), unit=context.viewer.unit.name)
    cells = (
        (row.campaign.title, row.campaign.starts_on.isoformat(), row.drafts, row.confirmed,
         row.released, row.closed, row.withdrawn)
        for row in rows
    )  # fmt: skip
    return exported(context, title, CAMPAIGNS, cells)


def export_schedules(context: Context, rows: Sequence[tuple[ScheduleRow, str]]) -> Response:
    """The schedules of the office, each with its rhythm in words."""
    say = context.words.say
    cells = (
        (row.campaign.title, row.measure.title if row.measure else "",
         timing or when(row.schedule.once_at), when(row.schedule.next_at),
         "" if row.schedule.active else say(N_("已停止")))
        for row, timing in rows
    )  # fmt: skip
    title = say(N_("%(unit)s定时安排"), unit=context.viewer.unit.name)
    return exported(context, title, SCHEDULES, cells)
