"""Installations to back up and to restore into, on both kinds of database."""

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import make_url
from sqlmodel import Session
from typer.testing import CliRunner, Result

from adapters.attachment_store import AttachmentStore
from adapters.checked_files import Prepared
from adapters.database import get_engine, make_engine
from adapters.migrations import migrate
from adapters.settings import Settings, get_settings
from cli.main import app
from models import Attachment, AttachmentKind, Campaign
from services.campaigns.notice_files import add_annexes
from tests.answering import account_of, answer, released_measure
from tests.building import REGION, VILLAGE, assignment_of
from tests.conftest import NOW
from tests.databases import BACKENDS, fresh_database
from tests.sample_tree import fill_tree

PHOTO = b"what a village has photographed"
ANNEX = "附件：统计表".encode()
"""An annex of the notice."""


@dataclass
class Installation:
    """A data folder and a database, and the command line working on them."""

    settings: Settings

    def run(self, *arguments: str) -> Result:
        """A `jieli` command of this installation."""
        get_settings.cache_clear()
        get_engine.cache_clear()
        environment = {
            "JIELI_DATA_DIR": str(self.settings.data_dir),
            "JIELI_DATABASE_URL": self.settings.database_url,
            "LC_ALL": "C.UTF-8",
        }
        with pytest.MonkeyPatch.context() as patch:
            for name, value in environment.items():
                patch.setenv(name, value)
            result = CliRunner().invoke(app, arguments)
        get_settings.cache_clear()
        get_engine.cache_clear()
        return result

    @contextmanager
    def session(self) -> Iterator[Session]:
        """A transaction on its database."""
        engine = make_engine(self.settings.engine_url)
        with Session(engine, expire_on_commit=False) as session:
            yield session
            session.commit()
        engine.dispose()

    @property
    def backend(self) -> str:
        return make_url(self.settings.engine_url).get_backend_name()

    @property
    def store(self) -> AttachmentStore:
        return AttachmentStore(self.settings.files_dir)

    @property
    def folder(self) -> Path:
        return self.settings.data_dir


Fresh = Callable[[str], Installation]


@pytest.fixture(scope="session", params=BACKENDS)
def shared(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Installation]:
    """An installation with a measure at 50 units, an answer, a photo and a key; to look at."""
    with ExitStack() as closing:
        made = _empty(closing, request.param, tmp_path_factory.mktemp("shared"), "shared")
        engine = make_engine(made.settings.engine_url)
        migrate(engine)
        engine.dispose()
        with made.session() as session:
            fill_tree(session)
            measure = released_measure(session)
            answer(session, measure, VILLAGE)
            assignment = assignment_of(session, measure, VILLAGE)
            add_photo(session, made.store, assignment.id, PHOTO)
            office = account_of(session, REGION)
            annex = Prepared("统计表.txt", "text/plain", len(ANNEX), made.store.put(ANNEX))
            campaign = session.get_one(Campaign, measure.campaign_id)
            add_annexes(session, campaign, [annex], actor=office, now=NOW)
        (made.folder / "workbook.key").write_text("the key of this installation")
        yield made


def _empty(closing: ExitStack, backend: str, folder: Path, name: str) -> Installation:
    database = f"backup_{name}_{os.getpid()}"
    url = closing.enter_context(fresh_database(backend, folder, database))
    return Installation(Settings(data_dir=folder, database_url=url, files=None))


@pytest.fixture
def fresh(shared: Installation, tmp_path: Path) -> Iterator[Fresh]:
    """Makes empty installations, all with the kind of database of the shared one."""
    with ExitStack() as closing:

        def make(name: str) -> Installation:
            folder = tmp_path / name
            folder.mkdir()
            return _empty(closing, shared.backend, folder, name)

        yield make


@pytest.fixture
def busy(file: Path, fresh: Fresh) -> Installation:
    """Another one like the shared one, to be changed."""
    made = fresh("busy")
    done = made.run("restore", str(file))
    assert done.exit_code == 0, done.output
    return made


@pytest.fixture(scope="session")
def file(shared: Installation, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A backup of the shared installation."""
    file = tmp_path_factory.mktemp("backups") / "all.zip"
    done = shared.run("backup", str(file))
    assert done.exit_code == 0, done.output
    return file


def add_photo(session: Session, store: AttachmentStore, assignment_id: int, photo: bytes) -> str:
    """A photo that is stored and has its row; its digest."""
    digest = store.put(photo)
    session.add(
        Attachment(
            token=f"token-{digest[:20]}", assignment_id=assignment_id, field="photo",
            kind=AttachmentKind.IMAGE, name="雪.jpg", content_type="image/jpeg",
            size=len(photo), digest=digest,
            uploaded_at=NOW, uploaded_by=account_of(session, VILLAGE).id, done_at=NOW,
        )
    )  # fmt: skip
    return digest
