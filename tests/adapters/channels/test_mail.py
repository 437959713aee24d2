"""E-mail, tried against a local mail server."""

import email
import socketserver
from collections.abc import Iterator
from email.policy import default
from threading import Thread

import pytest

from adapters.channels.mail import send_mail
from adapters.settings import Settings
from rules.messages.outcomes import Result, SendOutcome
from tests.conftest import NOW

TO = "bangongshi@example.gov.cn"


class MailServer(socketserver.ThreadingTCPServer):
    """Takes mail, but for what `answers` says to a command."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Speaker)
        self.taken: list[bytes] = []
        self.answers: dict[str, str] = {}


class Speaker(socketserver.StreamRequestHandler):
    server: MailServer

    def handle(self) -> None:
        self._say(self.server.answers.get("HELLO", "220 mail"))
        while line := self.rfile.readline().decode().strip():
            command = line.split()[0].upper().split(":")[0]
            said = self.server.answers.get(command)
            if said == "":
                return
            if said is None and command == "DATA":
                self._say("354 go on")
                self.server.taken.append(self._data())
                said = self.server.answers.get("END", "250 taken")
                if said == "":
                    return
            self._say(said or "250 fine")

    def _data(self) -> bytes:
        lines = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line)
        return b"".join(lines)

    def _say(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())


@pytest.fixture
def server() -> Iterator[MailServer]:
    with MailServer() as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def send(server: MailServer, **more: object) -> SendOutcome:
    settings = Settings.model_validate(
        {"smtp_host": "127.0.0.1", "smtp_port": server.server_address[1],
         "smtp_from": "jieli@example.gov.cn"} | more
    )  # fmt: skip
    return send_mail(settings, TO, "【接力】今日待办", "逾期 1 项。", key="jieli.7", now=NOW)


def test_a_mail_arrives_with_its_text_and_an_id_of_its_own(server: MailServer) -> None:
    assert send(server).result == Result.SENT
    (taken,) = server.taken
    message = email.message_from_bytes(taken, policy=default)
    assert (message["To"], message["Subject"]) == (TO, "【接力】今日待办")
    assert message["Message-ID"] == "<jieli.7@example.gov.cn>"
    assert message.get_content().strip() == "逾期 1 项。"


@pytest.mark.parametrize(
    ("answers", "result", "told"),
    [
        ({"RCPT": "550 no such user"}, Result.REJECTED, "核对单位页上的邮箱"),
        ({"RCPT": "451 later"}, Result.FAILED, "451"),
        ({"MAIL": "530 sign in first"}, Result.FAILED, "530"),
        ({"DATA": "554 no"}, Result.FAILED, "554"),
        ({"END": "552 too much"}, Result.FAILED, "552"),
        ({"END": ""}, Result.UNSURE, "没有重发"),
        ({"HELLO": "421 away"}, Result.FAILED, "连不上"),
    ],
)
def test_what_the_mail_server_says_is_told(
    server: MailServer, answers: dict[str, str], result: Result, told: str
) -> None:
    server.answers = answers
    outcome = send(server)
    assert outcome.result == result
    assert told in str(outcome.sentence)


def test_without_a_mail_server_and_with_a_wrong_password_it_is_told(server: MailServer) -> None:
    assert "还没有设置邮件服务器" in str(send(server, smtp_host="").sentence)
    server.answers = {"EHLO": "250-mail\r\n250 AUTH PLAIN", "AUTH": "535 wrong"}
    refused = send(server, smtp_user="jieli", smtp_password="wrong-word")
    assert "账号或密码" in str(refused.sentence)
    assert "wrong-word" not in repr(refused)
