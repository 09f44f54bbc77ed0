"""The composition root: settings and an organization become one running bot. Tests build the same.

Only here are clocks read: `now` is business time (aware, UTC) and may be moved, as in the demo; real time is for
signatures, leases and time-outs.
"""

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.client import HTTPException
from typing import TYPE_CHECKING, Final

import structlog
from slack_bolt import App as Bolt
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from sqlalchemy import text
from starlette.applications import Starlette

from bot.act import Acts
from bot.clock import Clock
from bot.company_act import CompanyActs
from bot.company_watch import CompanyWatch, OrganizationFile, read_text
from bot.people.calendars import NamedCalendars
from bot.people.company import Company
from bot.people.current import Current
from bot.people.default_guide import default_guide_text
from bot.people.directory import Directory
from bot.people.slack_groups import SlackGroups
from bot.people.slack_profiles import SlackProfiles
from bot.people.unreachable import Unreachable
from bot.people.user_groups import UserGroups
from bot.rules.organization import Organization
from bot.rules.organization_reading import parse_organization
from bot.sealing import Sealing
from bot.settings import BadSettings, Settings
from bot.slack.deliver.delivery import Delivery
from bot.slack.deliver.posting import PACE, Poster
from bot.slack.deliver.words import SLACKS_OWN_TROUBLE, SLACKS_WORD, SLOW_DOWN
from bot.slack.identity import Identity
from bot.slack.listeners import listen
from bot.slack.listeners.desk import Desk
from bot.slack.listeners.turnstile import Limit, Turnstile
from bot.store import outbox
from bot.store.database import Database, DatabaseBusy, DatabaseGone, open_database
from bot.web.site import site

if TYPE_CHECKING:
    from bot.slack.socket_mode import SocketMode

DIRECTORY_SECONDS: Final = 5
"""How long Slack may take for its word on a person or a group. Nobody who acts waits as long: see `people.directory`."""
ANSWER_SECONDS: Final = 2
"""How long Slack may take to open a form, while its trigger lives."""
DELIVERY_SECONDS: Final = 4
TURN_SECONDS: Final = 0.0005
"""How long a thread keeps the interpreter from another one that wants it. With Python's 5 ms, whoever holds a lock in the
database and waits for its answer may get on only after all the others had theirs."""

log = structlog.get_logger()


def real_now() -> datetime:
    """The machine's time, aware, UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class App:
    """Everything that runs: the HTTP side, Slack's side where it is Socket Mode, the clock, the database beneath."""

    web: Starlette
    bolt: Bolt
    clock: Clock
    acts: Acts
    company_acts: CompanyActs
    company: Company
    database: Database
    desk: Desk
    identity: Identity
    socket: "SocketMode | None" = None

    def check_slack(self) -> None:
        """Ask Slack whether the tokens are good. Where it does not say, the bot can start all the same: that is logged.

        Raises:
            BadSettings: they are not, or not for the organization's workspace.
        """
        try:
            self._check_tokens()
        except (SlackApiError, HTTPException, OSError) as problem:
            log.warning("Slack does not say whether the tokens are good", problem=str(problem))

    def _check_tokens(self) -> None:
        try:
            told = self.identity.ask()
        except SlackApiError as error:
            raise _refused_token(
                error, "SLACK_BOT_TOKEN", "install the app again and copy its token"
            ) from error
        team = self.company.organization.team
        if told["team_id"] != team:
            raise BadSettings(
                f"SLACK_BOT_TOKEN is for workspace {told['team_id']}, the organization's file says {team}."
            )
        if self.socket:
            _check_app_token(self.socket)

    def start(self, *, ticking: bool = True) -> None:
        """Learn people's names, start ticking and, in Socket Mode, connect to Slack."""
        try:
            self.company.directory.prime(self.company.organization.names())
        except Unreachable as problem:
            log.warning(
                "Slack did not tell people's names; the organization's file has them", problem=str(problem)
            )
        if ticking:
            self.clock.start()
        if self.socket:
            self.socket.start()

    def waiting(self) -> int:
        """How many messages are still to be delivered, put off ones included."""
        with self.database.read() as connection:
            return outbox.waiting(connection)

    def stop(self) -> None:
        """Finish what is under way and let go of everything."""
        if self.socket:
            self.socket.stop()
        self.clock.stop()
        self.desk.close()
        self.company.directory.close()
        self.database.dispose()


def organization_file(settings: Settings) -> OrganizationFile:
    """The organization's file, with the guide as it reads it."""
    path = settings.organization

    def parse(text: str) -> Organization:
        return parse_organization(
            text, source=str(path), default_guide_text=default_guide_text(), calendars=NamedCalendars()
        )

    return OrganizationFile(path.read_bytes, parse)


def build(settings: Settings, *, now: Callable[[], datetime] = real_now, pace: timedelta = PACE) -> App:
    """Put everything together; nothing runs yet, and nothing was asked of Slack. `pace` is as in `Poster`.

    Raises:
        BadSettings: the organization's file cannot be read.
        BadOrganization: file, line or key and reason of everything that is wrong in it.
    """
    sys.setswitchinterval(TURN_SECONDS)
    file = organization_file(settings)
    text = read_text(file.read)
    if text.problem:
        raise BadSettings(f"ORGANIZATION is {settings.organization}: {text.problem}")
    current = Current(file.parse(text.text))
    database = open_database(settings.database_url.get_secret_value())
    asking = _client(settings, DIRECTORY_SECONDS)
    groups = UserGroups(database, SlackGroups(asking), current, real_now)
    company = Company(current, Directory(database, SlackProfiles(asking), groups, current, real_now))

    def deliver_soon() -> None:
        clock.wake()

    acts = Acts(database, company, now, real_now, committed=deliver_soon)
    company_acts = CompanyActs(database, company, now, real_now, committed=deliver_soon)
    client = _client(settings, DELIVERY_SECONDS)
    delivery = Delivery(database, company, Poster(client, database, real_now, pace), now, real_now)
    watch = CompanyWatch(database, company, acts, file, text.digest, now, real_now)
    sealing = Sealing(database, company, now, real_now)
    clock = Clock(database, acts, delivery, watch, sealing, now, real_now)
    desk = Desk(acts, company_acts, _client(settings, ANSWER_SECONDS))
    identity = Identity(client)
    bolt = _bolt(client, identity)
    listen(bolt, desk)
    limit = Limit(settings.clicks_at_once, settings.clicks_a_second)
    dispatch = Turnstile(bolt.dispatch, desk, limit, time.monotonic)
    web = site(
        dispatch,
        signing_secret=settings.slack_signing_secret,
        real_time=time.time,
        is_ready=lambda: _is_ready(database),
    )
    socket = _socket(settings, dispatch)
    return App(web, bolt, clock, acts, company_acts, company, database, desk, identity, socket)


def _client(settings: Settings, seconds: int) -> WebClient:
    """A client that never repeats a call by itself: repeating is the outbox's work."""
    return WebClient(
        token=settings.slack_bot_token.get_secret_value(),
        base_url=settings.slack_api_url,
        timeout=seconds,
        retry_handlers=[],
    )


def _bolt(client: WebClient, identity: Identity) -> Bolt:
    """Bolt behind the guard, which has verified the signature already; listeners answer when their work is done."""
    return Bolt(
        name="countersign",  # without one Bolt looks through all modules for the name of this file
        client=client,
        authorize=lambda: identity.known(),  # noqa: PLW0108 - Bolt would hand a bound method its own `self` by name
        process_before_response=True,
        request_verification_enabled=False,
        token_verification_enabled=False,
        raise_error_for_unhandled_request=False,
    )


def _socket(settings: Settings, dispatch: Turnstile) -> "SocketMode | None":
    """With an app token Slack is reached over Socket Mode; without one Slack reaches the bot over HTTP."""
    if settings.slack_app_token is None:
        return None
    from bot.slack.socket_mode import SocketMode  # noqa: PLC0415 - over HTTP nobody needs websockets

    client = _client(settings, DELIVERY_SECONDS)
    return SocketMode(dispatch, client, settings.slack_app_token.get_secret_value())


def _check_app_token(socket: "SocketMode") -> None:
    try:
        socket.check()
    except SlackApiError as error:
        mend = "turn on Socket Mode for the app and generate an App-Level Token with connections:write"
        raise _refused_token(error, "SLACK_APP_TOKEN", mend) from error


def _refused_token(error: SlackApiError, setting: str, mend: str) -> Exception:
    """What a refusal of Slack's means at the start: a setting that is wrong, or trouble that says nothing of it."""
    word = str(error.response.get("error")) if isinstance(error.response.data, dict) else ""
    if not SLACKS_WORD.fullmatch(word) or word in SLOW_DOWN | SLACKS_OWN_TROUBLE:
        return error
    return BadSettings(f"{setting} is refused by Slack ({word}): {mend}.")


def _is_ready(database: Database) -> bool:
    try:
        with database.read() as connection:
            connection.execute(text("SELECT 1"))
    except (DatabaseBusy, DatabaseGone):
        return False
    return True
