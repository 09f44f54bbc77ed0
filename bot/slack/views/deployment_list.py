"""Pages of the log: `/deploy list deployments`."""

from collections.abc import Mapping
from typing import Final

from bot.rules.change import Outcome
from bot.rules.deviation import Deviation
from bot.rules.logged import What
from bot.rules.terms import ChangeId, change_label, deployment_label
from bot.rules.words import join_names
from bot.slack.ids import COMMAND, DEPLOYMENTS, Press, Ref
from bot.slack.ids.turns import Turn
from bot.slack.views.kit import (
    Json,
    Message,
    actions,
    beside,
    button,
    card_link,
    dots,
    lines,
    message,
    repeated,
    section,
    small,
    worded_button,
)
from bot.slack.views.speech import Speech
from bot.slack.views.text import clip_mrkdwn, typed
from bot.store.reading import ListedDeployment, ListedDeployments

LINE_MOST: Final = 600

OUTCOMES: Final[Mapping[Outcome | None, str]] = {
    None: "⏳ running",
    Outcome.SUCCEEDED: "✅ succeeded",
    Outcome.FAILED: "⛔ failed",
    Outcome.FAILED_UNTOUCHED: "⛔ failed, nothing was touched",
}


def deployments_message(listed: ListedDeployments, words: str, links: Mapping[ChangeId, str]) -> Message:
    """One page; `words` are what narrowed it, `links` the addresses of those cards that are known."""
    title = f"Deployments: {typed(words, 80)}" if words else "Deployments"
    if not listed.page.ids and listed.page.looked_to is None:
        said = f"No deployment fits “{typed(words, 80)}”." if words else "Nothing was deployed yet."
        return message(said, section(said))
    speech = Speech(listed.names, listed.zone)
    return message(
        title,
        section(f"*{title}*"),
        *(_line(each, speech, links) for each in listed.shown),
        section("Nothing in this part of the log.") if not listed.shown else None,
        _turns(listed, words),
    )


def deviation_line(deviations: tuple[Deviation, ...]) -> str | None:
    """`ℹ️ environment waived, short notice`: each kind once; nothing where no deviation deserves a mark."""
    kinds = dict.fromkeys(each.code.label for each in deviations if each.marked)
    return f"ℹ️ {', '.join(kinds)}" if kinds else None


def _line(listed: ListedDeployment, speech: Speech, links: Mapping[ChangeId, str]) -> Json:
    change, deployment = listed.logged.change, listed.logged.deployment
    text = lines(
        dots(f"*{_subject(listed)}*", _what(listed), change_label(change.id)),
        dots(
            OUTCOMES[deployment.outcome],
            speech.name(deployment.started_by),
            speech.when(deployment.started_at),
            _approvals(listed),
        ),
        _issue(listed),
        deviation_line(listed.deviations),
    )
    clipped, pressed = clip_mrkdwn(text, LINE_MOST), card_link(links.get(change.id))
    if pressed is None and listed.shows_card:
        pressed = button(Press.SHOW, "Show card", Ref.of(change))
    return beside(clipped, repeated(pressed, str(deployment.id))) if pressed else section(clipped)


def _subject(listed: ListedDeployment) -> str:
    """`payments 4.12.0 → production`; a rollback may not know what it puts back."""
    deployment = listed.logged.deployment
    version = f" {typed(deployment.version, 100)}" if deployment.version else ""
    return f"{typed(listed.logged.change.service, 80)}{version} → {typed(deployment.environment, 80)}"


def _what(listed: ListedDeployment) -> str:
    deployment = listed.logged.deployment
    label = deployment_label(deployment.id)
    if deployment.rolls_back is not None:
        return f"{label}, rollback of {deployment_label(deployment.rolls_back)}"
    return f"{label}, attested" if listed.logged.what is What.ATTESTED else label


def _issue(listed: ListedDeployment) -> str | None:
    """`hotfix SEV1 · Tech Lead reviewed the code afterwards`: nothing of a change that is none."""
    issue = listed.logged.change.issue
    if issue is None:
        return None
    open_seats = join_names([seat.label for seat in listed.code_open], "and")
    return dots(
        f"hotfix {typed(issue.severity, 20)}",
        f"code review open: {open_seats}" if listed.code_open else None,
        "code reviewed afterwards" if listed.code_afterwards and not listed.code_open else None,
    )


def _approvals(listed: ListedDeployment) -> str | None:
    if listed.approvals == 0:
        return None
    return "1 approval" if listed.approvals == 1 else f"{listed.approvals} approvals"


def _turns(listed: ListedDeployments, words: str) -> Json | None:
    page, again = listed.page, f"{DEPLOYMENTS} {words}".strip()
    newer, older = page.beside(newer=True), page.beside(newer=False)
    return actions(
        worded_button(Press.NEWER, "Newer", Turn(newer, newer=True, words=again).encode()) if newer else None,
        worded_button(Press.OLDER, "Older", Turn(older, newer=False, words=again).encode())
        if older
        else None,
    )


def unknown_log_word(word: str, near: str | None) -> Message:
    """That the log cannot be narrowed by a word."""
    said = f"“{typed(word, 40)}” is no service, environment or filter of the log."
    command = f"{COMMAND} list {DEPLOYMENTS}"
    hint = (
        f"For example `{command} payments`, `{command} production`, `{command} failed`, `{command} rollback`,"
        f" `{command} running`, `{command} hotfix`, `{command} breach`, `{command} deviations` or `{command} mine`."
    )
    instead = worded_button(Press.RUN, f"{command} {near}", f"list {DEPLOYMENTS} {near}") if near else None
    did = f"{said} Did you mean `{command} {typed(near, 40)}`?" if near else said
    return message(did, section(did), actions(instead), small(hint))
