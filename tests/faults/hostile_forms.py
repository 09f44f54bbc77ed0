"""F11: hostile text typed into every text field of every form, through the front door of a strict Slack.

Whatever can be pressed in a message, in a thread, in a menu or on Home is looked up there, never listed here; of what opens a
form, that comes first which was opened least often. Each text field of it gets hostile text, the rest what a person
would choose. A form that refuses a text says so beside its field, and gets a plain one there. In the end every form that the
bot has must have been submitted, or it counts as missed.

Lost: a typed text that was taken and stands nowhere in the database. Wrong: a call or an answer of the bot's that Slack refuses,
markup in it that came from a person, a delivery without a proper answer, a form never seen, an export that a spreadsheet runs or
that does not say what was recorded.
"""

import random
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property
from typing import Any, Final

from sqlalchemy import text

from bot.demo import Demo, demo
from bot.sandbox.acts import Press as Pressing
from bot.sandbox.blocks import elements_of
from bot.sandbox.clock import MovableClock
from bot.sandbox.messages import Field, Message, Modal
from bot.sandbox.person import Person
from bot.slack.ids import Modal as Form_
from bot.slack.ids import Ref
from tests.faults.copies import copy_of
from tests.faults.fault import Form, Tally
from tests.faults.hostile_found import check_export, everything_in, parsed, seen
from tests.faults.hostile_texts import harmful, hostile
from tests.faults.hostile_town import TOWNS
from tests.faults.office import office
from tests.faults.records import check_record
from tests.ground import Ground

TYPED: Final = frozenset({"plain_text_input", "email_text_input", "url_text_input"})
STEPS: Final = {Form.SHORT: 5, Form.WHOLE: 40}
PLAYINGS: Final = {Form.SHORT: 1, Form.WHOLE: 4}
"""On each database."""
COMMANDS: Final = (
    "request",
    "hotfix",
    "freeze",
    "delegate",
    "waive",
    "report",
    "record",
    "rollback",
    "review",
    "list",
    "calendar",
    "",
)
SUBMISSIONS: Final = 5
TRIED_FOR_A_FORM: Final = 30
DOTS: Final = "…"
LOOKS: Final = frozenset({"Read", "Read and sign", "Open draft", "Why?", "Show card", "Timeline as text"})
"""What shows something and asks for nothing, a form or not."""
NOT_LET_IN: Final = 400
ABOUT: Final = re.compile(r" \S*\d\S*$")
PARTS: Final = re.compile(r"[\s,;]+")
DONE: Final = text("SELECT count(*) FROM audit WHERE outcome = 'done'")
WITHOUT_TEXT: Final = frozenset({Form_.MORE})
"""Forms in which nobody types anything."""


@dataclass(frozen=True)
class Way:
    """A way to a form: who presses what where. `name` says what it is, wherever it stands."""

    name: str
    person: Person
    on: Message | Modal | None
    pressing: Pressing | None
    words: str = ""

    @property
    def kinds(self) -> tuple[str, str, str]:
        """What it is called, whichever change it is about; about this one; by this person."""
        return ABOUT.sub("", self.name), self.name, f"{self.name} by {self.person.id}"


@dataclass
class Walk:
    """One playing in one town. `pressed`, `opened` and `answered` count over all of them."""

    running: Demo
    town: str
    dice: random.Random
    tally: Tally
    pressed: Counter[str]
    opened: Counter[str]
    answered: Counter[str]
    typed: int = 0
    taken: int = 0
    _heard: int = 0
    _plain: Iterator[int] = field(default_factory=lambda: iter(range(10_000)))

    @cached_property
    def people(self) -> list[Person]:
        """Everybody who is no bot and works here."""
        company = self.running.sandbox.workspace.company
        names = [each.name for each in company.people if not each.is_bot and not each.deleted]
        handles = frozenset(map(str, self.running.app.company.organization.people))
        return [self.running.sandbox.person(name) for name in names if name in handles]

    def step(self) -> None:
        """Open the form that was opened least often of those that are in sight, and submit it with hostile text."""
        ways = list(self._ways())
        self.dice.shuffle(ways)
        ways.sort(key=self._how_well_known)
        for way in ways[:TRIED_FOR_A_FORM]:
            self.pressed.update(set(way.kinds))
            trouble = self._take(way)
            self.running.app.desk.rest()
            self.tally.check(trouble is None, f"{way.name} by {way.person.who.name}: {trouble}")
            if way.person.modal:
                self.opened[way.kinds[0]] += 1
                self._fill_and_submit(way.person)
                break
        self.running.settle()
        self._listen()

    def _how_well_known(self, way: Way) -> tuple[int, int, int]:
        """What opened no form yet comes first, by each person once; what never does must not stand in the others' way."""
        kind, about, by = way.kinds
        return self.opened[kind] + 3 * self.pressed[by], self.pressed[kind], self.pressed[about]

    def _take(self, way: Way) -> str | None:
        acts, who = self.running.sandbox.acts, way.person.who
        if way.pressing is not None and way.on is not None:
            target = way.on.view if isinstance(way.on, Modal) else way.on.post
            return acts.clicks(who, target, way.pressing).trouble
        if isinstance(way.on, Message):
            return acts.uses_shortcut(who, way.words, way.on.post).trouble
        channel = None if self.dice.randrange(2) else "payments"
        try:
            return way.person.types(f"/deploy {way.words}", channel=channel).trouble
        except AssertionError:  # not a member there
            return way.person.types(f"/deploy {way.words}").trouble

    def settle_in(self) -> None:
        """Everybody opens their Home, and somebody writes into the incident channels."""
        self.running.settle()
        workspace = self.running.sandbox.workspace
        with workspace.lock:
            rooms = [each for each in workspace.conversations.values() if str(each.name).startswith("inc-")]
        for person in self.people:
            person.opens_home()
            for room in rooms:
                if person.id in room.members:
                    person.types(hostile(self.dice).replace("\0", "") or "?", channel=room.name)
        self.running.settle()

    def _ways(self) -> Iterator[Way]:
        for message in self._messages():
            readers = [each for each in self.people if message.reader_id in {None, each.id}]
            said = message.text.lower() if message.post.bot_id else ""
            # Whom a message names has most to do with it.
            for person in [each for each in readers if each.who.display_name.lower() in said] or readers:
                if message.post.bot_id:
                    yield from _in_blocks(person, message, message.blocks)
                elif message.reader_id is None:
                    yield Way("add to timeline", person, message, None, "add_to_timeline")
                    yield Way("hotfix of message", person, message, None, "hotfix_of_message")
        workspace = self.running.sandbox.workspace
        for person in self.people:
            if person.id in workspace.views.homes:
                yield from _in_blocks(person, person.home, person.home.blocks)
        for person in self.dice.sample(self.people, 2):
            change = f"CHG-{self.dice.randrange(1, 12)}"
            for command in COMMANDS:
                yield Way(f"/deploy {command}", person, None, None, f"{command} {change}" if command else "")
            words = hostile(self.dice)[:400].replace("\n", " ").replace("\0", "")
            yield Way("/deploy …", person, None, None, f"{self.dice.choice(COMMANDS)} {words}")

    def _messages(self) -> Iterator[Message]:
        workspace = self.running.sandbox.workspace
        with workspace.lock:
            posts = [post for each in workspace.conversations.values() for post in each.posts]
            direct = {workspace.direct(each.id).id: each.id for each in self.people}
        for post in posts:
            yield Message(workspace, post, post.seen_by or direct.get(post.channel))

    def _fill_and_submit(self, person: Person) -> None:
        """Until it is taken: what is refused gets a plain text."""
        modal = person.modal
        if modal is None:
            return
        inside = list(_in_blocks(person, modal, modal.blocks))
        if inside and self.dice.randrange(2):
            self._take(self.dice.choice(inside))
            self.running.app.desk.rest()
            modal = person.modal or modal
        name, given, plain = modal.callback_id, dict[str, str](), frozenset[str]()
        for _ in range(SUBMISSIONS):
            if person.modal is None or person.modal.callback_id != name:
                break
            given |= self._fill(person, plain)
            before = self._done()
            problems = person.submits()
            if any(
                "\0" in each for each in given.values()
            ):  # Slack sends none: the door lets none in, and says so
                self.tally.check(problems, f"{name}: a NUL came in")
                plain = frozenset({*problems, *(label for label, each in given.items() if "\0" in each)})
                given = {label: each for label, each in given.items() if label not in plain}
                continue
            self.tally.check("(modal)" not in problems, f"{name}: {problems.get('(modal)')}")
            self.tally.check(
                all(each.strip() for each in problems.values()), f"{name}: refused without a word"
            )
            self.answered[name.partition(":")[0]] += 1
            if not problems and self._done() == before:  # the rules refuse it: that was told, and is recorded
                break
            if not problems:
                self.taken += 1
                self._stands({label: text for label, text in given.items() if text.strip()}, name)
                break
            plain = frozenset(problems)
        following = person.modal
        if following is not None and following.callback_id not in {name, ""} and following.fields:
            self._fill_and_submit(person)
        elif following is not None:
            person.closes(everything=True)

    def _done(self) -> int:
        """How many acts are recorded as done."""
        with self.running.app.database.read() as connection:
            return int(connection.execute(DONE).scalar_one())

    def _fill(self, person: Person, plain: frozenset[str]) -> dict[str, str]:
        """Fill in the open form; where it was refused, only those fields, and plainly. Returns the texts by label."""
        given: dict[str, str] = {}
        for label in dict.fromkeys(person.modal.labels if person.modal else ()):
            if plain and label not in plain:
                continue
            try:
                one = person.modal.field(label) if person.modal else None
            except AssertionError:
                continue  # another choice took it away
            if one is None:
                continue
            value = self._value(one, plainly=bool(plain))
            if value is None:
                continue
            person.fills({label: value})
            if one.kind in TYPED:
                self.typed += not plain
                self.tally.tried += not plain
                given[label] = str(value)
        return given

    def _value(self, one: Field, *, plainly: bool) -> Any:  # noqa: ANN401 - whatever the field takes
        now = self.running.sandbox.clock.now()
        match one.kind:
            case "plain_text_input" | "email_text_input" | "url_text_input":
                return self._text(one, plainly=plainly)
            case "number_input":
                return self.dice.choice(("5", "0", "12"))
            case "static_select" | "radio_buttons":
                return self.dice.choice(one.options) if one.options else None
            case "multi_static_select" | "checkboxes":
                return self.dice.sample(one.options, 1) if one.options else None
            case "users_select":
                return self.dice.choice(self.people).who.display_name
            case "multi_users_select":
                return [self.dice.choice(self.people).who.display_name]
            case "datetimepicker":
                start = now.replace(minute=0, second=0, microsecond=0) + timedelta(days=3)
                return start + timedelta(hours=next(self._plain) % 3)
            case _:
                return None

    def _text(self, one: Field, *, plainly: bool) -> str:
        most = one.element.get("max_length", 3000)
        if plainly:
            plain = (
                f"9.{next(self._plain)}.0"
                if one.label == "Version"
                else f"https://harbor.example/{next(self._plain)}"
            )
            return plain[:most]
        found = hostile(self.dice)
        if not one.element.get("multiline"):
            found = found.replace("\n", " ")
        return found[:most]

    def _stands(self, given: dict[str, str], name: str) -> None:
        """All that can be seen of a text stands in the database as it was typed, or, of a list, each of its parts."""
        there = everything_in(self.running)
        for label, typed in given.items():
            found = seen(typed) in there or all(seen(part) in there for part in PARTS.split(typed))
            self.tally.count(1, int(found), f"{name}, “{label}”: {typed[:60]!r}")

    def _listen(self) -> None:
        """Look at all that went over the wire since."""
        for each in self._news():
            if each.status == NOT_LET_IN and "\\x00" in repr(each.request):
                continue
            if each.direction == "to slack":
                self.tally.check(each.refusal is None, f"Slack refuses {each.name}: {each.refusal}")
                harm = harmful(parsed(each.request))
            else:
                self.tally.check(each.refusal is None, f"{each.name} was answered badly: {each.refusal}")
                harm = harmful(parsed(each.answer))
            self.tally.check(harm is None, f"{each.name}: {harm}")

    def _news(self) -> list[Any]:
        new = [each for each in self.running.sandbox.wire.exchanges if each.number > self._heard]
        self._heard = max((each.number for each in new), default=self._heard)
        return new


def _in_blocks(person: Person, on: Message | Modal, blocks: list[dict[str, Any]]) -> Iterator[Way]:
    """Whatever may open a form: its words end with dots."""
    for block in blocks:
        for element in elements_of(block):
            words = element["text"]["text"] if element["type"] == "button" else ""
            if words.endswith(DOTS) or words in LOOKS:
                name = f"{words} {_about(element.get('value', ''))}"
                yield Way(name, person, on, Pressing(block["block_id"], element))
            elif element["type"] == "overflow":
                for option in element["options"]:
                    if option["text"]["text"].endswith(DOTS):
                        chosen = {"selected_option": option}
                        name = f"{option['text']['text']} {_about(option['value'])}"
                        yield Way(name, person, on, Pressing(block["block_id"], element, chosen))


def _about(value: str) -> str:
    """What a button is about, whichever revision of it was shown."""
    ref = Ref.decode(value.rpartition(" ")[2])
    return f"CHG-{ref.change}" if ref else value


def _play(running: Demo, walk: Walk, steps: int) -> None:
    walk.settle_in()
    for _ in range(steps):
        walk.step()
    check_record(walk.tally, running.app.database, walk.town)
    check_export(running, walk.tally)


def _in_town(
    ground: Ground, town: str, form: Form, counted: tuple[Counter[str], Counter[str], Counter[str]]
) -> Iterator[Walk]:
    """The walks in one town, on both databases in turn."""
    builds, at = TOWNS[town]
    kinds = ("sqlite", "postgresql") if form is Form.WHOLE else ("sqlite",)
    for kind in kinds:
        url = ground.new_database(kind)
        with office(ground, url) as at_work:
            builds(at_work)
        for seed in range(PLAYINGS[form]):
            copy = copy_of(ground, url)
            with demo(MovableClock(at), ticking=False, database_url=copy) as running:
                dice = random.Random(f"{town} {kind} {seed}")  # noqa: S311 - a test's dice
                walk = Walk(running, town, dice, Tally(), *counted)
                _play(running, walk, STEPS[form])
                yield walk


def run(ground: Ground, form: Form) -> Tally:
    """See the module."""
    total, typed, taken = Tally(), 0, 0
    pressed, opened, answered = Counter[str](), Counter[str](), Counter[str]()
    for town in list(TOWNS)[: len(TOWNS) if form is Form.WHOLE else 1]:
        for walk in _in_town(ground, town, form, (pressed, opened, answered)):
            total.add(walk.tally)
            typed, taken = typed + walk.typed, taken + walk.taken
    if form is Form.WHOLE:
        for each in Form_:
            total.check(each in WITHOUT_TEXT or answered[each.value], f"the form {each.value} was never seen")
    total.notes.append(
        f"{typed:,} texts in {len(answered)} forms, {sum(answered.values()):,} submissions, {taken:,} of them taken"
    )
    return total
