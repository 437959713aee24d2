"""From which list somebody came to a page, so that its breadcrumbs lead back there.

The browser says where it comes from, and a cookie remembers it while the page itself is posted and
shown again. Only lists of this site are led back to, by their path with filter and page.
"""

import re
from urllib.parse import quote, unquote, urlsplit

from fastapi import Request, Response

from rules.sentences.refusal import N_
from web.edge.viewer.language import local_path, say
from web.edge.viewer.security import set_cookie

COOKIE = "came_from"
MOST, LONGEST = 4, 300
"""Pages that the cookie remembers, and the characters of an address that it takes."""
LISTS = (
    (re.compile(r"/assignments"), N_("全部任务")),
    (re.compile(r"/assignments/\d+"), N_("任务")),
    (re.compile(r"/assignments/\d+/form"), N_("填报")),
    (re.compile(r"/assignments/\d+/below"), N_("下级单位办理进度")),
    (re.compile(r"/measures/\d+/progress"), N_("办理进度")),
    (re.compile(r"/calendar"), N_("日历")),
    (re.compile(r"/search"), N_("搜索")),
    (re.compile(r"/review"), N_("审核")),
    (re.compile(r"/review/\d+"), N_("审核")),
    (re.compile(r"/receipts"), N_("回执")),
    (re.compile(r"/campaigns"), N_("专项工作")),
    (re.compile(r"/campaigns/\d+"), N_("通知和措施")),
    (re.compile(r"/campaigns/\d+/board"), N_("进展看板")),
    (re.compile(r"/measures/\d+/preview"), N_("下发情况")),
    (re.compile(r"/reports"), N_("报告")),
    (re.compile(r"/units"), N_("查找单位")),
    (re.compile(r"/accounts"), N_("账号")),
)
"""The pages that are led back to, and what each is called."""
_PAGE = re.compile(
    r"/(?:(?:assignments|receipts|units|accounts|notices|campaigns)/[A-Za-z0-9_-]{1,40}"
    r"|measures/\d{1,10}/progress)"
)
"""The pages that lead back. A form, and what else lies below an assignment, counts as it."""


def trail_of(request: Request) -> list[tuple[str, str]]:
    """The first breadcrumbs of a page, address and text: home, and the list one came from."""
    home = [("/", say(request, N_("首页")))]
    address = _came_from(request)
    name = _name_of(address)
    return [*home, (address, say(request, name))] if name else home


def remember_list(request: Request, answer: Response) -> None:
    """Let the page know its list when the page is shown again."""
    page, address = _page_of(request.url.path), _said_by_browser(request)
    if not page or not _leads_from(address, page):
        return
    known = {page: address, **{p: a for p, a in _remembered(request).items() if p != page}}
    text = "&".join(f"{quote(p)}={quote(a)}" for p, a in [*known.items()][:MOST])
    set_cookie(answer, COOKIE, text)


def _came_from(request: Request) -> str:
    """The address of the list; empty where none is known."""
    page, address = _page_of(request.url.path), _said_by_browser(request)
    if not page:
        return ""
    if _leads_from(address, page):
        return address
    return _remembered(request).get(page, "")


def _leads_from(address: str, page: str) -> bool:
    """Whether the address is a list, and no part of the page itself."""
    return bool(_name_of(address)) and _page_of(address.partition("?")[0]) != page


def _said_by_browser(request: Request) -> str:
    """The path with filter of the page that the browser comes from, if it is one of this site."""
    try:
        parts = urlsplit(request.headers.get("referer", ""))
    except ValueError:
        return ""
    if parts.netloc != request.headers.get("host"):
        return ""
    return parts.path + (f"?{parts.query}" if parts.query else "")


def _remembered(request: Request) -> dict[str, str]:
    """Page → list, as the cookie says; whatever is no list of ours is left out when it is read."""
    pairs = (pair.partition("=") for pair in request.cookies.get(COOKIE, "").split("&"))
    return {unquote(page): unquote(address) for page, _, address in pairs}


def _name_of(address: str) -> str:
    """What the list at this address is called; empty for any other address."""
    if len(address) > LONGEST or local_path(address, "") != address:
        return ""
    path = address.partition("?")[0]
    return next((name for pattern, name in LISTS if pattern.fullmatch(path)), "")


def _page_of(path: str) -> str:
    found = _PAGE.match(path)
    return found[0] if found else ""
