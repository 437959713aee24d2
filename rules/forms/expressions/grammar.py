"""The grammar of expressions, and the tree that is read with it."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, cast

from lark import Lark, Token, Transformer, UnexpectedCharacters, UnexpectedInput, UnexpectedToken

from rules.forms.expressions.days import unknown_directive
from rules.forms.expressions.faults import ExpressionFault
from rules.forms.expressions.functions import FUNCTIONS, OF_A_FIELD
from rules.forms.expressions.nodes import (
    Call,
    Chain,
    ChoiceColumn,
    Literal,
    Match,
    Negative,
    Node,
    Own,
    Reference,
)
from rules.forms.expressions.patterns import read_pattern
from rules.sentences.refusal import N_

LONGEST_NUMBER = 15
"""The most digits of a written number, which are as many as a double holds."""

GRAMMAR = r"""
?start: any
?any: all (OR all)*                    -> chain
?all: equality (AND equality)*         -> chain
?equality: ordering (EQUALITY ordering)* -> chain
?ordering: sum (ORDER sum)*            -> chain
?sum: product ((PLUS | MINUS) product)*  -> chain
?product: signed (TIMES signed)*       -> chain
?signed: MINUS signed                  -> negative
       | value
?value: NUMBER                         -> number
      | TEXT                           -> text
      | REFERENCE                      -> reference
      | OWN                            -> own
      | NAME                           -> name
      | FUNCTION OPEN CLOSE            -> call
      | FUNCTION OPEN any (COMMA any)* CLOSE -> call
      | OPEN any CLOSE                 -> inner

OR: /or(?![A-Za-z0-9_\u4e00-\u9fff])/
AND: /and(?![A-Za-z0-9_\u4e00-\u9fff])/
TIMES: /\*|(div|mod)(?![A-Za-z0-9_\u4e00-\u9fff])/
EQUALITY: "!=" | "="
ORDER: "<=" | ">=" | "<" | ">"
PLUS: "+"
MINUS: "-"
OPEN: "("
CLOSE: ")"
COMMA: ","
NUMBER.2: /[0-9]+(\.[0-9]*)?|\.[0-9]+/
TEXT: /'[^']*'|"[^"]*"/
REFERENCE: /\$\{[ ]*[A-Za-z_\u4e00-\u9fff][A-Za-z0-9_\u4e00-\u9fff]*[ ]*\}/
OWN: "."
FUNCTION.2: /[A-Za-z_\u4e00-\u9fff][A-Za-z0-9_:\u4e00-\u9fff-]*(?=[ \t\r\n]*\()/
NAME: /[A-Za-z_\u4e00-\u9fff][A-Za-z0-9_\u4e00-\u9fff]*/
%ignore /[ \t\r\n]+/
"""

_UNKNOWN = N_("第 %(position)s 个字符处的“%(text)s”看不懂。")
_PATH = N_("第 %(position)s 个字符处的“%(text)s”是路径，这里只能写 ${字段名}，本题的值写“.”。")
_FULL_WIDTH = N_("第 %(position)s 个字符“%(text)s”是全角的，请改用半角。")
_SPEAKING = {
    "/": _PATH,
    "[": _PATH,
    "]": _PATH,
    "@": _PATH,
    "::": _PATH,
    "..": _PATH,
    "==": N_("第 %(position)s 个字符处的“%(text)s”请改为“=”。"),
    "<>": N_("第 %(position)s 个字符处的“%(text)s”请改为“!=”。"),
    "&&": N_("第 %(position)s 个字符处的“%(text)s”请改为“and”。"),
    "||": N_("第 %(position)s 个字符处的“%(text)s”请改为“or”。"),
    "$": N_("第 %(position)s 个字符处应为 ${字段名}，字段名由汉字、字母、数字和下划线组成。"),
    "'": N_("第 %(position)s 个字符处的引号没有成对。"),
    '"': N_("第 %(position)s 个字符处的引号没有成对。"),
    "%": N_("第 %(position)s 个字符“%(text)s”不能用，求余数请写“mod”。"),
} | dict.fromkeys("。、“”‘’【】\u3000" + "".join(map(chr, range(0xFF01, 0xFF5F))), _FULL_WIDTH)
_SIGNS = {"≥": ">=", "≤": "<=", "≠": "!=", "×": "*", "÷": "div", "−": "-", "–": "-", "—": "-"}
"""Signs as people write them → as an expression has them."""
_SIGN = N_("第 %(position)s 个字符“%(text)s”请改为“%(wanted)s”。")


def read(text: str, *, choice: bool) -> Node:
    """The tree of an expression. Raises ExpressionFault with the position of the mistake."""
    try:
        # The transformer has made nodes of what the parser types as its own tree.
        tree = cast(Node, _parser(choice).parse(text))
    except UnexpectedInput as fault:
        raise _refused(text, fault) from None
    return tree


@lru_cache(maxsize=2)
def _parser(choice: bool) -> Lark:
    return Lark(GRAMMAR, parser="lalr", transformer=_Builder(choice), maybe_placeholders=False)


def _refused(text: str, fault: UnexpectedInput) -> ExpressionFault:
    if isinstance(fault, UnexpectedToken) and fault.token.type == "$END":
        return ExpressionFault(N_("表达式没有写完。"), position=len(text) + 1)
    at = fault.pos_in_stream or 0
    unreadable = isinstance(fault, UnexpectedCharacters)
    for start, end in ((at - 1, at + 1), (at, at + 2), (at, at + 1)):
        wrong = text[start:end] if start >= 0 else ""
        if wrong in _SPEAKING and (unreadable or len(wrong) == 2):
            return ExpressionFault(_SPEAKING[wrong], position=start + 1, text=wrong)
    if unreadable and text[at] in _SIGNS:
        return ExpressionFault(_SIGN, position=at + 1, text=text[at], wanted=_SIGNS[text[at]])
    wrong = text[at] if unreadable else str(getattr(fault, "token", ""))
    return ExpressionFault(_UNKNOWN, position=at + 1, text=wrong)


class _Builder(Transformer[Token, Node]):
    """Makes nodes while the parser reduces. A function is checked where it is called."""

    def __init__(self, choice: bool) -> None:
        super().__init__()
        self.choice = choice

    def chain(self, parts: list[Any]) -> Node:
        if len(parts) == 1:
            return cast(Node, parts[0])
        return Chain(parts[0], tuple(zip(map(str, parts[1::2]), parts[2::2], strict=True)))

    def negative(self, parts: list[Any]) -> Node:
        return Negative(parts[1])

    def inner(self, parts: list[Node]) -> Node:
        return parts[1]

    def number(self, parts: list[Token]) -> Node:
        token = parts[0]
        if len(token.replace(".", "").lstrip("0")) > LONGEST_NUMBER:
            sentence = N_("第 %(position)s 个字符处的数字“%(text)s”太长，最多 %(most)s 位。")
            raise _at(token, sentence, most=LONGEST_NUMBER)
        return Literal(float(token))

    def text(self, parts: list[Token]) -> Node:
        return Literal(str(parts[0][1:-1]), (parts[0].start_pos or 0) + 2)

    def reference(self, parts: list[Token]) -> Node:
        return Reference(parts[0][2:-1].strip())

    def own(self, parts: list[Token]) -> Node:
        if self.choice:
            raise _at(parts[0], N_("第 %(position)s 个字符处的“.”不能用来筛选选项。"))
        return Own()

    def name(self, parts: list[Token]) -> Node:
        token = parts[0]
        if self.choice:
            return ChoiceColumn(str(token))
        if token in FUNCTIONS:
            raise _at(token, N_("第 %(position)s 个字符处的函数“%(text)s”后面要有括号。"))
        raise _at(
            token, N_("第 %(position)s 个字符处的“%(text)s”：字段名要写在 ${} 里，文字要加引号。")
        )

    def call(self, parts: list[Any]) -> Node:
        token, arguments = parts[0], parts[2:-1:2]
        name = str(token)
        function = FUNCTIONS.get(name)
        if function is None:
            sentence = N_(
                "第 %(position)s 个字符处的“%(text)s”不是可以用的函数。可以用的有：%(known)s。"
            )
            raise _at(token, sentence, known=sorted(FUNCTIONS))
        _check_count(token, len(arguments))
        if name in OF_A_FIELD and not isinstance(arguments[0], Reference):
            raise _at(
                token, N_("第 %(position)s 个字符处的函数“%(text)s”的括号里要写一个 ${字段名}。")
            )
        if name == "regex":
            return _match(token, arguments)
        if name == "format-date":
            _check_template(token, arguments[1])
        return Call(name, tuple(arguments))


def _at(token: Token, msgid: str, **values: object) -> ExpressionFault:
    return ExpressionFault(msgid, position=(token.start_pos or 0) + 1, text=str(token), **values)


def _check_count(token: Token, found: int) -> None:
    function = FUNCTIONS[str(token)]
    least, most = function.least, function.most
    if least <= found and (most is None or found <= most):
        return
    wanted = str(least) if least == most else f"{least}–{most}" if most else f"≥ {least}"
    sentence = N_(
        "第 %(position)s 个字符处的函数“%(text)s”要有 %(wanted)s 个参数，现在是 %(found)s 个。"
    )
    raise _at(token, sentence, wanted=wanted, found=found)


def _match(token: Token, arguments: list[Node]) -> Node:
    pattern = arguments[1]
    if not isinstance(pattern, Literal) or not isinstance(pattern.value, str):
        raise _at(token, N_("第 %(position)s 个字符处的 regex() 的模式要写成引号里的文字。"))
    return Match(arguments[0], read_pattern(pattern.value, pattern.position))


def _check_template(token: Token, template: Node) -> None:
    if not isinstance(template, Literal) or not isinstance(template.value, str):
        raise _at(token, N_("第 %(position)s 个字符处的 format-date() 的格式要写成引号里的文字。"))
    unknown = unknown_directive(template.value)
    if unknown:
        raise ExpressionFault(
            N_("第 %(position)s 个字符处的“%(text)s”不能用在日期格式里，可以用 %(known)s。"),
            position=template.position + template.value.index(unknown),
            text=unknown,
            known=["%Y", "%y", "%m", "%n", "%d", "%e"],
        )
