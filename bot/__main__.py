"""The command line: `countersign`, or `python -m bot`.

Each command imports what it needs when it is called, so that `--help`, and a word that was misspelled, are answered at once.
"""

import gc
import signal
import sys
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from bot.rules.guide import Guide
    from bot.rules.organization import Organization
    from bot.settings import Settings
    from bot.store.database import Database
    from bot.store.reading import Anchor

# Without markup rich, which costs as much as all else of --help, is not imported for it.
commands = typer.Typer(
    help="A Slack bot that carries a company's deployment guide.",
    no_args_is_help=True,
    pretty_exceptions_show_locals=False,  # they hold tokens
    rich_markup_mode=None,
    context_settings={"max_content_width": 120},
)
audit_commands = typer.Typer(help="The audit log.", no_args_is_help=True)
commands.add_typer(audit_commands, name="audit")
policy_commands = typer.Typer(help="The organization's guide, people and rota.", no_args_is_help=True)
commands.add_typer(policy_commands, name="policy")
export_commands = typer.Typer(
    help="The log of deployments, or an incident's timeline.", invoke_without_command=True
)
commands.add_typer(export_commands, name="export")


def main() -> None:
    """Run a command; what is wrong with settings, files or the database is said in a sentence, without a trace."""
    try:
        commands()
    except Exception as problem:
        if not _is_said_in_a_sentence(problem):
            raise
        _complain(str(problem))
        sys.exit(2)


def _is_said_in_a_sentence(problem: Exception) -> bool:
    from bot.export.command import CannotExport
    from bot.rules.toml_places import BadFile
    from bot.settings import BadSettings
    from bot.store.failures import DatabaseBusy, DatabaseGone

    return isinstance(problem, BadSettings | BadFile | CannotExport | DatabaseBusy | DatabaseGone)


def _complain(text: str) -> None:
    typer.echo(text, err=True)


def _settings() -> "Settings":
    from bot.logs import log_to_stderr
    from bot.settings import load_settings

    settings = load_settings()
    log_to_stderr(settings.log_format)
    return settings


def _end(_number: int, _frame: FrameType | None) -> None:
    raise SystemExit(0)


@commands.command()
def run() -> None:
    """Run the bot: Slack over HTTP or, with SLACK_APP_TOKEN, over Socket Mode, the timers and deliveries."""
    # Nothing that is imported or built is ever given back: looking for garbage among it would cost an eighth of the start.
    gc.disable()
    from bot.app import build
    from bot.web.serving import serve

    settings = _settings()
    app = build(settings)
    gc.freeze()
    gc.enable()
    app.check_slack()
    # uvicorn raises the signal that stopped it once more; what is under way must be finished all the same.
    signal.signal(signal.SIGTERM, _end)
    app.start()
    try:
        serve(app.web, host=settings.host, port=settings.port)
    finally:
        app.stop()


@commands.command("migrate")
def migrate_database() -> None:
    """Bring the database to this release's schema."""
    from bot.store.database import migrate

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
    from bot.rules.guide_words import guide_table

    read = _default_guide() if organization is None else _organization(organization).guide
    print(guide_table(read), end="")


def _default_guide() -> "Guide":
    from bot.people.default_guide import default_guide_text
    from bot.rules.guide_reading import parse_guide

    return parse_guide(default_guide_text(), source="guide.toml")


def _organization(file: Path) -> "Organization":
    from bot.people.calendars import NamedCalendars
    from bot.people.default_guide import default_guide_text
    from bot.rules.organization_reading import parse_organization

    return parse_organization(
        file.read_text(encoding="utf-8"),
        source=str(file),
        default_guide_text=default_guide_text(),
        calendars=NamedCalendars(),
    )


@policy_commands.command("check")
def check_policy(
    organization: Annotated[
        Path,
        typer.Argument(help="The organization's file.", envvar="ORGANIZATION", exists=True, dir_okay=False),
    ] = Path("organization.toml"),
) -> None:
    """Print the guide in sentences, and the changes that nobody could approve; ends with status 1 where there are some."""
    from bot.policy_check import check

    if not check(_organization(organization), _default_guide()):
        raise typer.Exit(1)


@commands.command()
def life() -> None:
    """Print the life of a change: its stages as a diagram, and which act is possible where."""
    from bot.rules.life_words import life_page

    print(life_page(), end="")


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
    import json

    from bot.slack.manifest import manifest
    from bot.web.site import SLACK_PATH

    if socket == (url is not None):
        _complain("Say how Slack reaches the bot: --socket, or --url https://…")
        raise typer.Exit(2)
    if url is not None and not url.startswith("https://"):
        _complain("Slack only calls addresses that begin with https://")
        raise typer.Exit(2)
    request_url = None if url is None else url.rstrip("/").removesuffix(SLACK_PATH) + SLACK_PATH
    print(json.dumps(manifest(request_url), indent=2, ensure_ascii=False))


@audit_commands.command("verify")
def verify_audit(
    *,
    anchor: Annotated[
        str | None, typer.Option(help="A seal that was kept, as the audit channel has it: 512:3f9a…")
    ] = None,
    changes: Annotated[
        bool,
        typer.Option(
            "--changes", help="Also fold every change anew from the log, and compare it with its rows."
        ),
    ] = False,
) -> None:
    """Check the whole audit log and its seals; ends with status 1 and names the first that is not as it was written."""
    from bot.store.audit_chain import verify
    from bot.store.changes_in_log import compare_changes
    from bot.store.reading import ChainBroken, ChainHolds, ChangeDiffers, SealBroken, SealsHold
    from bot.store.seals import verify_seals

    kept = None if anchor is None else _anchor(anchor)
    with _for_the_whole_log(_settings()).read() as connection:
        result = verify(connection)
        seals = verify_seals(connection, kept) if isinstance(result, ChainHolds) else None
        compared = compare_changes(connection) if changes and isinstance(seals, SealsHold) else None
    if isinstance(result, ChainBroken):
        _complain(f"{result.stream}, entry {result.seq} (row {result.row}): {result.why}")
        raise typer.Exit(1)
    if isinstance(seals, SealBroken):
        _complain(f"Seal {seals.number}: {seals.why}")
        raise typer.Exit(1)
    if isinstance(compared, ChangeDiffers):
        _complain(f"{compared.change}: {compared.why}")
        raise typer.Exit(1)
    count = 0 if seals is None else seals.seals
    print(f"The audit log holds: {result.rows} rows in {result.streams} streams, {count} seals.")
    if compared is not None:
        print(f"The rows of {compared.changes} changes say what the log says.")
        if compared.unclear:
            print(f"Not compared, since people in them were forgotten: {', '.join(compared.unclear)}.")


def _anchor(text: str) -> "Anchor":
    import re

    from bot.store.reading import Anchor

    found = re.fullmatch(r"([1-9][0-9]{0,17}):([0-9a-f]{64})", text.strip())
    if found is None:
        _complain("An anchor is a seal's number and hash, as in the audit channel: 512:3f9a…")
        raise typer.Exit(2)
    return Anchor(int(found[1]), found[2])


@export_commands.callback()
def export_log(  # noqa: PLR0913 - the options of a command line
    context: typer.Context,
    *,
    written_as: Annotated[str, typer.Option("--format", help="csv or jsonl.")] = "csv",
    since: Annotated[
        str | None, typer.Option(help="The first day on which one started, such as 2026-11-30.")
    ] = None,
    until: Annotated[str | None, typer.Option(help="The last day, itself included.")] = None,
    service: Annotated[str | None, typer.Option(help="One service's only.")] = None,
    output: Annotated[Path | None, typer.Option(help="The file to write; standard output otherwise.")] = None,
) -> None:
    """Write the log: every deployment to every environment, with its approvals, waivers and deviations."""
    if context.invoked_subcommand:
        return
    from bot.export.command import Options, export

    settings = _settings()
    options = Options(written_as, since, until, service)
    said = export(_for_the_whole_log(settings), _organization(settings.organization), options, output)
    if said:
        _complain(said)


@export_commands.command("timeline")
def export_incident(
    change: Annotated[str, typer.Argument(help="A hotfix, such as CHG-2.")],
    output: Annotated[Path | None, typer.Option(help="The file to write; standard output otherwise.")] = None,
) -> None:
    """Write the timeline of a hotfix's incident as Markdown."""
    from bot.export.timeline import export_timeline

    settings = _settings()
    organization = _organization(settings.organization)
    said = export_timeline(_for_the_whole_log(settings), organization, change, output)
    if said:
        _complain(said)


def _for_the_whole_log(settings: "Settings") -> "Database":
    from bot.store.database import WHOLE_LOG, open_database

    url = settings.database_url.get_secret_value()
    return open_database(url, statement_limit=WHOLE_LOG, idle_limit=WHOLE_LOG)


@commands.command()
def undelivered(
    *,
    retry: Annotated[bool, typer.Option("--retry", help="Have all of them tried again at once.")] = False,
) -> None:
    """List the messages that Slack did not take, and what to do about them; ends with status 1 where there are some."""
    from bot.store.database import open_database
    from bot.undelivered import list_undelivered, retry_undelivered

    settings = _settings()
    organization = _organization(settings.organization)
    database = open_database(settings.database_url.get_secret_value())
    try:
        if retry:
            _complain(retry_undelivered(database, datetime.now(UTC)))
        is_all_well = list_undelivered(database, organization)
    finally:
        database.dispose()
    if not is_all_well:
        raise typer.Exit(1)


@commands.command()
def demo(
    *,
    port: Annotated[int, typer.Option(help="The port of the demo's page; 0 lets the system choose.")] = 0,
    acted: Annotated[
        bool, typer.Option("--play", help="Act out the guide's stories and check every step.")
    ] = False,
) -> None:
    """Run the whole bot against a Slack workspace on this machine."""
    from bot.demo import play, show
    from bot.logs import log_to_stderr

    log_to_stderr("console", quiet=True)
    if acted:
        raise typer.Exit(play())
    show(port)


if __name__ == "__main__":
    main()
