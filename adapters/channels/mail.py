"""E-mail through the mail server of the installation, with the standard library."""

from __future__ import annotations

import smtplib
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime

from adapters.settings import Settings
from rules.messages.outcomes import AWAY, NO_ANSWER, Result, SendOutcome
from rules.sentences.sentence import N_, Sentence

SECONDS = 15.0
NO_SERVER = N_("还没有设置邮件服务器（JIELI_SMTP_HOST 和 JIELI_SMTP_FROM）。请联系管理员。")
REJECTED = N_("邮件服务器不接受这个收件地址（%(code)s）。请核对单位页上的邮箱。")
REFUSED = N_("邮件服务器没有接受邮件（%(code)s）。请联系管理员。")
NOT_SIGNED_IN = N_("邮件服务器不接受账号或密码。请联系管理员核对 JIELI_SMTP_USER。")


def send_mail(
    settings: Settings, to: str, subject: str, text: str, *, key: str, now: datetime
) -> SendOutcome:
    """Send a text to one mailbox. `key` makes the message's own id, so that a mail server knows
    the message again."""
    if not settings.smtp_host or not settings.smtp_from:
        return SendOutcome(Result.FAILED, Sentence(NO_SERVER))
    message = _message(settings.smtp_from, to, subject, text, key, now)
    try:
        server = _connected(settings)
    except smtplib.SMTPAuthenticationError:
        return SendOutcome(Result.FAILED, Sentence(NOT_SIGNED_IN))
    except (smtplib.SMTPException, OSError):
        return SendOutcome(Result.FAILED, Sentence(AWAY))
    try:
        return _sent(server, message, to)
    finally:
        server.close()


def _sent(server: smtplib.SMTP, message: EmailMessage, to: str) -> SendOutcome:
    """What becomes of a message. The server is not asked for a farewell: once it has taken the
    message, nothing may make it look as if it had not."""
    try:
        server.send_message(message)
    except smtplib.SMTPRecipientsRefused as error:
        code = error.recipients[to][0] if to in error.recipients else 550
        result = Result.REJECTED if code >= 500 else Result.FAILED
        return SendOutcome(result, Sentence(REJECTED, {"code": code}))
    except smtplib.SMTPResponseException as error:
        return SendOutcome(Result.FAILED, Sentence(REFUSED, {"code": error.smtp_code}))
    except (smtplib.SMTPException, OSError):
        return SendOutcome(Result.UNSURE, Sentence(NO_ANSWER))
    return SendOutcome(Result.SENT)


def _message(
    sender: str, to: str, subject: str, text: str, key: str, now: datetime
) -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, to, subject
    message["Date"] = format_datetime(now)
    message["Message-ID"] = f"<{key}@{sender.rpartition('@')[2].strip('> ')}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(text)
    return message


def _connected(settings: Settings) -> smtplib.SMTP:
    """A connection on which mail may be sent."""
    secure = settings.smtp_security == "tls"
    kind = smtplib.SMTP_SSL if secure else smtplib.SMTP
    server = kind(settings.smtp_host, settings.smtp_port, timeout=SECONDS)
    try:
        if settings.smtp_security == "starttls":
            server.starttls()
        if settings.smtp_user:
            server.login(settings.smtp_user, settings.smtp_password)
    except BaseException:
        server.close()
        raise
    return server
