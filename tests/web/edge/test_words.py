"""`Words`: the sentences of one language; who needs no more of a request does not take one."""

import ast
from collections.abc import Iterator

from adapters.root import ROOT
from rules.sentences.faults import Fault, Place
from rules.sentences.refusal import Refusal
from web.edge.language import Words

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
        if path != ROOT / "web/edge/language.py"
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
