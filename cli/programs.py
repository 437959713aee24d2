"""The programs of an installation: their commands, their environments, and when each is ready."""

from __future__ import annotations

import http.client
import os
import socket
import sys
from collections.abc import Callable, Iterator
from datetime import datetime
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import unquote, urlsplit

from sqlalchemy import make_url

from adapters.settings import PREFECT_HOST, Settings
from cli.prefect_api import NotAnswered, PrefectApi, ask
from cli.supervisor import Program
from rules.sentences.refusal import N_, Refusal

SERVER, DISPATCHER, WORKER, WEB = "prefect", "dispatcher", "worker", "web"
PARTS = (SERVER, WEB, DISPATCHER, WORKER)
"""The parts of an installation, in the order in which they start."""
SERVER_APP, WEB_MODULE = "flows.server:create_app", "web.serving"
"""The application of Prefect's server, and the module of the web application."""
POOL = "jieli"
NEEDS_POSTGRESQL = N_(
    "%(setting)s 大于 1 时要用 PostgreSQL：SQLite 同一时刻只容一个进程写。"
    "请设置 JIELI_DATABASE_URL，或把 %(setting)s 改回 1。"
)
ONE_MACHINE = N_(
    "几台机器一起运行要用 PostgreSQL。请设置 JIELI_DATABASE_URL，或让本机运行全部部分。"
)
UNKNOWN_PART = N_("没有“%(part)s”这个部分；有：%(parts)s。")
REDIS_ALONE = N_("设置了 JIELI_REDIS_URL，就要同时设置 JIELI_PREFECT_DATABASE_URL（PostgreSQL）。")
NO_REDIS_ADDRESS = N_("JIELI_REDIS_URL 不是能用的地址。请写成 redis://用户:密码@主机:6379/0。")
NO_PREFECT_DATABASE = N_(
    "JIELI_PREFECT_DATABASE_URL 不是能用的地址。请写成 postgresql://用户:密码@主机/库名。"
)
NO_PREFECT_REDIS = N_(
    "设置了 JIELI_REDIS_URL，但没有安装 prefect-redis：pip install 'jieli[redis]'。"
)


def parts_of(settings: Settings) -> tuple[str, ...]:
    """The parts that run on this machine. Raises `Refusal` for a part that there is not."""
    wanted = [part.strip() for part in settings.parts.split(",") if part.strip()]
    for part in wanted:
        if part not in PARTS:
            raise Refusal(UNKNOWN_PART, part=part, parts="、".join(PARTS))
    return tuple(part for part in PARTS if part in wanted) or PARTS


def refuse_unfit(settings: Settings) -> None:
    """Raises `Refusal` for settings that ask for several processes or machines and cannot have
    them."""
    parts = parts_of(settings)
    numbers = {
        "JIELI_WEB_PROCESSES": settings.web_processes,
        "JIELI_DISPATCHERS": settings.dispatchers,
    }
    for setting, number in numbers.items():
        if number > 1 and settings.is_sqlite:
            raise Refusal(NEEDS_POSTGRESQL, setting=setting)
    if parts != PARTS and settings.is_sqlite:
        raise Refusal(ONE_MACHINE)
    _refuse_unfit_prefect(settings)


def _refuse_unfit_prefect(settings: Settings) -> None:
    if settings.prefect_database_url and not _is_postgresql(settings.prefect_database_url):
        raise Refusal(NO_PREFECT_DATABASE)
    if settings.redis_url and not settings.prefect_database_url:
        raise Refusal(REDIS_ALONE)
    if settings.redis_url and urlsplit(settings.redis_url).scheme not in ("redis", "rediss"):
        raise Refusal(NO_REDIS_ADDRESS)
    if settings.redis_url and find_spec("prefect_redis") is None:
        raise Refusal(NO_PREFECT_REDIS)


def _is_postgresql(address: str) -> bool:
    return urlsplit(address).scheme.partition("+")[0] in ("postgresql", "postgres")


def programs(
    settings: Settings, sign_in: str, listener: socket.socket | None = None
) -> list[Program]:
    """The programs of this machine.

    The dispatchers and the web application wait for the server by themselves. The web application,
    which strangers reach, gets neither Prefect's sign-in nor Prefect's database. Several web
    processes take newcomers from one `listener`, which stays open while one of them is started
    again.
    """
    environment = {**settings_environment(settings), **prefect_environment(settings, sign_in)}
    makers: dict[str, Callable[[], Iterator[Program]]] = {
        SERVER: lambda: _server(settings, environment),
        WEB: lambda: _web(settings, listener),
        DISPATCHER: lambda: _dispatchers(settings, environment),
        WORKER: lambda: _worker(settings, environment, sign_in),
    }
    return [program for part in parts_of(settings) for program in makers[part]()]


def _server(settings: Settings, environment: dict[str, str]) -> Iterator[Program]:
    level = environment["PREFECT_LOGGING_SERVER_LEVEL"].lower()
    command = (sys.executable, "-m", "uvicorn", "--factory", SERVER_APP, "--host", PREFECT_HOST)
    alone = ("--port", str(settings.prefect_port), "--workers", "1", "--log-level", level)
    health = f"{settings.prefect_url}/api/health"
    yield Program(SERVER, (*command, *alone), lambda _pid, _since: _answers(health), environment)


def _web(settings: Settings, listener: socket.socket | None) -> Iterator[Program]:
    own = settings_environment(settings, secret=False)
    command = (sys.executable, "-m", WEB_MODULE)
    if listener is None:
        yield Program(WEB, command, lambda _pid, _since: _answers(settings.web_url), own)
        return
    own["PROMETHEUS_MULTIPROC_DIR"] = str(figures_folder(settings))
    for name in names_of(WEB, settings.web_processes):
        ready = settings.data_dir / f"{name}.ready"
        yield Program(
            name,
            (*command, str(listener.fileno()), str(ready)),
            _is_in(ready),
            own,
            passed=(listener.fileno(),),
        )


def figures_folder(settings: Settings) -> Path:
    """Where several web processes keep the figures for `/metrics`, of which each tells the sums."""
    return settings.data_dir / "figures"


def _dispatchers(settings: Settings, environment: dict[str, str]) -> Iterator[Program]:
    for name in names_of(DISPATCHER, settings.dispatchers):
        ready = settings.data_dir / f"{name}.ready"
        command = (sys.executable, "-m", "flows.dispatch", name)
        yield Program(name, command, _is_in(ready), environment)


def _worker(settings: Settings, environment: dict[str, str], sign_in: str) -> Iterator[Program]:
    name = f"{POOL}-{socket.gethostname()}"
    command = (sys.executable, "-m", "prefect", "worker", "start", "--pool", POOL, "--name", name)
    limits = ("--type", "process", "--install-policy", "never", "--limit", "2")
    api = PrefectApi(settings.prefect_url, sign_in)
    first = {DISPATCHER} if DISPATCHER in parts_of(settings) else set()
    yield Program(
        WORKER,
        (*command, *limits),
        lambda _pid, since: _worker_is_online(api, name, since),
        environment,
        after=frozenset(first),
    )


def names_of(part: str, count: int) -> list[str]:
    """The names of so many processes of a part: `web`, `web-2`, `web-3`…"""
    return [part, *(f"{part}-{number}" for number in range(2, count + 1))]


PREFECTS_OWN = ("prefect_database_url", "redis_url")
"""Settings that only processes get that touch Prefect."""


def settings_environment(settings: Settings, *, secret: bool = True) -> dict[str, str]:
    """The settings as environment variables, so that every process has the same settings. Without
    `secret` those are empty that only Prefect needs."""
    folders = {"data_dir": settings.data_dir.resolve(), "shared_dir": settings.shared.resolve()}
    values = {**settings.model_dump(mode="json"), **folders}
    hidden = {} if secret else dict.fromkeys(PREFECTS_OWN, "")
    return {
        f"JIELI_{name.upper()}": str(value)
        for name, value in {**values, **hidden}.items()
        if value is not None
    }


def prefect_environment(settings: Settings, sign_in: str) -> dict[str, str]:
    """The environment of every process that touches Prefect.

    Prefect keeps its own database in the data folder, or where the settings say, and calls nobody
    outside. A variable `PREFECT_…` that is already set wins, except for the server's address, its
    storage, and who may ask it.
    """
    defaults = {
        "PREFECT_LOGGING_LEVEL": "WARNING",
        "PREFECT_LOGGING_SERVER_LEVEL": "WARNING",
        "PREFECT_LOGGING_TO_API_WHEN_MISSING_FLOW": "ignore",
        "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
        "PREFECT_WORKER_QUERY_SECONDS": "2",
        "PREFECT_FLOWS_HEARTBEAT_FREQUENCY": "30",
    }
    return {
        **{name: os.environ.get(name, value) for name, value in defaults.items()},
        "DO_NOT_TRACK": "1",
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "PREFECT_HOME": str(settings.data_dir.resolve() / "prefect"),
        "PREFECT_API_URL": f"{settings.prefect_url}/api",
        "NO_PROXY": ",".join(filter(None, [os.environ.get("NO_PROXY"), "127.0.0.1,localhost"])),
        **_storage(settings),
        **_door(settings, sign_in),
    }


def _storage(settings: Settings) -> dict[str, str]:
    """Prefect's database, and Redis, through which several servers agree. The names are those of
    Prefect's documentation on scaling it."""
    found: dict[str, str] = {}
    if settings.prefect_database_url:
        url = make_url(settings.prefect_database_url).set(drivername="postgresql+asyncpg")
        address = url.render_as_string(hide_password=False)
        found["PREFECT_SERVER_DATABASE_CONNECTION_URL"] = address
    if settings.redis_url:
        found |= _redis(settings.redis_url)
    return found


def _redis(address: str) -> dict[str, str]:
    parts = urlsplit(address)
    signed_in = {
        "PREFECT_REDIS_MESSAGING_USERNAME": unquote(parts.username or ""),
        "PREFECT_REDIS_MESSAGING_PASSWORD": unquote(parts.password or ""),
    }
    return {
        "PREFECT_MESSAGING_BROKER": "prefect_redis.messaging",
        "PREFECT_MESSAGING_CACHE": "prefect_redis.messaging",
        "PREFECT_SERVER_EVENTS_CAUSAL_ORDERING": "prefect_redis.ordering",
        "PREFECT_SERVER_CONCURRENCY_LEASE_STORAGE": "prefect_redis.lease_storage",
        "PREFECT_SERVER_DOCKET_URL": address,
        "PREFECT_REDIS_MESSAGING_HOST": parts.hostname or "localhost",
        "PREFECT_REDIS_MESSAGING_PORT": str(parts.port or 6379),
        "PREFECT_REDIS_MESSAGING_DB": parts.path.strip("/") or "0",
        "PREFECT_REDIS_MESSAGING_SSL": str(parts.scheme == "rediss").lower(),
        **{name: value for name, value in signed_in.items() if value},
    }


def _door(settings: Settings, sign_in: str) -> dict[str, str]:
    """The settings that keep out everybody without the sign-in, and all foreign pages
    (docs/decisions/0012-prefects-door.md).

    Prefect's page asks the server it came from (`/api`), under the name by which it was opened.
    """
    return {
        "PREFECT_API_AUTH_STRING": sign_in,
        "PREFECT_SERVER_API_AUTH_STRING": sign_in,
        "PREFECT_SERVER_API_CSRF_PROTECTION_ENABLED": "true",
        "PREFECT_CLIENT_CSRF_SUPPORT_ENABLED": "true",
        "PREFECT_SERVER_API_CORS_ALLOWED_ORIGINS": settings.prefect_url,
        "PREFECT_SERVER_UI_API_URL": "/api",
        "PREFECT_RUNNER_SERVER_ENABLE": "false",
    }


def _is_in(file: Path) -> Callable[[int, float], bool]:
    """A probe that asks whether the process has written its id into `file`."""
    return lambda pid, _since: file.exists() and file.read_text() == str(pid)


def _answers(url: str) -> bool:
    return 0 < ask(url).status < http.client.INTERNAL_SERVER_ERROR


def _worker_is_online(api: PrefectApi, name: str, since: float) -> bool:
    """Whether Prefect has heard from the worker of this name after `since` (Unix seconds)."""
    try:
        workers = api.post(f"/work_pools/{POOL}/workers/filter", {})
    except NotAnswered:
        return False
    mine = [worker["last_heartbeat_time"] for worker in workers if worker["name"] == name]
    heard = [datetime.fromisoformat(at) for at in mine]
    return any(at.timestamp() >= since for at in heard)
