"""A migration that is killed (SIGKILL) at a statement of its: `python -m tests.faults.mortal_migration URL 17`; 0: at none.

Prints how many statements there were when it comes to its end.
"""

import os
import signal
import sys
from itertools import count

from sqlalchemy import Engine, event

from bot.store.database import migrate


def main(url: str, at: int) -> None:
    """Migrate, or die."""
    numbers = count(1)

    def counted(*_said: object) -> None:
        if next(numbers) == at:
            os.kill(os.getpid(), signal.SIGKILL)

    event.listen(Engine, "before_cursor_execute", counted)
    migrate(url)
    sys.stdout.write(f"{next(numbers) - 1}\n")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
