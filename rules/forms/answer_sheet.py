"""An answer sheet: an assignment's form with what was answered, returned and drafted so far."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from models import Assignment, Decision, Draft, FormVersion, Measure, Review, Submission, Unit
from rules.forms.answers import Checked, Typed, as_typed, check_answers
from rules.forms.form_fields import FormField


@dataclass(frozen=True)
class AnswerSheet:
    """What the form page of one assignment shows, and what sending it is checked against."""

    assignment: Assignment
    measure: Measure
    unit: Unit
    version: FormVersion | None
    """The form it is answered on; None where a unit only adds its narrative."""
    fields: tuple[FormField, ...]
    last: Submission | None
    """The latest submission, whatever became of it."""
    last_sender: str
    """The name of the account that sent it."""
    reviewed: Submission | None
    """The latest submission that the unit above has decided on."""
    review: Review | None
    """What the unit above said to it."""
    draft: Draft | None

    @property
    def revision(self) -> int:
        """The revision of the latest submission; 0 before the first."""
        return self.last.revision if self.last else 0

    @property
    def version_id(self) -> int | None:
        return self.version.id if self.version else None

    @property
    def open_names(self) -> frozenset[str]:
        """The fields that can be filled in: all of them, or those that were returned.

        A form version newer than the returned answers opens everything, because the earlier
        answers belong to other questions.
        """
        everything = frozenset(field.name for field in self.fields if field.answered)
        if self.review is None or self.reviewed is None:
            return everything
        if self.review.decision != Decision.RETURN or not self.review.fields:
            return everything
        if self.reviewed.form_version_id != self.version_id:
            return everything
        return everything & frozenset(self.review.fields) or everything

    @property
    def kept(self) -> dict[str, Any]:
        """The stored answers of the fields that are not open."""
        if self.reviewed is None:
            return {}
        names = {field.name for field in self.fields} - self.open_names
        return {name: value for name, value in self.reviewed.answers.items() if name in names}

    @property
    def typed(self) -> dict[str, list[str]]:
        """What the page shows in its fields: the draft, or else the latest answers.

        Where there is a draft, an open field it does not name was left empty.
        """
        known = {field.name for field in self.fields}
        if self.draft is None:
            answers: Mapping[str, Any] = self.last.answers if self.last else {}
            shown = as_typed(answers)
        else:
            shown = {**as_typed(self.kept), **self.draft.answers}
        return {name: texts for name, texts in shown.items() if name in known}

    def check(self, typed: Typed) -> Checked:
        """Check what was typed into the open fields, and add what the others keep."""
        closed = {field.name for field in self.fields} - self.open_names
        checked = check_answers(
            (field for field in self.fields if field.name in self.open_names),
            {name: texts for name, texts in typed.items() if name not in closed},
        )
        together = {**self.kept, **checked.values}
        names = [field.name for field in self.fields if field.name in together]
        return Checked({name: together[name] for name in names}, checked.faults)
