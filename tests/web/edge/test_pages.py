"""Every page is a class that gives its template what the template uses, and nothing else."""

from collections.abc import Iterator
from dataclasses import fields
from functools import cache
from importlib import import_module

import pytest
from jinja2 import meta, nodes

from adapters.root import ROOT
from web.edge.pages.rendering import Page, PageFrame, environment

TEMPLATES = ROOT / "templates"
FRAME = {field.name for field in fields(PageFrame)}
"""The names that come from the request, for every page alike."""


def every_page() -> list[type[Page]]:
    for path in sorted((ROOT / "web").rglob("*.py")):
        import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
    return sorted(below(Page), key=lambda page: page.TEMPLATE)


def below(page: type[Page]) -> Iterator[type[Page]]:
    for lower in page.__subclasses__():
        yield lower
        yield from below(lower)


PAGES = every_page()
TRANS = "_trans"
"""The name that jinja gives to the number in a sentence with a plural."""


@cache
def names_in(template: str) -> frozenset[str]:
    """The names that a template asks of its page, with all that it includes."""
    made = environment("zh")
    tree = made.parse((TEMPLATES / template).read_text(encoding="utf-8"))
    # Jinja takes a name for the page's where it is set above a block, or in one branch only.
    names = meta.find_undeclared_variables(tree) - made.globals.keys() - set_in(tree)
    for node in others_in(tree):
        assert isinstance(node.template, nodes.Const), f"{template}: which template is meant?"
        asked = names_in(node.template.value)
        if isinstance(node, nodes.FromImport) and not node.with_context:
            assert not asked, f"{node.template.value} is imported without the context by {template}"
        names |= asked - made_in(tree) if isinstance(node, nodes.Include) else asked
    return frozenset(names - {TRANS})


def others_in(tree: nodes.Template) -> Iterator[nodes.Extends | nodes.Include | nodes.FromImport]:
    """Where a template names another one."""
    yield from tree.find_all(nodes.Extends)
    yield from tree.find_all(nodes.Include)
    yield from tree.find_all(nodes.FromImport)


def set_in(tree: nodes.Template) -> set[str]:
    """The names that a template imports, sets or defines, in a loop or a branch perhaps."""
    imported = {
        name[1] if isinstance(name, tuple) else name
        for node in tree.find_all(nodes.FromImport)
        for name in node.names
    }
    assigned = [node.target for node in tree.find_all(nodes.Assign)]
    assigned += [node.target for node in tree.find_all(nodes.AssignBlock)]
    macros = {macro.name for macro in tree.find_all(nodes.Macro)}
    return imported | macros | {node.name for node in assigned if isinstance(node, nodes.Name)}


def made_in(tree: nodes.Template) -> set[str]:
    """The names that a template makes anywhere: what it includes sees them, too."""
    stored = {node.name for node in tree.find_all(nodes.Name) if node.ctx == "store"}
    return stored | set_in(tree)


def fields_of(page: type[Page]) -> set[str]:
    return {field.name for field in fields(page)}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.__name__)
def test_a_page_gives_what_its_template_uses_and_nothing_else(page: type[Page]) -> None:
    asked = names_in(page.TEMPLATE) - FRAME
    given = fields_of(page)
    assert asked - given == set(), "not given"
    assert given - asked == set(), "not used"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.__name__)
def test_a_page_hides_no_name_that_all_pages_have(page: type[Page]) -> None:
    assert fields_of(page) & (FRAME | environment("zh").globals.keys()) == set()


def test_every_template_of_a_page_has_its_page() -> None:
    drawn = [page.TEMPLATE for page in PAGES]
    whole = {
        str(path.relative_to(TEMPLATES))
        for path in (TEMPLATES / "pages").rglob("*.html")
        if path.read_text(encoding="utf-8").startswith('{% extends "base.html" %}')
    }
    assert len(whole) > 40
    assert whole - set(drawn) == set()
    assert len(drawn) == len(set(drawn)), "two pages of one template"


def test_every_name_of_the_frame_is_used() -> None:
    asked = set().union(*(names_in(page.TEMPLATE) for page in PAGES))
    assert FRAME - asked == set()
