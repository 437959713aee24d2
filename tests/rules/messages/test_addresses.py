"""Addresses outside: what is inside the network is refused, and nothing secret is repeated."""

from ipaddress import ip_address

import pytest

from rules.messages.addresses import (
    check_robot_address,
    is_outside,
    shown_address,
)
from rules.sentences.refusal import Refusal

ROBOT = "https://oapi.dingtalk.com/robot/send?access_token=abcdef012345"


def test_a_robots_address_is_kept_and_its_end_is_all_that_is_shown() -> None:
    assert check_robot_address(f" {ROBOT}\n") == ROBOT
    assert shown_address(ROBOT) == "oapi.dingtalk.com…2345"


@pytest.mark.parametrize(
    "address",
    [
        "https://127.0.0.1/send", "https://localhost:8080/", "https://10.1.2.3/", "https://[::1]/",
        "https://192.168.0.9/x", "https://169.254.169.254/latest/meta-data", "https://[fe80::1]/",
        "https://[::ffff:10.0.0.1]/", "https://0.0.0.0/", "https://printer.local/",
        "https://100.64.0.1/", "https://224.0.0.1/", "https://localhost./",
    ],
)  # fmt: skip
def test_an_address_inside_the_network_is_refused(address: str) -> None:
    with pytest.raises(Refusal, match="在本机或内部网络里"):
        check_robot_address(address)


@pytest.mark.parametrize(
    "address",
    ["", "机器人", "ftp://example.com", "http://oapi.dingtalk.com/x", "https://", "https://[::1",
     "https://user:secret@example.com/", "https://example.com:port/", f"{ROBOT}{'x' * 500}"],
)  # fmt: skip
def test_what_is_no_address_is_refused_without_repeating_its_secret(address: str) -> None:
    with pytest.raises(Refusal, match="不是机器人的地址") as refusal:
        check_robot_address(address)
    assert "abcdef" not in str(refusal.value)


def test_addresses_on_the_internet_are_outside() -> None:
    assert is_outside(ip_address("203.119.205.1"))
    assert is_outside(ip_address("2408:4005::1"))
