"""A person's Home: what waits for them first, then what is watched, which windows come, and their own changes."""

from collections.abc import Iterator, Mapping, Sequence

from bot.rules.scene import Scene
from bot.rules.terms import ChangeId
from bot.slack.ids import COMMAND, Press, Ref
from bot.slack.views.calendar import calendar_blocks
from bot.slack.views.kit import Json, actions, beside, button, card_link, lines, repeated, section, small
from bot.slack.views.review import review_line
from bot.slack.views.standing import label, standing, subject
from bot.slack.views.text import clip_mrkdwn
from bot.slack.views.waiting import more_waiting, waiting_buttons, waiting_line
from bot.store.reading import HomeContent

LINE_MOST = 600
Links = Mapping[ChangeId, str]
"""The addresses of cards, as far as they are known."""


def home(content: HomeContent, links: Links) -> Json:
    """The view; at most some 70 of Slack's 100 blocks, however much there is."""
    blocks = [
        *_waiting(content, links),
        *_reviews(content),
        *_part("Being watched", "watched", content.watched, links),
        *_calendar(content, links),
        *_part("Your changes", "mine", content.mine, links),
        small(f"and more: `{COMMAND} list mine`") if content.more_of_mine else None,
        {"type": "divider"},
        _openings() if content.may_request else None,
        small(f"`{COMMAND} list` shows every change, `{COMMAND} help` all commands."),
    ]
    return {"type": "home", "blocks": [block for block in blocks if block is not None]}


def _openings() -> Json | None:
    """What an engineer can open."""
    return actions(
        button(Press.REQUEST, "Request a deployment…"), button(Press.DECLARE_HOTFIX, "Declare a hotfix…")
    )


def failed_home(said: str) -> Json:
    """That Home cannot be shown now."""
    return {"type": "home", "blocks": [section(f"ℹ️ {said}")]}


def _waiting(content: HomeContent, links: Links) -> Iterator[Json | None]:
    waits = content.waits
    if not waits.count:
        yield section(lines("*Nothing waits for you.*"))
        return
    yield section(f"*{waits.count} {'thing waits' if waits.count == 1 else 'things wait'} for you*")
    for item in waits.shown:
        number = str(item.scene.change.id)
        ref = Ref.of(item.scene.change)
        offered = [each for each in waiting_buttons(item) if each["action_id"] != Press.SHOW]
        yield section(clip_mrkdwn(waiting_line(item), LINE_MOST))
        yield actions(
            *(repeated(each, number) for each in (*offered, button(Press.WHY, "Why?", ref))),
            _card(item.scene, number, links),
        )
    yield small(more_waiting(waits.count - len(waits.shown)))


def _reviews(content: HomeContent) -> Iterator[Json]:
    """G-HOT-5: the reviews that are due, beside those whose turn it is to write or sign them, which stand above."""
    above = {item.scene.change.id for item in content.waits.shown}
    rest = [scene for scene in content.reviews if scene.change.id not in above]
    if rest:
        yield {"type": "divider"}
        yield section("*Reviews of hotfixes*")
    for scene in rest:
        line = lines(f"*{subject(scene)}* · {label(scene)}", review_line(scene))
        read = button(Press.READ_REVIEW, "Read", Ref.of(scene.change))
        yield beside(clip_mrkdwn(line, LINE_MOST), repeated(read, f"review-{scene.change.id}"))


def _calendar(content: HomeContent, links: Links) -> Iterator[Json | None]:
    if content.ahead.windows or content.ahead.freezes:
        yield {"type": "divider"}
        yield section("*Windows ahead*")
        yield from calendar_blocks(content.ahead, links)


def _part(title: str, place: str, scenes: Sequence[Scene], links: Links) -> Iterator[Json | None]:
    if scenes:
        yield {"type": "divider"}
        yield section(f"*{title}*")
    for scene in scenes:
        stands = standing(scene)
        shown = f"{stands.sign} {stands.said}"
        line = lines(f"*{subject(scene)}* · {label(scene)}", shown)
        yield beside(clip_mrkdwn(line, LINE_MOST), _card(scene, f"{place}-{scene.change.id}", links))


def _card(scene: Scene, place: str, links: Links) -> Json:
    """The way to a change's card: a link where its address is known, else a button that shows it."""
    linked = card_link(links.get(scene.change.id))
    return repeated(linked or button(Press.SHOW, "Show card", Ref.of(scene.change)), place)
