"""Modals and Homes: open, push, update, publish."""

from bot.sandbox.api.call import Arguments, method
from bot.sandbox.as_json import view_json
from bot.sandbox.refusal import Json, RefusalError
from bot.sandbox.shape import check_view
from bot.sandbox.shape.spot import Surface
from bot.sandbox.views import View, new_view
from bot.sandbox.workspace import Workspace


def read_view(workspace: Workspace, value: object, surface: Surface) -> Json:
    """A view, checked.

    Raises:
        RefusalError: `invalid_arguments` with every finding, `view_too_large`.
    """
    check_view(value, surface, unique_action_ids=workspace.strictness.unique_action_ids)
    if not isinstance(value, dict):
        raise RefusalError("invalid_arguments")
    return value


def _given(workspace: Workspace, args: Arguments, surface: Surface) -> Json:
    value = args.structure("view", "invalid_arguments")
    if value is None:
        raise RefusalError("invalid_arguments", ("[ERROR] missing required field: view",))
    return read_view(workspace, value, surface)


def _answer(workspace: Workspace, view: View) -> Json:
    workspace.touch()
    return {"view": view_json(view, workspace.company)}


def _trigger_id(args: Arguments) -> str:
    return args.words("trigger_id") or args.text("interactivity_pointer")


@method("views.open")
def views_open(workspace: Workspace, args: Arguments) -> Json:
    """Open a modal for the person who just clicked."""
    trigger = workspace.triggers.check(_trigger_id(args))
    content = _given(workspace, args, "modal")
    view = new_view(trigger.user, content, workspace.act_of(trigger.user))
    workspace.views.open(view)
    trigger.used = True
    return _answer(workspace, view)


@method("views.push")
def views_push(workspace: Workspace, args: Arguments) -> Json:
    """Put a modal on top of the one in which the person just clicked."""
    trigger = workspace.triggers.check(_trigger_id(args))
    content = _given(workspace, args, "modal")
    under = workspace.views.top(trigger.user)
    if trigger.view is None or under is None:
        raise RefusalError("not_found")
    view = new_view(trigger.user, content, workspace.act_of(trigger.user), under)
    workspace.views.push(view)
    trigger.used = True
    return _answer(workspace, view)


@method("views.update")
def views_update(workspace: Workspace, args: Arguments) -> Json:
    """Replace an open modal's content; with a `hash`, only if nobody did so meanwhile."""
    view_id, external_id = args.words("view_id"), args.words("external_id")
    if not view_id and not external_id:
        raise RefusalError("invalid_arguments", ("[ERROR] missing required field: view_id",))
    view = workspace.views.find(view_id, external_id)
    content = _given(workspace, args, "home" if view.content["type"] == "home" else "modal")
    _check_hash(view, args)
    view.show(content, workspace.act_of(view.user))
    return _answer(workspace, view)


@method("views.publish")
def views_publish(workspace: Workspace, args: Arguments) -> Json:
    """Set a person's Home."""
    user = workspace.user(args.text("user_id"))
    if user is None:
        raise RefusalError("user_not_found")
    content = _given(workspace, args, "home")
    home = workspace.views.homes.get(user.id)
    if home is None:
        home = new_view(user.id, content, workspace.act_of(user.id))
        workspace.views.homes[user.id] = home
    else:
        _check_hash(home, args)
        home.show(content, workspace.act_of(user.id))
    return _answer(workspace, home)


def _check_hash(view: View, args: Arguments) -> None:
    given = args.words("hash")
    if given and given != view.hash:
        raise RefusalError("hash_conflict")
