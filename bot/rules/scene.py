"""A change as it is shown: with its setting and the names of the people in it."""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.rules.change import Change
from bot.rules.life import Stage, stage
from bot.rules.setting import Setting
from bot.rules.terms import PersonId


@dataclass(frozen=True, slots=True)
class Scene:
    """What a view needs to show one change; `names` are people's display names by Slack id."""

    change: Change
    setting: Setting
    names: Mapping[PersonId, str]

    @property
    def stage(self) -> Stage:
        """Where the change is."""
        return stage(self.change, self.setting.policy)

    def name(self, person: PersonId) -> str:
        """A person's name, or their id where no name is known."""
        return self.names.get(person, person)
