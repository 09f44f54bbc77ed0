"""What `/deploy help` answers, what `/deploy` alone shows, and what a mistyped command is answered."""

from collections.abc import Sequence

from bot.rules.waiting import WaitingChange
from bot.slack.ids import COMMAND, Press
from bot.slack.views.kit import (
    Json,
    Message,
    actions,
    beside,
    button,
    lines,
    message,
    repeated,
    section,
    small,
    worded_button,
)
from bot.slack.views.text import clip_mrkdwn, typed
from bot.slack.views.waiting import more_waiting, waiting_buttons, waiting_line
from bot.store.reading import Waits

LINES_MOST = 5
LINE_MOST = 600


def help_message() -> Message:
    """The commands, one a line, and the button that most people look for."""
    return message(
        f"What you can do with {COMMAND}",
        section(
            lines(
                f"*What you can do with* `{COMMAND}`",
                f"`{COMMAND}` – what waits for you, with its buttons",
                f"`{COMMAND} request` – ask for a deployment of a new version",
                f"`{COMMAND} hotfix` – declare one, with what is suffered; add the service and the version",
                f"`{COMMAND} record` – record who approved a hotfix by word; several people at once",
                f"`{COMMAND} status CHG-142` – how a change stands; also by version, `mine`, or nothing",
                f"`{COMMAND} why CHG-142` – what is still missing, and who can give it",
                f"`{COMMAND} waive CHG-142` – ask a Director to let a change of yours leave out an environment",
                f"`{COMMAND} list` – all changes; add a service, `mine`, `waiting`, `done` or a stage",
                f"`{COMMAND} list deployments` – the log; add a service, an environment, `hotfix`, `failed`, `deviations` or `mine`",
                f"`{COMMAND} calendar` – the production windows ahead of your services, or of one that you name",
                f"`{COMMAND} report` – say what is wrong in production; add a service or a change",
                f"`{COMMAND} rollback` – what is in production here, and the button that rolls it back",
                f"`{COMMAND} review` – the reviews of hotfixes that wait; add CHG-142 to write, read or sign one",
                f"`{COMMAND} freeze` – the change freezes; declare or lift one",
                f"`{COMMAND} delegate` – the deputies; name one for a role of yours, or end a delegation",
                f"`{COMMAND} help` – this",
            )
        ),
        actions(
            button(Press.REQUEST, "Request a deployment…"),
            button(Press.DECLARE_HOTFIX, "Declare a hotfix…"),
            button(Press.DELEGATE, "Deputies…"),
        ),
        small(
            "Everything else has a button on the change's card: approving, verifying, starting, taking back. Commands do not work inside threads: use “Status of"
            " this change” in a message's menu."
        ),
    )


def today_message(waits: Waits, *, may_request: bool) -> Message:
    """What the reader can do now, a line and a button each; `waits` shows at most `LINES_MOST`."""
    room = LINES_MOST - may_request
    items = waits.shown[:room]
    said = f"{waits.count} {'thing waits' if waits.count == 1 else 'things wait'} for you"
    rows = [row for item in items for row in _rows(item)]
    if may_request:
        rows.append(beside("A new version is ready?", button(Press.REQUEST, "Request a deployment…")))
    none = "Nothing waits for you."
    return message(
        said if items else none,
        None if items else section(none),
        *rows,
        small(more_waiting(waits.count - len(items))),
        small(_commands()),
    )


def _rows(item: WaitingChange) -> list[Json | None]:
    """A line with its button; what has two answers has them beneath."""
    line = clip_mrkdwn(waiting_line(item), LINE_MOST)
    pressed = [repeated(each, str(item.scene.change.id)) for each in waiting_buttons(item)]
    if len(pressed) == 1:
        return [beside(line, pressed[0])]
    return [section(line), actions(*pressed)]


def _commands() -> str:
    return ", ".join(
        f"`{COMMAND} {word}`" for word in ("request", "hotfix", "status", "why", "list", "calendar", "help")
    )


def unknown_command(word: str, instead: str | None, known: Sequence[str]) -> Message:
    """That there is no such command; `instead` is the text of the one that was probably meant."""
    said = f"“{typed(word, 40)}” is not a command here."
    if instead is None:
        there = ", ".join(f"`{COMMAND} {each}`" for each in known)
        return message(said, section(f"{said} There are {there}."))
    did = f"{said} Did you mean `{COMMAND} {typed(instead, 60)}`?"
    return message(did, section(did), actions(worded_button(Press.RUN, f"{COMMAND} {instead}", instead)))
