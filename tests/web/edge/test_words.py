"""`Words`: the sentences of one language; who needs no more of a request does not take one."""

import ast
from collections.abc import Iterator

from adapters.root import ROOT
from models import Flag, FlagKind
from rules.sentences.faults import Fault, Place
from rules.sentences.refusal import Refusal
from web.edge.viewer.language import Words
from web.filling.flags import flag_in_words

SPEAKING = {"say", "language_of", "words_of"}


def test_a_msgid_a_sentence_and_a_refusal_are_said_alike() -> None:
    fault = Fault("最长 %(most)s 个字", {"most": 3}, Place("title"))
    refusal = Refusal("最长 %(most)s 个字", most=3)
    for language, told in (("zh", "最长 3 个字"), ("en", "At most 3 characters")):
        words = Words(language)
        assert {words.say(fault.msgid, most=3), words.say(fault), words.say(refusal)} == {told}


def test_nobody_takes_a_request_who_only_speaks() -> None:
    taking = [
        f"{path.relative_to(ROOT)}: {function.name}"
        for path in sorted((ROOT / "web").rglob("*.py"))
        if path != ROOT / "web/edge/viewer/language.py"
        for function in _functions(ast.parse(path.read_text(encoding="utf-8")))
        if _only_speaks(function)
    ]
    assert taking == []


def _functions(tree: ast.Module) -> Iterator[ast.FunctionDef]:
    """Those at the top that are no routes."""
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and not node.decorator_list:
            yield node


def _only_speaks(function: ast.FunctionDef) -> bool:
    uses = [
        node for node in ast.walk(function) if isinstance(node, ast.Name) and node.id == "request"
    ]
    speaking = {
        call.args[0]
        for call in ast.walk(function)
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.args
        if call.func.id in SPEAKING
    }
    return bool(uses) and all(use in speaking for use in uses)


def test_lists_and_parts_are_joined_as_the_language_does() -> None:
    assert Words("zh").listed(["甲", "乙"]) == "甲、乙"
    assert Words("en").listed(["a", "b"]) == "a, b"
    assert Words("zh").parted(["甲", "乙"]) == "甲；乙"
    assert Words("en").parted(["a", "b"]) == "a; b"


def test_no_page_joins_a_list_in_one_language() -> None:
    joined = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in sorted((ROOT / "web").rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
        if node.func.attr == "join" and isinstance(node.func.value, ast.Constant)
        if any(mark in str(node.func.value.value) for mark in "、；：，。")
    ]
    assert joined == []


def test_a_flag_lists_choices_as_the_language_does() -> None:
    flag = Flag(FlagKind.KNOWN, "a", value="x y", other="x", source="甲")
    choices = {"a": {"x": "有", "y": "无"}}
    assert "有、无" in flag_in_words(Words("zh"), flag, {}, choices)
    assert "有, 无" in flag_in_words(Words("en"), flag, {}, choices)
