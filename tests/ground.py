"""What fault runs and benchmarks stand on outside of pytest: a folder, a PostgreSQL, fresh databases with the present schema."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from itertools import count
from pathlib import Path

from bot.store.database import migrate
from tests.postgresql import Server, running_server


@dataclass
class Ground:
    """Hands out databases and folders, all of which are gone when it is left."""

    folder: Path
    _stack: ExitStack
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def new_folder(self) -> Path:
        """An empty folder."""
        made = self.folder / f"part-{next(self._numbers)}"
        made.mkdir()
        return made

    def new_sqlite(self) -> str:
        """The address of a new SQLite file with the present schema and no rows."""
        copy = self.new_folder() / "database"
        shutil.copytree(self._migrated_sqlite, copy)
        return f"sqlite:///{copy / 'countersign.sqlite'}"

    def new_postgresql(self) -> str:
        """The address of a new PostgreSQL database with the present schema and no rows."""
        return self.server.url(self.server.create(template=self._migrated_postgresql))

    def new_database(self, kind: str) -> str:
        """One of both: `sqlite` or `postgresql`."""
        return self.new_sqlite() if kind == "sqlite" else self.new_postgresql()

    @cached_property
    def server(self) -> Server:
        """A PostgreSQL that lives as long as this ground."""
        return self._stack.enter_context(running_server())

    @cached_property
    def _migrated_sqlite(self) -> Path:
        folder = self.new_folder()
        migrate(f"sqlite:///{folder / 'countersign.sqlite'}")
        return folder

    @cached_property
    def _migrated_postgresql(self) -> str:
        name = self.server.create()
        migrate(self.server.url(name))
        return name


@contextmanager
def ground() -> Iterator[Ground]:
    """Ground for one run."""
    with (
        tempfile.TemporaryDirectory(prefix="countersign-", ignore_cleanup_errors=True) as made,
        ExitStack() as stack,
    ):
        yield Ground(Path(made), stack)
