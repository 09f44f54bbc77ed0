"""Reads what the bot's modules import and what time they ask for, from their text alone: nothing is imported."""

import ast
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

Sources = Mapping[str, str]
"""The text of each module by its dotted name; packages are named without ``__init__``."""

CLOCKS = frozenset(
    {
        "datetime.datetime.now",
        "datetime.datetime.today",
        "datetime.datetime.utcnow",
        "datetime.date.today",
        "time.time",
        "time.time_ns",
        "time.localtime",
        "time.gmtime",
    }
)

IMPURE_BUILTINS = frozenset({"__import__", "eval", "exec", "input", "open", "print"})


@dataclass(frozen=True)
class Import:
    """One module's need of another, where it is written, and whether it is for type checkers only."""

    by: str
    of: str
    line: int
    only_for_types: bool = False

    def __str__(self) -> str:
        """As a complaint begins."""
        return f"{self.by}:{self.line} imports {self.of}"


def read_sources(root: Path, package: str) -> dict[str, str]:
    """Every module of a package, by name."""
    return {
        _module_name(path.relative_to(root)): path.read_text("utf-8")
        for path in (root / package).rglob("*.py")
    }


def _module_name(path: Path) -> str:
    parts = path.with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def is_within(module: str, room: str) -> bool:
    """Whether a module is the room itself or lies in it."""
    return module == room or module.startswith(f"{room}.")


def imports(sources: Sources) -> Iterator[Import]:
    """All imports of all modules: at the top, in functions, for type checkers, absolute and relative."""
    packages = {name.rpartition(".")[0] for name in sources}
    for name, text in sources.items():
        tree = ast.parse(text)
        for_types = {id(node) for block in _type_checking_blocks(tree) for node in ast.walk(block)}
        for node in ast.walk(tree):
            if isinstance(node, ast.Import | ast.ImportFrom):
                for target in _targets(node, name, is_package=name in packages, sources=sources):
                    yield Import(name, target, node.lineno, id(node) in for_types)


def _type_checking_blocks(tree: ast.Module) -> Iterator[ast.stmt]:
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING"):
            yield from node.body


def _targets(
    node: ast.Import | ast.ImportFrom, by: str, *, is_package: bool, sources: Sources
) -> Iterator[str]:
    """The modules that a statement names; ``from a import b`` names ``a.b`` where that is a module, else ``a``."""
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
        return
    start = node.module or ""
    if node.level:
        package = by.split(".") if is_package else by.split(".")[:-1]
        above = package[: len(package) - node.level + 1]
        start = ".".join([*above, *([node.module] if node.module else [])])
    for alias in node.names:
        yield f"{start}.{alias.name}" if f"{start}.{alias.name}" in sources else start


def trespasses(sources: Sources, may_import: Mapping[str, frozenset[str]]) -> list[str]:
    """A line for each import of the bot's own that its room does not allow, and for each module without a room."""
    found = [f"{name} stands in no room" for name in sources if _room(name, may_import) is None]
    for each in imports(sources):
        room = _room(each.by, may_import)
        if room is None or not is_within(each.of, "bot"):
            continue
        if not any(is_within(each.of, allowed) for allowed in may_import[room] | {room}):
            found.append(f"{each}, which {room} may not")
    return found


def _room(module: str, rooms: Iterable[str]) -> str | None:
    """The innermost room in which a module lies; ``bot`` itself holds only its own docstring."""
    around = [room for room in rooms if (module == room if room == "bot" else is_within(module, room))]
    return max(around, key=len, default=None)


def impurities(sources: Sources, room: str, allowed: frozenset[str]) -> list[str]:
    """A line for each thing in a pure room that could reach a file, a network, a clock or a die."""
    inside = {name: text for name, text in sources.items() if is_within(name, room)}
    found = [
        f"{each}, which is not among the pure modules"
        for each in imports(inside)
        if not is_within(each.of, "bot") and not any(is_within(each.of, module) for module in allowed)
    ]
    for name, text in inside.items():
        names = (node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Name))
        found += [f"{name}:{node.lineno} uses {node.id}()" for node in names if node.id in IMPURE_BUILTINS]
    return found + clock_reads(inside)


def clock_reads(sources: Sources) -> list[str]:
    """A line for each place that asks the machine for the time of day, by whatever name it was imported."""
    found = []
    for name, text in sources.items():
        tree = ast.parse(text)
        full_names = dict(_full_names(tree))
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute | ast.Name):
                first, _, rest = ast.unparse(node).partition(".")
                written = f"{full_names.get(first, first)}.{rest}".rstrip(".")
                if written in CLOCKS:
                    found.append(f"{name}:{node.lineno} reads {written}")
    return found


def _full_names(tree: ast.Module) -> Iterator[tuple[str, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and not node.level:
            yield from ((alias.asname or alias.name, f"{node.module}.{alias.name}") for alias in node.names)
        elif isinstance(node, ast.Import):
            yield from ((alias.asname, alias.name) for alias in node.names if alias.asname)


def cycle(sources: Sources) -> list[str]:
    """The modules of one circle of imports that would be run, or nothing where there is none."""
    needs: dict[str, set[str]] = {name: set() for name in sources}
    for each in imports(sources):
        if each.of in sources and not each.only_for_types and each.of != each.by:
            needs[each.by].add(each.of)
    try:
        TopologicalSorter(needs).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []
