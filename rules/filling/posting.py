"""What comes with a posted form besides its answers: what the page had seen when it was made."""

from dataclasses import dataclass

from rules.filling.answer_sheet import AnswerSheet


@dataclass(frozen=True)
class Posting:
    """What a form page was made from, and what the page has asked."""

    send_key: str = ""
    """A key made when the form was opened. Posts with the same key are the same sending. A page may
    replace the draft that was kept with its key."""
    seen_revision: int | None = None
    """The revision that the page showed (0: none was sent). None: not known."""
    based_on: int | None = None
    """The version of the draft that the page showed (0: there was none). None: not known, and any
    draft is replaced."""
    confirmed: str | None = None
    """The marks of the flags that the page has asked about. None: nobody is there to be asked."""
    opened: int | None = None
    """When the form was first opened, in seconds since 1970."""
    version_id: int | None = None
    """The form version that the page showed. None: not known."""
    checked: bool = False
    """The unit says that it has looked at the answers of an earlier period, and that they hold."""

    def is_of_older_form(self, sheet: AnswerSheet) -> bool:
        """Whether the form was replaced while the page was open."""
        return self.version_id is not None and self.version_id != sheet.version_id
