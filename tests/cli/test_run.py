"""Where an installation listens, and where its own processes find it."""

import re
import socket
from pathlib import Path
from typing import Any

import pytest

from adapters.settings import Settings
from cli.programs import SERVER, WEB, prefect_environment, programs
from cli.run import Processes
from cli.supervisor import refuse_taken_ports
from rules.sentences.refusal import Refusal
from tests.live import free_port

SIGN_IN = "jieli:a-secret-of-this-test"


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("127.0.0.1", "http://127.0.0.1:8080"),
        ("0.0.0.0", "http://127.0.0.1:8080"),
        ("::", "http://[::1]:8080"),
        ("10.1.2.3", "http://10.1.2.3:8080"),
    ],
)
def test_the_web_address_is_one_this_machine_can_connect_to(host: str, url: str) -> None:
    assert Settings(host=host, web_port=8080).web_url == url


def test_prefect_stays_on_this_machine_wherever_the_pages_are_served() -> None:
    settings = Settings(host="0.0.0.0", prefect_port=4200)
    started = {program.name: program for program in programs(settings, SIGN_IN)}
    server = started[SERVER].command
    assert server[server.index("--host") + 1] == "127.0.0.1"
    assert started[WEB].environment["JIELI_HOST"] == "0.0.0.0"
    given = prefect_environment(settings, SIGN_IN)
    assert given["PREFECT_API_URL"] == "http://127.0.0.1:4200/api"


@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0", "::"])
def test_a_free_port_is_free_on_every_kind_of_address(host: str) -> None:
    refuse_taken_ports([(host, free_port(), "JIELI_WEB_PORT")])


def test_proxies_are_addresses_and_networks_and_nobody_by_default() -> None:
    assert Settings().proxies == []
    named = Settings(trusted_proxies=" 10.0.0.5, 10.1.2.3/16,fd00::1,")
    assert named.proxies == ["10.0.0.5/32", "10.1.0.0/16", "fd00::1/128"]


@pytest.mark.parametrize("nonsense", ["*", "nginx", "10.0.0.256", "0.0.0.0/0", "::/0", "10.0.0.1;"])
def test_what_is_no_proxy_is_refused_before_anything_starts(tmp_path: Path, nonsense: str) -> None:
    settings = Settings(data_dir=tmp_path, trusted_proxies=f"10.0.0.1,{nonsense}")
    with pytest.raises(Refusal, match=re.escape(f"JIELI_TRUSTED_PROXIES 中的“{nonsense}”")):
        Processes(settings).__enter__()


POSTGRES = "postgresql+psycopg://jieli@10.0.0.9/jieli"


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"web_processes": 2}, "JIELI_WEB_PROCESSES 大于 1"),
        ({"dispatchers": 2}, "JIELI_DISPATCHERS 大于 1"),
        ({"parts": "web"}, "几台机器一起运行要用 PostgreSQL"),
        ({"parts": "web,pages"}, "没有“pages”这个部分"),
        ({"redis_url": "redis://10.0.0.9/0"}, "同时设置 JIELI_PREFECT_DATABASE_URL"),
        ({"prefect_database_url": "sqlite:///p.db"}, "JIELI_PREFECT_DATABASE_URL 不是"),
    ],
)
def test_what_sqlite_cannot_bear_is_refused_before_anything_starts(
    tmp_path: Path, asked: dict[str, Any], said: str
) -> None:
    with pytest.raises(Refusal, match=said):
        Processes(Settings(data_dir=tmp_path, **asked)).__enter__()


def test_a_machine_runs_the_parts_and_as_many_of_them_as_its_settings_say() -> None:
    asked = Settings(
        database_url=POSTGRES, parts=" dispatcher, web", web_processes=3, dispatchers=2
    )
    with socket.create_server(("127.0.0.1", 0)) as listener:
        started = programs(asked, SIGN_IN, listener)
    assert [program.name for program in started] == [
        "web", "web-2", "web-3", "dispatcher", "dispatcher-2",
    ]  # fmt: skip
    commands = [tuple(program.command) for program in started]
    assert len(set(commands)) == 5
    assert [len(program.passed) for program in started] == [1, 1, 1, 0, 0]


def test_prefect_gets_its_database_and_redis_and_the_pages_get_neither() -> None:
    asked = Settings(
        database_url=POSTGRES,
        prefect_database_url="postgresql://prefect:p%40ss@10.0.0.9/prefect",
        redis_url="rediss://me:se%40cret@10.0.0.8:6380/2",
    )
    given = prefect_environment(asked, SIGN_IN)
    address = "postgresql+asyncpg://prefect:p%40ss@10.0.0.9/prefect"
    assert given["PREFECT_SERVER_DATABASE_CONNECTION_URL"] == address
    assert given["PREFECT_MESSAGING_BROKER"] == "prefect_redis.messaging"
    assert given["PREFECT_SERVER_DOCKET_URL"] == asked.redis_url
    assert given["PREFECT_REDIS_MESSAGING_HOST"] == "10.0.0.8"
    assert given["PREFECT_REDIS_MESSAGING_DB"] == "2"
    assert given["PREFECT_REDIS_MESSAGING_PASSWORD"] == "se@cret"
    assert given["PREFECT_REDIS_MESSAGING_SSL"] == "true"
    web = {program.name: program for program in programs(asked, SIGN_IN)}[WEB].environment
    assert "10.0.0.8" not in str(web)
    assert "p%40ss" not in str(web)
    assert not prefect_environment(Settings(), SIGN_IN).keys() & {"PREFECT_SERVER_DOCKET_URL"}
