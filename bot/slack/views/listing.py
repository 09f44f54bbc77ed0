"""Lists of changes: the pages of `/deploy list`, and a short choice where a person's words fit several."""

from collections.abc import Mapping, Sequence

from bot.rules.deviations import deviations_so_far
from bot.rules.scene import Scene
from bot.rules.terms import ChangeId
from bot.slack.ids import COMMAND, DEPLOYMENTS, Press, Ref
from bot.slack.ids.turns import Turn
from bot.slack.views.deployment_list import deviation_line
from bot.slack.views.kit import (
    Json,
    Message,
    actions,
    beside,
    button,
    card_link,
    lines,
    message,
    repeated,
    section,
    small,
    worded_button,
)
from bot.slack.views.standing import label, standing, subject
from bot.slack.views.text import clip_mrkdwn, typed
from bot.store.reading import Listed

LINE_MOST = 600


def list_message(listed: Listed, words: str, links: Mapping[ChangeId, str]) -> Message:
    """One page; `words` are what narrowed it, `links` the addresses of those cards that are known."""
    title = f"Changes: {typed(words, 80)}" if words else "Changes"
    if not listed.page.ids:
        said = "Nothing waits for you." if words == "waiting" else f"No change fits “{typed(words, 80)}”."
        return message(said, section(said if words else "There are no changes yet."), _turns(listed, words))
    shown = {scene.change.id for scene in listed.scenes}
    gone = [number for number in listed.page.ids if number not in shown]
    return message(
        title,
        section(f"*{title}*"),
        *(_line(scene, links) for scene in listed.scenes),
        small(f"{len(gone)} more of services that are no longer in the organization's file")
        if gone
        else None,
        _turns(listed, words),
    )


def _line(scene: Scene, links: Mapping[ChangeId, str]) -> Json:
    stands = standing(scene)
    deviated = deviations_so_far(scene.change, scene.setting.policy)
    text = lines(
        f"*{subject(scene)}* · {label(scene)}", f"{stands.sign} {stands.said}", deviation_line(deviated)
    )
    linked = card_link(links.get(scene.change.id))
    pressed = linked or button(Press.SHOW, "Show card", Ref.of(scene.change))
    return beside(clip_mrkdwn(text, LINE_MOST), repeated(pressed, str(scene.change.id)))


def _turns(listed: Listed, words: str) -> Json | None:
    ids = listed.page.ids
    deployments = worded_button(Press.RUN, "Deployments", f"list {DEPLOYMENTS}")
    if not ids:
        return actions(deployments)
    newer = Turn(ids[0], newer=True, words=words)
    older = Turn(ids[-1], newer=False, words=words)
    return actions(
        worded_button(Press.NEWER, "Newer", newer.encode()) if listed.page.newer else None,
        worded_button(Press.OLDER, "Older", older.encode()) if listed.page.older else None,
        deployments,
    )


_WANTED = {
    Press.WHY: "Why?",
    Press.ASK_FOR_WAIVER: "Ask for a waiver…",
    Press.RECORD_VERBAL: "Record approvals…",
}


def which_one(scenes: Sequence[Scene], text: str, press: Press) -> Message:
    """A choice where a person's words fit several changes; `press` is what they wanted of one."""
    said = f"{len(scenes)} changes fit “{typed(text, 60)}”. Which one?"
    wanted = _WANTED.get(press, "Show card")
    return message(
        said,
        section(said),
        *(
            beside(
                clip_mrkdwn(lines(f"*{subject(scene)}* · {label(scene)}", standing(scene).said), LINE_MOST),
                repeated(button(press, wanted, Ref.of(scene.change)), str(scene.change.id)),
            )
            for scene in scenes
        ),
    )


def unknown_filter(word: str, near: str | None) -> Message:
    """That a list cannot be narrowed by a word."""
    said = f"“{typed(word, 40)}” is no service, stage or filter."
    hint = (
        f"For example `{COMMAND} list payments`, `{COMMAND} list mine`, `{COMMAND} list waiting`,"
        f" `{COMMAND} list done` or a stage such as `{COMMAND} list scheduled`."
    )
    instead = worded_button(Press.RUN, f"{COMMAND} list {near}", f"list {near}") if near else None
    did = f"{said} Did you mean `{COMMAND} list {typed(near, 40)}`?" if near else said
    return message(did, section(did), actions(instead), small(hint))
