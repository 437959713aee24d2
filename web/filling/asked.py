"""Questions of a form as a page shows them, and answers in words."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from starlette.datastructures import FormData

from rules.forms.form_fields import (
    ATTACHED,
    NARRATIVE_FORM,
    SELECTS,
    Choice,
    FieldType,
    FormField,
    words_in,
)
from rules.forms.form_tree import FormTree
from rules.sentences.refusal import N_
from web.edge.requests.posted import typed
from web.edge.viewer.language import Words

PREFIX = "f-"
"""The prefix of answers' names in a posted form, so that no answer meets a field of our own."""

BLANK = "__n__"
"""The place of a filling that is not there yet; the browser writes the number in its stead."""


@dataclass(frozen=True)
class AskedField:
    """One question on the form page."""

    id: str
    type: FieldType
    label: str
    hint: str
    required: bool
    multiline: bool
    choices: list[tuple[str, str]]
    values: list[str]
    """What stands in the input, as typed."""
    fault: str
    returned: bool
    """Returned by the unit above."""
    tied: bool
    """Open because it hangs together with what was returned."""
    open: bool
    """Can be filled in."""
    shown: str
    """The answer in words, where it cannot be changed."""
    name: str = ""
    key: str = ""
    conditional: bool = False
    """Asked only where its own condition holds."""
    unasked: bool = False
    """The condition does not hold with what was typed so far."""
    computed: bool = False
    """Shown as an output: calculated from other answers."""
    fixed: bool = False
    """Nobody can change the value, which is only shown."""
    unfit: frozenset[str] = frozenset()
    """The choices that do not go with what was typed so far."""
    waits: str = ""
    """What is to be answered before there are choices: a finished sentence, shown if `waiting`."""
    waiting: bool = False
    known: str = ""
    """The source of an answer that nobody has typed: a finished sentence."""
    remark: str = ""
    """What the unit above wrote about this question in its return."""
    limits: Mapping[str, str] = field(default_factory=dict)
    """What the script tells on leaving it, as attributes of its input."""
    attached: Mapping[str, Any] | None = None
    """The photo or file that is here already: `token`, `name`, `size`, `type`."""
    upload_url: str = ""
    kind = "question"

    @property
    def needed(self) -> bool:
        """Whether a person must answer it where it is asked."""
        return self.required and self.open and not (self.computed or self.fixed)


@dataclass(frozen=True)
class AskedGroup:
    """Questions under one heading."""

    name: str
    key: str
    label: str
    hint: str
    conditional: bool
    unasked: bool
    inner: list["Node"]
    kind = "group"

    @property
    def place(self) -> str:
        """Its id on the page."""
        return self.key


@dataclass(frozen=True)
class AskedRepeat:
    """Questions that are answered as often as needed."""

    id: str
    name: str
    label: str
    hint: str
    required: bool
    conditional: bool
    unasked: bool
    fillings: list[list["Node"]]
    blank: list["Node"]
    """The questions of a further filling, whose place is written `__n__`."""
    full: bool
    returned: bool
    tied: bool
    open: bool
    shown: str
    fault: str
    remark: str
    remarks: Mapping[int, str]
    """Place of a filling → what the unit above wrote about it in its return."""
    kind = "repeat"

    @property
    def needed(self) -> bool:
        """Whether a person must fill it in once at least."""
        return self.required and self.open

    @property
    def place(self) -> str:
        """Its id on the page."""
        return self.id


Node = AskedField | AskedGroup | AskedRepeat


@dataclass(frozen=True)
class AnswerInWords:
    """One question with its answer in words; `before`: the answer of the revision before.

    A repeat is one question, with a line for each filling.
    """

    name: str
    label: str
    answer: str
    before: str
    changed: bool
    group: str = ""
    """The labels of the groups around the question."""
    files: list[Mapping[str, Any]] = field(default_factory=list)
    """Photos and files of the answer: `token`, `name`, `size`, `type`."""


def every(nodes: Sequence[Node]) -> Iterator[AskedField | AskedRepeat]:
    """The questions and repeats among `nodes` and in groups; questions in repeats are left out."""
    for node in nodes:
        if isinstance(node, AskedGroup):
            yield from every(node.inner)
        else:
            yield node


def label_of(words: Words, field: FormField) -> str:
    """What a page calls a field, in the language of this browser.

    Our own questions speak through the catalogue; what an author typed is never translated.
    """
    own = field in NARRATIVE_FORM
    return words.say(field.label) if own else field.label_in(words.language)


def hint_of(words: Words, field: FormField) -> str:
    """The hint of a field, in the same way."""
    own = field.hint and field in NARRATIVE_FORM
    return words.say(field.hint) if own else field.hint_in(words.language)


def choice_label(words: Words, choice: Choice) -> str:
    """The words of a choice in the language of this browser."""
    return words_in(choice.labels, words.language) or choice.label


def answers_in(posted: FormData) -> dict[str, list[str]]:
    """The answers of a posted form, by key."""
    return strip_prefix(typed(posted))


def strip_prefix(fields: Mapping[str, list[str]]) -> dict[str, list[str]]:
    """The answers among posted fields, by key.

    The blank filling of a repeat is none: a browser without templates sends it along.
    """
    return {
        name.removeprefix(PREFIX): values
        for name, values in fields.items()
        if name.startswith(PREFIX) and f".{BLANK}." not in name
    }


def in_words(words: Words, field: FormField, value: Any) -> str:
    """A stored answer as people read it: labels instead of codes, empty when unanswered."""
    if value is None:
        return ""
    if isinstance(value, Mapping):
        return str(value.get("name", ""))
    codes = value if isinstance(value, list) else [value]
    if field.type not in SELECTS:
        return words.listed(map(str, codes))
    labels = {choice.value: choice_label(words, choice) for choice in field.choices}
    return words.listed(labels.get(str(code), str(code)) for code in codes)


def filled_in_words(words: Words, tree: FormTree, repeat: str, rows: Any) -> str:
    """The fillings of a repeat, a line each."""
    return "\n".join(rows_in_words(words, tree, repeat, rows))


def rows_in_words(words: Words, tree: FormTree, repeat: str, rows: Any) -> list[str]:
    """Each filling of a repeat with its number."""
    return [
        f"{number}. {_row_in_words(words, tree, repeat, row)}"
        for number, row in enumerate(rows or (), 1)
    ]


def _row_in_words(words: Words, tree: FormTree, repeat: str, row: Mapping[str, Any]) -> str:
    told = (
        words.say(
            N_("%(label)s：%(answer)s"), label=label_of(words, inner) or inner.name,
            answer=in_words(words, inner, row.get(inner.name)),
        )
        for inner in tree.inside(repeat)
        if inner.stored and inner.label and row.get(inner.name) is not None
    )  # fmt: skip
    return words.parted(told)


def item_in_words(words: Words, tree: FormTree, field: FormField, value: Any) -> str:
    """A stored answer, or the fillings of a repeat, as people read it."""
    if field.type is FieldType.REPEAT:
        return filled_in_words(words, tree, field.name, value)
    return in_words(words, field, value)


def answered(
    words: Words,
    fields: Sequence[FormField],
    answers: Mapping[str, Any],
    before: Mapping[str, Any] | None = None,
) -> list[AnswerInWords]:
    """Every question with its answer, beside the answer of the revision before (if any)."""
    earlier, tree = before or {}, FormTree(fields)
    return [
        AnswerInWords(
            field.name,
            label_of(words, field) or field.name,
            item_in_words(words, tree, field, answers.get(field.name)),
            item_in_words(words, tree, field, earlier.get(field.name)),
            before is not None and answers.get(field.name) != earlier.get(field.name),
            _group_of(words, tree, field),
            _files_in(tree, field, answers.get(field.name)),
        )
        for field in _told(tree)
    ]


def _told(tree: FormTree) -> list[FormField]:
    """What a table of answers has a row for: the items, and what is calculated under a label."""
    items = {item.name for item in tree.items}
    return [
        field
        for field in tree.fields
        if field.name in items
        or (field.type is FieldType.CALCULATE and field.label and not tree.repeat_of(field))
    ]


def _group_of(words: Words, tree: FormTree, field: FormField) -> str:
    labels = [label_of(words, above) for above in reversed(tree.above(field))]
    return " · ".join(filter(None, labels))


def _files_in(tree: FormTree, field: FormField, value: Any) -> list[Mapping[str, Any]]:
    if field.type in ATTACHED:
        return [value] if isinstance(value, Mapping) else []
    if field.type is not FieldType.REPEAT:
        return []
    names = [inner.name for inner in tree.inside(field.name) if inner.type in ATTACHED]
    return [row[name] for row in value or () for name in names if row.get(name)]
