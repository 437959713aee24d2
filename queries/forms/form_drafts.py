"""What is asked of unpublished forms: each account sees its own."""

from typing import NamedTuple

from sqlmodel import Session, col, select

from models import Account, Campaign, FormDraft, FormVersion, Measure
from rules.accounts.permissions import Right, require
from rules.accounts.predicates import Subject
from rules.sentences.not_found import NotFound

MOST_LISTED = 50


class BegunForm(NamedTuple):
    """An unpublished form and the measure it is made for."""

    draft: FormDraft
    measure: Measure
    campaign: str
    used: int | None
    """The form the measure uses now."""

    @property
    def reachable(self) -> bool:
        """Whether the measure's editor still opens it."""
        return self.draft.target in (0, self.used)


def find_form_draft(
    session: Session, account_id: int, measure_id: int, target: int
) -> FormDraft | None:
    """What the account has typed for the measure and not published; `target` 0: a new form."""
    wanted = select(FormDraft).where(
        FormDraft.account_id == account_id,
        FormDraft.measure_id == measure_id,
        FormDraft.target == target,
    )
    return session.exec(wanted).one_or_none()


def get_own_form_draft(session: Session, account: Account, draft_id: int) -> FormDraft:
    """The account's draft with this id. Raises NotFound."""
    draft = session.get(FormDraft, draft_id)
    if draft is None:
        raise NotFound
    require(account, Right.DISCARD_FORM_DRAFT, Subject(account_id=draft.account_id))
    return draft


def list_form_drafts(session: Session, account_id: int) -> list[BegunForm]:
    """The account's unpublished forms, the one typed last first; one statement."""
    wanted = (
        select(FormDraft, Measure, Campaign.title, FormVersion.form_id)
        .join(Measure, col(Measure.id) == FormDraft.measure_id)
        .join(Campaign, col(Campaign.id) == Measure.campaign_id)
        .outerjoin(FormVersion, col(FormVersion.id) == Measure.form_version_id)
        .where(FormDraft.account_id == account_id)
        .order_by(col(FormDraft.updated_at).desc(), col(FormDraft.id).desc())
        .limit(MOST_LISTED)
    )
    return [BegunForm(*row) for row in session.exec(wanted)]
