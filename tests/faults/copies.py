"""Copies of a database in which much has happened: a story is played once, and tried from in many ways."""

import shutil
from pathlib import Path

from sqlalchemy import make_url

from tests.ground import Ground


def copy_of(ground: Ground, url: str) -> str:
    """The address of a database that is like this one, to which nobody is connected."""
    address = make_url(url)
    if address.get_backend_name() == "postgresql":
        return ground.server.url(ground.server.create(template=str(address.database)))
    file, folder = Path(str(address.database)), ground.new_folder() / "copy"
    shutil.copytree(file.parent, folder)
    return f"sqlite:///{folder / file.name}"
