"""Checking the definition of a form before it is published."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from rules.forms.faults import FormFaults
from rules.forms.field_values import clean_text, read_date, read_decimal
from rules.forms.form_fields import (
    ATTACHED,
    BOUNDED,
    MOST_FIELDS,
    NUMERIC,
    SELECTS,
    Choice,
    FieldType,
    FormField,
    RollUp,
    bounds,
    chosen_by_default,
)
from rules.forms.form_inputs import input_faults
from rules.forms.form_structure import structure_faults
from rules.forms.no_persons import find_in_field, words_in
from rules.forms.property_names import PROPERTY_NAMES
from rules.sentences.faults import Fault, Place
from rules.sentences.refusal import N_, Refusal, Term

MOST_CHOICES_IN_ALL = 20_000
"""The most choices over all fields. A list that two fields use counts twice, as it is stored
twice."""


def check_form(raw: Sequence[Mapping[str, Any]]) -> tuple[FormField, ...]:
    """The fields of a definition that can be published.

    Numbers and dates in `min` and `max` may be typed in any way that an answer may be typed. Raises
    `FormFaults` with every fault of every field, and `Refusal` for a form that is empty or too
    large.
    """
    if not raw:
        raise Refusal(N_("表单里还没有要填的项。"))
    _check_size(raw)
    faults: dict[int, list[Fault]] = {}
    fields: dict[int, FormField] = {}
    for place, raw_field in enumerate(raw, start=1):
        fields[place], found = _check_field(raw_field)
        if found:
            faults[place] = found
    for place, fault in (*structure_faults(fields), *input_faults(fields)):
        faults.setdefault(place, []).append(fault)
    if faults:
        raise FormFaults({place: faults[place] for place in sorted(faults)})
    if not any(field.answered for field in fields.values()):
        raise Refusal(N_("表单里还没有要填的项。"))
    return tuple(fields.values())


def _check_size(raw: Sequence[Mapping[str, Any]]) -> None:
    if len(raw) > MOST_FIELDS:
        raise Refusal(
            N_("表单最多 %(most)s 项，现在有 %(count)s 项。"), most=MOST_FIELDS, count=len(raw)
        )
    choices = sum(
        len(raw_field["choices"])
        for raw_field in raw
        if isinstance(raw_field.get("choices"), list | tuple)
    )
    if choices > MOST_CHOICES_IN_ALL:
        raise Refusal(
            N_("所有选择题的选项加起来最多 %(most)s 个，现在有 %(count)s 个。"),
            most=MOST_CHOICES_IN_ALL,
            count=choices,
        )


def _check_field(raw: Mapping[str, Any]) -> tuple[FormField, list[Fault]]:
    """The field and what is wrong with it. A faulty field is returned too, because others may name
    it."""
    try:
        field = FormField.model_validate(_cleaned(raw))
    except ValidationError as error:
        faults = [_translated(problem) for problem in error.errors()]
    else:
        field, faults = _with_bounds(field)
        return field, [*faults, *_said_faults(field), *_kind_faults(field)]
    wrong = {_property(fault) for fault in faults}
    field, of_bounds = _sketch(raw, wrong), list[Fault]()
    if not wrong & {"type", "min", "max"}:
        field, of_bounds = _with_bounds(field)
    further = [*of_bounds, *_said_faults(field), *([] if "type" in wrong else _kind_faults(field))]
    return field, [*faults, *(fault for fault in further if _property(fault) not in wrong)]


def _said_faults(field: FormField) -> Iterator[Fault]:
    """Faults of the field's words, whatever its type."""
    yield from _label_faults(field)
    yield from _text_faults(field)
    yield from _person_faults(field)


def _kind_faults(field: FormField) -> Iterator[Fault]:
    """Faults of what a field of this type can have."""
    yield from _choice_faults(field)
    yield from _type_faults(field)
    yield from _rollup_faults(field)
    yield from _default_faults(field)


def _sketch(raw: Mapping[str, Any], wrong: set[str]) -> FormField:
    """A faulty field under the name that was typed, without the properties that are wrong."""
    right = {name: value for name, value in _cleaned(raw).items() if name not in wrong}
    sketch = FormField.model_validate({"name": "_", "type": FieldType.TEXT, **right})
    return sketch.model_copy(update={"name": str(raw.get("name", ""))})


def _property(fault: Fault) -> str:
    return fault.place.field.partition("::")[0]


def _label_faults(field: FormField) -> list[Fault]:
    if field.label or field.type in (FieldType.CALCULATE, FieldType.GROUP):
        return []
    return [
        Fault(
            _WRONG["string_too_short"],
            {"what": Term(PROPERTY_NAMES["label"])},
            place=Place("label"),
        )
    ]


def _text_faults(field: FormField) -> Iterator[Fault]:
    """Faults of texts with `${…}`, which XLSForm would replace by an answer."""
    for name in _TEXTS:
        if "${" in getattr(field, name):
            yield Fault(_NO_ANSWERS, place=Place(name))
        for language, words in field.words.items():
            if "${" in getattr(words, name):
                yield Fault(_NO_ANSWERS, place=Place(f"words::{name}::{language}"))
    if any("${" in text for choice in field.choices for text in _texts_of(choice)):
        yield Fault(_NO_ANSWERS, place=Place("choices"))


def _texts_of(choice: Choice) -> Iterator[str]:
    yield from (choice.value, choice.label, *choice.labels.values(), *choice.columns.values())


_TEXTS = ("label", "hint", "constraint_message")
_NO_ANSWERS = N_("文字里不能用 ${…} 引用别的项")


def _cleaned(raw: Any) -> Any:
    """`raw` with every text in it freed of characters that a database cannot hold."""
    if isinstance(raw, str):
        return clean_text(raw, multiline=True)
    if isinstance(raw, Mapping):
        return {key: _cleaned(value) for key, value in raw.items()}
    return [_cleaned(part) for part in raw] if isinstance(raw, list | tuple) else raw


_WRONG: dict[str, str] = {
    "missing": N_("缺少“%(what)s”"),
    "string_too_short": N_("“%(what)s”是空的"),
    "string_too_long": N_("“%(what)s”太长，最长 %(most)s 个字"),
    "too_long": N_("“%(what)s”太多，最多 %(most)s 个"),
    "extra_forbidden": N_("无法识别“%(what)s”"),
    "string_pattern_mismatch": N_("“%(what)s”只能用字母、汉字、数字和下划线，不以数字开头"),
}


def _translated(error: Any) -> Fault:
    """The fault for one error of pydantic. A fault in another language stands at
    `words::label::en`."""
    path = [str(step) for step in error["loc"]] or [""]
    name, where = path[0], path[0]
    if name == "words" and len(path) > 2:
        name, where = path[2], f"words::{path[2]}::{path[1]}"
    kind = "missing" if error.get("input") == "" else error["type"]
    msgid = _WRONG.get(kind, N_("“%(what)s”不正确"))
    most = error.get("ctx", {}).get("max_length")
    values: dict[str, object] = {"what": Term(PROPERTY_NAMES.get(name, name))}
    values |= {"most": most} if most else {}
    if (name, kind) == ("reuse", "string_pattern_mismatch"):
        msgid = N_("“%(what)s”只能用字母、汉字、数字和 . _ -")
    elif name == "choices" and kind == "string_too_long":
        msgid = N_("第 %(place)s 个选项太长，最长 %(most)s 个字")
        values["place"] = int(path[1]) + 1
    return Fault(msgid, values, place=Place(where))


def _with_bounds(field: FormField) -> tuple[FormField, list[Fault]]:
    """The field with its bounds in stored shape, and what is wrong with the bounds."""
    given = {side: getattr(field, side) for side in ("min", "max") if _typed(getattr(field, side))}
    if given and field.type not in BOUNDED:
        return field, [Fault(N_("这种类型没有最小和最大"), place=Place("min"))]
    faults: list[Fault] = []
    read: dict[str, int | str | None] = {"min": None, "max": None}
    for side, typed in given.items():
        value = _read_bound(field.type, str(typed))
        if isinstance(value, Fault):
            faults.append(
                Fault(N_("“%(what)s”无法识别"), {"what": Term(PROPERTY_NAMES[side])}, Place(side))
            )
        else:
            read[side] = value
    low, high = bounds(field.model_copy(update=read))
    if low is not None and high is not None and low > high:
        faults.append(Fault(N_("“最小”大于“最大”"), place=Place("min")))
    return field.model_copy(update=read), faults


def _typed(bound: int | str | None) -> bool:
    return bound is not None and bound != ""


def _read_bound(kind: FieldType, typed: str) -> int | str | Fault:
    if kind is FieldType.DATE:
        return read_date(typed)
    value = read_decimal(typed)
    return value if isinstance(value, Fault) or not re.fullmatch("-?[0-9]+", value) else int(value)


def _choice_faults(field: FormField) -> list[Fault]:
    if field.type not in SELECTS:
        return [Fault(N_("这种类型没有选项"), place=Place("choices"))] if field.choices else []
    if not field.choices:
        return [Fault(N_("选择题没有选项"), place=Place("choices"))]
    values = Counter(choice.value for choice in field.choices)
    twice = sorted(value for value, times in values.items() if times > 1)
    blank = [value for value in values if len(value.split()) > 1]
    return [
        *(Fault(N_("选项“%(value)s”重复"), {"value": value}, Place("choices")) for value in twice),
        *(
            Fault(_BLANK_CODE, {"value": value}, Place("choices"))
            for value in blank
            if _several(field)
        ),
    ]


_BLANK_CODE = N_("多选题的选项代码“%(value)s”中间不能有空格")


def _several(field: FormField) -> bool:
    return field.type is FieldType.SELECT_MULTIPLE


def _type_faults(field: FormField) -> list[Fault]:
    faults = []
    if field.multiline and field.type is not FieldType.TEXT:
        faults.append(Fault(N_("只有文字可以多行"), place=Place("multiline")))
    if field.required and not (field.answered or field.type is FieldType.REPEAT):
        faults.append(Fault(N_("这种类型不能必填"), place=Place("required")))
    if field.readonly and not field.answered:
        faults.append(Fault(N_("这种类型不能只读"), place=Place("readonly")))
    if field.type is FieldType.CALCULATE and not field.calculation:
        faults.append(Fault(N_("缺少计算公式"), place=Place("calculation")))
    if field.calculation and field.type not in (FieldType.CALCULATE, *_SCALAR):
        faults.append(Fault(N_("这种类型不能计算"), place=Place("calculation")))
    if field.constraint and not field.answered:
        faults.append(Fault(N_("这种类型没有校验条件"), place=Place("constraint")))
    if field.choice_filter and field.type not in SELECTS:
        faults.append(Fault(N_("只有选择题可以筛选选项"), place=Place("choice_filter")))
    if field.reuse and field.type not in (*_SCALAR, *SELECTS):
        faults.append(Fault(N_("这种类型不能作为共享数据项"), place=Place("reuse")))
    if field.each_period and not field.carried:
        told = N_("这一项不从上期带出，不用写下一期怎么填")
        faults.append(Fault(told, place=Place("each_period")))
    return faults


_SCALAR = (*NUMERIC, FieldType.TEXT, FieldType.DATE)
ROLLUPS: dict[RollUp, tuple[FieldType, ...]] = {
    RollUp.SUM: (*NUMERIC, FieldType.CALCULATE),
    RollUp.MEAN: (*NUMERIC, FieldType.CALCULATE),
    RollUp.MIN: (*NUMERIC, FieldType.CALCULATE),
    RollUp.MAX: (*NUMERIC, FieldType.CALCULATE),
    RollUp.SHARE: SELECTS,
    RollUp.LIST: (*_SCALAR, *SELECTS, FieldType.CALCULATE),
    RollUp.LATEST: (*_SCALAR, FieldType.SELECT_ONE, FieldType.CALCULATE),
    RollUp.COUNT: (*_SCALAR, *SELECTS, *ATTACHED, FieldType.CALCULATE, FieldType.REPEAT),
}
"""Kind of roll-up → the types of fields that can be rolled up so."""


def _rollup_faults(field: FormField) -> list[Fault]:
    kinds = ROLLUPS.get(field.rollup)
    if kinds is None or field.type in kinds:
        return []
    if field.rollup is RollUp.SUM:
        return [Fault(N_("只有数字可以求和汇总"), place=Place("rollup"))]
    return [Fault(N_("这种类型不能用这种汇总方式"), place=Place("rollup"))]


def _default_faults(field: FormField) -> list[Fault]:
    if not field.default:
        return []
    if field.type not in (*_SCALAR, *SELECTS):
        return [Fault(N_("这种类型没有默认值"), place=Place("default"))]
    codes = {choice.value for choice in field.choices}
    if field.type in SELECTS and not set(chosen_by_default(field)) <= codes:
        return [Fault(N_("默认值不在选项里"), place=Place("default"))]
    bad = field.type in BOUNDED and isinstance(_read_bound(field.type, field.default), Fault)
    return [Fault(N_("默认值与类型不符"), place=Place("default"))] if bad else []


def _person_faults(field: FormField) -> Iterator[Fault]:
    """Faults of everything that somebody reads. The label of a calculation is left out: its value
    was asked elsewhere."""
    if field.type is not FieldType.CALCULATE:
        for where, reason, found in find_in_field(field):
            yield Fault(reason, {"found": words_in(found)}, Place(where))
