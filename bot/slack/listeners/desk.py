"""What every listener needs: who calls, how to do an act once, and how to answer without holding up Slack."""

import hashlib
import json
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from typing import Any, Final

import structlog
from slack_bolt import Respond
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.act import Acts, Answer, Caller
from bot.company_act import CompanyActs
from bot.overview import Overview
from bot.rules.life import TRANSITIONS, Act
from bot.rules.terms import PersonId, change_label
from bot.rules.verdict import Refused
from bot.slack.ids import Ref
from bot.slack.listeners.links import Links
from bot.slack.views.card import card
from bot.slack.views.hotfix_buttons import offers_after_refusal
from bot.slack.views.kit import Message, message, section
from bot.slack.views.refusals import Offer, refusal
from bot.slack.views.speech import Speech
from bot.slack.views.told import told_modal
from bot.store import queries

Body = dict[str, Any]
THREADS: Final = 8
HTTP_OK: Final = 200
TOO_LATE: Final = frozenset(
    {"expired_trigger_id", "trigger_expired", "exchanged_trigger_id", "invalid_trigger_id"}
)
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Desk:
    """The listeners' common ground. Calls to Slack that an answer needs run after the acknowledgement, in threads."""

    acts: Acts
    company_acts: CompanyActs
    client: WebClient
    links: Links = field(init=False)
    _pending: set[Future[None]] = field(default_factory=set)
    _threads: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(THREADS, "answer"))

    def afterwards(self, call: Callable[[], object]) -> None:
        """Call Slack once the delivery is acknowledged; what fails is logged, nothing recorded depends on it."""
        pending = self._threads.submit(_logged, call)
        self._pending.add(pending)
        pending.add_done_callback(self._pending.discard)

    def __post_init__(self) -> None:
        """Links are asked for with the same client."""
        object.__setattr__(self, "links", Links(self.client))

    @property
    def overview(self) -> Overview:
        """What people see of all changes."""
        return Overview(self.acts.database, self.acts.company, self.acts.now)

    def tell(self, body: Body, *shown: Message, thread_ts: str | None = None) -> None:
        """Show messages to the person who acted, and to nobody else.

        Beneath the message that was clicked; where there is none, as in Home, in a modal; else by direct message.
        `thread_ts` is the thread in which the message stands that the person asked about.
        """
        if shown:
            self.afterwards(lambda: self._tell(body, shown, thread_ts))

    def _tell(self, body: Body, shown: tuple[Message, ...], thread_ts: str | None) -> None:
        if body.get("response_url"):
            left = [each for each in shown if not _answered(body["response_url"], each, thread_ts)]
        else:
            left = [Message(shown[0].text, [block for each in shown for block in each.blocks])]
            if self._opened(body.get("trigger_id"), left[0]):
                return
        for each in left:
            self.client.chat_postMessage(channel=person_of(body), text=each.text, blocks=each.blocks)

    def _opened(self, trigger: str | None, shown: Message) -> bool:
        if trigger is None:
            return False
        try:
            self.client.views_open(trigger_id=trigger, view=told_modal(shown))
        except SlackApiError:
            return False
        return True

    def refusal(self, answer: Answer, act: Act, caller: Caller) -> tuple[Message, ...]:
        """A refusal as the person reads it; with the card beneath when the change moved on."""
        if not isinstance(answer.verdict, Refused) or answer.scene is None:
            return ()
        scene = answer.scene
        doing = f"{TRANSITIONS[act].doing} {change_label(scene.change.id)}"
        also = offers_after_refusal(scene, act, answer.verdict.gates)
        offer = Offer(caller.person, Ref.of(scene.change), also)
        said = refusal(answer.verdict, doing, Speech.of(scene), offer)
        return (said, card(scene)) if answer.verdict.moved_on else (said,)

    def speech(self, *people: PersonId) -> Speech:
        """How to say something where there is no change; of `people` the names by which Slack knows them."""
        organization = self.acts.company.organization
        names = organization.names()
        if people:
            with self.acts.database.read() as connection:
                names.update(queries.names(connection, people))
        return Speech(names, organization.zone)

    def open_modal(self, body: Body, view: Mapping[str, object]) -> None:
        """Open a modal while its trigger lives; when that was too late, the person is told to press again."""
        self.afterwards(lambda: self._open_modal(body, view))

    def _open_modal(self, body: Body, view: Mapping[str, object]) -> None:
        try:
            self.client.views_open(trigger_id=body["trigger_id"], view=dict(view))
        except SlackApiError as error:
            said = "Slack closed the door before the form was ready. Nothing was recorded: press again."
            self.tell(body, message(said, section(f"ℹ️ {said}")))
            if error.response.get("error") not in TOO_LATE:
                raise

    def push_modal(self, body: Body, view: Mapping[str, object]) -> None:
        """Open a modal on top of the one in which somebody pressed a button; closing it shows that one again."""
        self.afterwards(lambda: self.client.views_push(trigger_id=body["trigger_id"], view=dict(view)))

    def rest(self) -> None:
        """Return when the answers under way, and those that they lead to, have been given."""
        while pending := tuple(self._pending):
            wait(pending)
            self._pending.difference_update(pending)

    def close(self) -> None:
        """Let the answers under way finish."""
        self._threads.shutdown(wait=True)


def pressed_ref(body: Body) -> Ref | None:
    """What the pressed button is about; None where it is none of ours."""
    return Ref.decode(body["actions"][0].get("value"))


def person_of(body: Body) -> PersonId:
    """Who did what was delivered: a command, an interaction or an event."""
    user = body.get("user") or body.get("user_id") or (body.get("event") or {}).get("user") or ""
    return PersonId(user["id"] if isinstance(user, dict) else user)


def first_input(body: Body) -> str:
    """The block id of a submitted form's first field."""
    blocks: list[dict[str, Any]] = body["view"]["blocks"]
    return next((str(block["block_id"]) for block in blocks if block["type"] == "input"), "")


def _answered(address: str, shown: Message, thread_ts: str | None) -> bool:
    """Whether a response_url took the message: it does so five times within half an hour."""
    answer = Respond(response_url=address)(
        text=shown.text,
        blocks=shown.blocks,
        response_type="ephemeral",
        replace_original=False,
        thread_ts=thread_ts,
    )
    return answer.status_code == HTTP_OK


def _logged(call: Callable[[], object]) -> None:
    try:
        call()
    except Exception as error:  # noqa: BLE001 - whatever an answer failed by, the act stands and the card shows it
        log.warning("an answer did not reach the person", problem=f"{type(error).__name__}: {error}")


def caller_of_action(body: Body) -> Caller:
    """Who pressed a button; the press counts once by its trigger."""
    user = body["user"]
    return Caller(PersonId(user["id"]), user.get("team_id"), "slack", f"action:{body['trigger_id']}")


def caller_of_submission(body: Body) -> Caller:
    """Who submitted a modal; a submission counts once by its view, the view's hash, and what was filled in.

    The hash alone does not do: a refused submission leaves it as it is, and the corrected one must count anew.
    """
    user, view = body["user"], body["view"]
    filled = json.dumps(view["state"], sort_keys=True)
    digest = hashlib.sha256(filled.encode()).hexdigest()
    key = f"submission:{view['id']}:{view['hash']}:{digest}"
    return Caller(PersonId(user["id"]), user.get("team_id"), "slack", key)
