"""An answer sheet: one assignment's form with what was answered, returned and drafted so far."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from models import Assignment, Decision, Draft, FormVersion, Measure, Review, Submission, Unit
from rules.filling.answers import Attached, Checked, Typed, as_typed, check_answers
from rules.filling.carried import holds_still
from rules.filling.corrections import WHY
from rules.filling.known_values import fitting, shared_fields
from rules.forms.form_fields import ATTACHED, FormField, chosen_by_default
from rules.forms.form_structure import moved_by, tied_to
from rules.forms.form_tree import FormTree, item_of
from rules.sentences.sentence import Sentence


@dataclass(frozen=True)
class Prefilled:
    """A value that is known already and stands in a field before anybody types."""

    texts: list[str]
    source: Sentence
    """A sentence that says where the value comes from."""
    value: Any = None
    """The value in stored shape."""
    measure: str = ""
    """The title of the other measure that the value was answered for. Empty: the value is this
    measure's answer of the last period."""


@dataclass(frozen=True)
class AnswerSheet:
    """What the form page of one assignment shows, and what a sending is checked against."""

    assignment: Assignment
    measure: Measure
    unit: Unit
    version: FormVersion | None
    """The form version to answer. None: the unit only adds its narrative."""
    fields: tuple[FormField, ...]
    last: Submission | None
    """The latest submission, whatever became of it."""
    last_sender: str
    """The name of the account that sent the latest submission."""
    reviewed: Submission | None
    """The latest submission that the unit above has decided on."""
    review: Review | None
    """The decision of the unit above on `reviewed`."""
    draft: Draft | None

    prefilled: Mapping[str, Prefilled] = field(default_factory=dict)
    """Field → the value known from elsewhere that is newer than the unit's latest answer to this
    form."""
    earlier: Mapping[str, Any] = field(default_factory=dict)
    """Field → the unit's stored answer of the last period. Empty for a measure that is done one
    time."""
    earlier_period: str = ""
    carried: Mapping[str, Any] = field(default_factory=dict)
    """Field or repeat → the approved answer of an earlier period with which the form opens. Empty
    once the unit has sent the form."""
    carried_period: str = ""
    """The period of `carried`."""

    @property
    def revision(self) -> int:
        """The revision of the latest submission; 0 before the first."""
        return self.last.revision if self.last else 0

    @property
    def version_id(self) -> int | None:
        return self.version.id if self.version else None

    @cached_property
    def tree(self) -> FormTree:
        return FormTree(self.fields)

    @cached_property
    def open_names(self) -> frozenset[str]:
        """The fields and repeats that can be filled in: all of them, or the returned ones and some
        more.

        A returned field opens the fields that its constraints tie to it (`tied_to`). An open field
        opens what was not asked before and may be asked now, because a condition names the open
        field or a value calculated from it. Where the form version is newer than the returned
        answers, everything is open, because those answers belong to other questions.
        """
        opened = self.returned_names
        if not opened:
            return frozenset(item.name for item in self.tree.items)
        while more := (tied_to(self.tree, opened) | self._asked_by(opened)) - opened:
            opened |= more
        return opened

    @cached_property
    def returned_names(self) -> frozenset[str]:
        """The fields and repeats that were returned on their own. Empty: the whole form is open."""
        if self.review is None or self.reviewed is None:
            return frozenset()
        if self.review.decision != Decision.RETURN:
            return frozenset()
        if self.reviewed.form_version_id != self.version_id:
            return frozenset()
        items = frozenset(item.name for item in self.tree.items)
        return items & frozenset(self.review.fields)

    @property
    def tied_names(self) -> frozenset[str]:
        """The items that are open only because they hang together with returned ones."""
        return self.open_names - self.returned_names if self.returned_names else frozenset()

    def _asked_by(self, opened: frozenset[str]) -> frozenset[str]:
        """The unanswered items that may be asked once the answers to the `opened` items change."""
        assert self.reviewed is not None
        moved = moved_by(self.tree, opened) - opened
        return frozenset(
            item.name
            for item in self.tree.items
            if item.name in moved
            and item.name not in self.reviewed.answers
            and not item.calculation
        )

    @cached_property
    def kept(self) -> dict[str, Any]:
        """The stored answers of the fields that are not open."""
        if self.reviewed is None:
            return {}
        names = {item.name for item in self.tree.items} - self.open_names
        return {name: value for name, value in self.reviewed.answers.items() if name in names}

    @property
    def typed(self) -> dict[str, list[str]]:
        """Key → what the page shows in its fields: the draft, or else the latest answers, or else
        known values, the answers of an earlier period and the form's defaults.

        With a draft, an open field that the draft does not name was left empty. A known value that
        was left untouched in the draft is shown as it is known now.
        """
        known = {
            name: prefilled.texts
            for name, prefilled in self.prefilled.items()
            if name in self.open_names
        }
        if self.draft is not None:
            known = {name: known[name] for name in self.draft.as_known if name in known}
            shown = {**as_typed(self.kept), **self.completed(self.draft.answers), **known}
        elif self.last is not None:
            shown = {**as_typed(self.last.answers), **known}
        else:
            shown = {**_defaults(self.fields), **as_typed(self.carried), **known}
        shown |= as_typed(self._fixed)
        return {key: texts for key, texts in shown.items() if item_of(key) in self.tree.by_name}

    def completed(self, typed: Typed) -> dict[str, list[str]]:
        """`typed`, with the earlier answers of the tied items added where `typed` names none of
        these items.

        A page or a draft made before the tied items were open has not left these items empty.
        """
        if self.reviewed is None or any(item_of(key) in self.tied_names for key in typed):
            return dict(typed)
        earlier = as_typed(self.reviewed.answers).items()
        tied = {key: texts for key, texts in earlier if item_of(key) in self.tied_names}
        return {**tied, **typed}

    @property
    def left_over(self) -> dict[str, list[str]]:
        """Key → what the draft holds of questions that this form version no longer asks."""
        typed = self.draft.answers if self.draft else {}
        asked = {*self.tree.by_name, WHY}
        return {key: texts for key, texts in typed.items() if item_of(key) not in asked}

    @property
    def why(self) -> dict[str, list[str]]:
        """What the draft says about why an answer is corrected, under `WHY`; empty where it says
        nothing."""
        typed = self.draft.answers if self.draft else {}
        return {key: texts for key, texts in typed.items() if key == WHY and any(texts)}

    @property
    def form_changed(self) -> bool:
        """Whether the draft was typed on another form version than the one shown now."""
        return self.draft is not None and self.draft.form_version_id != self.version_id

    def left_as_known(self, typed: Typed) -> tuple[str, ...]:
        """The fields in which the known value stands untouched, or that are empty where nothing was
        known."""
        return tuple(
            field.name
            for field in shared_fields(self.fields)
            if _typed_in(typed, field.name)
            == (self.prefilled[field.name].texts if field.name in self.prefilled else [])
        )

    def holds_still(self, answers: Mapping[str, Any]) -> bool:
        """Whether checked answers are the approved answers of the earlier period, unchanged."""
        return holds_still(self.fields, self.carried, answers)

    def check(self, typed: Typed, *, today: str, attached: Attached | None = None) -> Checked:
        """Check what was typed into the open fields, and add the answers that the other fields
        keep.

        `today`: ISO date, for the form's expressions. `attached` finds uploaded files.
        """
        closed = {item.name for item in self.tree.items} - self.open_names
        return check_answers(
            self.fields,
            {
                key: texts
                for key, texts in self.completed(typed).items()
                if item_of(key) not in {*closed, WHY}
            },
            kept={**self._fixed, **{name: self.kept.get(name) for name in closed}},
            today=today,
            attached=attached,
        )

    @property
    def _fixed(self) -> dict[str, Any]:
        """The values of open fields that nobody can change: the known value, or else what was sent
        before. Values that the form itself gives (a default, a calculation) are left out."""
        sent = self.last.answers if self.last else {}
        found: dict[str, Any] = {}
        for item in self.tree.items:
            if not item.readonly or item.default or item.calculation:
                continue
            if item.name in self.prefilled:
                found[item.name] = self.prefilled[item.name].value
            elif item.name in sent and fitting(item, sent[item.name]) is not None:
                found[item.name] = sent[item.name]
        return {name: value for name, value in found.items() if name in self.open_names}

    @property
    def takes_files(self) -> bool:
        """Whether the form takes photos or files."""
        return any(field.type in ATTACHED for field in self.fields)


def _defaults(fields: tuple[FormField, ...]) -> dict[str, list[str]]:
    return {
        field.name: chosen_by_default(field) if field.choices else [field.default]
        for field in fields
        if field.default and field.answered
    }


def _typed_in(typed: Typed, name: str) -> list[str]:
    return [text for text in typed.get(name, []) if text.strip()]
