"""`jieli form`: check a form written as an XLSForm workbook, storing nothing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from rules.sentences.refusal import N_, Refusal

if TYPE_CHECKING:
    from rich.table import Table

    from adapters.xlsform.reading import XlsForm
    from rules.forms.form_fields import FormField
    from rules.sentences.faults import Fault

app = typer.Typer(help="表单：检查 XLSForm / Forms: check an XLSForm.", no_args_is_help=True)


@app.callback()
def forms() -> None:
    """Commands about forms. They need no database."""


@app.command()
def check(
    file: Annotated[Path, typer.Argument(help="XLSForm 工作簿（.xlsx）")],
    as_json: Annotated[bool, typer.Option("--json", help="输出一个 JSON 对象")] = False,
) -> None:
    """检查 XLSForm 表单，不保存：列出读到的每一项，或者每一处错误。"""
    from adapters.xlsform.reading import XlsFormFaults, read_xlsform
    from rules.sentences.faults import Fault

    try:
        form = read_xlsform(_content(file))
    except XlsFormFaults as refused:
        _tell_faults(refused.faults, as_json)
        raise typer.Exit(1) from refused
    except Refusal as refused:
        _tell_faults([Fault.of(refused.sentence)], as_json)
        raise typer.Exit(1) from refused
    if as_json:
        typer.echo(json.dumps(_form_json(form), ensure_ascii=False, indent=2))
    else:
        _show(form)


def _content(file: Path) -> bytes:
    """The content, or one byte more than is accepted, so that a huge file is not read whole."""
    from adapters.xlsform.reading import LIMIT

    try:
        with file.open("rb") as opened:
            return opened.read(LIMIT + 1)
    except OSError as error:
        raise Refusal(N_("无法打开文件：%(path)s"), path=file) from error


def _form_json(form: XlsForm) -> dict[str, Any]:
    return {
        "ok": True,
        "title": form.title,
        "settings": form.settings.model_dump(mode="json"),
        "fields": [field.model_dump(mode="json") for field in form.fields],
        "notes": [_fault_json(note) for note in form.notes],
    }


def _fault_json(fault: Fault) -> dict[str, Any]:
    return {
        "sheet": fault.place.sheet,
        "row": fault.place.line or None,
        "column": fault.place.column,
        "cell": fault.place.cell,
        "sentence": _sentence(fault),
    }


def _sentence(fault: Fault) -> str:
    from adapters.language import tell
    from cli.terminal import language

    return tell(fault, language())


def _tell_faults(faults: list[Fault], as_json: bool) -> None:
    from cli.terminal import words

    if as_json:
        told = {"ok": False, "faults": [_fault_json(fault) for fault in faults]}
        typer.echo(json.dumps(told, ensure_ascii=False, indent=2))
        return
    if not any(fault.place.sheet for fault in faults):
        for fault in faults:
            typer.echo(_sentence(fault), err=True)
        return
    table = _table(_FAULT_COLUMNS)
    for fault in faults:
        place = fault.place
        cell = place.cell or str(place.line or "")
        table.add_row(place.sheet, cell, _plain(place.column), _plain(_sentence(fault)))
    typer.echo(words(N_("表单有 %(count)s 处错误："), count=len(faults)), err=True)
    _print(table, err=True)


_FAULT_COLUMNS = (N_("工作表"), N_("单元格"), N_("列"), N_("错误"))
_FIELD_COLUMNS = (N_("名称"), N_("标题"), N_("类型"), N_("填写"), N_("汇总"), N_("条件和计算"))


def _table(headings: tuple[str, ...]) -> Table:
    """A table that shows every sentence whole."""
    from rich.table import Table

    from cli.terminal import words

    table = Table()
    for heading in headings:
        table.add_column(words(heading), overflow="fold")
    return table


def _show(form: XlsForm) -> None:
    from cli.terminal import say
    from rules.forms.form_tree import FormTree

    table = _table(_FIELD_COLUMNS)
    tree = FormTree(form.fields)
    for field in form.fields:
        table.add_row(*map(_plain, _cells(field, len(tree.above(field)))))
    _print(table, err=False)
    for note in form.notes:
        typer.echo(f"{note.place.sheet} {note.place.cell}: {_sentence(note)}")
    say(
        N_("表单“%(title)s”没有错误，共 %(count)s 项。"),
        title=form.title or form.settings.form_id or "—",
        count=len(form.fields),
    )


def _cells(field: FormField, depth: int) -> list[str]:
    from cli.terminal import listed, words

    asked = {N_("必填"): field.required, N_("只读"): field.readonly, N_("多行"): field.multiline}
    rules = [
        f"{name}: {text}"
        for name in (
            "min",
            "max",
            "default",
            "relevant",
            "constraint",
            "calculation",
            "choice_filter",
        )
        if (text := getattr(field, name)) not in ("", None)
    ]
    choices = [f"{choice.value}={choice.label}" for choice in field.choices]
    return [
        "  " * depth + field.name,
        field.label,
        f"{field.type} {field.choice_list}".strip(),
        listed(words(label) for label, holds in asked.items() if holds),
        listed(filter(None, [field.rollup.value.replace("none", ""), field.reuse])),
        "\n".join([*rules, *choices[:10], *(["…"] if len(choices) > 10 else [])]),
    ]


def _plain(text: str) -> str:
    """`text` escaped, so that rich takes no part of the text for markup."""
    from rich.markup import escape

    return escape(text)


def _print(table: Table, *, err: bool) -> None:
    from rich.console import Console

    Console(stderr=err).print(table)
