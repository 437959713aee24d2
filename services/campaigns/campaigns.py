"""Campaigns: a notice is taken in, and each measure found in the notice becomes a draft."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import insert
from sqlmodel import Session, select

from models import (
    Account,
    Addressee,
    Campaign,
    Measure,
    MeasureAct,
    Notice,
    Unit,
)
from queries.campaigns.campaigns import get_notice
from queries.units.units import list_levels_below
from rules.accounts.permissions import Right, require
from rules.accounts.predicates import Subject
from rules.campaigns.notice.notice import DraftMeasure
from rules.campaigns.notice.notice import ReadNotice as ReadNotice
from rules.dates.calendar import local_date
from rules.forms.field_values import clean_text
from rules.sentences.refusal import N_, Refusal
from rules.sentences.sentence import Sentence
from services.campaigns.measure_content import MeasureContent
from services.campaigns.measure_history import record_measures
from services.campaigns.read_drafts import content_read, findings_of

LONGEST_TITLE = 300
LONGEST_TEXT = 500_000
"""Characters of a notice. The longest notices of the State Council run to some 60,000."""
UNTITLED = "未命名通知"
LONGEST = {"title": LONGEST_TITLE, "number": 60, "issuer": 120}


def take_in(
    session: Session,
    read: ReadNotice,
    unit: Unit,
    *,
    file_name: str = "",
    left_out: Sequence[Sentence] = (),
    actor: Account,
    now: datetime,
) -> Campaign:
    """Store a notice that was read: campaign, notice and draft measures with their addressees.

    `left_out` says what the file holds and the text that was read does not.

    What was found for certain is filled in. Everything found is kept beside the measure, with its
    place in the text. The number of statements is constant. Raises `Refusal` for a text that is
    empty or longer than `LONGEST_TEXT`.
    """
    require(actor, Right.TAKE_IN_NOTICE, Subject(unit.id))
    _check_text(read.text)
    file_name = clean_text(file_name, multiline=False)
    title = (read.title.value if read.title else _named_after(file_name))[:LONGEST_TITLE]
    campaign = Campaign(
        title=title,
        unit_id=unit.id,
        starts_on=local_date(now),
        created_at=now,
        created_by=actor.id,
    )
    session.add(campaign)
    session.flush()
    notice = _notice(read, campaign, title, file_name)
    notice.left_out = tuple(left_out)
    session.add(notice)
    _add_drafts(session, read, campaign, unit, actor=actor, now=now)
    return campaign


def edit_notice(
    session: Session,
    campaign: Campaign,
    *,
    title: str,
    number: str,
    issuer: str,
    dated_on: date | None,
    actor: Account,
) -> None:
    """Correct the header of a notice. The campaign takes the notice's title. Raises `Refusal`."""
    require(actor, Right.EDIT_NOTICE, Subject(campaign.unit_id))
    texts = {"title": title, "number": number, "issuer": issuer}
    texts = {name: clean_text(typed, multiline=False) for name, typed in texts.items()}
    if not texts["title"]:
        raise Refusal(N_("通知要有标题。"))
    for name, text in texts.items():
        if len(text) > LONGEST[name]:
            raise Refusal(
                N_("“%(text)s…”太长，最多%(most)d个字。"), text=text[:12], most=LONGEST[name]
            )
    notice = get_notice(session, campaign)
    campaign.title = texts["title"]
    notice.title, notice.number, notice.issuer = texts.values()
    notice.dated_on = dated_on
    session.add_all([campaign, notice])
    session.flush()


def _check_text(text: str) -> None:
    if not text.strip():
        raise Refusal(N_("通知里没有文字。"))
    if len(text) > LONGEST_TEXT:
        raise Refusal(
            N_("通知有%(count)d个字，最多%(most)d个字。请只交通知正文。"),
            count=len(text),
            most=LONGEST_TEXT,
        )


def _named_after(file_name: str) -> str:
    return file_name.rpartition(".")[0] or file_name or UNTITLED


def _notice(read: ReadNotice, campaign: Campaign, title: str, file_name: str) -> Notice:
    return Notice(
        campaign_id=campaign.id,
        title=title,
        number=read.number.value[: LONGEST["number"]] if read.number else "",
        issuer=read.issuer.value[: LONGEST["issuer"]] if read.issuer else "",
        dated_on=read.date,
        file_name=file_name[-255:],
        text=read.text,
        outline=[
            {
                "mark": section.mark, "depth": section.depth, "heading": section.heading,
                "start": section.start, "end": section.end,
            }
            for section in read.outline
        ],
    )  # fmt: skip


def _add_drafts(
    session: Session,
    read: ReadNotice,
    campaign: Campaign,
    unit: Unit,
    *,
    actor: Account,
    now: datetime,
) -> None:
    """Store the draft measures in the order of the text, with the levels that the text names."""
    below = {level.code for level in list_levels_below(session, unit)}
    contents = [content_read(found, below) for found in read.measures]
    if not contents:
        return
    found = zip(read.measures, contents, strict=True)
    drafts = [_draft(*pair, campaign, place) for place, pair in enumerate(found, start=1)]
    session.execute(insert(Measure), [draft.model_dump(exclude={"id"}) for draft in drafts])
    placed = select(Measure.position, Measure.id).where(Measure.campaign_id == campaign.id)
    ids = {position: measure_id for position, measure_id in session.exec(placed)}  # noqa: C416
    rows = [
        {"measure_id": ids[place], "level": level, "tag": tag}
        for place, content in enumerate(contents, start=1)
        for level, tag in content.addressees
    ]
    if rows:
        session.execute(insert(Addressee), rows)
    record_measures(session, ids.values(), MeasureAct.CREATE, actor=actor, now=now)


def _draft(
    read: DraftMeasure, content: MeasureContent, campaign: Campaign, position: int
) -> Measure:
    return Measure(
        campaign_id=campaign.id,
        unit_id=campaign.unit_id,
        position=position,
        path=read.path[:60],
        start=read.start,
        end=read.end,
        findings=findings_of(read),
        **content.columns,
    )
