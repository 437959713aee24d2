"""The settings of one installation, read from the environment (`JIELI_…`) and `.env`."""

from functools import lru_cache
from ipaddress import ip_network
from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from adapters.root import ROOT
from rules.sentences.refusal import N_, Refusal

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
    """Where the web application listens; `0.0.0.0` for every address of the machine. Prefect, whose
    sign-in runs any command, stays on this machine (`PREFECT_HOST`) whatever stands here."""
    web_port: int = Field(default=8080, ge=1, le=65535)
    prefect_port: int = Field(default=4200, ge=1, le=65535)
    session_hours: int = 12
    """Hours after which a signed-in person must sign in again."""
    upload_limit: int = 20 * 1024 * 1024
    """Bytes of the largest file or request body accepted."""
    offline_pages: bool = True
    """Whether clerks' browsers may keep pages for when there is no network; they do over HTTPS."""
    password_memory: int = 19 * 1024
    """KiB that hashing one password takes (`adapters.passwords`); less is for tests only."""
    password_passes: int = 2
    """Passes over that memory; fewer are for tests only."""
    clock_file: Path | None = None
    """A clock of its own, for the demo only (adapters.clock)."""
    group_reads: bool = False
    """Whether the group of the product's account may read the data folder (adapters.private)."""
    secure_cookies: bool = False
    """Set when the product is served over HTTPS."""
    trusted_proxies: str = ""
    """Addresses and networks, separated by commas, whose `X-Forwarded-For` and `-Proto` are
    believed; empty: nobody's."""

    metrics_token: str = ""
    """What a collector of figures shows to read `/metrics` (`Authorization: Bearer …`); empty:
    nobody may."""

    @property
    def engine_url(self) -> str:
        """The address of the application's database."""
        return self.database_url or f"sqlite:///{self.data_dir / 'jieli.db'}"

    @property
    def files_dir(self) -> Path:
        """Where the bytes of attachments are stored."""
        return self.files or self.data_dir / "files"

    @property
    def proxies(self) -> list[str]:
        """`trusted_proxies` one by one, each a network.

        Raises `Refusal` for what is no address or network, and for a network of everyone.
        """
        return [
            _network(network)
            for network in map(str.strip, self.trusted_proxies.split(","))
            if network
        ]

    @property
    def web_url(self) -> str:
        """Where this machine reaches the web application, whichever addresses it listens on."""
        host = EVERY_ADDRESS.get(self.host, self.host)
        return f"http://{f'[{host}]' if ':' in host else host}:{self.web_port}"

    @property
    def prefect_url(self) -> str:
        return f"http://{PREFECT_HOST}:{self.prefect_port}"


def _network(text: str) -> str:
    try:
        network = ip_network(text, strict=False)
    except ValueError as error:
        raise Refusal(_NO_PROXY, text=text) from error
    if network.prefixlen == 0:
        raise Refusal(_EVERY_PROXY, text=text)
    return str(network)


_NO_PROXY = N_(
    "JIELI_TRUSTED_PROXIES 中的“%(text)s”不是 IP 地址或网段。请写成 10.0.0.5 或 10.0.0.0/24，"
    "多个之间用逗号隔开。"
)
_EVERY_PROXY = N_(
    "JIELI_TRUSTED_PROXIES 中的“%(text)s”包括所有地址，任何人都能冒充来源。请只写代理服务器的地址。"
)


@lru_cache
def get_settings() -> Settings:
    """The settings of this process, read once."""
    return Settings()
