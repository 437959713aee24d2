"""The sentences of templates, and what an environment does not do again with every page."""

import pytest
from jinja2 import Environment
from jinja2.runtime import Context

from adapters.templating import make_environment


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("{{ _('提交') }}", "Send"),
        ("{{ _('提交' if 1 else '') }}", "Send"),
        ("{{ _('第 %(n)s 次报送', n='<b>') }}", "Revision &lt;b&gt;"),
        ("{% trans unit='<i>' %}勾选 {{ unit }}{% endtrans %}", "Tick &lt;i&gt;"),
        ("{{ ngettext('%(num)s 处提示', '%(num)s 处提示', 1) }}", "1 point to check"),
        ("{{ ngettext('%(num)s 处提示', '%(num)s 处提示', 3) }}", "3 points to check"),
        ("{{ ngettext('%(num)s 处提示', '%(num)s 处提示', 14315) }}", "14,315 points to check"),
        ("{% trans %}100%{% endtrans %}", "100%"),
        ("{{ _('100%%') }}", "100%"),
        ("{{ _('<b>') }}", "<b>"),
    ],
)
def test_a_sentence_is_looked_up_filled_in_and_its_values_are_escaped(
    source: str, shown: str
) -> None:
    assert make_environment("en").from_string(source).render() == shown


def test_a_sentence_in_a_loop_copies_no_context(monkeypatch: pytest.MonkeyPatch) -> None:
    page = make_environment("zh").from_string("{% for n in [1, 2] %}{{ _('提交') }}{% endfor %}")
    monkeypatch.setattr(Context, "derived", None)
    assert page.render() == "提交提交"


def test_templates_share_their_globals_and_are_read_once() -> None:
    made: Environment = make_environment("zh")
    assert made.get_template("base.html").globals is made.globals
    assert not made.auto_reload
