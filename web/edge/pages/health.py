"""Whether the application answers and is ready for work, and the figures of its work."""

from hmac import compare_digest

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import PlainTextResponse, Response
from prometheus_client import CONTENT_TYPE_LATEST
from sqlmodel import select

from adapters.claims import has_dispatcher
from adapters.locks import DISPATCHER, is_held
from adapters.settings import get_settings
from web.edge.viewer.transactions import Now, OpenSession

router = APIRouter()


@router.get("/health")
def get_health(session: OpenSession) -> PlainTextResponse:
    """`ok`, for supervisors and load balancers."""
    session.exec(select(1)).one()
    return PlainTextResponse("ok")


@router.get("/ready")
def get_ready(session: OpenSession) -> PlainTextResponse:
    """`ready` when the database answers and a dispatcher lives, on PostgreSQL on any machine; else
    503."""
    session.exec(select(1)).one()
    shared = session.get_bind().dialect.name == "postgresql"
    lives = has_dispatcher(session) if shared else is_held(get_settings().data_dir / DISPATCHER)
    return PlainTextResponse("ready" if lives else "no dispatcher", 200 if lives else 503)


@router.get("/metrics")
def get_metrics(request: Request, session: OpenSession, now: Now) -> Response:
    """Figures for Prometheus, for a caller with the token; 404 for everyone else.

    The address of a caller says nothing: behind a proxy every stranger comes from this machine.
    """
    token = get_settings().metrics_token
    shown = request.headers.get("authorization", "").encode()
    if not token or not compare_digest(shown, f"Bearer {token}".encode()):
        raise HTTPException(404)
    figures = request.app.state.metrics.written(session, now)
    return Response(figures, media_type=CONTENT_TYPE_LATEST)
