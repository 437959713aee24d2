"""`jieli accounts`: the first accounts, and help for people who are locked out."""

import sys
from typing import Annotated

import typer

from cli.terminal import prepare_database

app = typer.Typer(help="账号 / accounts", no_args_is_help=True, callback=prepare_database)

Stdin = Annotated[
    bool, typer.Option("--password-stdin", help="从标准输入读密码（一行），不在终端提问")
]


@app.command()
def add(
    login: str,
    unit: Annotated[str, typer.Option(help="单位代码")],
    name: Annotated[str, typer.Option(help="页面上显示的名称，例如 综合办公室")],
    role: Annotated[str, typer.Option(help="office（综合办公室）或 clerk（经办）")] = "clerk",
    password_stdin: Stdin = False,
) -> None:
    """新增一个账号。"""
    from adapters import clock
    from adapters.database import transaction
    from cli.terminal import refusals, say
    from models import Role
    from queries.units.units import get_unit
    from rules.sentences.refusal import N_, Refusal
    from services.accounts.accounts import create_account, prepare_password

    with refusals():
        if role not in set(Role):
            raise Refusal(N_("角色只能是 %(known)s。"), known=list(Role))
        hashed = prepare_password(login, _password(from_stdin=password_stdin))
        with transaction() as session:
            create_account(
                session, login=login, name=name, password_hash=hashed, unit=get_unit(session, unit),
                role=Role(role), actor=None, now=clock.now(),
            )  # fmt: skip
    say(N_("账号“%(login)s”已创建。"), login=login)


@app.command("list")
def list_(
    unit: Annotated[str | None, typer.Option(help="只列这个单位及其下级")] = None,
) -> None:
    """列出账号：账号、角色、名称、单位代码、单位名称。"""
    from adapters.database import transaction
    from cli.terminal import refusals, words
    from queries.accounts.accounts import list_accounts
    from queries.units.units import get_root, get_unit
    from rules.sentences.refusal import N_

    with refusals(), transaction(readonly=True) as session:
        top = get_unit(session, unit) if unit else get_root(session)
        for account, its_unit in list_accounts(session, top):
            ended = "" if account.active else "\t" + words(N_("已停用"))
            cells = (account.login, account.role, account.name, its_unit.code, its_unit.name)
            typer.echo("\t".join(cells) + ended)


@app.command()
def deactivate(login: str) -> None:
    """停用账号，并在所有地方退出登录。"""
    from adapters import clock
    from adapters.database import transaction
    from cli.terminal import refusals, say
    from queries.accounts.accounts import get_account
    from rules.sentences.refusal import N_
    from services.accounts import accounts

    with refusals(), transaction() as session:
        account = get_account(session, login)
        accounts.deactivate(session, account, actor=None, now=clock.now())
    say(N_("账号“%(login)s”已停用。"), login=login)


@app.command()
def activate(login: str) -> None:
    """重新启用账号，用原来的密码登录。"""
    from adapters import clock
    from adapters.database import transaction
    from cli.terminal import refusals, say
    from queries.accounts.accounts import get_account
    from rules.sentences.refusal import N_
    from services.accounts import accounts

    with refusals(), transaction() as session:
        accounts.activate(session, get_account(session, login), actor=None, now=clock.now())
    say(N_("账号“%(login)s”已重新启用。"), login=login)


@app.command()
def password(login: str, password_stdin: Stdin = False) -> None:
    """给账号换一个新密码。"""
    from adapters import clock
    from adapters.database import transaction
    from cli.terminal import refusals, say
    from queries.accounts.accounts import get_account
    from rules.sentences.refusal import N_
    from services.accounts.accounts import prepare_password, set_password

    with refusals():
        hashed = prepare_password(login, _password(from_stdin=password_stdin))
        with transaction() as session:
            account = get_account(session, login)
            set_password(session, account, hashed, actor=None, now=clock.now())
    say(N_("账号“%(login)s”的密码已更换。"), login=login)


def _password(*, from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    from cli.terminal import words
    from rules.sentences.refusal import N_

    typed: str = typer.prompt(
        words(N_("密码")), hide_input=True, confirmation_prompt=words(N_("再输入一遍"))
    )
    return typed
