"""`jieli run`: Prefect's server, the worker, the dispatcher and the web application, together."""

from __future__ import annotations

import http.client
import os
import shutil
import signal
import socket
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from types import TracebackType

from adapters.database import write_log_home
from adapters.listening import listening
from adapters.machines import make_marks
from adapters.open_files import raise_limit
from adapters.opening import make_data_folder, open_database
from adapters.root import ROOT
from adapters.settings import PREFECT_HOST, Settings, get_settings
from cli.prefect_api import PrefectApi
from cli.prefect_sign_in import keep_sign_in, read_sign_in, sign_in_file
from cli.programs import (
    PARTS,
    SERVER,
    WEB,
    figures_folder,
    parts_of,
    prefect_environment,
    programs,
    refuse_unfit,
)
from cli.supervisor import LOCK, NotReady, Say, Supervisor, only_one, refuse_taken_ports
from cli.terminal import count_units_once, prepare_database, refusals, say, tell_narrowed
from rules.sentences.refusal import N_, Refusal

START_SECONDS = 180.0
"""How many seconds a start may take."""


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
        self.resources = ExitStack()

    def __enter__(self) -> Processes:
        settings = self.settings
        _ = settings.proxies  # Raises `Refusal` for what is no address.
        refuse_unfit(settings)
        raise_limit()
        refuse_taken_ports(wanted_ports(settings))
        started = programs(settings, self._sign_in(), self._listener())
        self.supervisor = Supervisor(started, folder=ROOT, data_dir=settings.data_dir, say=self.say)
        make_marks(settings)
        tell_narrowed(open_database(settings, renew=True), settings.data_dir)
        count_units_once(settings)
        self.supervisor.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.supervisor.stop()
        self.resources.close()
        write_log_home(self.settings.engine_url)

    def _sign_in(self) -> str:
        """Prefect's sign-in; empty for pages alone. It is made where the server runs, and is not
        replaced while an installation runs with it."""
        folder, parts = self.settings.data_dir, parts_of(self.settings)
        make_data_folder(self.settings)
        if SERVER in parts:
            with only_one(folder / LOCK):
                return keep_sign_in(folder, self.say)
        return "" if parts == (WEB,) else read_sign_in(folder)

    def _listener(self) -> socket.socket | None:
        """The socket on which newcomers arrive for several web processes; None: there is one
        process, which has its own."""
        settings = self.settings
        if WEB not in parts_of(settings) or settings.web_processes == 1:
            return None
        # The processes that counted there have ended.
        shutil.rmtree(figures_folder(settings), ignore_errors=True)
        return self.resources.enter_context(listening(settings.host, settings.web_port))

    def wait_ready(self, seconds: float = START_SECONDS) -> None:
        """Wait until a click would be handed down. Raises `NotReady` after `seconds`."""
        self.supervisor.wait_ready(seconds)

    def wait(self) -> None:
        """Wait for ever. Ctrl-C or SIGTERM raises KeyboardInterrupt here (see `run`)."""
        self.supervisor.wait()


def run(parts: Sequence[str] = ()) -> None:
    """Start the parts of this machine and print the addresses. Without `parts` the settings say
    which. Ctrl-C, SIGTERM and SIGHUP stop everything."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)
    settings = get_settings()
    if parts:
        settings = settings.model_copy(update={"parts": ",".join(parts)})
    try:
        with refusals(), Processes(settings) as processes:
            processes.wait_ready()
            _tell_what_runs(settings)
            processes.wait()
    except KeyboardInterrupt:
        say(N_("已全部停止。"))
    except NotReady as error:
        say(N_("%(name)s 未能启动，请看日志：%(log)s"), name=error.name, log=error.log)
        sys.exit(1)


def _tell_what_runs(settings: Settings) -> None:
    parts = parts_of(settings)
    if parts == PARTS:
        tell(N_("网页：%(web)s　Prefect：%(prefect)s　停止：Ctrl-C"), addresses(settings))
    else:
        tell(N_("本机运行：%(parts)s　停止：Ctrl-C"), {"parts": "、".join(parts)})
    if SERVER in parts:
        tell(N_("Prefect 页面的登录口令在 %(file)s，只有您能读取。"), sign_in_place(settings))


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


def wanted_ports(settings: Settings) -> list[tuple[str, int, str]]:
    """(host, port, setting) of each port on which the parts of this machine listen."""
    ports = {
        WEB: (settings.host, settings.web_port, "JIELI_WEB_PORT"),
        SERVER: (PREFECT_HOST, settings.prefect_port, "JIELI_PREFECT_PORT"),
    }
    return [ports[part] for part in parts_of(settings) if part in ports]


def addresses(settings: Settings) -> dict[str, object]:
    """The addresses of the pages: `web` and `prefect`."""
    return {"web": settings.web_url, "prefect": settings.prefect_url}


def sign_in_place(settings: Settings) -> dict[str, object]:
    """The place of the sign-in for Prefect's page: `file`."""
    return {"file": sign_in_file(settings.data_dir)}


def tell(msgid: str, values: dict[str, object]) -> None:
    """Print one event in the language of the terminal."""
    say(msgid, **values)
