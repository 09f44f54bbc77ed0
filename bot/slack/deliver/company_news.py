"""Messages that are about no change: delegations, an organization's file that cannot be used, a day's seal of the log."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from bot.people.company import Company
from bot.rules.deputies import DelegationId
from bot.rules.terms import PersonId
from bot.slack.deliver.posting import Poster
from bot.slack.deliver.undelivered import UndeliveredNews
from bot.slack.views.company_news import anchor_message, mended_file_message, refused_file_message
from bot.slack.views.delegate_modal import delegation_message
from bot.slack.views.speech import Speech
from bot.store import delegations, directory_answers
from bot.store.database import Database
from bot.store.lines import LineKind
from bot.store.messages import Place
from bot.store.outbox import ClaimedLine

OF_THE_COMPANY: Final = frozenset(
    {LineKind.DELEGATION, LineKind.ORGANIZATION, LineKind.ANCHOR, LineKind.UNDELIVERED}
)
"""The kinds of lines that belong to no change."""


@dataclass(frozen=True, slots=True)
class CompanyNews:
    """Shows them. `now` is business time."""

    database: Database
    company: Company
    poster: Poster
    now: Callable[[], datetime]

    def show(self, line: ClaimedLine) -> None:
        """Post or update the message that a line names.

        Raises:
            NotNow, Undeliverable: as `Poster.show`.
        """
        match line.kind:
            case LineKind.DELEGATION:
                self._show_delegation(line)
            case LineKind.ANCHOR:
                self._show_anchor(line)
            case LineKind.UNDELIVERED:
                UndeliveredNews(self.database, self.company, self.poster, self.now).show(line)
            case _:
                self._show_refused_file(line)

    def _show_anchor(self, line: ClaimedLine) -> None:
        number, seal = line.key.rpartition("/")[2], str((line.payload or {})["hash"])
        place = Place(line.key, LineKind.ANCHOR, self.company.organization.audit_channel)
        self.poster.show(place, anchor_message(int(number), seal))

    def _show_delegation(self, line: ClaimedLine) -> None:
        _, number, name = line.key.split("/")
        person = PersonId(name)
        with self.database.read() as connection:
            found = delegations.find(connection, DelegationId(int(number)))
            people = [] if found is None else [found.deputy, found.named_by, *filter(None, [found.principal])]
            names = directory_answers.names(connection, people)
        if found is None:
            return
        organization = self.company.organization
        speech = Speech({**organization.names(), **names}, organization.zone)
        place = Place(line.key, LineKind.DELEGATION, self.poster.direct_channel(person), person=person)
        self.poster.show(place, delegation_message(found, person, self.now(), speech))

    def _show_refused_file(self, line: ClaimedLine) -> None:
        payload = line.payload or {}
        problems: Sequence[str] = payload.get("problems", ())
        count = int(payload.get("count", len(problems)))
        message = mended_file_message() if payload.get("mended") else refused_file_message(problems, count)
        place = Place(line.key, LineKind.ORGANIZATION, self.company.organization.admin_channel)
        self.poster.show(place, message)
