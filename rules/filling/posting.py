"""What came with a posted form besides its answers: what the page had seen when it was made."""

from dataclasses import dataclass

from rules.filling.answer_sheet import AnswerSheet


@dataclass(frozen=True)
class Posting:
    """From what a form page was made, and what was asked on it."""

    send_key: str = ""
    """Made when the form was opened. What is sent with it again is the same sending, and a page may
    replace the draft it has kept with it."""
    seen_revision: int | None = None
    """The revision the page showed (0: none was sent); None: not known."""
    based_on: int | None = None
    """The version of the draft it showed (0: there was none); None: not known, whatever there is is
    replaced."""
    confirmed: str | None = None
    """The marks of what the checks have asked about so far; None: nobody is there to be asked."""
    opened: int | None = None
    """When the form was first opened, in seconds since 1970."""
    version_id: int | None = None
    """The form version it showed; None: not known."""

    def is_of_older_form(self, sheet: AnswerSheet) -> bool:
        """Whether the form was replaced while the page was open."""
        return self.version_id is not None and self.version_id != sheet.version_id
