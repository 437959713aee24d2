"""Who gets nothing from Prefect's server: whoever has no sign-in, and every page of elsewhere."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
import pytest
from prefect.client.orchestration import SyncPrefectClient
from starlette.routing import Route, WebSocketRoute
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from adapters.root import ROOT
from adapters.settings import Settings
from cli.prefect_api import PrefectApi
from cli.prefect_sign_in import keep_sign_in, read_sign_in, sign_in_file
from flows.deploy import deploy
from flows.server import refused
from tests.live import until
from tests.present import present
from tests.second_try import REAL
from tests.web.site import browser

pytestmark = [pytest.mark.long, REAL]

NOBODY = 65534
"""The system user `nobody`, who owns nothing."""
NO_ID = "00000000-0000-0000-0000-000000000000"
FOREIGN = "http://evil.example"
OPEN = {("GET", "/health"), ("GET", "/ready")}
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")


@pytest.fixture
def sign_in(prefect_server: Settings) -> str:
    return read_sign_in(prefect_server.data_dir)


@pytest.fixture
def stranger(prefect_server: Settings) -> Iterator[httpx.Client]:
    """Somebody on the same machine who does not know the sign-in."""
    url = f"{prefect_server.prefect_url}/api"
    with httpx.Client(base_url=url, trust_env=False, timeout=30) as client:
        yield client


@pytest.fixture
def insider(stranger: httpx.Client, sign_in: str) -> httpx.Client:
    """Somebody who knows it."""
    stranger.auth = tuple(sign_in.split(":"))  # type: ignore[assignment]
    return stranger


def token(client: httpx.Client) -> dict[str, str]:
    """Headers with a CSRF token the server has given out."""
    given = client.get("/csrf-token", params={"client": "test"}).raise_for_status().json()
    return {"Prefect-Csrf-Client": "test", "Prefect-Csrf-Token": given["token"]}


def every_route() -> tuple[list[tuple[str, str]], list[str]]:
    """All (method, path) of Prefect's API, and the paths of its WebSockets."""
    from prefect.server.api.server import API_ROUTERS

    http, sockets = [], []
    for route in (route for router in API_ROUTERS for route in router.routes):
        assert isinstance(route, Route | WebSocketRoute)
        path = "/".join(NO_ID if "{" in part else part for part in route.path.split("/"))
        if isinstance(route, Route):
            http += [(method, path) for method in present(route.methods)]
        else:
            sockets.append(path)
    return http, sockets


def creation(client: SyncPrefectClient) -> tuple[str, dict[str, object]]:
    """Path and body of what starts a flow run with a command of the caller's own."""
    variables = {"command": "sh -c 'id > proof'"}
    return f"/deployments/{deploy(client)['sweep']}/create_flow_run", {"job_variables": variables}


def test_without_the_sign_in_every_route_is_refused(
    stranger: httpx.Client, prefect_server: Settings, sign_in: str
) -> None:
    routes, _ = every_route()
    assert len(routes) > 150
    with httpx.Client(base_url=stranger.base_url, trust_env=False) as other:
        other.auth = tuple(sign_in.split(":"))  # type: ignore[assignment]
        stranger.headers.update(token(other))
    for method, path in routes:
        if (method, path) not in OPEN:
            assert stranger.request(method, path).status_code == 401, (method, path)


def test_a_command_is_started_for_nobody_without_the_sign_in(
    stranger: httpx.Client, client: SyncPrefectClient, sign_in: str
) -> None:
    path, body = creation(client)
    before = len(client.read_flow_runs())
    assert stranger.post(path, json=body).status_code == 403
    for wrong in ("", "jieli:", "jieli:wrong", sign_in + "x", sign_in[:-1]):
        user, _, secret = wrong.partition(":")
        assert stranger.get("/admin/settings", auth=(user, secret)).status_code == 401
        assert stranger.post(path, json=body, auth=(user, secret)).status_code == 403
    assert len(client.read_flow_runs()) == before


def test_a_change_needs_a_token_besides_the_sign_in(
    insider: httpx.Client, client: SyncPrefectClient
) -> None:
    path, body = creation(client)
    assert insider.post(path, json=body).status_code == 403
    assert insider.post(path, json=body, headers=token(insider)).status_code == 201


def test_one_who_is_signed_in_gets_a_new_token_when_the_old_one_is_refused(
    prefect_server: Settings, sign_in: str
) -> None:
    api = PrefectApi(prefect_server.prefect_url, sign_in, seconds=30)
    api.headers["Prefect-Csrf-Token"] = "expired"
    assert isinstance(api.post("/flows/count", {}), int)


@pytest.mark.parametrize("origin", [FOREIGN, "null", "http://127.0.0.1:1", "http://localhost"])
def test_a_page_of_elsewhere_is_refused_preflight_included(
    insider: httpx.Client, origin: str
) -> None:
    asked = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "x"}
    given = token(insider)
    answers = [
        insider.options("/flows/filter", headers={"Origin": origin, **asked}),
        insider.post("/flows/filter", json={}, headers={"Origin": origin, **given}),
        insider.get("/health", headers={"Origin": origin}),
    ]
    for answer in answers:
        assert answer.status_code == 403
        assert not [name for name in answer.headers if name.startswith("access-control")]


@pytest.mark.parametrize("host", ["evil.example", "evil.example:4200", "127.0.0.1.evil.example"])
def test_a_foreign_name_that_points_here_is_refused(insider: httpx.Client, host: str) -> None:
    answer = insider.get("/admin/version", headers={"Host": host, "Origin": f"http://{host}"})
    assert answer.status_code == 421


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ([], 421),
        ([(b"host", b"")], 421),
        ([(b"host", b"localhost"), (b"host", b"evil.example")], 421),
        ([(b"host", b"[::1")], 421),
        ([(b"host", b"[::1]:4200")], None),
        ([(b"host", b"LOCALHOST:9")], None),
        ([(b"host", b"localhost:9"), (b"origin", b"http://localhost:9")], None),
        ([(b"host", b"localhost:9"), (b"origin", b"https://localhost:9")], 403),
        ([(b"host", b"localhost:9"), (b"origin", b"http://localhost:8080")], 403),
    ],
)
def test_host_must_be_this_machine_and_origin_the_same(
    headers: list[tuple[bytes, bytes]], status: int | None
) -> None:
    assert refused({"path": "/api/flows/filter", "headers": headers}) == status


def test_no_websocket_tells_a_stranger_anything(prefect_server: Settings, sign_in: str) -> None:
    url = prefect_server.prefect_url.replace("http", "ws") + "/api"
    _, paths = every_route()
    assert "/events/in" in paths
    assert "/events/out" in paths
    for path in paths:
        for wrong in (None, "", "jieli:wrong", sign_in[:-1], 7):
            assert told(url + path, wrong) is None, (path, wrong)
        assert told(url + path, sign_in) == "auth_success"
        with pytest.raises(InvalidStatus):
            told(url + path, sign_in, origin=FOREIGN)


def told(url: str, secret: object, origin: str | None = None) -> str | None:
    """The type of the first message after signing in with `secret`; None: hung up."""
    sub = ["prefect"]
    with connect(url, subprotocols=sub, origin=origin, proxy=None) as socket:  # type: ignore
        socket.send(json.dumps({"type": "auth", "token": secret}))
        try:
            first: dict[str, str] = json.loads(socket.recv(30))
            return first["type"]
        except ConnectionClosed:
            return None


def test_the_page_and_the_health_answer_everybody(prefect_server: Settings) -> None:
    with httpx.Client(base_url=prefect_server.prefect_url, trust_env=False) as client:
        assert client.get("/api/health").json() is True
        assert (
            client.get("/", follow_redirects=True).headers["content-type"].startswith("text/html")
        )
        shown = client.get("/ui-settings").json()
    assert (shown["auth"], shown["csrf_enabled"], shown["api_url"]) == ("BASIC", True, "/api")


@pytest.mark.parametrize("path", ["/docs", "/redoc", "/openapi.json", "/docs/oauth2-redirect"])
def test_the_description_that_holds_the_server_up_is_shown_to_nobody(
    prefect_server: Settings, path: str
) -> None:
    assert httpx.get(prefect_server.prefect_url + path, trust_env=False).status_code == 404


BECOMING_NOBODY = f"""
import encodings.idna, http.client, os, sys
import cli.run
from cli.main import app
os.setgroups([])
os.setgid({NOBODY})
os.setuid({NOBODY})
"""
"""Another user may have no right to the interpreter or the checkout: all is imported before."""
ASKING = """
connection = http.client.HTTPConnection(sys.argv[1], timeout=60)
connection.request("GET", sys.argv[2])
print(connection.getresponse().status)
"""


def as_nobody(code: str, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Python code, run by another user of the machine."""
    return subprocess.run(
        [sys.executable, "-c", BECOMING_NOBODY + code, *arguments],
        cwd=ROOT,
        env={**os.environ, "LC_ALL": "C.UTF-8", **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A data folder that everybody may enter, with a sign-in."""
    with TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        keep_sign_in(Path(name), lambda *_: None)
        yield Path(name)


@as_root
def test_another_user_cannot_read_the_file(open_folder: Path) -> None:
    file = sign_in_file(open_folder)
    reading = as_nobody("open(sys.argv[1])", str(file))
    assert "PermissionError" in reading.stderr
    file.chmod(0o644)
    assert as_nobody("open(sys.argv[1])", str(file)).returncode == 0


@as_root
@pytest.mark.parametrize(("path", "status"), [("/api/admin/settings", 401), ("/api/health", 200)])
def test_another_user_gets_no_more_than_the_health_from_the_server(
    prefect_server: Settings, path: str, status: int
) -> None:
    host = prefect_server.prefect_url.removeprefix("http://")
    assert as_nobody(ASKING, host, path).stdout == f"{status}\n"


@as_root
def test_another_user_who_hands_down_is_told_in_a_sentence(open_folder: Path) -> None:
    done = as_nobody("app()", "hand-down", "1", JIELI_DATA_DIR=str(open_folder))
    assert done.returncode == 1
    assert done.stderr.startswith("您无权读取 Prefect 的登录口令")
    assert done.stderr.count("\n") == 1


def test_who_signs_in_on_prefects_page_sees_the_runs_and_starts_a_deployment(
    prefect_server: Settings, client: SyncPrefectClient, sign_in: str
) -> None:
    sweep = deploy(client)["sweep"]

    def started() -> int:
        return sum(
            run.deployment_id == sweep and not run.auto_scheduled for run in client.read_flow_runs()
        )

    before = started()
    address = prefect_server.prefect_url.replace("127.0.0.1", "localhost")
    with browser() as chromium:
        page = chromium.new_page()
        page.set_default_timeout(60_000)
        page.goto(address)
        page.get_by_placeholder("admin:pass").fill(sign_in)
        page.get_by_role("button", name="Login").click()
        page.wait_for_url("**/dashboard*")
        page.goto(f"{address}/v2/deployments/deployment/{sweep}")
        page.get_by_role("button", name="Run", exact=True).click()
        page.get_by_role("menuitem", name="Quick run").click()
        until(lambda: started() == before + 1)
