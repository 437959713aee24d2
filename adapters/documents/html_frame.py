"""What stands around the notice on a saved web page: menus, histories, footers.

No general extractor is used: those judge by the length of paragraphs, and would leave out a short
measure without a word. Here a block goes only for what it is itself: an element for navigation, a
block that is little but links, or one that begins with the words of a page's frame.
"""

from __future__ import annotations

import re

from lxml import html

_FRAMES = frozenset(("nav", "aside", "footer"))
_ROLES = frozenset(("navigation", "banner", "contentinfo", "search", "complementary"))
_BLOCKS = ("div", "ul", "ol", "dl", "section", "table", "p", "form", "td", "li", "header")
_MOSTLY_LINKS, _FEWEST_LINKS = 0.7, 3
_FILE = re.compile(r"\.(?:docx?|wps|pdf|ofd|xlsx?|et|zip|rar)(?:[?#].*)?$", re.I)
_ANNEX = re.compile(r"附\s*件")
_WORDS = re.compile(
    r"\s*(?:历史版本|版权所有|主办单位|主办：|承办单位：|技术支持|网站标识码|网站地图|当前位置|您所?在的?位置|分享到|"
    r"打印本页|关闭窗口|上一篇|下一篇|相关(?:链接|阅读|文章|新闻)|友情链接|浏览次数|[\u4e00-\u9fff]{0,3}ICP备|"
    r"[\u4e00-\u9fff]?公网安备|字体：|字号：|扫一扫|返回顶部)"
)
_TAKEN = "data-taken"
_LONGEST = 600
"""Characters of a block that may go for its first words. A notice is longer, or begins with other
words."""


def without_frame(root: html.HtmlElement) -> list[str]:
    """Take menus, histories and footers out of a page, and return their texts.

    A header that holds a heading stays.
    """
    taken: list[str] = []
    for element in list(root.iter(*_BLOCKS, *_FRAMES)):
        if element.getparent() is not None and _is_frame(element):
            if not any(above.get(_TAKEN) for above in element.iterancestors()):
                taken.append(element.text_content())
            element.set(_TAKEN, "1")
            element.drop_tree()
    return taken


def _is_frame(element: html.HtmlElement) -> bool:
    if element.tag in _FRAMES or element.get("role") in _ROLES:
        return element.find(".//h1") is None
    text = "".join(element.text_content().split())
    if len(text) <= _LONGEST and _WORDS.match(text):
        return True
    return bool(text) and not _ANNEX.search(text) and _is_mostly_links(element, text)


def _is_mostly_links(element: html.HtmlElement, text: str) -> bool:
    links = list(element.iter("a"))
    if len(links) < _FEWEST_LINKS or any(_FILE.search(link.get("href") or "") for link in links):
        return False
    linked = sum(len("".join(link.text_content().split())) for link in links)
    return linked > len(text) * _MOSTLY_LINKS
