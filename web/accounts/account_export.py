"""Accounts as an Excel file."""

from collections.abc import Sequence

from fastapi import Response

from models import Account, Unit
from queries.accounts.account_list import AccountRow, list_account_page
from rules.sentences.refusal import N_
from web.edge.pages.exports import Column, exported, in_pages, when
from web.edge.pages.rendering import ROLE_NAMES
from web.edge.viewer.context import Context

COLUMNS = (
    Column(N_("账号"), 20),
    Column(N_("名称"), 20),
    Column(N_("单位"), 36),
    Column(N_("单位代码"), 16),
    Column(N_("权限"), 14),
    Column(N_("状态"), 12),
    Column(N_("最近登录"), 18),
)


def export_accounts(context: Context, here: Unit, text: str, show: str) -> Response:
    """The accounts at and below a unit, as the page narrows them."""

    def read(page: int, size: int) -> Sequence[AccountRow]:
        rows, _total = list_account_page(
            context.session, here, text=text, show=show, limit=size, offset=size * (page - 1)
        )
        return rows

    say = context.words.say
    rows = (
        (row.account.login, row.account.name, row.unit.name, row.unit.code,
         say(ROLE_NAMES[row.account.role]), say(_standing(row.account)),
         when(row.account.signed_in_at))
        for row in in_pages(read)
    )  # fmt: skip
    return exported(context, say(N_("%(unit)s账号名单"), unit=here.name), COLUMNS, rows)


def _standing(account: Account) -> str:
    if not account.active:
        return N_("已停用")
    return N_("可用") if account.signed_in_at else N_("从未登录")
