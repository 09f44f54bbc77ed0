"""The demo's short stories, row by row: what `--play` shows is what is so."""

import pytest

from bot.demo import STORIES, Demo
from bot.sandbox.stories.stage import Stage
from bot.store.audit_chain import verify
from bot.store.reading import ChainHolds
from tests.short_form import only_in_the_whole_form

EVERY_DAY = {
    "A hotfix at 02:00, on four words by phone",
    "A version that fails its verification",
    "An error rate that rises, and a rollback",
    "A waiver of staging",
    "A change freeze, and a Director's exception",
}
SHORT = [
    pytest.param(title, marks=[] if title in EVERY_DAY else only_in_the_whole_form)
    for title in STORIES
    if not title.startswith("A routine release")
]
only_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@only_sqlite
@pytest.mark.clause("G-ENV-2", "G-APP-3", "G-APP-4", "G-STD-6", "G-STD-7", "G-STD-8", "G-RB-1")
@pytest.mark.parametrize("title", SHORT)
def test_a_short_story_comes_out_as_the_guide_says(title: str, stage: Stage, harbor: Demo) -> None:
    said: list[str] = []
    stage.says = said.append
    assert stage.play(STORIES[title]) == 0, "\n".join(said[-40:])
    assert harbor.sandbox.wire.refusals == [], "Slack took everything that the bot sent"
    with harbor.app.database.read() as connection:
        assert isinstance(verify(connection), ChainHolds)
