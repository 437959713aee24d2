"""A saved web page is read without its menus, histories and footers, and nothing else goes."""

import pytest

from adapters.documents.documents import extracted_text

NOTICE = (
    "<h1>关于做好排查工作的通知</h1><p>各盟市：</p><p>一、排查。各旗县要在12月20日前完成。</p>"
    "<p>二、报送。</p>"
)
MENU = "<a href='/a'>首页</a> <a href='/b'>政务公开</a> <a href='/c'>办事服务</a>"


def lines(*blocks: str) -> list[str]:
    page = f"<!DOCTYPE html><html><body>{''.join(blocks)}</body></html>"
    return extracted_text(page.encode(), "通知.html").split("\n")


@pytest.mark.parametrize(
    "frame",
    [
        f"<nav>{MENU}</nav>", f"<div>{MENU}</div>", f"<ul><li>{MENU}</li></ul>",
        f"<header><div>{MENU}</div></header>", "<footer>某某办公厅 电话</footer>",
        "<div role='contentinfo'>联系我们</div>",
        "<div>历史版本<ul><li>2026-11-01 第一版</li><li>2026-11-20 第二版</li></ul></div>",
        "<div><p>版权所有：某某人民政府</p><p>蒙ICP备00000000号</p></div>",
        "<p>当前位置：首页 &gt; 通知</p>", "<div><a href='x'>上一篇：另一个通知</a></div>",
        "<table><tr><td>主办单位：某某办公厅</td></tr></table>",
    ],
)  # fmt: skip
@pytest.mark.parametrize("before", [True, False])
def test_what_frames_the_notice_is_not_read(frame: str, before: bool) -> None:
    blocks = (frame, f"<div>{NOTICE}</div>") if before else (f"<div>{NOTICE}</div>", frame)
    assert lines(*blocks) == [
        "关于做好排查工作的通知", "各盟市：", "一、排查。各旗县要在12月20日前完成。", "二、报送。",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("block", "kept"),
    [
        ("<p>三、参照<a href='1'>甲</a>、<a href='2'>乙</a>、<a href='3'>丙</a>办理并上报。</p>",
         "三、参照甲"),
        ("<div>附件：<a href='1'>甲表</a><a href='2'>乙表</a><a href='3'>丙表</a></div>",
         "附件：甲表"),
        ("<ul><li><a href='a.docx'>甲</a></li><li><a href='b.xls'>乙</a></li>"
         "<li><a href='c.pdf'>丙</a></li></ul>", "甲"),
        ("<header><h1>办法</h1></header>", "办法"),
        ("<footer><h1>通知</h1></footer>", "通知"),
        (f"<div>字号：大 中 小{NOTICE * 20}</div>", "二、报送。"),
        ("<p>三、主办单位要负责。</p>", "三、主办单位"),
    ],
)  # fmt: skip
def test_what_belongs_to_the_notice_stays(block: str, kept: str) -> None:
    assert any(line.startswith(kept) for line in lines(f"<div>{NOTICE}</div>", block))
