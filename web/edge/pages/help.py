"""Help: a page for each role, the words of the product, and whom to call."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from fastapi import APIRouter, HTTPException, Request, Response
from sqlmodel import Session

from adapters.root import ROOT
from adapters.settings import get_settings
from models import Unit
from queries.units.units import find_root, get_unit_by_id
from rules.sentences.refusal import N_
from web.edge.pages.offline_pages import keepable
from web.edge.pages.rendering import Page, render
from web.edge.viewer.security import SignInNeeded, Viewer, who_came
from web.edge.viewer.transactions import Now, OpenSession

WORDS, CHINESE_WORDS = ROOT / "docs" / "words.md", ROOT / "docs" / "words.zh.md"
OF_THE_CODE = "## Words of the code"
"""Where the words begin that stand on no page."""
CHINESE = re.compile(r"[\u4e00-\u9fff]")

router = APIRouter()


class Guide(NamedTuple):
    """The page of one role: what it is called, and what to do, step by step (msgids)."""

    title: str
    steps: tuple[str, ...]


GUIDES: Mapping[str, Guide] = {
    "village": Guide(
        N_("嘎查村社区经办人"),
        (
            N_("第一次登录：扫密码条上的二维码，输入账号和初始密码，再按“设置密码”设一个自己的。"),
            N_("打开“首页”，要办的任务都在上面，最急的在最前。"),
            N_("点进任务，先看要求，再按“填报”。没填完可以按“保存草稿”，换手机也能接着填。"),
            N_("填好按“报送”。没有网络也可以按：填的内容留在本机，有网络后自动送出。"),
            N_("出现回执就是送到了。以前的回执在“回执”里。"),
            N_("报送后发现有错，上级审核前可以按“收回修改”。"),
            N_("上级退回的，首页会标明；只改退回的几项，再报送一次。"),
            N_("觉得太急、重复或者不归您单位，按页脚的“减负反映”。"),
        ),
    ),
    "unit": Guide(
        N_("苏木乡镇、旗县区、盟市经办人"),
        (
            N_("打开“首页”，新到的任务先按“签收”；要下发的，看清要求后再下发给下级。"),
            N_("可以给下级增加要求或提前时限，不能减少；没想好的按“只保存，先不下发”。"),
            N_("下级报送后到“审核”里看，合格的按“通过”，有错的写明原因按“退回”。"),
            N_("下级没有能用的账号时，任务页会说明，可以按“代它填报”，代报的会标明。"),
            N_("村里多的，可以“用 Excel 填报”：下载一张表，填好再传上来。"),
            N_(
                "下级报齐后，核对汇总数，写上文字，自己再报送给上级。没报齐也可以报，报告里会列出缺哪些。"
            ),
        ),
    ),
    "reviewer": Guide(
        N_("审核人"),
        (
            N_("“审核”里是下级报送、等您决定的填报，最急的在最前。"),
            N_("先看“提示”：和上期、和周边单位差得多的，系统会标出来；提示不等于错。"),
            N_("退回要写原因，可以只退回其中几项；对方只改这几项。"),
            N_("可以勾选多份一起通过；十分钟内可以撤销刚才的决定。"),
        ),
    ),
    "office": Guide(
        N_("综合办公室"),
        (
            N_("到“专项工作”按“新建专项工作”，上传通知原文，系统找出其中的措施、时限和单位。"),
            N_(
                "逐条核对措施，写好表单，看预览：会到哪些单位、要花多少分钟、哪些单位没有能用的账号。"
            ),
            N_("按“确认这条措施”，再下发；也可以“定时下发”。"),
            N_("用“查看各单位进度”看谁还没报；报告在“报告”里，Word、Excel、PDF 数字一致。"),
            N_("做完了按“办结这条措施”。"),
        ),
    ),
    "administrator": Guide(
        N_("管理员"),
        (
            N_(
                "单位名单在“单位和账号”里，用“导入单位名单”更新；单位的名称、电话和标签按“修改单位信息”改。"
            ),
            N_(
                "给下级添加账号用“批量添加账号”，打印密码条当面交给各单位。账号属于单位，不属于个人。"
            ),
            N_(
                "密码条丢了、还没登录过的，按“重新生成密码条”；登录过又忘了密码的，在账号页“设置新密码”。"
            ),
            N_("不再用的账号按“停用这个账号”，办理过的记录都保留。"),
        ),
    ),
}
"""Role → its page. A word in quotation marks is one that stands on a page; a test looks it up."""


class Explained(NamedTuple):
    """One word of the product."""

    chinese: str
    english: str
    meaning: str
    """In English, as the document has it."""
    in_chinese: str
    """The meaning in Chinese; empty where `docs/words.zh.md` does not have the word yet."""


@lru_cache(maxsize=1)
def glossary() -> Sequence[Explained]:
    """The words of the field that have a Chinese name, in the order of `docs/words.md`."""
    told = dict(row for row in _rows(CHINESE_WORDS.read_text("utf-8")) if len(row) == 2)
    rows = _rows(WORDS.read_text("utf-8").partition(OF_THE_CODE)[0])
    return [
        Explained(chinese, english, meaning, told.get(chinese, ""))
        for english, chinese, meaning in (row for row in rows if len(row) == 3)
        if CHINESE.search(chinese) and english != "in code"
    ]


def _rows(document: str) -> list[list[str]]:
    """The rows of the tables of a document."""
    lines = document.replace("`", "").splitlines()
    return [line.strip("| ").split(" | ") for line in lines if line.startswith("|")]


@dataclass(frozen=True)
class HelpPage(Page):
    """Help for one role, or with what there is."""

    TEMPLATE = "pages/edge/help.html"

    guides: Mapping[str, Guide]
    role: str
    """Empty: the page with links to all."""
    words: Sequence[Explained]
    to_call: Unit | None
    """The unit whose office helps the viewer; None where nobody is signed in."""
    contact: str
    """How the administrator is reached."""


@router.get("/help")
def show_help(request: Request, session: OpenSession, now: Now) -> Response:
    """What help there is, the words, and whom to call."""
    return _page(request, session, _find_viewer(request, session, now), "")


@router.get("/help/{role}")
def show_guide(request: Request, session: OpenSession, now: Now, role: str) -> Response:
    """The steps of one role."""
    if role not in GUIDES:
        raise HTTPException(404)
    return _page(request, session, _find_viewer(request, session, now), role)


def _find_viewer(request: Request, session: OpenSession, now: Now) -> Viewer | None:
    """Who is signed in. Help is there for people who cannot sign in as well."""
    try:
        viewer = who_came(request, session, now)
    except SignInNeeded:
        return None
    request.state.viewer = viewer.apart()
    return viewer


def _page(request: Request, session: Session, viewer: Viewer | None, role: str) -> Response:
    words = () if role else glossary()
    to_call = _to_call(session, viewer.unit) if viewer else None
    page = HelpPage(GUIDES, role, words, to_call, get_settings().admin_contact)
    answer = render(request, page)
    return keepable(answer, viewer) if viewer else answer


def _to_call(session: Session, unit: Unit) -> Unit | None:
    """The unit directly above; at the top, the unit itself."""
    return get_unit_by_id(session, unit.parent_id) if unit.parent_id else find_root(session)
