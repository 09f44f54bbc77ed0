"""The command line: `countersign`, or `python -m bot`."""

import json
import signal
import sys
from pathlib import Path
from types import FrameType
from typing import Annotated

import typer
import uvicorn
from rich.console import Console

from bot.app import build, default_guide_text
from bot.demo import play, show
from bot.logs import log_to_stderr
from bot.rules.guide_reading import parse_guide
from bot.rules.guide_words import guide_table
from bot.rules.organization_reading import parse_organization
from bot.rules.toml_places import BadFile
from bot.settings import BadSettings, Settings, load_settings
from bot.slack.manifest import manifest
from bot.store.audit_chain import verify
from bot.store.database import DatabaseBusy, DatabaseGone, migrate, open_database
from bot.store.reading import ChainBroken
from bot.web.site import SLACK_PATH

commands = typer.Typer(help="A Slack bot that carries a company's deployment guide.", no_args_is_help=True)
audit_commands = typer.Typer(help="The audit log.", no_args_is_help=True)
commands.add_typer(audit_commands, name="audit")
complaints = Console(stderr=True, highlight=False, soft_wrap=True)


def main() -> None:
    """Run a command; what is wrong with settings, files or the database is said in a sentence, without a trace."""
    try:
        commands()
    except (BadSettings, BadFile, DatabaseBusy, DatabaseGone) as problem:
        complaints.print(str(problem), markup=False)
        sys.exit(2)


def _settings() -> Settings:
    settings = load_settings()
    log_to_stderr(settings.log_format)
    return settings


def _end(_number: int, _frame: FrameType | None) -> None:
    raise SystemExit(0)


@commands.command()
def run() -> None:
    """Run the bot: Slack over HTTP or, with SLACK_APP_TOKEN, over Socket Mode, the timers and deliveries."""
    settings = _settings()
    app = build(settings)
    app.check_slack()
    # uvicorn raises the signal that stopped it once more; what is under way must be finished all the same.
    signal.signal(signal.SIGTERM, _end)
    app.start()
    try:
        uvicorn.run(app.web, host=settings.host, port=settings.port, log_config=None, access_log=False)
    finally:
        app.stop()


@commands.command("migrate")
def migrate_database() -> None:
    """Bring the database to this release's schema."""
    settings = _settings()
    migrate(settings.database_url.get_secret_value())


@commands.command()
def guide(
    organization: Annotated[
        Path | None,
        typer.Argument(help="An organization's file; the guide as the bot comes with it otherwise."),
    ] = None,
) -> None:
    """Print the guide as a table: each clause and what it demands."""
    text = default_guide_text()
    if organization is None:
        read = parse_guide(text, source="guide.toml")
    else:
        read = parse_organization(
            organization.read_text(encoding="utf-8"), source=str(organization), default_guide_text=text
        ).guide
    print(guide_table(read), end="")


@commands.command("manifest")
def print_manifest(
    *,
    url: Annotated[
        str | None, typer.Option(help="Where Slack reaches the bot, for example https://deploy.example.com.")
    ] = None,
    socket: Annotated[
        bool, typer.Option("--socket", help="For Socket Mode, without a public address.")
    ] = False,
) -> None:
    """Print the Slack app's manifest: paste it at api.slack.com/apps → Create New App → From a manifest."""
    if socket == (url is not None):
        complaints.print("Say how Slack reaches the bot: --socket, or --url https://…", markup=False)
        raise typer.Exit(2)
    if url is not None and not url.startswith("https://"):
        complaints.print("Slack only calls addresses that begin with https://", markup=False)
        raise typer.Exit(2)
    request_url = None if url is None else url.rstrip("/").removesuffix(SLACK_PATH) + SLACK_PATH
    print(json.dumps(manifest(request_url), indent=2, ensure_ascii=False))


@audit_commands.command("verify")
def verify_audit() -> None:
    """Check the whole audit log; ends with status 1 and names the first row that is not as it was written."""
    settings = _settings()
    database = open_database(settings.database_url.get_secret_value())
    with database.read() as connection:
        result = verify(connection)
    if isinstance(result, ChainBroken):
        complaints.print(
            f"{result.stream}, entry {result.seq} (row {result.row}): {result.why}", markup=False
        )
        raise typer.Exit(1)
    print(f"The audit log holds: {result.rows} rows in {result.streams} streams.")


@commands.command()
def demo(
    *,
    port: Annotated[int, typer.Option(help="The port of the demo's page; 0 lets the system choose.")] = 0,
    acted: Annotated[
        bool, typer.Option("--play", help="Act out the guide's stories and check every step.")
    ] = False,
) -> None:
    """Run the whole bot against a Slack workspace on this machine."""
    log_to_stderr("console", quiet=True)
    if acted:
        raise typer.Exit(play())
    show(port)


if __name__ == "__main__":
    main()
