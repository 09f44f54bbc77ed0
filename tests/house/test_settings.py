import os
import traceback
from pathlib import Path

import pytest

from bot.settings import BadSettings, Settings, load_settings

TOKEN = "xoxb-1-harbor-hunter2"
SIGNING = "0123456789abcdef0123456789abcdef"
PASSWORD = "pass-hunter2"


@pytest.fixture
def enough(tmp_path: Path) -> dict[str, str]:
    """The least that the bot needs."""
    organization = tmp_path / "harbor.toml"
    organization.write_text('name = "Harbor"\n')
    return {"SLACK_BOT_TOKEN": TOKEN, "SLACK_SIGNING_SECRET": SIGNING, "ORGANIZATION": str(organization)}


def _said(env: dict[str, str]) -> list[str]:
    with pytest.raises(BadSettings) as bad:
        load_settings(env)
    return str(bad.value).splitlines()


def test_what_is_left_out_has_the_documented_default(enough: dict[str, str]) -> None:
    settings = load_settings(enough)
    assert settings.slack_bot_token.get_secret_value() == TOKEN
    assert settings.slack_signing_secret.get_secret_value() == SIGNING
    assert settings.slack_app_token is None
    assert settings.slack_api_url == "https://slack.com/api/"
    assert settings.database_url.get_secret_value() == "sqlite:///countersign.sqlite"
    assert (settings.host, settings.port, settings.log_format) == ("127.0.0.1", 3000, "console")
    assert (settings.clicks_at_once, settings.clicks_a_second) == (60, 2)


def test_everything_that_is_wrong_or_missing_is_said_at_once_a_line_each() -> None:
    lines = _said(
        {
            "SLACK_SIGNING_SECRET": "",
            "SLACK_APP_TOKEN": TOKEN,
            "SLACK_API_URL": "slack.com",
            "DATABASE_URL": "mysql://host/database",
            "ORGANIZATION": "/no/such/file.toml",
            "HOST": "all of them",
            "PORT": "65536",
            "LOG_FORMAT": "xml",
            "CLICKS_AT_ONCE": "0",
            "CLICKS_A_SECOND": "2.5",
        }
    )
    assert [line.split(" is ")[0] for line in lines] == [
        "SLACK_BOT_TOKEN",
        "SLACK_SIGNING_SECRET",
        "SLACK_APP_TOKEN",
        "SLACK_API_URL",
        "DATABASE_URL",
        "ORGANIZATION",
        "HOST",
        "PORT",
        "LOG_FORMAT",
        "CLICKS_AT_ONCE",
        "CLICKS_A_SECOND",
    ]


def test_a_missing_secret_is_said_with_the_place_where_slack_shows_it(enough: dict[str, str]) -> None:
    del enough["SLACK_SIGNING_SECRET"]
    assert _said(enough) == [
        "SLACK_SIGNING_SECRET is missing: copy it from api.slack.com/apps → your app → Basic Information → App Credentials → Signing Secret."
    ]


def test_without_an_organization_file_in_the_usual_place_it_is_asked_for(
    enough: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    del enough["ORGANIZATION"]
    (line,) = _said(enough)
    assert line.startswith(
        'ORGANIZATION is wrong, "organization.toml" cannot be read (No such file or directory)'
    )


@pytest.mark.parametrize(
    "name", ["SLACK_BOT_TOKEN", "SLACK_SIGNING_SECRET", "SLACK_APP_TOKEN", "DATABASE_URL", "SLACK_API_URL"]
)
@pytest.mark.parametrize(
    "wrong",
    [
        PASSWORD + "\n" + PASSWORD,
        f"{PASSWORD} {PASSWORD}",
        f"postgres://u:{PASSWORD}@host:notaport/x ä",
        f"mysql://u:{PASSWORD}@host/x y",
        f"https://u:{PASSWORD}@slack.com/ä b",
    ],
)
def test_a_secret_is_never_repeated_not_even_in_the_traceback(
    enough: dict[str, str], name: str, wrong: str
) -> None:
    with pytest.raises(BadSettings) as bad:
        load_settings({**enough, name: wrong})
    said = "".join(traceback.format_exception(bad.value)) + repr(bad.value) + repr(bad.value.__context__)
    assert PASSWORD not in said
    assert TOKEN not in said
    assert SIGNING not in said


def test_settings_can_be_printed_without_showing_a_secret(enough: dict[str, str]) -> None:
    settings = load_settings(
        {**enough, "SLACK_APP_TOKEN": f"xapp-{PASSWORD}", "DATABASE_URL": f"postgres://u:{PASSWORD}@host/x"}
    )
    for said in (repr(settings), str(settings), repr(settings.model_dump()), settings.model_dump_json()):
        assert PASSWORD not in said
        assert TOKEN not in said
        assert SIGNING not in said


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("postgres://u:p%40ss@host:5432/x", "postgresql+psycopg://u:p%40ss@host:5432/x"),
        ("postgresql://host/x", "postgresql+psycopg://host/x"),
        ("postgresql+psycopg2://host/x?sslmode=require", "postgresql+psycopg://host/x?sslmode=require"),
        ("postgresql://u@/x?host=/run/postgresql", "postgresql+psycopg://u@/x?host=%2Frun%2Fpostgresql"),
        ("sqlite:///countersign.sqlite", "sqlite:///countersign.sqlite"),
        ("sqlite:////var/lib/countersign.sqlite", "sqlite:////var/lib/countersign.sqlite"),
        ("sqlite+aiosqlite:///x.sqlite", "sqlite:///x.sqlite"),
    ],
)
def test_the_database_is_reached_through_the_driver_that_is_installed(
    enough: dict[str, str], written: str, read: str
) -> None:
    assert load_settings({**enough, "DATABASE_URL": written}).database_url.get_secret_value() == read


@pytest.mark.parametrize(
    "url", ["sqlite://", "sqlite:///:memory:", "oracle://host/x", "countersign.sqlite", "postgresql"]
)
def test_a_database_that_forgets_or_that_the_bot_does_not_speak_is_refused(
    enough: dict[str, str], url: str
) -> None:
    (line,) = _said({**enough, "DATABASE_URL": url})
    assert line.startswith("DATABASE_URL is wrong")


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("https://slack.com/api", "https://slack.com/api/"),
        ("https://slack-gov.com/api/", "https://slack-gov.com/api/"),
        ("http://127.0.0.1:8765/api", "http://127.0.0.1:8765/api/"),
        ("http://localhost:8765/api/", "http://localhost:8765/api/"),
        ("http://[::1]:8765/", "http://[::1]:8765/"),
    ],
)
def test_slacks_address_ends_with_a_slash(enough: dict[str, str], written: str, read: str) -> None:
    assert load_settings({**enough, "SLACK_API_URL": written}).slack_api_url == read


@pytest.mark.parametrize(
    "url",
    [
        "http://slack.com/api/",
        "http://127.0.0.1.example.com/",
        "http://localhost.example.com/",
        "ftp://127.0.0.1/",
        "https://",
        "https://host:notaport/",
        "https://user@slack.com/api/",
        "https://slack.com/api/?a=b",
    ],
)
def test_the_token_never_travels_where_others_can_read_it(enough: dict[str, str], url: str) -> None:
    (line,) = _said({**enough, "SLACK_API_URL": url})
    assert line.startswith("SLACK_API_URL is wrong")


@pytest.mark.parametrize(("written", "read"), [("0", 0), ("65535", 65535), (" 8080 ", 8080)])
def test_a_port_is_a_number_that_a_port_can_have(enough: dict[str, str], written: str, read: int) -> None:
    assert load_settings({**enough, "PORT": written}).port == read


@pytest.mark.parametrize("port", ["-1", "65536", "3000.0", "http", "٣٠٠٠", "1_000"])
def test_anything_else_is_no_port(enough: dict[str, str], port: str) -> None:
    (line,) = _said({**enough, "PORT": port})
    assert line == "PORT is wrong, it is not a port: write a whole number from 0 to 65535, for example 3000."


def test_what_others_put_into_the_environment_is_ignored(enough: dict[str, str]) -> None:
    assert load_settings({**enough, "SLACK_CLIENT_ID": "1", "PATH": "/bin"}) == load_settings(enough)


def test_a_given_environment_leaves_the_processs_own_out(
    enough: dict[str, str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / ".env").write_text("PORT=4000\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOST", "0.0.0.0")  # noqa: S104 - to see that it is not taken
    settings = load_settings(enough)
    assert (settings.host, settings.port) == ("127.0.0.1", 3000)


def test_the_environment_comes_before_the_env_file(
    enough: dict[str, str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    for name, value in enough.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("PORT", "5000")
    monkeypatch.setenv("HOST", "")
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".env").write_text("PORT=4000\nLOG_FORMAT=json\nSOMETHING_ELSE=1\n")
    settings = load_settings()
    assert (settings.port, settings.log_format, settings.host) == (5000, "json", "127.0.0.1")


@pytest.mark.parametrize("content", [b"\xff\xfe", None])
def test_an_env_file_that_cannot_be_read_is_said(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, content: bytes | None
) -> None:
    monkeypatch.chdir(tmp_path)
    if content is not None:
        (tmp_path / ".env").write_bytes(content)
    elif os.geteuid() == 0:
        pytest.skip("root can read every file")
    else:
        (tmp_path / ".env").touch(mode=0o000)
    with pytest.raises(BadSettings, match=r"^\.env cannot be read"):
        load_settings()


def test_settings_do_not_change_while_the_bot_runs(enough: dict[str, str]) -> None:
    settings = load_settings(enough)
    with pytest.raises(ValueError, match="frozen"):
        settings.port = 1
