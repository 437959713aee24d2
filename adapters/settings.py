"""The settings of one installation, read from the environment (`JIELI_…`) and `.env`."""

from functools import lru_cache
from pathlib import Path

from pydantic_settings import BaseSettings, SettingsConfigDict

ROOT = Path(__file__).resolve().parent.parent
PREFECT_HOST = "127.0.0.1"
EVERY_ADDRESS = {"": "127.0.0.1", "0.0.0.0": "127.0.0.1", "::": "::1"}
"""What nobody can connect to → this machine's own."""


class Settings(BaseSettings):
    """Where data lives, which ports are used, what is allowed."""

    model_config = SettingsConfigDict(env_prefix="JIELI_", env_file=".env", extra="ignore")

    data_dir: Path = ROOT / "var"
    """Folder of everything the product stores on disk; git ignores the default."""
    files: Path | None = None
    """Folder of attachments (`JIELI_FILES`); None: `files` in `data_dir`."""
    database_url: str = ""
    """Empty: SQLite in `data_dir`. PostgreSQL: `postgresql+psycopg://user@host/name`."""
    host: str = "127.0.0.1"
    """Where the web application listens; `0.0.0.0` for every address of the machine. Prefect has
    no sign-in of its own and stays on this machine (`PREFECT_HOST`) whatever stands here."""
    web_port: int = 8080
    prefect_port: int = 4200
    session_hours: int = 12
    """Hours after which a signed-in person must sign in again."""
    upload_limit: int = 20 * 1024 * 1024
    """Bytes of the largest file or request body accepted."""
    offline_pages: bool = True
    """Whether clerks' browsers may keep pages for when there is no network; they do over HTTPS."""
    clock_file: Path | None = None
    """A clock of its own, for the demo only (adapters.clock)."""
    secure_cookies: bool = False
    """Set when the product is served over HTTPS."""

    @property
    def engine_url(self) -> str:
        """The address of the application's database."""
        return self.database_url or f"sqlite:///{self.data_dir / 'jieli.db'}"

    @property
    def files_dir(self) -> Path:
        """Where the bytes of attachments are stored."""
        return self.files or self.data_dir / "files"

    @property
    def web_url(self) -> str:
        """Where this machine reaches the web application, whichever addresses it listens on."""
        host = EVERY_ADDRESS.get(self.host, self.host)
        return f"http://{f'[{host}]' if ':' in host else host}:{self.web_port}"

    @property
    def prefect_url(self) -> str:
        return f"http://{PREFECT_HOST}:{self.prefect_port}"


@lru_cache
def get_settings() -> Settings:
    """The settings of this process, read once."""
    return Settings()
