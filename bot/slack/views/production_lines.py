"""What a card says beneath its standing from the start in production on: figures, reports, who acts, the plan in sight."""

from collections.abc import Iterator

from bot.rules.life import IN_PRODUCTION, Stage
from bot.rules.scene import Scene
from bot.slack.views.reports import (
    attempt,
    back_to,
    baseline_words,
    figures_line,
    report_lines,
    who_acts,
    why_alarmed,
)
from bot.slack.views.speech import Speech
from bot.slack.views.text import typed

_TO_BE_UNDONE = frozenset({Stage.ROLLBACK_REQUIRED, Stage.ROLLING_BACK})


def production_lines(scene: Scene, plan: str) -> Iterator[str]:
    """The lines, none before production; `plan` is the rollback plan in one line, shown while it is to be carried out."""
    if scene.stage not in IN_PRODUCTION:
        return
    yield from _reasons(scene)
    yield from report_lines(scene)
    if scene.stage is Stage.ROLLBACK_REQUIRED:
        yield who_acts(scene)
    if scene.stage in _TO_BE_UNDONE:
        yield plan_in_sight(scene, plan)
    else:
        yield figures_line(scene)


def _reasons(scene: Scene) -> Iterator[str]:
    """Why it was rolled back or settled; while it is required, the standing says it."""
    newest = attempt(scene)
    if newest is None or scene.stage is Stage.ROLLBACK_REQUIRED:
        return
    undone = next((each for each in scene.change.deployments if each.id == newest.rolls_back), newest)
    if newest.rolls_back or newest.settled:
        yield from (f"Why: {each}" for each in why_alarmed(scene, undone))


def plan_in_sight(scene: Scene, plan: str) -> str:
    """The plan, and what production is to have again; that there was nothing is a reason to settle it by a fix."""
    version = back_to(scene)
    if version:
        return f"{plan} · back{version}"
    if scene.stage is not Stage.ROLLBACK_REQUIRED:
        return plan
    roles = scene.setting.guide.rollback.settled_by
    able = scene.setting.roster.holders_of(roles)
    nothing = f"No version is recorded in {typed(scene.setting.guide.production)} before it"
    return f"{plan}\nℹ️ {nothing}: {Speech.of(scene).people(able)} can settle this by a fix."


def baseline_line(scene: Scene) -> str:
    """What was measured before, where a start is near or has been made; that nothing was is said while it can be mended."""
    if scene.stage not in {Stage.SCHEDULED, Stage.DEPLOYING}:
        return ""
    words = baseline_words(scene)
    if words:
        return f"Baseline: {words}"
    missing = "ℹ️ no baseline recorded: what is reported later can't be compared with anything"
    return missing if scene.stage is Stage.SCHEDULED else ""
