"""`jieli run`: Prefect's server, the worker, the dispatcher and the web application, together."""

from __future__ import annotations

import http.client
import json
import os
import signal
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from types import TracebackType
from urllib.parse import urlsplit

from adapters.database import make_engine
from adapters.migrations import migrate
from adapters.open_files import raise_limit
from adapters.settings import PREFECT_HOST, ROOT, Settings, get_settings
from cli.supervisor import NotReady, Program, Say, Supervisor, refuse_taken_ports
from cli.terminal import prepare_database, refusals, say
from rules.refusal import N_, Refusal

SERVER, DISPATCHER, WORKER, WEB = "prefect", "dispatcher", "worker", "web"
POOL = "jieli"
READY_FILE = "dispatcher.ready"
"""In the data folder; holds the process id of the dispatcher that is ready."""


class Processes:
    """All processes of one installation, from entering the block to leaving it.

    `with Processes(settings) as processes: processes.wait_ready()` … Entering raises `Refusal`
    when a setting is nonsense, a port is taken or the data folder is in use already. The database
    is brought to this version first, and the limit of open files raised for every process.
    """

    def __init__(self, settings: Settings, say: Say | None = None) -> None:
        self.settings = settings
        self.supervisor = Supervisor(
            programs(settings), folder=ROOT, data_dir=settings.data_dir, say=say or tell
        )

    def __enter__(self) -> Processes:
        _ = self.settings.proxies  # refuses what is no address
        raise_limit()
        refuse_taken_ports(
            [
                (self.settings.host, self.settings.web_port, "JIELI_WEB_PORT"),
                (PREFECT_HOST, self.settings.prefect_port, "JIELI_PREFECT_PORT"),
            ]
        )
        engine = make_engine(self.settings.engine_url)
        migrate(engine)
        engine.dispose()
        self.supervisor.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.supervisor.stop()

    def wait_ready(self, seconds: float = 180.0) -> None:
        """Return when a click would be handed down; raises `NotReady` after `seconds`."""
        self.supervisor.wait_ready(seconds)

    def wait(self) -> None:
        """Return never; Ctrl-C or SIGTERM raises KeyboardInterrupt here (see `run`)."""
        self.supervisor.wait()


def run() -> None:
    """Start everything, print the addresses, stop everything on Ctrl-C, SIGTERM or SIGHUP."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)
    settings = get_settings()
    try:
        with refusals(), Processes(settings) as processes:
            processes.wait_ready()
            tell(N_("网页：%(web)s　Prefect：%(prefect)s　停止：Ctrl-C"), addresses(settings))
            processes.wait()
    except KeyboardInterrupt:
        say(N_("已全部停止。"))
    except NotReady as error:
        say(N_("%(name)s 未能启动，请看日志：%(log)s"), name=error.name, log=error.log)
        sys.exit(1)


def dispatch() -> None:
    """The dispatcher alone, in this process, against the server of this installation."""
    os.environ.update(prefect_environment(get_settings()))
    from flows.dispatch import main

    main()


def hand_down(measure_id: int, unit_code: str | None, period: str | None) -> None:
    """Hand a measure down in this process, as a flow run of the running server."""
    with refusals():
        prepare_database()
        _require_there(measure_id, unit_code)
        use_server()
        from flows.hand_down import hand_down as flow

        units = flow(measure_id, unit_code, period)
    say(N_("共到达 %(units)d 个单位。"), units=units)


def _require_there(measure_id: int, unit_code: str | None) -> None:
    """Raises `Refusal` before a flow run is made for what does not exist."""
    from adapters.database import transaction
    from models import Measure
    from queries.units import find_unit

    with transaction(readonly=True) as session:
        if session.get(Measure, measure_id) is None:
            raise Refusal(N_("没有编号为 %(id)s 的措施。"), id=measure_id)
        if unit_code and find_unit(session, unit_code) is None:
            raise Refusal(N_("没有代码为 %(code)s 的单位。"), code=unit_code)


def use_server() -> None:
    """Flows called in this process are runs of the running server from here on.

    Before Prefect is imported. Raises `Refusal` when the server does not run.
    """
    settings = get_settings()
    if not _answers(f"{settings.prefect_url}/api/health"):
        raise Refusal(N_("Prefect 没有运行。请先运行 jieli run。"))
    quiet = {"PREFECT_LOGGING_LEVEL": "CRITICAL"}  # a refusal is told in a sentence, not a trace
    os.environ.update({**prefect_environment(settings), **quiet})


def addresses(settings: Settings) -> dict[str, object]:
    """Where a person finds the pages: `web` and `prefect`."""
    return {"web": settings.web_url, "prefect": settings.prefect_url}


def tell(msgid: str, values: dict[str, object]) -> None:
    """Print one event in the language of the terminal."""
    say(msgid, **values)


def programs(settings: Settings) -> list[Program]:
    """The four programs; the dispatcher and the web application wait for the server themselves."""
    environment = {**settings_environment(settings), **prefect_environment(settings)}
    python = sys.executable
    server = ("-m", "prefect", "server", "start", "--host", PREFECT_HOST)
    worker = ("-m", "prefect", "worker", "start", "--pool", POOL, "--name", POOL)
    return [
        Program(
            SERVER,
            (python, *server, "--port", str(settings.prefect_port)),
            lambda _pid, _since: bool(_answers(f"{settings.prefect_url}/api/health")),
            environment,
        ),
        Program(
            WEB,
            (python, "-m", "web.serving"),
            lambda _pid, _since: bool(_answers(settings.web_url)),
            environment,
        ),
        Program(
            DISPATCHER,
            (python, "-m", "flows.dispatch"),
            _is_in(settings.data_dir / READY_FILE),
            environment,
        ),
        Program(
            WORKER,
            (python, *worker, "--type", "process", "--install-policy", "never", "--limit", "2"),
            lambda _pid, since: _worker_is_online(settings, since),
            environment,
            after=frozenset({DISPATCHER}),
        ),
    ]


def settings_environment(settings: Settings) -> dict[str, str]:
    """The settings as the variables they are read from, so that every process has the same."""
    values = {**settings.model_dump(mode="json"), "data_dir": settings.data_dir.resolve()}
    return {f"JIELI_{name.upper()}": str(each) for name, each in values.items() if each is not None}


def prefect_environment(settings: Settings) -> dict[str, str]:
    """What every process that touches Prefect has in its environment.

    Prefect keeps its own database in the data folder and calls nobody outside. A value of
    `PREFECT_…` that is set already wins, except for where the server is and where it stores.
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
    }


def _is_in(file: Path) -> Callable[[int, float], bool]:
    """A probe: the process has written its id into `file`."""
    return lambda pid, _since: file.exists() and file.read_text() == str(pid)


def _answers(url: str, body: dict[str, object] | None = None) -> bytes:
    """What `url` answers (no proxy, one second); empty when it does not, or with an error."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=1)
    try:
        if body is None:
            connection.request("GET", parts.path or "/")
        else:
            headers = {"Content-Type": "application/json"}
            connection.request("POST", parts.path, json.dumps(body), headers)
        response = connection.getresponse()
        return response.read() or b" " if response.status < 500 else b""
    except (OSError, http.client.HTTPException):
        return b""
    finally:
        connection.close()


def _worker_is_online(settings: Settings, since: float) -> bool:
    """Whether Prefect has heard from the worker after `since` (Unix seconds)."""
    answer = _answers(f"{settings.prefect_url}/api/work_pools/{POOL}/workers/filter", {})
    workers = json.loads(answer) if answer.startswith(b"[") else []
    heard = [datetime.fromisoformat(each["last_heartbeat_time"]) for each in workers]
    return any(at.timestamp() >= since for at in heard)
