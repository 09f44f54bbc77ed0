"""What an app asks for itself, with its app-level token."""

from urllib.parse import urlencode

from bot.sandbox.api.call import Arguments, method
from bot.sandbox.refusal import Json, RefusalError
from bot.sandbox.tickets import PATH
from bot.sandbox.workspace import Workspace


@method("apps.connections.open", is_apps_own=True)
def apps_connections_open(workspace: Workspace, _: Arguments) -> Json:
    """An address for one websocket, good for half a minute."""
    if workspace.own_url is None:
        raise RefusalError("internal_error")
    query = {"ticket": workspace.tickets.issue(), "app_id": workspace.company.app.app_id}
    return {"url": f"{workspace.own_url.replace('http', 'ws', 1)}{PATH}?{urlencode(query)}"}
