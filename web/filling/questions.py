"""A form as its page asks it: questions, groups and repeats, with what was typed so far."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

from markupsafe import Markup

from rules.dates.periods import period_words
from rules.filling.answer_sheet import AnswerSheet
from rules.filling.answers import LINE_LENGTH, TEXT_LENGTH, Attached, as_typed, settle_answers
from rules.filling.conditions import Conditions
from rules.filling.repeats import times_shown
from rules.forms.expressions.expression import parse
from rules.forms.form_fields import (
    ATTACHED,
    BOUNDED,
    EachPeriod,
    FieldType,
    FormField,
    bounds,
    chosen_by_default,
)
from rules.forms.form_tree import MOST_TIMES, item_of
from rules.sentences.days import dated
from rules.sentences.faults import Fault
from rules.sentences.refusal import N_
from web.edge.viewer.language import Words
from web.filling.asked import (
    BLANK,
    PREFIX,
    AskedField,
    AskedGroup,
    AskedRepeat,
    Node,
    choice_label,
    hint_of,
    in_words,
    item_in_words,
    label_of,
)
from web.filling.browser_rules import message_in
from web.filling.returned_fields import remarks_of

LONGEST_EARLIER = 60
"""Characters of an earlier answer. Longer texts of the last period would only be copied."""
Where = int | str | None
"""Which filling of a repeat: its place, `BLANK`, or None outside of repeats."""


@dataclass(frozen=True)
class Questions:
    """Builds what the form page of an answer sheet shows.

    `typed` is what stands in the inputs, by key; `today` is an ISO date; `attached` finds files
    that are here already.
    """

    words: Words
    sheet: AnswerSheet
    typed: Mapping[str, list[str]]
    today: str
    attached: Attached
    faults: Mapping[str, Fault | str] = field(default_factory=dict)
    """Key → what is wrong there, or the finished sentence."""

    @cached_property
    def times(self) -> dict[str, int]:
        """Repeat → how many fillings of it are shown."""
        return {
            repeat.name: times_shown(self.typed, repeat.name) for repeat in self.sheet.tree.repeats
        }

    @cached_property
    def state(self) -> Conditions:
        """The conditions as they stand."""
        sheet = self.sheet
        return settle_answers(
            sheet.tree,
            {key: texts for key, texts in self.typed.items() if item_of(key) not in self._closed},
            kept={name: sheet.kept.get(name) for name in self._closed},
            today=self.today,
            shown=self.times,
            attached=self.attached,
        )

    @cached_property
    def _closed(self) -> set[str]:
        return {item.name for item in self.sheet.tree.items} - self.sheet.open_names

    @cached_property
    def _returned(self) -> frozenset[str]:
        review = self.sheet.review
        return frozenset(review.fields) if review else frozenset()

    @cached_property
    def _tied(self) -> frozenset[str]:
        """Open because of what was returned, of a form that is not all open."""
        return self.sheet.tied_names if self._closed else frozenset()

    def nodes(self, within: str = "", where: Where = None) -> list[Node]:
        """What lies in a group or repeat, or at the top; what has nothing to show is left out."""
        found = (self._node(field, where) for field in self._children.get(within, ()))
        return [node for node in found if node is not None]

    @cached_property
    def _children(self) -> dict[str, list[FormField]]:
        found: dict[str, list[FormField]] = {}
        for asked in self.sheet.fields:
            within = asked.within if asked.within in self.sheet.tree.by_name else ""
            found.setdefault(within, []).append(asked)
        return found

    def _node(self, field: FormField, where: Where) -> Node | None:
        if field.type is FieldType.GROUP:
            return self._group(field, where)
        if field.type is FieldType.REPEAT:
            return self._repeat(field)
        if field.type is FieldType.CALCULATE and not field.label:
            return None
        return self._question(field, where)

    def _group(self, field: FormField, where: Where) -> AskedGroup | None:
        inner = self.nodes(field.name, where)
        if not inner:
            return None
        return AskedGroup(
            name=field.name,
            key=self._key(field, where),
            label=label_of(self.words, field),
            hint=hint_of(self.words, field),
            conditional=bool(field.relevant),
            unasked=self._unasked(field, where),
            inner=inner,
        )

    def _repeat(self, field: FormField) -> AskedRepeat:
        is_open = field.name in self.sheet.open_names
        kept = self.sheet.kept.get(field.name)
        return AskedRepeat(
            id=PREFIX + field.name,
            name=field.name,
            label=label_of(self.words, field),
            hint=hint_of(self.words, field),
            required=field.required,
            conditional=bool(field.relevant),
            unasked=self._unasked(field, None),
            fillings=[self.nodes(field.name, at) for at in range(self.times[field.name])]
            if is_open
            else [],
            blank=self.nodes(field.name, BLANK) if is_open else [],
            full=self.times[field.name] >= MOST_TIMES,
            returned=field.name in self._returned,
            tied=field.name in self._tied,
            open=is_open,
            shown=item_in_words(self.words, self.sheet.tree, field, kept),
            fault=self._fault(field, field.name),
            remark=self._remark(field.name),
            remarks=remarks_of(self.sheet, field.name, self.typed),
        )

    def _question(self, field: FormField, where: Where) -> AskedField:
        key = self._key(field, where)
        values = self._values(field, key, where)
        computed = bool(field.calculation)
        offered = self._offered(field, where)
        item = item_of(key)
        return AskedField(
            id=PREFIX + key,
            type=field.type,
            label=label_of(self.words, field),
            hint=self._hint(field, where),
            required=field.required,
            multiline=field.multiline,
            choices=[(choice.value, choice_label(self.words, choice)) for choice in field.choices],
            values=values,
            fault=self._fault(field, key),
            returned=item in self._returned and where is None and field.answered,
            tied=item in self._tied and where is None and field.answered,
            open=item in self.sheet.open_names or not field.answered,
            shown=self._shown(field, where, values),
            name=field.name,
            key=key,
            conditional=bool(field.relevant),
            unasked=self._unasked(field, where),
            computed=computed,
            fixed=field.readonly and not computed,
            unfit=frozenset(choice.value for choice in field.choices) - offered
            if offered
            else offered,
            waits=self._waits(field),
            waiting=self._waiting(field, where) and not offered,
            known=self._known(field, where, values),
            remark=self._remark(field.name) if where is None else "",
            limits=_limits(field),
            attached=self._attached(field, key, values),
            upload_url=f"/assignments/{self.sheet.assignment.id}/uploads",
        )

    def _key(self, field: FormField, where: Where) -> str:
        if where is None:
            return field.name
        repeat = self.sheet.tree.repeat_of(field)
        return f"{repeat}.{where}.{field.name}"

    def _values(self, field: FormField, key: str, where: Where) -> list[str]:
        """What stands in the input; in an untouched filling of a repeat, the default."""
        if field.readonly and field.default:
            return chosen_by_default(field) if field.choices else [field.default]
        untouched = where is not None and not self._touched(key)
        if untouched and field.default:
            return chosen_by_default(field) if field.choices else [field.default]
        return list(self.typed.get(key, []))

    def _touched(self, key: str) -> bool:
        return key.rpartition(".")[0] in self._fillings

    @cached_property
    def _fillings(self) -> set[str]:
        """The fillings of repeats in which anything stands, as `visits.0`."""
        return {key.rpartition(".")[0] for key in self.typed}

    def _shown(self, field: FormField, where: Where, values: list[str]) -> str:
        if field.calculation:
            computed = None if where == BLANK else self.state.calculated(field, _place(where))
            return in_words(self.words, field, computed)
        if field.readonly:
            return in_words(self.words, field, values)
        return in_words(self.words, field, self.sheet.kept.get(field.name)) if where is None else ""

    def _unasked(self, field: FormField, where: Where) -> bool:
        if not field.relevant or where == BLANK:
            return False
        return not self.state.relevant(field, _place(where))

    def _offered(self, field: FormField, where: Where) -> frozenset[str]:
        """The choices that the filter of a field leaves; where it leaves none, none is unfit.

        A filter that leaves nothing waits for an answer above. That answer may be on the same page,
        so that a person without JavaScript can still fill in everything in one go.
        """
        if not field.choice_filter or where == BLANK:
            return frozenset()
        return frozenset(self.state.offered(field, _place(where)))

    def _waits(self, field: FormField) -> str:
        """What to answer first, where the choices of a field depend on another field."""
        if not field.choice_filter:
            return ""
        names = parse(field.choice_filter, choice=True).references
        asked = (source for source in self.sheet.fields if source.name in names)
        labels = self.words.listed(
            label for source in asked if (label := label_of(self.words, source))
        )
        if not labels:
            return self.words.say(N_("请先填写前面的问题。"))
        return self.words.say(N_("请先填写“%(label)s”。"), label=labels)

    def _waiting(self, field: FormField, where: Where) -> bool:
        """Whether a field on which the choices depend is still unanswered."""
        if not field.choice_filter or where == BLANK:
            return False
        return self.state.awaits(field, _place(where))

    def _known(self, field: FormField, where: Where, values: list[str]) -> str:
        known = self.sheet.prefilled.get(field.name) if where is None else None
        if known is None:
            return self._carried(field, where, values)
        if list(known.texts) != values:
            return ""
        source = self.words.say(dated(known.source, date.fromisoformat(self.today)))
        return self.words.say(N_("已自动填入：%(source)s"), source=source)

    def _carried(self, field: FormField, where: Where, values: list[str]) -> str:
        """That the field holds the answer of an earlier period, and whether to look at it again."""
        carried = self.sheet.carried.get(field.name) if where is None else None
        if carried is None or as_typed({field.name: carried})[field.name] != values:
            return ""
        period = period_words(self.sheet.carried_period)
        if field.each_period is EachPeriod.LOOK:
            return self.words.say(N_("照上期（%(period)s）填好，请核对"), period=period)
        return self.words.say(N_("照上期（%(period)s）填好"), period=period)

    def _hint(self, field: FormField, where: Where) -> str:
        """The hint of a field; on further lines its bounds and the answer of the last period."""
        lines = (
            hint_of(self.words, field),
            bounds_in(self.words, field),
            self._earlier(field, where),
        )
        return Markup("<br>").join(line for line in lines if line)

    def _earlier(self, field: FormField, where: Where) -> str:
        """The answer of the last period, where it is not filled in."""
        value = self.sheet.earlier.get(field.name) if where is None else None
        told = field.readonly or field.type in ATTACHED or field.name in self.sheet.prefilled
        if value is None or told or self.sheet.carried.get(field.name) == value:
            return ""
        answer = in_words(self.words, field, value)
        if len(answer) > LONGEST_EARLIER:
            return ""
        period = period_words(self.sheet.earlier_period)
        return self.words.say(N_("上期（%(period)s）：%(answer)s"), period=period, answer=answer)

    def _remark(self, name: str) -> str:
        review = self.sheet.review
        return review.notes.get(name, "") if review and name in self._returned else ""

    def _attached(self, field: FormField, key: str, values: list[str]) -> Mapping[str, Any] | None:
        return self.attached(key, values[0]) if field.type in ATTACHED and values else None

    def _fault(self, field: FormField, key: str) -> str:
        found = self.faults.get(key, "")
        if isinstance(found, str):
            return found
        if "message" in found.values:
            return message_in(field, self.words.language)
        return self.words.say(found)


def _place(where: Where) -> int | None:
    return where if isinstance(where, int) else None


def _limits(field: FormField) -> dict[str, str]:
    """What the script of the page holds an answer against."""
    if field.type is FieldType.TEXT:
        return {"data-longest": str(TEXT_LENGTH if field.multiline else LINE_LENGTH)}
    if field.type not in BOUNDED:
        return {}
    named = {"data-kind": field.type, "data-min": field.min, "data-max": field.max}
    return {name: str(value) for name, value in named.items() if value is not None}


def bounds_in(words: Words, field: FormField) -> str:
    """What an answer may be at least and at most. That a count is not below nothing goes without
    saying."""
    low, high = bounds(field)
    if field.type not in BOUNDED or (not low and high is None):
        return ""
    if low is not None and high is not None:
        return words.say(N_("%(min)s 至 %(max)s 之间"), min=low, max=high)
    if field.numeric:
        if high is None:
            return words.say(N_("不小于 %(min)s"), min=low)
        return words.say(N_("不大于 %(max)s"), max=high)
    if high is None:
        return words.say(N_("不早于 %(min)s"), min=low)
    return words.say(N_("不晚于 %(max)s"), max=high)
