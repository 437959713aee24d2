"""The form page: what it shows, whatever led to it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from secrets import token_urlsafe
from typing import Any

from fastapi import Response
from markupsafe import Markup
from sqlmodel import Session
from starlette.datastructures import FormData, QueryParams

from models import Assignment, Status
from queries.assignments.coverage import get_coverage
from queries.assignments.visible_assignments import Added, list_added
from queries.campaigns.notice_files import HandedNotice, get_handed_notice
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
from web.edge.pages.due_dates import days_left
from web.edge.pages.rendering import Page, render
from web.edge.pages.said import back_to
from web.edge.viewer.context import Context
from web.edge.viewer.language import Words, is_foreign
from web.filling.asked import PREFIX, AskedField, AskedGroup, AskedRepeat, Node, every, label_of
from web.filling.browser_rules import browser_rules
from web.filling.checkable import Checkable, find_checkable
from web.filling.form_checks import OPENED, Doubts, confirmed_in, opened_in
from web.filling.questions import Questions
from web.filling.returned_fields import Mending, find_mending

CORRECTING = "correct"
"""In the address of a form that was approved and is filled in once more."""
CHECKED = "checked"
"""The act of the button 核对无误, and of the mark that a script sends instead."""
SAVED = N_("草稿已保存，还没有报送。")
MOST_DIGITS = 9


@dataclass(frozen=True)
class Made:
    """What a form page was made from; the page says the same again when it is sent."""

    send_key: str = ""
    seen: int | None = None
    """The revision that the page showed; None: the page does not say."""
    draft: int | None = None
    """The version of the draft."""
    confirmed: str | None = ""
    """The marks of what the checks have asked about; None: the page asks nothing."""
    opened: int | None = None
    """When the form was first opened, in seconds since 1970."""
    version: int | None = None
    """The form version that the page showed."""
    checked: bool = False
    """The unit says that the answers of an earlier period hold."""

    @classmethod
    def from_posted(cls, posted: FormData) -> "Made":
        return cls(
            str(posted.get("_send_key", "")),
            _number(posted.get("_seen")),
            _number(posted.get("_draft")),
            confirmed_in(posted),
            opened_in(posted.get(OPENED)),
            _number(posted.get("_version")),
            CHECKED in (posted.get("_act"), posted.get("_checked")),
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
        """The same, for the service that keeps or sends what was typed."""
        return Posting(
            self.send_key,
            self.seen,
            self.draft,
            self.confirmed,
            self.opened,
            self.version,
            self.checked,
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
    """What a page was made from that was sent in vain and is shown again."""
    doubts: Doubts = field(default_factory=Doubts)


def form_path(sheet: AnswerSheet, how: str, place: str = "") -> str:
    """The address of the form page, at the question `place`; the page says `how` it went."""
    correcting = f"&{CORRECTING}=1" if sheet.assignment.status == Status.APPROVED else ""
    anchor = f"#{place}" if place else ""
    return f"/assignments/{sheet.assignment.id}/form?{how}=1{correcting}{anchor}"


def back_to_resumed(sheet: AnswerSheet) -> Response:
    """The form page after what was typed has come through a sign-in and was kept."""
    said = N_("已重新登录，刚才填写的内容都已保留，请检查后报送。")
    if sheet.takes_files:
        said = N_(
            "已重新登录，刚才填写的文字都已保留。如果刚选了照片或文件，需要重新选择。请检查后报送。"
        )
    return back_to(form_path(sheet, "saved"), said)


@dataclass(frozen=True)
class FormPage(Page):
    """The form of an assignment, to be filled in."""

    TEMPLATE = "pages/filling/form.html"

    sheet: AnswerSheet
    assignment: Assignment
    notice: HandedNotice
    nodes_shown: Sequence[Node]
    """What can be filled in."""
    closed: Sequence[AskedField | AskedRepeat]
    """What cannot: of a form that was returned in parts, the rest."""
    parts: Sequence[AskedGroup | AskedRepeat]
    """The groups and repeats that the page links to."""
    rules: Markup | None
    """The conditions of the form for its script."""
    faults: Mapping[str, str]
    """Id of an input → what is wrong there, in the order of the page; under no id what has no
    input on the page."""
    refusal: str
    fresh: bool
    """The page shows what is stored; otherwise what was just typed."""
    made: Made
    mending: Mending
    asks_why: bool
    """The clerk is asked why the approved answer is corrected."""
    why: str
    longest_why: int
    doubts: Doubts
    left: int
    """Working days until the assignment is due."""
    minutes: int
    """What the open questions cost."""
    added: Sequence[Added]
    coverage: Mapping[str, Any] | None
    """What the lower units have answered; None at the lowest level."""
    labels: Mapping[str, str]
    stood_in_for: str
    """The name of the unit in whose place the viewer answers; mostly empty."""
    foreign: bool
    """Some questions are only in Chinese, and the page is not."""
    left_over: Sequence[tuple[str, str]]
    """What was typed and the form no longer asks."""
    checkable: Checkable | None
    """What the unit looks at before it sends the answers of an earlier period again."""
    said: Collection[str]
    """The names behind the `?` of the address: how the last posting went."""


def form_page(context: Context, sheet: AnswerSheet, shown: Shown) -> Response:
    """The form page.

    One page with links to its groups, not a page a group. Packed, thirty fields weigh three
    kilobytes, which is less than the head of a second page. A clerk without a network can go
    through the whole form, back and forth, and send the form when there is a network.
    """
    return render(context.request, _page(context, sheet, shown), status=shown.status)


def _page(context: Context, sheet: AnswerSheet, shown: Shown) -> FormPage:
    session, words, assignment = context.session, context.words, sheet.assignment
    iso = context.today.isoformat()
    fresh = shown.answers is None
    typed = sheet.typed if shown.answers is None else shown.answers
    why = sheet.why if fresh else typed
    attached = attached_files(session, sheet, {**as_typed(sheet.kept), **typed})
    nodes = Questions(words, sheet, typed, iso, attached, shown.faults).nodes()
    closed = [question for question in every(nodes) if not question.open]
    asked = _open_only(nodes) if closed else nodes
    version_id = sheet.measure.form_version_id
    return FormPage(
        sheet=sheet,
        assignment=assignment,
        notice=get_handed_notice(session, sheet.measure.campaign_id),
        nodes_shown=asked,
        closed=closed,
        parts=[node for node in asked if not isinstance(node, AskedField) and node.label],
        rules=browser_rules(words, sheet, iso),
        faults=_summary(words, asked, shown.faults),
        refusal=shown.refusal,
        fresh=fresh,
        made=shown.made or Made.now(sheet),
        mending=find_mending(words, session, sheet, typed),
        asks_why=WHY in why or _is_correction(context.query, sheet),
        why="".join(why.get(WHY, ())),
        longest_why=LONGEST_WHY,
        doubts=shown.doubts,
        left=days_left(context.calendar, assignment.due_on, context.today),
        minutes=minutes(field for field in sheet.fields if _is_open(sheet, field.name)),
        added=list_added(session, assignment),
        coverage=None if assignment.lowest else get_coverage(session, assignment),
        labels={} if assignment.lowest else get_labels(session, version_id),
        stood_in_for="" if sheet.unit.id == context.viewer.unit.id else sheet.unit.name,
        foreign=_is_foreign(words, sheet),
        left_over=left_over(session, sheet),
        checkable=find_checkable(words, sheet, iso) if fresh and not shown.faults else None,
        said=set(context.query.keys()),
    )


def _is_foreign(words: Words, sheet: AnswerSheet) -> bool:
    """See `FormPage.foreign`."""
    return any(is_foreign(label_of(words, field), words.language) for field in sheet.fields)


def _is_correction(query: QueryParams, sheet: AnswerSheet) -> bool:
    """Also where the text of a phone is compared with a correction that was sent meanwhile."""
    comparing = "conflict" in query
    return sheet.assignment.status == Status.APPROVED or (comparing and corrects(sheet))


def _is_open(sheet: AnswerSheet, name: str) -> bool:
    repeat = sheet.tree.repeat_of(sheet.tree.by_name[name])
    return (repeat or name) in sheet.open_names


def _open_only(nodes: list[Node]) -> list[Node]:
    """What is to be mended of a form that was returned in parts, and what is calculated."""
    kept: list[Node] = []
    for node in nodes:
        if isinstance(node, AskedGroup):
            inner = _open_only(node.inner)
            if any(question.returned or question.tied for question in every(inner)):
                kept.append(AskedGroup(**{**vars(node), "inner": inner}))
        elif _is_mended(node) or (isinstance(node, AskedField) and node.computed):
            kept.append(node)
    return kept


def _is_mended(question: AskedField | AskedRepeat) -> bool:
    return question.open and (question.returned or question.tied)


def _summary(words: Words, nodes: list[Node], faults: Mapping[str, Fault | str]) -> dict[str, str]:
    """See `FormPage.faults`."""
    found = _told_in(words, nodes)
    lost = [fault for key, fault in faults.items() if PREFIX + key not in found]
    if lost:
        told = (fault if isinstance(fault, str) else words.say(fault) for fault in lost)
        found[""] = " ".join(told)
    return found


def _told_in(words: Words, nodes: list[Node]) -> dict[str, str]:
    found: dict[str, str] = {}
    for question in every(nodes):
        if question.fault:
            found[question.id] = _about(words, question.label, question.fault)
        for place, filling in enumerate(_fillings(question), 1):
            for inner in every(filling):
                if inner.fault:
                    label = words.say(
                        N_("%(repeat)s第 %(place)s 条，%(label)s"),
                        repeat=question.label, place=place, label=inner.label,
                    )  # fmt: skip
                    found[inner.id] = _about(words, label, inner.fault)
    return found


def _fillings(question: AskedField | AskedRepeat) -> list[list[Node]]:
    return question.fillings if isinstance(question, AskedRepeat) else []


def _about(words: Words, label: str, sentence: str) -> str:
    return words.say(N_("%(label)s：%(sentence)s"), label=label, sentence=sentence)


def left_over(session: Session, sheet: AnswerSheet) -> list[tuple[str, str]]:
    """Label and text of every answer that the form no longer asks; one statement at most."""
    if not sheet.left_over:
        return []
    labels = list_past_labels(session, sheet.version_id)
    return [
        (labels.get(key.rpartition(".")[2], key), "\n".join(texts))
        for key, texts in sheet.left_over.items()
        if any(texts) and not key.endswith("#")
    ]
