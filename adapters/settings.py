"""The settings of one installation, read from the environment (`JIELI_…`) and `.env`."""

from functools import lru_cache
from ipaddress import ip_network
from pathlib import Path
from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from adapters.root import ROOT
from rules.sentences.refusal import N_, Refusal

PREFECT_HOST = "127.0.0.1"
EVERY_ADDRESS = {"": "127.0.0.1", "0.0.0.0": "127.0.0.1", "::": "::1"}
"""Address on which a program listens everywhere → an address at which this machine reaches it."""


class Settings(BaseSettings):
    """Where data lives, which ports are used, what is allowed."""

    model_config = SettingsConfigDict(env_prefix="JIELI_", env_file=".env", extra="ignore")

    data_dir: Path = ROOT / "var"
    """The folder of everything that the product stores on disk. git ignores the default."""
    shared_dir: Path | None = None
    """The folder of what all machines of an installation must have the same: keys, attachments,
    report files, and the note of the last backup. None: `data_dir`."""
    files: Path | None = None
    """The folder of attachments (`JIELI_FILES`); None: `files` in the shared folder."""
    database_url: str = ""
    """Empty: SQLite in `data_dir`. PostgreSQL: `postgresql+psycopg://user@host/name`."""
    host: str = "127.0.0.1"
    """Where the web application listens; `0.0.0.0` for every address of the machine. Prefect stays
    on this machine (`PREFECT_HOST`) in any case, because whoever signs in to Prefect can run any
    command."""
    web_port: int = Field(default=8080, ge=1, le=65535)
    prefect_port: int = Field(default=4200, ge=1, le=65535)
    public_url: str = ""
    """The address under which people reach the pages, such as `https://jieli.example.gov.cn`. It is
    printed on slips and linked from Prefect. Empty: the address that a browser has asked for."""
    admin_contact: str = ""
    """How the administrator is reached, such as `信息中心 0471-1234567`; the help pages say it."""
    parts: str = ""
    """What `jieli run` starts on this machine: parts, separated by commas. Empty: all parts."""
    web_processes: int = Field(default=1, ge=1, le=64)
    """Processes that serve the pages of this machine on one port. More than one needs
    PostgreSQL."""
    dispatchers: int = Field(default=1, ge=1, le=16)
    """Dispatchers on this machine. More than one needs PostgreSQL."""
    prefect_database_url: str = ""
    """Prefect's own database. Empty: SQLite in `data_dir`. PostgreSQL is needed where Prefect's
    server runs on several machines."""
    redis_url: str = ""
    """`redis://host:6379/0`, through which several of Prefect's servers agree. Empty: there
    is one server."""
    session_hours: int = 12
    """Hours after which a signed-in person must sign in again."""
    complaint_days: int = Field(default=3, ge=1, le=60)
    """Working days in which a complaint is to be answered."""
    ruling_days: int = Field(default=2, ge=1, le=60)
    """Working days in which a unit rules about an assignment that was sent back up; then the next
    level up is asked."""
    floor_workdays: int = Field(default=3, ge=0, le=60)
    """Whole working days that the lowest level has at least. Who releases a measure that leaves
    less signs for it with a reason."""
    smtp_host: str = ""
    """The mail server through which offices get their messages. Empty: no e-mail is sent."""
    smtp_port: int = Field(default=25, ge=1, le=65535)
    smtp_security: Literal["none", "starttls", "tls"] = "none"
    smtp_user: str = ""
    """Empty: the mail server asks for no sign-in."""
    smtp_password: str = Field(default="", repr=False)
    smtp_from: str = ""
    """The address that mail comes from, such as `jieli@example.gov.cn`."""
    upload_limit: int = 20 * 1024 * 1024
    """The most bytes of a file or request body that is accepted."""
    offline_pages: bool = True
    """Whether clerks' browsers may keep pages for times without network. They do so over HTTPS
    only."""
    password_memory: int = 19 * 1024
    """KiB that hashing one password takes (`adapters.passwords`); less is for tests only."""
    password_passes: int = 2
    """Passes over that memory; fewer are for tests only."""
    clock_file: Path | None = None
    """The file of a clock other than the machine's, for the demo only (adapters.clock)."""
    group_reads: bool = False
    """Whether the group of the product's account may read the data folder (adapters.private)."""
    secure_cookies: bool = False
    """To be set when the product is served over HTTPS."""
    trusted_proxies: str = ""
    """Addresses and networks, separated by commas, whose `X-Forwarded-For` and `-Proto` are
    believed. Empty: none."""

    metrics_token: str = ""
    """What a collector of figures must show to read `/metrics` (`Authorization: Bearer …`). Empty:
    nobody may read them."""

    @property
    def engine_url(self) -> str:
        """The address of the application's database."""
        return self.database_url or f"sqlite:///{self.data_dir / 'jieli.db'}"

    @property
    def is_sqlite(self) -> bool:
        """Whether the application's database is a file, which processes of one machine share."""
        return self.engine_url.startswith("sqlite")

    @property
    def files_dir(self) -> Path:
        """The folder in which the bytes of attachments are stored."""
        return self.files or self.shared / "files"

    @property
    def shared(self) -> Path:
        """The folder that all machines of the installation share."""
        return self.shared_dir or self.data_dir

    @property
    def proxies(self) -> list[str]:
        """The entries of `trusted_proxies`, each as a network.

        Raises `Refusal` for a text that is no address or network, and for a network that everyone
        is in.
        """
        return [
            _network(network)
            for network in map(str.strip, self.trusted_proxies.split(","))
            if network
        ]

    @property
    def web_url(self) -> str:
        """The address at which this machine reaches the web application, whatever it listens on."""
        host = EVERY_ADDRESS.get(self.host, self.host)
        return f"http://{f'[{host}]' if ':' in host else host}:{self.web_port}"

    def link(self, path: str) -> str:
        """The address of a page of the product, for places outside of the product. Without
        `public_url` it leads to the web application of this machine."""
        return (self.public_url or self.web_url).rstrip("/") + path

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
