"""Fields of forms: what may be asked and how, as data under the names of XLSForm."""

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from rules.forms.faults import Fault, FormFaults
from rules.forms.field_values import clean_text, read_date, read_decimal
from rules.forms.no_persons import find_person_data
from rules.refusal import N_, Refusal, Term

MOST_FIELDS = 200
MOST_CHOICES = 300


class FieldType(StrEnum):
    """What kind of answer a field takes; the names are XLSForm's."""

    INTEGER = "integer"
    DECIMAL = "decimal"
    TEXT = "text"
    DATE = "date"
    SELECT_ONE = "select_one"
    SELECT_MULTIPLE = "select_multiple"
    NOTE = "note"
    """A line of text for the reader; it takes no answer."""


class RollUp(StrEnum):
    """What becomes of the answers on their way up the tree."""

    NONE = "none"
    SUM = "sum"


NUMERIC = (FieldType.INTEGER, FieldType.DECIMAL)
SELECTS = (FieldType.SELECT_ONE, FieldType.SELECT_MULTIPLE)
BOUNDED = (*NUMERIC, FieldType.DATE)

SECONDS: dict[FieldType, int] = {
    FieldType.INTEGER: 30,
    FieldType.DECIMAL: 35,
    FieldType.TEXT: 45,
    FieldType.DATE: 20,
    FieldType.SELECT_ONE: 10,
    FieldType.SELECT_MULTIPLE: 20,
    FieldType.NOTE: 5,
}
"""What a field costs the person who fills it in; a guess, until answers give real medians."""
MULTILINE_SECONDS = 240


class Choice(BaseModel):
    """One answer to choose: the code that is stored and the words that are shown."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)

    value: str = Field(min_length=1, max_length=60)
    label: str = Field(min_length=1, max_length=120)


class FormField(BaseModel):
    """One question of a form."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)

    name: str = Field(pattern=r"^[A-Za-z_\u4e00-\u9fff][A-Za-z0-9_\u4e00-\u9fff]*$", max_length=60)
    label: str = Field(min_length=1, max_length=300)
    type: FieldType
    required: bool = False
    hint: str = Field(default="", max_length=600)
    min: int | str | None = None
    """Smallest number (int, or decimal as text) or earliest ISO date."""
    max: int | str | None = None
    choices: tuple[Choice, ...] = Field(default=(), max_length=MOST_CHOICES)
    rollup: RollUp = RollUp.NONE
    multiline: bool = False

    @property
    def answered(self) -> bool:
        """Whether the field takes an answer."""
        return self.type is not FieldType.NOTE

    @property
    def numeric(self) -> bool:
        return self.type in NUMERIC


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
    """The fields a unit fills in: the form it answers (if any), and its own narrative.

    The lowest units fill the form only. A field of the form that is named like one of the
    narrative's takes its place.
    """
    if lowest and form:
        return tuple(form)
    named = {field.name for field in form}
    return (*form, *(field for field in NARRATIVE_FORM if field.name not in named))


def minutes(fields: Iterable[FormField]) -> int:
    """The minutes a form costs one unit, rounded up."""
    return math.ceil(sum(map(_seconds, fields)) / 60)


def _seconds(field: FormField) -> int:
    return MULTILINE_SECONDS if field.multiline else SECONDS[field.type]


def dump_form(fields: Iterable[FormField]) -> list[dict[str, Any]]:
    """The fields as they are stored: JSON values, what has its default left out."""
    return [field.model_dump(mode="json", exclude_defaults=True) for field in fields]


def read_form(stored: Iterable[Mapping[str, Any]]) -> tuple[FormField, ...]:
    """The fields of a published version."""
    return tuple(FormField.model_validate(field) for field in stored)


def check_form(raw: Sequence[Mapping[str, Any]]) -> tuple[FormField, ...]:
    """The fields of a definition, when it can be published.

    Numbers and dates in `min` and `max` may be typed in any way an answer may. Raises
    `FormFaults` with every fault of every field.
    """
    if not raw:
        raise Refusal(N_("表单里还没有要填的项。"))
    if len(raw) > MOST_FIELDS:
        raise Refusal(
            N_("表单最多 %(most)s 项，现在有 %(count)s 项。"), most=MOST_FIELDS, count=len(raw)
        )
    faults: dict[int, list[Fault]] = {}
    fields: list[FormField] = []
    names: set[str] = set()
    for place, one in enumerate(raw, start=1):
        field, found = _check_field(one)
        if field and field.name in names:
            found.append(Fault(N_("名称“%(name)s”与前面的项重复"), {"name": field.name}))
        if found:
            faults[place] = found
        if field:
            names.add(field.name)
            fields.append(field)
    if faults:
        raise FormFaults(faults)
    if not any(field.answered for field in fields):
        raise Refusal(N_("表单里还没有要填的项。"))
    return tuple(fields)


def _check_field(raw: Mapping[str, Any]) -> tuple[FormField | None, list[Fault]]:
    try:
        field = FormField.model_validate(_cleaned(raw))
    except ValidationError as error:
        return None, [_translated(one) for one in error.errors()]
    field, faults = _with_bounds(field)
    return field, [*faults, *_choice_faults(field), *_type_faults(field), *_person_faults(field)]


def _cleaned(raw: Any) -> Any:
    """`raw` with every text in it cleaned of what a database cannot hold."""
    if isinstance(raw, str):
        return clean_text(raw, multiline=True)
    if isinstance(raw, Mapping):
        return {key: _cleaned(value) for key, value in raw.items()}
    return [_cleaned(one) for one in raw] if isinstance(raw, list | tuple) else raw


_WHAT: dict[str, str] = {
    "name": N_("名称"), "label": N_("标题"), "type": N_("类型"), "hint": N_("说明"),
    "min": N_("下限"), "max": N_("上限"), "choices": N_("选项"), "rollup": N_("汇总方式"),
    "required": N_("必填"), "multiline": N_("多行"),
}  # fmt: skip
_WRONG: dict[str, str] = {
    "missing": N_("缺少“%(what)s”"),
    "string_too_short": N_("“%(what)s”是空的"),
    "string_too_long": N_("“%(what)s”太长"),
    "too_long": N_("“%(what)s”太多"),
    "extra_forbidden": N_("无法识别“%(what)s”"),
    "string_pattern_mismatch": N_("“%(what)s”只能用字母、汉字、数字和下划线，不以数字开头"),
}


def _translated(error: Any) -> Fault:
    """A fault for one error of pydantic."""
    first = str(error["loc"][0]) if error["loc"] else ""
    msgid = _WRONG.get(error["type"], N_("“%(what)s”不正确"))
    return Fault(msgid, {"what": Term(_WHAT.get(first, first))})


def _with_bounds(field: FormField) -> tuple[FormField, list[Fault]]:
    """The field with its bounds in stored shape, and what is wrong with them."""
    given = {side: getattr(field, side) for side in ("min", "max") if _typed(getattr(field, side))}
    if given and field.type not in BOUNDED:
        return field, [Fault(N_("这种类型没有上下限"))]
    faults: list[Fault] = []
    read: dict[str, int | str | None] = {"min": None, "max": None}
    for side, typed in given.items():
        value = _read_bound(field.type, str(typed))
        if isinstance(value, Fault):
            faults.append(Fault(N_("“%(what)s”无法识别"), {"what": Term(_WHAT[side])}))
        else:
            read[side] = value
    low, high = bounds(field.model_copy(update=read))
    if low is not None and high is not None and low > high:
        faults.append(Fault(N_("下限大于上限")))
    return field.model_copy(update=read), faults


def _typed(bound: int | str | None) -> bool:
    return bound is not None and bound != ""


def _read_bound(kind: FieldType, typed: str) -> int | str | Fault:
    if kind is FieldType.DATE:
        return read_date(typed)
    value = read_decimal(typed)
    return value if isinstance(value, Fault) or not re.fullmatch("-?[0-9]+", value) else int(value)


def bounds(field: FormField) -> tuple[Any, Any]:
    """`min` and `max` in a shape that compares: numbers, or ISO dates; None: unbounded."""
    if field.numeric:
        low, high = (None if side is None else Decimal(side) for side in (field.min, field.max))
        return low, high
    return field.min, field.max


def _choice_faults(field: FormField) -> list[Fault]:
    if field.type not in SELECTS:
        return [Fault(N_("这种类型没有选项"))] if field.choices else []
    if not field.choices:
        return [Fault(N_("选择题没有选项"))]
    values = [choice.value for choice in field.choices]
    twice = sorted({value for value in values if values.count(value) > 1})
    return [Fault(N_("选项“%(value)s”重复"), {"value": value}) for value in twice]


def _type_faults(field: FormField) -> list[Fault]:
    faults = []
    if field.rollup is RollUp.SUM and not field.numeric:
        faults.append(Fault(N_("只有数字可以求和汇总")))
    if field.multiline and field.type is not FieldType.TEXT:
        faults.append(Fault(N_("只有文字可以多行")))
    if field.required and not field.answered:
        faults.append(Fault(N_("说明文字不能必填")))
    return faults


def _person_faults(field: FormField) -> list[Fault]:
    if not field.answered:
        return []
    texts = (field.name, field.label, field.hint)
    found = find_person_data(
        texts, [choice.label for choice in field.choices], numeric=field.numeric
    )
    return [Fault(found[0], {"found": found[1]})] if found else []
