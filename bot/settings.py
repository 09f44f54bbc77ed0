"""What the bot is told from outside: the environment, and a file ``.env`` beside which it is started.

Whatever is missing or wrong is said at start, all of it at once, and never with a secret's value.
"""

import re
from collections.abc import Mapping
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Final, Literal
from urllib.parse import urlsplit

from pydantic import BeforeValidator, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

HOW_TO: Final[Mapping[str, str]] = {
    "SLACK_BOT_TOKEN": "copy it from api.slack.com/apps → your app → OAuth & Permissions → Bot User OAuth Token",
    "SLACK_SIGNING_SECRET": "copy it from api.slack.com/apps → your app → Basic Information → App Credentials → Signing Secret",
    "SLACK_APP_TOKEN": "copy it from api.slack.com/apps → your app → Basic Information → App-Level Tokens, or leave it out where Slack reaches the bot over HTTPS",
    "SLACK_API_URL": "leave it out to use Slack's own, https://slack.com/api/",
    "DATABASE_URL": "write sqlite:///countersign.sqlite, or postgresql://user:password@host/database",
    "ORGANIZATION": "name the TOML file that says who holds which role",
    "HOST": "write the address to listen on, for example 127.0.0.1",
    "PORT": "write a whole number from 0 to 65535, for example 3000",
    "LOG_FORMAT": "write console or json",
    "CLICKS_AT_ONCE": "write how much one person may do at once, 60 for example",
    "CLICKS_A_SECOND": "write how much one person may do in a second from then on, 2 for example",
}
"""What to do about each setting, as the end of a sentence."""

UNREADABLE: Final = ".env cannot be read: make it a text file in UTF-8 that the bot may read."

DRIVERS: Final[Mapping[str, str]] = {
    "sqlite": "sqlite",
    "postgres": "postgresql+psycopg",
    "postgresql": "postgresql+psycopg",
}
"""The database that a URL names, and the driver that the bot is installed with."""


class BadSettings(Exception):
    """The bot cannot start; the text has a line for each setting that is missing or wrong, with what to do."""


def _token(prefix: str) -> BeforeValidator:
    def check(value: object) -> object:
        if not re.fullmatch(rf"{prefix}[!-~]+", str(value).strip()):
            raise ValueError(f"it does not start with {prefix}, or has characters that no token has")
        return str(value).strip()

    return BeforeValidator(check)


def _signing_secret(value: object) -> object:
    if not re.fullmatch(r"[!-~]+", str(value).strip()):
        raise ValueError("it has characters that no signing secret has")
    return str(value).strip()


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _api_url(value: object) -> object:
    """The address of Slack's Web API, with the slash at its end that the SDK needs to add a method's name."""
    address = str(value).strip()
    try:
        parts = urlsplit(address)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        raise ValueError("it is not a web address") from None
    if not host or parts.scheme not in {"https", "http"}:
        raise ValueError("it is not a web address")
    if parts.username is not None or parts.query or parts.fragment:
        raise ValueError("it is more than a web address and a path")
    if parts.scheme == "http" and not _is_loopback(host):
        raise ValueError(
            "without https it may only lead to this machine, since the bot's token travels with every call"
        )
    return address if address.endswith("/") else f"{address}/"


def _database_url(value: object) -> object:
    """The database's address with the name of the driver that is installed; it may hold a password."""
    try:
        url = make_url(str(value).strip())
    except (ArgumentError, ValueError):
        raise ValueError("it is not a database's address") from None
    driver = DRIVERS.get(url.get_backend_name())
    if driver is None:
        raise ValueError("it names neither SQLite nor PostgreSQL")
    if driver == "sqlite" and url.database in {None, "", ":memory:"}:
        raise ValueError("it names no file, and what is only in memory is lost")
    return url.set(drivername=driver).render_as_string(hide_password=False)


def _readable_file(value: object) -> object:
    path = Path(str(value).strip())
    try:
        with path.open("rb") as file:
            file.read(1)
    except (OSError, ValueError) as reason:
        said = getattr(reason, "strerror", None) or "not a file's name"
        raise ValueError(f'"{path}" cannot be read ({said})') from None
    return path


def _host(value: object) -> object:
    if not re.fullmatch(r"[0-9A-Za-z.:_-]+", str(value).strip()):
        raise ValueError("it is not an address to listen on")
    return str(value).strip()


def _port(value: object) -> object:
    if not re.fullmatch(r"[0-9]{1,5}", str(value).strip()) or int(str(value)) > 65535:  # noqa: PLR2004 - the last port
        raise ValueError("it is not a port")
    return int(str(value))


def _log_format(value: object) -> object:
    if str(value).strip().lower() not in {"console", "json"}:
        raise ValueError("it is neither console nor json")
    return str(value).strip().lower()


def _count(value: object) -> object:
    if not re.fullmatch(r"[1-9][0-9]{0,8}", str(value).strip()):
        raise ValueError("it is not a whole number from 1 on")
    return int(str(value))


class Settings(BaseSettings):
    """The settings, checked. Use :func:`load_settings`, whose errors are sentences."""

    model_config = SettingsConfigDict(
        env_file=".env",
        env_file_encoding="utf-8",
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        hide_input_in_errors=True,
        validate_default=False,
    )

    slack_bot_token: Annotated[SecretStr, _token("xoxb-")]
    slack_signing_secret: Annotated[SecretStr, BeforeValidator(_signing_secret)]
    slack_app_token: Annotated[SecretStr, _token("xapp-")] | None = None
    slack_api_url: Annotated[str, BeforeValidator(_api_url)] = "https://slack.com/api/"
    database_url: Annotated[SecretStr, BeforeValidator(_database_url)] = SecretStr(
        "sqlite:///countersign.sqlite"
    )
    organization: Annotated[Path, BeforeValidator(_readable_file), Field(validate_default=True)] = Path(
        "organization.toml"
    )
    host: Annotated[str, BeforeValidator(_host)] = "127.0.0.1"
    port: Annotated[int, BeforeValidator(_port)] = 3000
    log_format: Annotated[Literal["console", "json"], BeforeValidator(_log_format)] = "console"
    clicks_at_once: Annotated[int, BeforeValidator(_count)] = 60
    clicks_a_second: Annotated[int, BeforeValidator(_count)] = 2


class _Given(Settings):
    """Settings of a given environment, with the process's own left out."""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003 - pydantic-settings passes all of these by name
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - as above
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - as above
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - as above
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Only what is given counts."""
        return (init_settings,)


def load_settings(env: Mapping[str, str] | None = None) -> Settings:
    """The settings of `env`, or, without it, of the process's environment and, for what that leaves out, of ``.env``.

    Raises `BadSettings` with a line for each that is missing or wrong. Empty ones count as missing, unknown ones not at all.
    """
    try:
        if env is None:
            return Settings.model_validate({})
        return _Given.model_validate({name.lower(): value for name, value in env.items() if value})
    except ValidationError as wrong:
        lines = [_line(error["loc"], error.get("ctx", {}).get("error")) for error in wrong.errors()]
    except OSError:
        lines = [UNREADABLE]
    # Raised out here, the text stands alone: what pydantic said, values included, is not chained to it.
    raise BadSettings("\n".join(lines))


def _line(where: tuple[int | str, ...], reason: object) -> str:
    # pydantic takes the error of a file that is no text for one of the settings as a whole.
    if not where:
        return UNREADABLE
    name = str(where[0]).upper()
    if reason is None:
        return f"{name} is missing: {HOW_TO[name]}."
    return f"{name} is wrong, {reason}: {HOW_TO[name]}."
