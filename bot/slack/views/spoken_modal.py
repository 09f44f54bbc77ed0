"""The form that records who approved a hotfix by word (G-HOT-2): a menu for each signature that is missing, so that nobody types names."""

from collections.abc import Iterable, Iterator

from bot.rules.approvals import NeededSeat, open_seats
from bot.rules.guide import PEER, Seat
from bot.rules.hotfix import HOW_LABELS, How
from bot.rules.hotfix_rows import rows_for_start
from bot.rules.life import Stage
from bot.rules.scene import Scene
from bot.rules.terms import PersonId, Role, change_label
from bot.rules.verdict import Field
from bot.slack.ids import Modal, Ref, encode_speaker
from bot.slack.views.fields import (
    Asked,
    Option,
    choice_field,
    instant_field,
    people_field,
    person_field,
    text_field,
)
from bot.slack.views.kit import Form, Json, modal, section
from bot.slack.views.standing import subject


def spoken_modal(scene: Scene) -> Json | None:
    """Who said yes, what was said, how and when; several people at once. Nothing where no signature is missing."""
    change, setting = scene.change, scene.setting
    missing = open_seats(change, setting, rows_for_start(setting.policy, setting.now))
    if not missing or scene.stage is not Stage.DECLARED:
        return None
    ways = [Option(how, label[:1].upper() + label[1:]) for how, label in HOW_LABELS.items()]
    form = Form(
        Modal.RECORD_VERBAL, f"Approvals of {change_label(change.id)}", "Record", Ref.of(change).encode()
    )
    return modal(
        form,
        [
            section(f"Who said yes to *{subject(scene)}*? Each of them is asked at once to confirm it."),
            *_menus(missing, scene),
            text_field(Asked(Field.SAID, "What was said")),
            choice_field(Asked(Field.HOW, "How"), ways, How.PHONE),
            instant_field(Asked(Field.GIVEN_AT, "When"), setting.now),
            person_field(Asked(Field.HEARD_BY, "Who heard it", optional=True)),
            people_field(
                Asked(
                    Field.PEOPLE,
                    "Somebody else who said yes",
                    "Only who is in none of the lists above.",
                    optional=True,
                )
            ),
        ],
    )


def _menus(missing: tuple[tuple[NeededSeat, tuple[PersonId, ...]], ...], scene: Scene) -> Iterator[Json]:
    """One for each seat that somebody can fill."""
    able: dict[Seat, dict[PersonId, None]] = {}
    for needed, holders in missing:
        able.setdefault(needed.seat, {}).update(dict.fromkeys(holders))
    for seat, people in able.items():
        if people:
            yield _menu(seat, people, scene)


def _menu(seat: Seat, people: Iterable[PersonId], scene: Scene) -> Json:
    label = "Peer who looked at the code" if seat is PEER else seat.label
    options = [
        Option(encode_speaker(person, _role(seat, person, scene)), scene.name(person)) for person in people
    ]
    return choice_field(Asked(Field.PEOPLE, label, optional=True, place=seat), options)


def _role(seat: Seat, person: PersonId, scene: Scene) -> Role:
    """The role by which a person sits there: for a peer's seat the first that they hold of those that may."""
    if isinstance(seat, Role):
        return seat
    peers = scene.setting.guide.code_review.peers
    held = scene.setting.roster.roles_of(person)
    return next((role for role in peers if role in held), peers[0])
