"""Whether the application answers and reaches its database."""

from fastapi import APIRouter
from fastapi.responses import PlainTextResponse
from sqlmodel import select

from web.transactions import OpenSession

router = APIRouter()


@router.get("/health")
def get_health(session: OpenSession) -> PlainTextResponse:
    """`ok`, for supervisors and load balancers."""
    session.exec(select(1)).one()
    return PlainTextResponse("ok")
