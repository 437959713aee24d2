"""`jieli reports`: render the reports of a campaign."""

from datetime import datetime
from typing import Annotated

import typer

from cli.terminal import prepare_database

app = typer.Typer(help="报告 / reports", no_args_is_help=True, callback=prepare_database)


@app.command()
def render(
    campaign: Annotated[int, typer.Option(help="专项工作编号")],
    unit: Annotated[
        list[str] | None, typer.Option(help="单位代码，可多次；不给则为所有向下交办过的单位")
    ] = None,
    level: Annotated[
        list[str] | None, typer.Option(help="这一层级的所有单位（代码，如 league），可多次")
    ] = None,
    as_of: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="日期；不给则今天")
    ] = None,
) -> None:
    """生成报告：每个单位一份网页、一份 Word、一份 Excel（重复执行无害）。"""
    from cli.run import use_server
    from cli.terminal import refusals, say
    from rules.sentences.refusal import N_

    with refusals():
        codes = [*(unit or []), *_codes_of(level or [])] or None
        day = as_of.date() if as_of else None
        use_server()
        from flows.render_reports import render_reports

        units = render_reports(campaign, codes, day)
    say(N_("已生成 %(units)d 个单位的报告，在 %(folder)s。"), units=units, folder=_folder())


def _codes_of(levels: list[str]) -> list[str]:
    from adapters.database import transaction
    from queries.reports.report_data import list_codes

    with transaction(readonly=True) as session:
        return list_codes(session, levels) if levels else []


def _folder() -> str:
    from adapters.settings import get_settings

    return str(get_settings().shared / "reports")
