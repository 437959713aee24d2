"""How the command line speaks: translated sentences, refusals and their exit codes."""

import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import typer
from pydantic import ValidationError

from adapters.language import SOURCE, tell, translate
from adapters.settings import Settings
from rules.sentences.not_found import NotFound
from rules.sentences.refusal import N_, Refusal
from rules.units.list_refused import ListRefused


def language() -> str:
    """The language of the terminal: English for an English locale, otherwise Chinese."""
    variables = (os.environ.get(name) for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
    locale = next(filter(None, variables), "")
    return "en" if locale.lower().startswith("en") else SOURCE


def words(msgid: str, **values: object) -> str:
    """One translated sentence."""
    return translate(language(), msgid, **values)


def listed(texts: Iterable[str]) -> str:
    """Texts joined as the language of the terminal joins a list."""
    return words(N_("；")).join(texts)


def say(msgid: str, **values: object) -> None:
    """Print one translated sentence."""
    typer.echo(words(msgid, **values))


@contextmanager
def refusals() -> Iterator[None]:
    """Print a refusal of the block on stderr, each fault on its own line, and exit with code 1."""
    try:
        yield
    except ListRefused as refusal:
        _complain(tell(refusal, language()))
        for fault in refusal.faults:
            _complain("  " + tell(fault.placed(), language()))
        if refusal.more:
            _complain("  " + translate(language(), N_("……另有 %(more)d 处。"), more=refusal.more))
        raise typer.Exit(1) from refusal
    except Refusal as refusal:
        _complain(tell(refusal, language()))
        raise typer.Exit(1) from refusal
    except NotFound as error:
        _complain(translate(language(), N_("没有找到。")))
        raise typer.Exit(1) from error


def unusable_settings(error: ValidationError) -> Iterator[tuple[str, Refusal]]:
    """The variable and the refusal of each setting whose value cannot be used."""
    for fault in error.errors():
        name = "_".join(str(part) for part in fault["loc"])
        yield f"JIELI_{name.upper()}", Refusal(N_("值不能用：%(value)s"), value=fault["input"])


def complain_of_settings(error: ValidationError) -> None:
    """Print every setting that cannot be used on stderr."""
    for variable, refusal in unusable_settings(error):
        _complain(f"{variable}　{tell(refusal, language())}")


def _complain(text: str) -> None:
    typer.echo(text, err=True)


def prepare_database() -> None:
    """Bring the tables to this version, so that a command works before the first `jieli run`.

    Asking for a command's help changes nothing.
    """
    if "--help" in sys.argv:
        return
    from adapters.opening import open_database
    from adapters.settings import get_settings

    with refusals():
        tell_narrowed(open_database(get_settings()), get_settings().data_dir)


def count_units_once(settings: Settings) -> None:
    """After an upgrade the groups of units are not counted yet."""
    from sqlmodel import Session

    from adapters.database import make_engine
    from services.units.unit_groups import count_groups_once, lacks_groups

    engine = make_engine(settings.engine_url)
    try:
        with Session(engine) as session:
            if lacks_groups(session):
                count_groups_once(session)
                session.commit()
    finally:
        engine.dispose()


def tell_narrowed(count: int, folder: Path) -> None:
    """Say that other accounts could read stored files, and no longer can."""
    if count:
        sentence = N_("%(folder)s 里有 %(count)d 个文件或文件夹别的账号能读，已改为不能读。")
        _complain(words(sentence, folder=folder, count=count))
