"""Fields of forms: what may be asked and how, as data under the names of XLSForm.

A form is a flat sequence in the order in which it is asked. A group or a repeat is a field too. The
fields that lie in a group follow the group and name it in `within`.
"""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from rules.sentences.refusal import N_

MOST_FIELDS = 300
MOST_CHOICES = 2_000
LONGEST_EXPRESSION = 2_000
NAME_PATTERN = r"^[A-Za-z_\u4e00-\u9fff][A-Za-z0-9_\u4e00-\u9fff]*$"


class FieldType(StrEnum):
    """What kind of answer a field takes. The names are XLSForm's."""

    INTEGER = "integer"
    DECIMAL = "decimal"
    TEXT = "text"
    DATE = "date"
    SELECT_ONE = "select_one"
    SELECT_MULTIPLE = "select_multiple"
    NOTE = "note"
    """A line of text for the reader; it takes no answer."""
    CALCULATE = "calculate"
    """A value computed from other answers. Nobody is asked."""
    GROUP = "group"
    REPEAT = "repeat"
    """Questions that are answered as often as needed."""
    IMAGE = "image"
    FILE = "file"


class RollUp(StrEnum):
    """What becomes of the answers on their way up the tree."""

    NONE = "none"
    SUM = "sum"
    COUNT = "count"
    """How many units have answered; for a repeat, how many times it was filled in."""
    MEAN = "mean"
    MIN = "min"
    MAX = "max"
    SHARE = "share"
    """How many units have taken each choice, and which share of the answers that is."""
    LIST = "list"
    """The answers themselves, unit by unit."""
    LATEST = "latest"
    """The answer that was sent last."""


NUMERIC = (FieldType.INTEGER, FieldType.DECIMAL)
SELECTS = (FieldType.SELECT_ONE, FieldType.SELECT_MULTIPLE)
BOUNDED = (*NUMERIC, FieldType.DATE)
CONTAINERS = (FieldType.GROUP, FieldType.REPEAT)
ATTACHED = (FieldType.IMAGE, FieldType.FILE)


class EachPeriod(StrEnum):
    """With what a question of a recurring form opens, once an earlier period was approved."""

    KEEP = ""
    """With the approved answer."""
    LOOK = "look"
    """With the approved answer, which the unit must look at again."""
    NEW = "new"
    """Empty: the question is asked anew in each period."""


UNANSWERED = (FieldType.NOTE, FieldType.CALCULATE, *CONTAINERS)


class Frozen(BaseModel):
    """Part of a form definition. It never changes, and it refuses unknown properties."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


class Choice(Frozen):
    """One answer to choose: the code that is stored and the words that are shown."""

    value: str = Field(min_length=1, max_length=60)
    label: str = Field(min_length=1, max_length=120)
    labels: dict[str, str] = Field(default_factory=dict)
    """Language → label, for languages other than the form's own."""
    columns: dict[str, str] = Field(default_factory=dict)
    """Further columns of the list, which a `choice_filter` reads."""


class FieldWords(Frozen):
    """The words of a field in one more language."""

    label: str = Field(default="", max_length=300)
    hint: str = Field(default="", max_length=600)
    constraint_message: str = Field(default="", max_length=300)


class FormField(Frozen):
    """One question of a form."""

    name: str = Field(pattern=NAME_PATTERN, max_length=60)
    label: str = Field(default="", max_length=300)
    """The words of the question. A group and a calculation may have none."""
    type: FieldType
    within: str = ""
    """The name of the group or repeat that the field lies in."""
    required: bool = False
    readonly: bool = False
    hint: str = Field(default="", max_length=600)
    words: dict[str, FieldWords] = Field(default_factory=dict)
    """Language → the field's words, for languages other than the form's own."""
    min: int | str | None = None
    """The smallest number (int, or decimal as text) or the earliest ISO date."""
    max: int | str | None = None
    default: str = Field(default="", max_length=2_000)
    """What stands in the field at first, as typed. Codes of choices have a blank between them."""
    relevant: str = Field(default="", max_length=LONGEST_EXPRESSION)
    """Expression that says when the question is asked."""
    constraint: str = Field(default="", max_length=LONGEST_EXPRESSION)
    constraint_message: str = Field(default="", max_length=300)
    calculation: str = Field(default="", max_length=LONGEST_EXPRESSION)
    choices: tuple[Choice, ...] = Field(default=(), max_length=MOST_CHOICES)
    choice_list: str = Field(default="", max_length=60)
    """The name of the list of choices in the author's workbook."""
    choice_filter: str = Field(default="", max_length=LONGEST_EXPRESSION)
    rollup: RollUp = RollUp.NONE
    reuse: str = Field(default="", pattern=r"^[A-Za-z0-9_.\-\u4e00-\u9fff]*$", max_length=60)
    """The shared data element that the field asks for: answered once for a unit and a period."""
    multiline: bool = False
    each_period: EachPeriod = EachPeriod.KEEP

    @property
    def answered(self) -> bool:
        """Whether a person answers the field."""
        return self.type not in UNANSWERED

    @property
    def stored(self) -> bool:
        """Whether the field has a value of its own: answered or calculated."""
        return self.answered or self.type is FieldType.CALCULATE

    @property
    def carried(self) -> bool:
        """Whether an earlier answer can stand in the field when the next period begins."""
        return (self.typed_in or self.type is FieldType.REPEAT) and self.type not in ATTACHED

    @property
    def typed_in(self) -> bool:
        """Whether a person can change the field's value."""
        return self.answered and not self.readonly and not self.calculation

    @property
    def container(self) -> bool:
        return self.type in CONTAINERS

    @property
    def numeric(self) -> bool:
        return self.type in NUMERIC

    def label_in(self, language: str) -> str:
        """The field's label in `language` (`en`), or else in the form's own language."""
        found = words_in(self.words, language)
        return (found.label if found else "") or self.label

    def hint_in(self, language: str) -> str:
        """The field's hint in `language` (`en`), or else in the form's own language."""
        found = words_in(self.words, language)
        return (found.hint if found else "") or self.hint


def words_in(by_language: Mapping[str, Any], language: str) -> Any:
    """The entry for a language that is named as in XLSForm (`English (en)`) or by its code."""
    for name, words in by_language.items():
        if name == language or name.rstrip().endswith(f"({language})"):
            return words
    return None


def bounds(field: FormField) -> tuple[Any, Any]:
    """`min` and `max` in a shape that compares: numbers or ISO dates; None: unbounded."""
    if field.numeric:
        low, high = (None if side is None else Decimal(side) for side in (field.min, field.max))
        return low, high
    return field.min, field.max


def chosen_by_default(field: FormField) -> list[str]:
    """The codes that are chosen at first in a question with choices."""
    if field.type is FieldType.SELECT_MULTIPLE:
        return field.default.split()
    return [field.default] if field.default else []


NARRATIVE_FORM = (
    FormField(
        name="narrative", label=N_("工作开展情况"), type=FieldType.TEXT, required=True,
        multiline=True, hint=N_("做了什么、到什么程度，几句话即可；数字已自动汇总，不必再写。"),
    ),
    FormField(
        name="problems", label=N_("存在问题"), type=FieldType.TEXT, multiline=True,
        hint=N_("没有的可以不填。"),
    ),
)  # fmt: skip
"""What a unit that sums up its lower units adds in words."""


def asked_of(form: Sequence[FormField], *, lowest: bool) -> tuple[FormField, ...]:
    """The fields that a unit fills in: the form it answers (if any), and its own narrative.

    The lowest units fill in the form only. A field of the form replaces the field of the narrative
    that has the same name.
    """
    if lowest and form:
        return tuple(form)
    named = {field.name for field in form}
    return (*form, *(field for field in NARRATIVE_FORM if field.name not in named))


def dump_form(fields: Iterable[FormField]) -> list[dict[str, Any]]:
    """The fields as they are stored: JSON values, without properties that have their default."""
    return [field.model_dump(mode="json", exclude_defaults=True) for field in fields]


def read_form(stored: Iterable[Mapping[str, Any]]) -> tuple[FormField, ...]:
    """The fields of a published version."""
    return tuple(FormField.model_validate(field) for field in stored)
