"""The form page: what it shows, whatever led to it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from secrets import token_urlsafe

from fastapi import Request, Response
from sqlmodel import Session
from starlette.datastructures import FormData

from models import Status
from queries.assignments.coverage import get_coverage
from queries.assignments.visible_assignments import list_added
from queries.forms.field_labels import get_labels, list_past_labels
from rules.assignments.states import REPORTED
from rules.filling.answer_sheet import AnswerSheet
from rules.filling.answers import as_typed
from rules.filling.corrections import LONGEST_WHY, WHY
from rules.filling.posting import Posting
from rules.forms.minutes import minutes
from rules.sentences.faults import Fault
from rules.sentences.refusal import N_
from services.filling.attached_files import attached_files
from services.filling.recalls import corrects
from web.edge.due_dates import days_left
from web.edge.language import Words, is_foreign, words_of
from web.edge.rendering import render
from web.filling.asked import PREFIX, AskedField, AskedGroup, AskedRepeat, Node, every, label_of
from web.filling.form_checks import OPENED, Doubts, confirmed_in, opened_in
from web.filling.questions import Questions, browser_rules
from web.filling.returned_fields import find_mending

CORRECTING = "correct"
"""In the address of a form that was approved and is filled in once more."""
MOST_DIGITS = 9


@dataclass(frozen=True)
class Made:
    """From what a form page was made, as the page says it again when it is sent."""

    send_key: str = ""
    seen: int | None = None
    """The revision it showed; None: it does not say."""
    draft: int | None = None
    """The version of the draft."""
    confirmed: str | None = ""
    """The marks of what the checks have asked about; None: the page asks nothing."""
    opened: int | None = None
    """When the form was first opened, in seconds since 1970."""
    version: int | None = None
    """The form version it showed."""

    @classmethod
    def from_posted(cls, posted: FormData) -> "Made":
        return cls(
            str(posted.get("_send_key", "")),
            _number(posted.get("_seen")),
            _number(posted.get("_draft")),
            confirmed_in(posted),
            opened_in(posted.get(OPENED)),
            _number(posted.get("_version")),
        )

    @classmethod
    def now(cls, sheet: AnswerSheet, confirmed: str = "", opened: int | None = None) -> "Made":
        """Of a page that is made at this moment."""
        draft = sheet.draft.version if sheet.draft else 0
        return cls(token_urlsafe(16), sheet.revision, draft, confirmed, opened, sheet.version_id)

    @classmethod
    def outdated(cls, sheet: AnswerSheet) -> "Made":
        """Of a page that knows nothing of what is on the server by now."""
        sent = sheet.assignment.status in REPORTED or sheet.draft is None
        seen = sheet.revision - 1 if sent else sheet.revision
        return cls(token_urlsafe(16), seen, 0, version=sheet.version_id)

    @property
    def posting(self) -> Posting:
        """The same for the service that keeps or sends what was typed."""
        return Posting(
            self.send_key, self.seen, self.draft, self.confirmed, self.opened, self.version
        )


def _number(posted: object) -> int | None:
    text = str(posted)
    plain = text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS
    return int(text) if plain else None


@dataclass(frozen=True)
class Shown:
    """What is special about one showing of the form page."""

    status: int = 200
    answers: Mapping[str, list[str]] | None = None
    """What was just typed; None: the draft or the last answers."""
    faults: Mapping[str, Fault | str] = field(default_factory=dict)
    refusal: str = ""
    made: Made | None = None
    """Of a page that is shown again after it was sent in vain."""
    doubts: Doubts = field(default_factory=Doubts)


def form_path(sheet: AnswerSheet, how: str, place: str = "") -> str:
    """The address of the form page that says `how` it went, at a question of it."""
    correcting = f"&{CORRECTING}=1" if sheet.assignment.status == Status.APPROVED else ""
    anchor = f"#{place}" if place else ""
    return f"/assignments/{sheet.assignment.id}/form?{how}=1{correcting}{anchor}"


def form_page(
    request: Request, session: Session, sheet: AnswerSheet, today: date, shown: Shown
) -> Response:
    """The form page.

    One page with links to its groups, not a page a group: packed, thirty fields weigh three
    kilobytes, less than the head of a second page would, and a clerk without a network can go
    through the whole form, back and forth, and send it when there is one.
    """
    fresh = shown.answers is None
    typed = sheet.typed if shown.answers is None else shown.answers
    attached = attached_files(session, sheet, {**as_typed(sheet.kept), **typed})
    iso = today.isoformat()
    words = words_of(request)
    questions = Questions(words, sheet, typed, iso, attached, shown.faults)
    nodes = questions.nodes()
    why = sheet.why if fresh else typed
    made = shown.made or Made.now(sheet)
    closed = [one for one in every(nodes) if not one.open]
    asked = _open_only(nodes) if closed else nodes
    return render(
        request,
        "pages/filling/form.html",
        status=shown.status,
        sheet=sheet,
        one=sheet.assignment,
        nodes_shown=asked,
        closed=closed,
        parts=[node for node in asked if not isinstance(node, AskedField) and node.label],
        rules=browser_rules(words, sheet, iso),
        faults=_summary(words, asked, shown.faults),
        refusal=shown.refusal,
        fresh=fresh,
        made=made,
        mending=find_mending(words, session, sheet),
        asks_why=WHY in why or _is_correction(request, sheet),
        why="".join(why.get(WHY, ())),
        longest_why=LONGEST_WHY,
        doubts=shown.doubts,
        left=days_left(sheet.assignment.due_on, today),
        minutes=minutes(one for one in sheet.fields if _is_open(sheet, one.name)),
        added=list_added(session, sheet.assignment, sheet.unit),
        coverage=None if sheet.assignment.lowest else get_coverage(session, sheet.assignment),
        labels={}
        if sheet.assignment.lowest
        else get_labels(session, sheet.measure.form_version_id),
        foreign=_is_foreign(words, sheet),
        left_over=left_over(session, sheet),
        said=set(request.query_params.keys()),
    )  # fmt: skip


def _is_foreign(words: Words, sheet: AnswerSheet) -> bool:
    """Whether some of it is only in Chinese, on a page that is not."""
    return any(is_foreign(label_of(words, one), words.language) for one in sheet.fields)


def _is_correction(request: Request, sheet: AnswerSheet) -> bool:
    """Also where what a phone holds is compared with a correction that was sent meanwhile."""
    comparing = "conflict" in request.query_params
    return sheet.assignment.status == Status.APPROVED or (comparing and corrects(sheet))


def _is_open(sheet: AnswerSheet, name: str) -> bool:
    repeat = sheet.tree.repeat_of(sheet.tree.by_name[name])
    return (repeat or name) in sheet.open_names


def _open_only(nodes: list[Node]) -> list[Node]:
    """Of a form that was returned in parts: what is to be mended, and what is calculated."""
    kept: list[Node] = []
    for node in nodes:
        if isinstance(node, AskedGroup):
            inner = _open_only(node.inner)
            if any(one.returned or one.tied for one in every(inner)):
                kept.append(AskedGroup(**{**vars(node), "inner": inner}))
        elif _is_mended(node) or (isinstance(node, AskedField) and node.computed):
            kept.append(node)
    return kept


def _is_mended(one: AskedField | AskedRepeat) -> bool:
    return one.open and (one.returned or one.tied)


def _summary(words: Words, nodes: list[Node], faults: Mapping[str, Fault | str]) -> dict[str, str]:
    """Id → what is wrong there, in the order of the page; under no id what has no place on it."""
    found = _told_in(words, nodes)
    lost = [fault for key, fault in faults.items() if PREFIX + key not in found]
    if lost:
        told = (fault if isinstance(fault, str) else words.say(fault) for fault in lost)
        found[""] = " ".join(told)
    return found


def _told_in(words: Words, nodes: list[Node]) -> dict[str, str]:
    found: dict[str, str] = {}
    for one in every(nodes):
        if one.fault:
            found[one.id] = _about(words, one.label, one.fault)
        for place, filling in enumerate(_fillings(one), 1):
            for inner in every(filling):
                if inner.fault:
                    label = words.say(
                        N_("%(repeat)s第 %(place)s 条，%(label)s"),
                        repeat=one.label, place=place, label=inner.label,
                    )  # fmt: skip
                    found[inner.id] = _about(words, label, inner.fault)
    return found


def _fillings(one: AskedField | AskedRepeat) -> list[list[Node]]:
    return one.fillings if isinstance(one, AskedRepeat) else []


def _about(words: Words, label: str, sentence: str) -> str:
    return words.say(N_("%(label)s：%(sentence)s"), label=label, sentence=sentence)


def left_over(session: Session, sheet: AnswerSheet) -> list[tuple[str, str]]:
    """Label and text of what the form no longer asks; one statement, where there is any."""
    if not sheet.left_over:
        return []
    labels = list_past_labels(session, sheet.version_id)
    return [
        (labels.get(key.rpartition(".")[2], key), "\n".join(texts))
        for key, texts in sheet.left_over.items()
        if any(texts) and not key.endswith("#")
    ]
