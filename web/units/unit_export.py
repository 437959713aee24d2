"""Units as an Excel file."""

from collections.abc import Iterable

from fastapi import Response

from models import Unit
from queries.units.units import list_levels
from rules.sentences.refusal import N_
from web.edge.pages.exports import Column, exported
from web.edge.viewer.context import Context
from web.edge.viewer.language import level_names

COLUMNS = (
    Column(N_("单位"), 36),
    Column(N_("代码"), 16),
    Column(N_("层级"), 14),
    Column(N_("类别"), 14),
    Column(N_("单位电话"), 20),
    Column(N_("接收任务"), 10),
)


def export_units(context: Context, here: Unit, units: Iterable[Unit]) -> Response:
    """The units that a page below `here` lists."""
    names = level_names(list_levels(context.session), context.words.language)
    words = {True: context.words.say(N_("是")), False: context.words.say(N_("否"))}
    title = context.words.say(N_("%(unit)s单位名单"), unit=here.name)
    rows = (
        (unit.name, unit.code, names[unit.level], unit.kind, unit.telephone,
         words[unit.takes_assignments])
        for unit in units
    )  # fmt: skip
    return exported(context, title, COLUMNS, rows)
