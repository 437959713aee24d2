"""What one signs in to Prefect with: `user:secret`, in a file that only its owner may read.

Whoever has it runs any command as the user of `jieli run` (docs/decisions/0012-prefects-door.md).
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
"""In the data folder."""
USER = "jieli"
SECRET_BYTES = 32
OTHERS = 0o077
"""The permissions of group and others, of which the file has none."""
SHAPE = re.compile(r"[!-9;-~]+:[!-~]{20,}")
"""Printable ASCII without spaces, since it travels in a header; an office may write its own."""


class Unsafe(Refusal):
    """The file must not be used as it is; a new one takes its place at the next start."""


def sign_in_file(folder: Path) -> Path:
    """Where the sign-in of the installation in the data folder `folder` is stored."""
    return folder.resolve() / FILE


def read_sign_in(folder: Path) -> str:
    """The sign-in of an installation that was started; `Refusal` says why there is none to use.

    Raises `Unsafe` when others may read the file or it holds no sign-in.
    """
    file = sign_in_file(folder)
    try:
        return _read(file)
    except FileNotFoundError as error:
        raise Refusal(
            N_("没有 Prefect 的登录口令（%(file)s）。请先运行 jieli run。"), file=file
        ) from error


def keep_sign_in(folder: Path, say: Callable[[str, dict[str, object]], None]) -> str:
    """The sign-in for a start, made when there is none; for one process of a data folder at a time.

    What is unsafe is replaced and `say` is told, since others may know it. `Refusal` when this
    user may not read it, or when the disk keeps no permissions.
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
    """The one line of the file; raises `Unsafe` when it is no sign-in."""
    line = text.decode("ascii", "replace").strip()
    if not SHAPE.fullmatch(line):
        raise Unsafe(
            N_("Prefect 的登录口令（%(file)s）为空或已损坏；启动 jieli run 时换新。"), file=file
        )
    return line


def _store(file: Path, text: str) -> None:
    """Write the file whole or not at all; at no moment may anybody but the owner read it."""
    make_folder(file.parent)
    new = file.with_suffix(".new")
    new.unlink(missing_ok=True)
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with open(descriptor, "w", encoding="ascii") as opened:
        opened.write(text)
        opened.flush()
        os.fsync(descriptor)
    new.replace(file)
