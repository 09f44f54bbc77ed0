"""No secret leaves the bot: a release and a hotfix are played with failures in between, and all that was written is searched."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import httpx
from sqlalchemy import select
from sqlalchemy.engine import make_url

from bot.app import build
from bot.sandbox.faults import Fault
from bot.settings import load_settings
from bot.slack.ids import Press
from bot.store.columns import metadata
from tests.faults.bots import ROOT, Sender
from tests.faults.hands import Hands, one_of_each
from tests.faults.raw_requests import PATH, signed
from tests.faults.two_stories import HOTFIX, RELEASE
from tests.faults.workplace import Workplace, molds, workplace
from tests.ground import ground
from tests.short_form import WHOLE

PASSWORD: Final = "pass-hunter2-word"
FAILING: Final = (
    Fault(status=500),
    Fault(error="fatal_error", afterwards=True),
    Fault(drop=True),
    Fault(body="<html>502</html>"),
    Fault(error="invalid_auth"),
)
EVERY: Final = 9
"""Of Slack's answers, each so many-th goes wrong."""


@dataclass
class Played:
    """What there is to search after the stories: by where it stands."""

    secrets: dict[str, str]
    written: dict[str, str]
    environment: dict[str, str]


def _goes_wrong(place: Workplace) -> None:
    """From now on Slack fails now and then, in one way after the other."""
    calls = iter(range(10**6))

    def weather(_method: str) -> Fault | None:
        number = next(calls)
        return None if number % EVERY else FAILING[number // EVERY % len(FAILING)]

    place.sandbox.faults.weather = weather


def _pages(place: Workplace) -> str:
    """What somebody gets who comes unsigned, who is lost, whose delivery makes a listener raise."""
    sender = Sender(place.sandbox.credentials, "T0HARBOR")
    base = place.bot.address
    click = sender.pressed("U0BEN", Press.APPROVE, "1:1:", "t")
    broken = click.replace(b"trigger_id", b"trigger_no")
    found = [
        httpx.post(base + PATH, content=click, headers=signed("no secret", click), trust_env=False).text,
        httpx.get(f"{base}/nothing", trust_env=False).text,
        httpx.get(base + PATH, trust_env=False).text,
        sender.send(base + PATH, broken).body,
        sender.send(base + PATH, b"{", "application/json").body,
    ]
    sender.close()
    return "\n".join(found)


def _plays(place: Workplace) -> None:
    hands = Hands(place.sandbox, place.recorded, place.starts_again, lambda _what: None)
    for step in (*RELEASE, *HOTFIX) if WHOLE else (*RELEASE[:5], *HOTFIX[:1]):
        if step.at > place.sandbox.clock.now():
            place.sandbox.clock.move_to(step.at)
            place.settles()
        step.does(hands)
        place.settles()


def _tables(place: Workplace) -> str:
    with place.database.read() as connection:
        return "\n".join(
            f"{name}: {row}"
            for name, table in metadata.tables.items()
            for row in connection.execute(select(table))
        )


def _said_by_commands(environment: dict[str, str]) -> str:
    """What the command line says when the database does not answer, and when Slack refuses the token."""
    away = make_url(environment["DATABASE_URL"]).set(port=9).render_as_string(hide_password=False)
    said = []
    for more, command in (
        ({"DATABASE_URL": away}, ["audit", "verify"]),
        ({"SLACK_BOT_TOKEN": "xoxb-that-nobody-knows"}, ["run"]),
    ):
        given = {**os.environ, **environment, **more}
        done = subprocess.run(
            [sys.executable, "-m", "bot", *command],
            cwd=ROOT,
            env=given,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        assert done.returncode
        said += [done.stdout, done.stderr]
    return "\n".join(said)


@contextmanager
def _played() -> Iterator[Played]:
    with ground() as ours, molds(1) as (mold,):
        folder = ours.new_folder()
        file = folder / "organization.toml"
        file.write_text(one_of_each(), encoding="utf-8")
        url = make_url(ours.new_postgresql()).set(password=PASSWORD).render_as_string(hide_password=False)
        more = {"SLACK_APP_TOKEN": "xapp-sandbox-countersign"}
        with workplace(mold, url, folder, file, RELEASE[0].at, **more) as place:
            given = place.sandbox.credentials
            secrets = {
                "bot token": given.bot_token,
                "app token": given.app_token,
                "signing secret": given.signing_secret,
                "database password": PASSWORD,
            }
            pages = _pages(place)
            _goes_wrong(place)
            _plays(place)
            place.sandbox.faults.weather = None
            place.settles()
            written = {
                "pages": pages,
                "tables": _tables(place),
                "Slack": "\n".join(map(repr, place.sandbox.wire.exchanges)),
                "commands": _said_by_commands(place.environment),
                "log": Path(place.environment["LOG"]).read_text(encoding="utf-8"),
            }
            yield Played(secrets, written, place.environment)


def _went_wrong_enough_to_be_worth_searching(written: dict[str, str]) -> None:
    log = written["log"]
    assert '"a listener failed"' in log
    assert "Traceback" in log
    assert "invalid_auth" in log or "fatal_error" in log
    assert "not signed by Slack" in written["pages"]
    assert "request_deployment" in written["tables"]
    assert "declare_hotfix" in written["tables"]
    assert len(written["Slack"]) > 10_000
    commands = written["commands"]
    assert "connection is bad" in commands or "does not answer" in commands
    assert "is refused by Slack" in commands


def _said_of_themselves(environment: dict[str, str]) -> str:
    """What objects that hold secrets, or hold what holds them, say of themselves."""
    settings = load_settings(environment)
    app = build(settings)
    try:
        shown = [
            settings,
            app,
            app.bolt,
            app.desk,
            app.desk.client,
            app.socket,
            app.web,
            app.web.routes,
            app.database,
        ]
        shown += [app.company, app.acts, app.clock, *app.web.routes]
        return "\n".join(f"{each!r} {each!s}" for each in shown)
    finally:
        app.stop()


def test_no_secret_stands_in_what_was_written_nor_in_what_objects_say() -> None:
    with _played() as played:
        _went_wrong_enough_to_be_worth_searching(played.written)
        searched = {**played.written, "objects": _said_of_themselves(played.environment)}
    assert all(searched.values())
    found = [
        (where, name)
        for where, text in searched.items()
        for name, secret in played.secrets.items()
        if secret in text
    ]
    assert found == []
    proofs = [where for where, text in searched.items() if re.search(r"v0=[0-9a-f]{64}|Bearer ", text)]
    assert proofs == [], "nor does what proves to know one"
