"""Queries about unpublished forms. An account sees its own drafts only."""

from typing import NamedTuple

from sqlmodel import Session, col, select

from adapters.by_name import ByName
from models import Account, Campaign, FormDraft, FormVersion, Measure
from rules.accounts.permissions import Right, require
from rules.accounts.predicates import Subject
from rules.sentences.not_found import NotFound

MOST_LISTED = 50


class BegunForm(NamedTuple):
    """An unpublished form with its measure."""

    draft: FormDraft
    measure: Measure
    campaign: str
    used: int | None
    """The id of the form that the measure uses now; None: it uses none."""

    @property
    def reachable(self) -> bool:
        """Whether the measure's form editor still opens the draft."""
        return self.draft.target in (0, self.used)


def find_form_draft(
    session: Session, account_id: int, measure_id: int, target: int
) -> FormDraft | None:
    """The account's draft for the measure and for the form `target`; 0: for a new form."""
    wanted = select(FormDraft).where(
        FormDraft.account_id == account_id,
        FormDraft.measure_id == measure_id,
        FormDraft.target == target,
    )
    return session.exec(wanted).one_or_none()


def get_own_form_draft(session: Session, account: Account, draft_id: int) -> FormDraft:
    """The draft with this id, for the account that began it. Raises `NotFound`."""
    draft = session.get(FormDraft, draft_id)
    if draft is None:
        raise NotFound
    require(account, Right.DISCARD_FORM_DRAFT, Subject(account_id=draft.account_id))
    return draft


def list_form_drafts(session: Session, account_id: int) -> list[BegunForm]:
    """At most `MOST_LISTED` drafts of the account, the last changed first; one statement."""
    by_name = ByName(
        BegunForm,
        draft=FormDraft,
        measure=Measure,
        campaign=Campaign.title,
        used=FormVersion.form_id,
    )
    wanted = (
        select(*by_name.columns)
        .join(Measure, col(Measure.id) == FormDraft.measure_id)
        .join(Campaign, col(Campaign.id) == Measure.campaign_id)
        .outerjoin(FormVersion, col(FormVersion.id) == Measure.form_version_id)
        .where(FormDraft.account_id == account_id)
        .order_by(col(FormDraft.updated_at).desc(), col(FormDraft.id).desc())
        .limit(MOST_LISTED)
    )
    return by_name.values(session.exec(wanted))
