"""Takes the pictures of docs/ anew: `.venv/bin/python -m tests.browser.pictures docs/`.

Each scene is played in a demo of its own, up to what is worth a picture; `docs/looks.md` shows them all. Names of scenes
after the folder take only those.
"""

import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

from playwright.sync_api import Page

from bot.demo import MONDAY, demo
from bot.sandbox.clock import MovableClock
from bot.sandbox.stories.error_rate import ERROR_RATE
from bot.sandbox.stories.frozen import FROZEN
from bot.sandbox.stories.hotfix_night import HOTFIX_NIGHT
from bot.sandbox.stories.preludes import (
    MANAGERS,
    REQUEST,
    approve,
    asks_for,
    deploys_to_staging,
    is_scheduled,
    is_verified,
    proposes,
    records_merge,
    submits,
    verify,
)
from bot.sandbox.stories.stage import Row, Stage, expect, on
from bot.sandbox.stories.straddling_window import STRADDLING_WINDOW
from bot.sandbox.stories.waived_staging import WAIVED_STAGING
from tests.browser.camera import SINGLE, TALL, WIDE, Camera
from tests.browser.chromium import chromium, missing, opened

CARD_AND: Final = "?as=ana&channel=payments&beside={}&beside-channel=dm"
DRAFTED: Final = ("Wished window: from", "Wished window: to")
"""Fields of the request form that these pictures leave as they are filled in."""
DEPLOYED: Final = 3
"""Rows of the error rate's story up to where 4.12.0 is watched; then comes a report that is left out here."""
ALARM: Final = 4
ROLLBACK: Final = 5
SPOKEN: Final = 1
"""Rows of the hotfix at night up to where people have said yes by phone."""
STILL_TO_COME: Final = {"Automated tests": "Still running", "Where the tests can be seen": None}

Scene = Callable[[Camera, Stage], None]


def release(camera: Camera, stage: Stage) -> None:
    """A routine release from the form to where it is watched."""
    stage.types("ana", "/deploy request")
    wished = {label: value for label, value in REQUEST.items() if label not in DRAFTED}
    camera.takes_form("request", "ana", wished)
    asks_for(stage, **STILL_TO_COME)
    camera.waits_until(on(30, "9:42"))
    approve(stage, "ben")
    camera.takes("card", CARD_AND.format("tia"))
    camera.takes("approver", "?as=tia&channel=dm", SINGLE)
    approve(stage, "tia", "lea")
    stage.presses_button("ana", "Start staging")
    camera.takes("refusal", "?as=ana&channel=payments", SINGLE)
    green = {
        "Automated tests": "Passed",
        "Where the tests can be seen": REQUEST["Where the tests can be seen"],
    }
    records_merge(stage, **green)
    deploys_to_staging(stage)
    verify(stage)
    proposes(stage, on(2, "14:00"), on(2, "15:00"))
    approve(stage, *MANAGERS)
    camera.waits_until(on(2, "14:02"))
    stage.presses_button("ana", "Start deployment")
    camera.waits_until(on(2, "14:08"))
    stage.presses_button("ana", "Succeeded")
    camera.waits_until(on(2, "14:18"))
    camera.takes("watching", "?as=ben&channel=payments&beside=omar&beside-channel=dm")


def reminder(camera: Camera, stage: Stage) -> None:
    """A Tech Lead has not answered for four hours."""
    asks_for(stage)
    approve(stage, "ben")
    camera.waits_until(on(30, "13:30"))
    camera.takes("reminder", "?as=tia&channel=dm", SINGLE)


def waiver(camera: Camera, stage: Stage) -> None:
    """Ana asks the Directors to let her change leave out staging."""
    _plays(stage, WAIVED_STAGING[:2])
    camera.takes("waiver", CARD_AND.format("dora"))


def shorter_window(camera: Camera, stage: Stage) -> None:
    """A window past the end of business is offered again, shorter."""
    _plays(stage, STRADDLING_WINDOW[:2])
    camera.takes_form("shorter-window", "ana", {})


def calendar(camera: Camera, stage: Stage) -> None:
    """Two windows that overlap, and a freeze, on a manager's Home."""
    is_scheduled(stage, on(2, "15:00"), on(2, "16:00"))
    is_verified(stage, Version="4.13.0")
    proposes(stage, on(2, "15:30"), on(2, "16:30"))
    stage.types("eve", "/deploy freeze")
    year_end = {
        "Services": ["payments"],
        "From": on(10, "18:00"),
        "To": on(14, "9:00"),
        "Why": "year-end closing",
    }
    submits(stage, "eve", year_end)
    stage.person("eve").opens_home()
    stage.settle()
    camera.takes("calendar", "?as=eve&channel=home", SINGLE)


def freeze(camera: Camera, stage: Stage) -> None:
    """A freeze over a scheduled window; a Director can except the change."""
    _plays(stage, FROZEN[:2])
    camera.takes("freeze", CARD_AND.format("dora"))


def alarm(camera: Camera, stage: Stage) -> None:
    """The error rate rises; then all is rolled back, and the log keeps it."""
    _plays(stage, ERROR_RATE[:DEPLOYED])
    camera.waits_until(on(2, "15:20"))
    stage.presses_button("omar", "Report a problem…")
    figures = {
        "What is wrong?": "The error rate is up",
        "Figure now": "0.9",
        "Over how many requests": "24,000",
    }
    camera.takes_form("report", "omar", figures)
    _plays(stage, ERROR_RATE[ALARM:ROLLBACK])
    camera.takes("alarm", CARD_AND.format("omar"), TALL)
    _plays(stage, ERROR_RATE[ROLLBACK:])
    stage.types("ana", "/deploy list deployments")
    camera.takes("deployments", "?as=ana&channel=payments", WIDE)


def hotfix(camera: Camera, stage: Stage) -> None:
    """At night: the form, the incident's channel, a word to confirm; in the morning a dispute, and the drafted review."""
    camera.waits_until(on(5, "2:09"))
    stage.types("omar", "/deploy hotfix 4.12.2")
    told = {
        "Impact": "Checkout fails for all EU cards.",
        "Pull requests": "#887",
        "Rollback plan": "Redeploy 4.12.0; about 4 minutes.",
    }
    camera.takes_form("hotfix", "omar", told)
    _plays(stage, HOTFIX_NIGHT[:SPOKEN])
    stage.presses_button("omar", "Record approvals…", stage.incident)
    camera.takes_form(
        "verbal-approvals", "omar", {"What was said": "Yes, roll it; call me if it gets worse."}
    )
    stage.presses.clear()
    _plays(stage, HOTFIX_NIGHT[SPOKEN : SPOKEN + 1])
    camera.takes("confirm-or-dispute", "?as=eve&channel=dm", SINGLE)
    _plays(stage, HOTFIX_NIGHT[SPOKEN + 1 : -1])
    room = stage.incident_channel.conversation.name
    thread = f"?as=omar&channel={room}&thread={stage.incident.ts}"
    camera.takes("incident", thread, TALL, newest=True)
    _plays(stage, HOTFIX_NIGHT[-1:])
    camera.takes_form("review", "omar", {})


def delegate(camera: Camera, stage: Stage) -> None:
    """A Director names a deputy for her holidays."""
    first = {
        "Role": "Tech Lead",
        "For whom": "Tia",
        "Deputy": "Ben",
        "From": on(3, "9:00"),
        "To": on(4, "18:00"),
    }
    stage.types("tia", "/deploy delegate")
    submits(stage, "tia", first)
    stage.person("tia").closes()
    stage.types("dora", "/deploy delegate")
    hers = {
        "Role": "Engineering Director",
        "Deputy": "Eve Larsen",
        "From": on(21, "9:00"),
        "To": on(24, "18:00"),
    }
    camera.takes_form("delegate", "dora", hers)


def undelivered(camera: Camera, stage: Stage) -> None:
    """Slack shows the bot no such Ben, and somebody archives the service's channel; what people read meanwhile."""
    stage.sandbox.faults.next("conversations.open", error="user_not_found")
    asks_for(stage)
    stage.sandbox.channel("payments").conversation.is_archived = True
    approve(stage, "tia")
    camera.takes("undelivered", "?as=eve&channel=deploy-admin&beside=ana&beside-channel=dm", TALL)


SCENES: Final[Mapping[str, Scene]] = {
    "release": release,
    "reminder": reminder,
    "waiver": waiver,
    "shorter-window": shorter_window,
    "calendar": calendar,
    "freeze": freeze,
    "alarm": alarm,
    "hotfix": hotfix,
    "delegate": delegate,
    "undelivered": undelivered,
}


def _plays(stage: Stage, rows: Sequence[Row]) -> None:
    """Act out rows of a story."""
    expect(stage.play(rows) == 0, "the story did not come out")


def _take(scene: Scene, page: Page, folder: Path) -> None:
    with demo(MovableClock(MONDAY), ticking=False) as running:
        camera = Camera(page, running, folder)
        scene(camera, camera.stage())
        page.goto("about:blank")


def take_pictures(folder: Path, names: Sequence[str] = ()) -> None:
    """Write the pictures of all scenes, or of those that are named, into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    with chromium() as browser:
        for name in names or SCENES:
            with opened(browser, width=WIDE[0], height=WIDE[1]) as page:
                _take(SCENES[name], page, folder)


if __name__ == "__main__":
    if reason := missing():
        sys.exit(reason)
    take_pictures(Path(sys.argv[1] if len(sys.argv) > 1 else "docs"), sys.argv[2:])
