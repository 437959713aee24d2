"""Troubles in sentences: what is wrong, and what there is to do."""

from __future__ import annotations

from datetime import datetime, timedelta

from models.trouble import Trouble, TroubleKind, WorkName
from rules.sentences.sentence import N_, Sentence, Term

SILENT = timedelta(minutes=5)
"""From how long on a dispatcher that has not looked does not run."""
DISPATCHER = "dispatcher"
NOT_RUNNING = N_(
    "后台程序从 %(since)s 起没有运行，到时间的安排和下发都在等着。"
    "请管理员在服务器上运行 jieli run；启动后会接着办，不会漏下，也不会重复。"
)
_LATE = N_(
    "“%(about)s”从 %(since)s 起等着办理，没有执行程序来取。"
    "请管理员查看执行程序（worker）是否在运行；它一启动就会接着办。"
)
_POOL_PAUSED = N_(
    "工作池“%(about)s”被暂停，报告等后台工作不会开始。"
    "请管理员在 Prefect 页面的 Work Pools 里恢复它；到时间的会接着办。"
)
_PUT_RIGHT = N_(
    "有人在 Prefect 页面改动了“%(about)s”：%(change)s。"
    "已经按本页的安排改了回来。要停办或改时间，请在本页办理。"
)
_FAILED = {
    WorkName.HAND_DOWN: N_(
        "“%(about)s”的下发出了错，还没有办完。系统会自动再办，不会漏下，也不会重复。"
        "一小时后还在这里，请把原文告诉管理员。"
    ),
    WorkName.RENDER_REPORTS: N_(
        "“%(about)s”没有生成。请在报告页再生成一次；再出错时，请把原文告诉管理员。"
    ),
}
_CRASHED = {
    WorkName.HAND_DOWN: N_(
        "“%(about)s”办到一半，执行它的进程中断了。系统会自动接着办，不会漏下，也不会重复。"
        "一小时后还在这里，请告诉管理员。"
    ),
    WorkName.RENDER_REPORTS: N_(
        "“%(about)s”生成到一半，执行它的进程中断了。系统会自动重新生成。"
        "一小时后还在这里，请在报告页再生成一次，并告诉管理员。"
    ),
}
_OTHER = N_(
    "后台程序“%(about)s”这一次没有运行完。下一次运行会接着办，不用处理。"
    "一天后还在这里，请把原文告诉管理员。"
)
CHANGES = {
    "off": N_("停用了"),
    "time": N_("改了时间"),
    "content": N_("改了参数或标签"),
    "cancelled": N_("取消或改期了"),
    "paused": N_("暂停了"),
}
"""What somebody changed on Prefect's page, as `Trouble.said` names it."""


def tell_trouble(trouble: Trouble, since: str) -> Sentence:
    """A trouble in a sentence. `since` is its moment as the page writes it."""
    values = {"about": trouble.about, "since": since}
    if trouble.kind is TroubleKind.PUT_RIGHT:
        change = Term(CHANGES.get(trouble.said, CHANGES["content"]))
        return Sentence(_PUT_RIGHT, {"about": trouble.about, "change": change})
    return Sentence(_msgid(trouble), values)


def _msgid(trouble: Trouble) -> str:
    if trouble.kind is TroubleKind.LATE:
        return _LATE
    if trouble.kind is TroubleKind.POOL_PAUSED:
        return _POOL_PAUSED
    sentences = _FAILED if trouble.kind is TroubleKind.FAILED else _CRASHED
    return sentences.get(trouble.program, _OTHER)


def original_of(trouble: Trouble) -> str:
    """What Prefect says of a run that went wrong, word for word."""
    went_wrong = trouble.kind in (TroubleKind.FAILED, TroubleKind.CRASHED)
    return trouble.said if went_wrong else ""


def is_silent(looked_at: datetime, now: datetime) -> bool:
    """Whether a dispatcher that looked then does not run."""
    return now - looked_at > SILENT
