"""What several tests of these queries start from."""

from sqlmodel import Session, col, select

from models import Unit
from tests.answering import answer, released_measures
from tests.scenes import scene


@scene
def two_answered_here_and_there(session: Session) -> list[int | None]:
    """A measure for villages, and one that banners answer as well; some villages have answered."""
    measures = released_measures(
        session, {}, {"title": "检修管网", "addressees": (("banner", ""), ("village", ""))}
    )
    villages = session.exec(select(Unit).where(Unit.level == "village").order_by(col(Unit.lft)))
    for number, village in enumerate(villages.all()):
        if number % 3 == 0:
            answer(session, measures[number % 2], village.code, number)
    return [measure.id for measure in measures]
