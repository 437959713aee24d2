"""The sign-in to Prefect: `user:secret` in a file that only its owner may read.

Whoever has the sign-in can run any command as the user of `jieli run`
(docs/decisions/0012-prefects-door.md).
"""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Callable
from pathlib import Path

from adapters.private import make_folder
from rules.sentences.refusal import N_, Refusal

FILE = "prefect-sign-in"
"""The name of the file in the data folder."""
USER = "jieli"
SECRET_BYTES = 32
OTHERS = 0o077
"""The permission bits of group and others. The file has none of them."""
SHAPE = re.compile(r"[!-9;-~]+:[!-~]{20,}")
"""Printable ASCII without spaces, for use in a header. An office may write its own sign-in."""


class Unsafe(Refusal):
    """The file must not be used as it is. A new one replaces it at the next start."""


def sign_in_file(folder: Path) -> Path:
    """The path of the sign-in of the installation in the data folder `folder`."""
    return folder.resolve() / FILE


def read_sign_in(folder: Path) -> str:
    """The sign-in of an installation that was started.

    Raises `Refusal` where there is no file, or this user may not read it. Raises `Unsafe` when
    others may read the file, or when it holds no sign-in.
    """
    file = sign_in_file(folder)
    try:
        return _read(file)
    except FileNotFoundError as error:
        raise Refusal(
            N_("没有 Prefect 的登录口令（%(file)s）。请先运行 jieli run。"), file=file
        ) from error


def keep_sign_in(folder: Path, say: Callable[[str, dict[str, object]], None]) -> str:
    """The sign-in for a start, which is made where there is none.

    Only one process of a data folder may call it at a time. An unsafe sign-in is replaced, because
    others may know it, and `say` is told. Raises `Refusal` when this user may not read the file,
    and when the disk keeps no permissions.
    """
    file = sign_in_file(folder)
    try:
        return _read(file)
    except FileNotFoundError:
        pass
    except Unsafe as unsafe:
        say(unsafe.sentence.msgid, dict(unsafe.sentence.values))
        say(N_("Prefect 的登录口令已换新。"), {})
    _store(file, f"{USER}:{secrets.token_urlsafe(SECRET_BYTES)}\n")
    return _read(file)


def _read(file: Path) -> str:
    try:
        with file.open("rb") as opened:
            mode, text = os.fstat(opened.fileno()).st_mode, opened.read()
    except PermissionError as error:
        raise Refusal(
            N_("您无权读取 Prefect 的登录口令（%(file)s）。请用运行 jieli run 的系统用户执行。"),
            file=file,
        ) from error
    if mode & OTHERS:
        raise Unsafe(
            N_("Prefect 的登录口令（%(file)s）别人也能读取，不能再用；启动 jieli run 时换新。"),
            file=file,
        )
    return _checked(text, file)


def _checked(text: bytes, file: Path) -> str:
    """The line of the file. Raises `Unsafe` when the line is no sign-in."""
    line = text.decode("ascii", "replace").strip()
    if not SHAPE.fullmatch(line):
        raise Unsafe(
            N_("Prefect 的登录口令（%(file)s）为空或已损坏；启动 jieli run 时换新。"), file=file
        )
    return line


def _store(file: Path, text: str) -> None:
    """Write the file whole or not at all. At no moment may anybody but the owner read the file."""
    make_folder(file.parent)
    new = file.with_suffix(".new")
    new.unlink(missing_ok=True)
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with open(descriptor, "w", encoding="ascii") as opened:
        opened.write(text)
        opened.flush()
        os.fsync(descriptor)
    new.replace(file)
