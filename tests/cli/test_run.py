"""Where an installation listens, and where its own processes find it."""

import re
from pathlib import Path

import pytest

from adapters.settings import Settings
from cli.run import SERVER, WEB, Processes, prefect_environment, programs
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
