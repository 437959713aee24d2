"""`jieli run`: Prefect's server, the worker, the dispatcher and the web application, together."""

from __future__ import annotations

import http.client
import os
import signal
import sys
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from types import TracebackType

from adapters.database import write_log_home
from adapters.open_files import raise_limit
from adapters.opening import make_data_folder, open_database
from adapters.root import ROOT
from adapters.settings import PREFECT_HOST, Settings, get_settings
from cli.prefect_api import NotAnswered, PrefectApi, ask
from cli.prefect_sign_in import keep_sign_in, read_sign_in, sign_in_file
from cli.supervisor import LOCK, NotReady, Program, Say, Supervisor, only_one, refuse_taken_ports
from cli.terminal import count_units_once, prepare_database, refusals, say, tell_narrowed
from rules.sentences.refusal import N_, Refusal

SERVER, DISPATCHER, WORKER, WEB = "prefect", "dispatcher", "worker", "web"
SERVER_APP, WEB_MODULE = "flows.server:create_app", "web.serving"
"""The application of Prefect's server, and the module of the web application."""
POOL = "jieli"
START_SECONDS = 180.0
"""How many seconds a start may take."""
READY_FILE = "dispatcher.ready"
"""The file in the data folder with the process id of the dispatcher that is ready."""


class Processes:
    """All processes of one installation, which run while the block does.

    `with Processes(settings) as processes: processes.wait_ready()` … The database is brought to
    this version first, and the limit of open files is raised for every process. Entering raises
    `Refusal` when a setting cannot be used, a port is taken or the data folder is in use.
    """

    def __init__(self, settings: Settings, say: Say | None = None) -> None:
        self.settings = settings
        self.say = say or tell
        self.supervisor: Supervisor

    def __enter__(self) -> Processes:
        _ = self.settings.proxies  # Raises `Refusal` for what is no address.
        raise_limit()
        refuse_taken_ports(
            [
                (self.settings.host, self.settings.web_port, "JIELI_WEB_PORT"),
                (PREFECT_HOST, self.settings.prefect_port, "JIELI_PREFECT_PORT"),
            ]
        )
        started = programs(self.settings, self._sign_in())
        folder = self.settings.data_dir
        self.supervisor = Supervisor(started, folder=ROOT, data_dir=folder, say=self.say)
        tell_narrowed(open_database(self.settings, renew=True), self.settings.data_dir)
        count_units_once()
        self.supervisor.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.supervisor.stop()
        write_log_home(self.settings.engine_url)

    def _sign_in(self) -> str:
        """Prefect's sign-in. It is not replaced while an installation runs with it."""
        folder = self.settings.data_dir
        make_data_folder(self.settings)
        with only_one(folder / LOCK):
            return keep_sign_in(folder, self.say)

    def wait_ready(self, seconds: float = START_SECONDS) -> None:
        """Wait until a click would be handed down. Raises `NotReady` after `seconds`."""
        self.supervisor.wait_ready(seconds)

    def wait(self) -> None:
        """Wait for ever. Ctrl-C or SIGTERM raises KeyboardInterrupt here (see `run`)."""
        self.supervisor.wait()


def run() -> None:
    """Start everything and print the addresses. Ctrl-C, SIGTERM and SIGHUP stop everything."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)
    settings = get_settings()
    try:
        with refusals(), Processes(settings) as processes:
            processes.wait_ready()
            tell(N_("网页：%(web)s　Prefect：%(prefect)s　停止：Ctrl-C"), addresses(settings))
            tell(N_("Prefect 页面的登录口令在 %(file)s，只有您能读取。"), sign_in_place(settings))
            processes.wait()
    except KeyboardInterrupt:
        say(N_("已全部停止。"))
    except NotReady as error:
        say(N_("%(name)s 未能启动，请看日志：%(log)s"), name=error.name, log=error.log)
        sys.exit(1)


def dispatch() -> None:
    """Run the dispatcher alone in this process, with the server of this installation."""
    prepare_database()
    settings = get_settings()
    with refusals():
        os.environ.update(prefect_environment(settings, read_sign_in(settings.data_dir)))
    from flows.dispatch import main

    main()


def prefect(arguments: Sequence[str]) -> None:
    """Replace this process by Prefect's own command, signed in to the running server."""
    with refusals():
        use_server()
    os.execv(sys.executable, [sys.executable, "-m", "prefect", *arguments])


def hand_down(measure_id: int, unit_code: str | None, period: str | None) -> None:
    """Hand a measure down in this process, as a flow run of the running server."""
    with refusals():
        use_server()
        os.environ["PREFECT_LOGGING_LEVEL"] = "CRITICAL"  # A refusal is told in a sentence.
        prepare_database()
        _require_there(measure_id, unit_code)
        from flows.hand_down import hand_down as flow

        units = flow(measure_id, unit_code, period)
    say(N_("共到达 %(units)d 个单位。"), units=units)


def _require_there(measure_id: int, unit_code: str | None) -> None:
    """Raises `Refusal` for a measure or unit that does not exist, before a flow run is made."""
    from adapters.database import transaction
    from models import Measure
    from queries.units.units import find_unit

    with transaction(readonly=True) as session:
        if session.get(Measure, measure_id) is None:
            raise Refusal(N_("没有编号为 %(id)s 的措施。"), id=measure_id)
        if unit_code and find_unit(session, unit_code) is None:
            raise Refusal(N_("没有代码为 %(code)s 的单位。"), code=unit_code)


def use_server() -> None:
    """Let flows called in this process be flow runs of the running server.

    Call it before Prefect is imported. Raises `Refusal` when this user may not sign in to the
    server, and when the server does not run.
    """
    settings = get_settings()
    sign_in = read_sign_in(settings.data_dir)
    status = PrefectApi(settings.prefect_url, sign_in).get("/admin/version").status
    if status == http.client.UNAUTHORIZED:
        raise Refusal(N_("登录口令与正在运行的 Prefect 不符。请重新启动 jieli run。"))
    if status != http.client.OK:
        raise Refusal(N_("Prefect 没有运行。请先运行 jieli run。"))
    os.environ.update(prefect_environment(settings, sign_in))


def addresses(settings: Settings) -> dict[str, object]:
    """The addresses of the pages: `web` and `prefect`."""
    return {"web": settings.web_url, "prefect": settings.prefect_url}


def sign_in_place(settings: Settings) -> dict[str, object]:
    """The place of the sign-in for Prefect's page: `file`."""
    return {"file": sign_in_file(settings.data_dir)}


def tell(msgid: str, values: dict[str, object]) -> None:
    """Print one event in the language of the terminal."""
    say(msgid, **values)


def programs(settings: Settings, sign_in: str) -> list[Program]:
    """The four programs of an installation.

    The dispatcher and the web application wait for the server by themselves. The web application,
    which strangers reach, does not get Prefect's sign-in.
    """
    own = settings_environment(settings)
    environment = {**own, **prefect_environment(settings, sign_in)}
    api = PrefectApi(settings.prefect_url, sign_in)
    python = sys.executable
    server = ("-m", "uvicorn", "--factory", SERVER_APP, "--host", PREFECT_HOST)
    alone = ("--workers", "1", "--log-level", environment["PREFECT_LOGGING_SERVER_LEVEL"].lower())
    worker = ("-m", "prefect", "worker", "start", "--pool", POOL, "--name", POOL)
    return [
        Program(
            SERVER,
            (python, *server, "--port", str(settings.prefect_port), *alone),
            lambda _pid, _since: _answers(f"{settings.prefect_url}/api/health"),
            environment,
        ),
        Program(
            WEB,
            (python, "-m", WEB_MODULE),
            lambda _pid, _since: _answers(settings.web_url),
            own,
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
            lambda _pid, since: _worker_is_online(api, since),
            environment,
            after=frozenset({DISPATCHER}),
        ),
    ]


def settings_environment(settings: Settings) -> dict[str, str]:
    """The settings as environment variables, so that every process has the same settings."""
    values = {**settings.model_dump(mode="json"), "data_dir": settings.data_dir.resolve()}
    return {
        f"JIELI_{name.upper()}": str(value) for name, value in values.items() if value is not None
    }


def prefect_environment(settings: Settings, sign_in: str) -> dict[str, str]:
    """The environment of every process that touches Prefect.

    Prefect keeps its own database in the data folder and calls nobody outside. A variable
    `PREFECT_…` that is already set wins, except for the server's address, its storage, and who may
    ask it.
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
        **_door(settings, sign_in),
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


def _worker_is_online(api: PrefectApi, since: float) -> bool:
    """Whether Prefect has heard from the worker after `since` (Unix seconds)."""
    try:
        workers = api.post(f"/work_pools/{POOL}/workers/filter", {})
    except NotAnswered:
        return False
    heard = [datetime.fromisoformat(worker["last_heartbeat_time"]) for worker in workers]
    return any(at.timestamp() >= since for at in heard)
