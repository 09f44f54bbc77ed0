"""Who and what there is in the workspace: the Slack side of the demo company Harbor."""

from dataclasses import dataclass
from typing import Final

HOME_TEAM: Final = "T0HARBOR"
OTHER_TEAM: Final = "T0OTHER"
ZONE: Final = "Europe/Berlin"


@dataclass(frozen=True, slots=True)
class Member:
    """A person (or bot) as Slack knows them; `name` is the handle, such as `ana`."""

    id: str
    name: str
    real_name: str
    team_id: str
    tz: str = ZONE
    is_restricted: bool = False
    is_bot: bool = False
    deleted: bool = False

    @property
    def display_name(self) -> str:
        """The first name, as it stands beside messages."""
        return self.real_name.split()[0]


@dataclass(frozen=True, slots=True)
class Channel:
    """A channel; `members` are user ids, the bot's own is not among them."""

    id: str
    name: str
    members: frozenset[str]
    has_bot: bool = True
    is_archived: bool = False
    is_private: bool = False
    is_shared: bool = False


@dataclass(frozen=True, slots=True)
class UserGroup:
    """A user group (paid plans only), such as `@tech-leads`."""

    id: str
    handle: str
    name: str
    users: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Shortcut:
    """A shortcut that the app declares: global, or on messages."""

    name: str
    callback_id: str
    on_message: bool = False


@dataclass(frozen=True, slots=True)
class App:
    """The bot as it is installed."""

    app_id: str
    bot_id: str
    bot_user_id: str
    name: str
    command: str
    shortcuts: tuple[Shortcut, ...] = ()


@dataclass(frozen=True, slots=True)
class Company:
    """A Slack workspace to begin with.

    `user_groups` is None on a free plan, where Slack answers `paid_teams_only`.
    """

    team_id: str
    name: str
    domain: str
    app: App
    people: tuple[Member, ...]
    channels: tuple[Channel, ...]
    user_groups: tuple[UserGroup, ...] | None = None


COUNTERSIGN: Final = App(
    app_id="A0COUNTERSIGN",
    bot_id="B0COUNTERSIGN",
    bot_user_id="U0COUNTERSIGN",
    name="countersign",
    command="/deploy",
)

_COLLEAGUES: Final = (
    "Ana Costa",
    "Ben Okoro",
    "Omar Haddad",
    "Oksana Petrenko",
    "Cleo Marsh",
    "Finn Berg",
    "Dev Rao",
    "Gina Ricci",
    "Tia Novak",
    "Tom Reyes",
    "Lea Brandt",
    "Luis Ortega",
    "Quinn Adler",
    "Qadir Hassan",
    "Pia Lund",
    "Petra Kim",
    "Paul Weber",
    "Priya Shah",
    "Eve Larsen",
    "Emil Sato",
    "Dora Klein",
    "Dana Brooks",
)


def member(real_name: str, team_id: str = HOME_TEAM) -> Member:
    """A member whose handle and id come from the first name: Ana Costa is `ana`, `U0ANA`."""
    first = real_name.split(maxsplit=1)[0]
    return Member(id=f"U0{first.upper()}", name=first.lower(), real_name=real_name, team_id=team_id)


_STRANGER: Final = member("Zed Young", OTHER_TEAM)
_OUTSIDERS: Final = (
    Member(id="U0GUS", name="gus", real_name="Gus Hall", team_id=HOME_TEAM, is_restricted=True),
    _STRANGER,
    Member(id="U0ROB", name="rob", real_name="Rob Ot", team_id=HOME_TEAM, is_bot=True),
    Member(id="U0IRA", name="ira", real_name="Ira Past", team_id=HOME_TEAM, deleted=True),
)
_PEOPLE: Final = tuple(member(name) for name in _COLLEAGUES) + _OUTSIDERS
_EVERYBODY: Final = frozenset(one.id for one in _PEOPLE) - {_STRANGER.id}

HARBOR: Final = Company(
    team_id=HOME_TEAM,
    name="Harbor",
    domain="harbor",
    app=COUNTERSIGN,
    people=_PEOPLE,
    channels=(
        Channel("C0PAYMENTS", "payments", _EVERYBODY | {_STRANGER.id}, is_shared=True),
        Channel("C0STOREFRONT", "storefront", _EVERYBODY),
        Channel("C0LEDGER", "ledger", _EVERYBODY),
        Channel("C0INCCARDS", "inc-cards", _EVERYBODY),
        Channel("C0DEPLOYADMIN", "deploy-admin", _EVERYBODY),
        Channel("C0DEPLOYAUDIT", "deploy-audit", _EVERYBODY),
    ),
)
