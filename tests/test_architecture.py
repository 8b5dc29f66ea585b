"""The arrows of docs/architecture.md, held against the imports of every module."""

from __future__ import annotations

import ast
import functools
import graphlib
import pkgutil
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "src" / "copydesk"
PAGE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
# Nothing but these may know the tool that people annotate with, or talk to a server of it.
KNOWN_TO = {
    "label_studio_sdk": {"backends"},
    "keyring": {"backends"},
    "httpx": {"backends", "publish"},
}


def modules() -> dict[str, Path]:
    """Every module's path by its dotted name."""
    found = {}
    for path in SOURCE.rglob("*.py"):
        parts = path.relative_to(SOURCE.parent).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


@functools.cache
def imported(path: Path) -> frozenset[str]:
    """What a module imports, at its head, in a function or for its types alone."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return frozenset(names)


MODULES = modules()


def arrows() -> dict[str, set[str]]:
    """The modules of the package that each module imports; the package's own head is left out."""
    found: dict[str, set[str]] = {}
    for module, path in MODULES.items():
        inside = set()
        for name in imported(path):
            if not name.startswith("copydesk."):
                continue
            while name not in MODULES:
                name = name.rpartition(".")[0]
            inside.add(name)
        found[module] = inside - {module, "copydesk"}
    return found


def room(module: str) -> str:
    return module.split(".")[1]


def levels() -> dict[str, int]:
    """The level of each room, from the table of the page: 0 is the lowest."""
    rows = re.findall(r"^\| (\d+) \| (.+?) \|", PAGE, re.MULTILINE)
    return {
        name.removesuffix("/"): int(level)
        for level, names in rows
        for name in re.findall(r"`([a-z_/]+)`", names)
    }


def test_every_room_has_its_level() -> None:
    """Packages and modules of the first level stand in the page's table, and no others."""
    there = {room(name) for name in MODULES if name != "copydesk"}

    assert set(levels()) == there


def test_no_arrow_goes_up() -> None:
    """A room imports rooms of lower levels only, not even in a function or for types."""
    level = levels()
    upward = sorted(
        f"{module} -> {other}"
        for module, others in arrows().items()
        if module != "copydesk"
        for other in others
        if room(module) != room(other) and level[room(module)] <= level[room(other)]
    )

    assert upward == []


def test_no_circle() -> None:
    """No module is imported by what it imports, over however many modules."""
    try:
        graphlib.TopologicalSorter(arrows()).prepare()
    except graphlib.CycleError as circle:
        pytest.fail(" -> ".join(circle.args[1]))


@pytest.mark.parametrize("library", KNOWN_TO)
def test_only_backends_know_the_tool(library: str) -> None:
    """Label Studio's client is imported in one room, and HTTP is spoken at the borders only."""
    knowing = {
        room(module)
        for module, path in MODULES.items()
        if library in {name.partition(".")[0] for name in imported(path)}
    }

    assert knowing == KNOWN_TO[library]


def test_scripts_and_tests_do_not_import_each_other() -> None:
    """A script runs where there are no tests; a test runs a script as its user does."""
    rooms = {
        name: {path.stem: path for path in (ROOT / name).rglob("*.py")}
        for name in ("scripts", "tests")
    }
    crossing = [
        f"{path.relative_to(ROOT)} imports {name}"
        for here, there in (("scripts", "tests"), ("tests", "scripts"))
        for path in (ROOT / here).rglob("*.py")
        for name in imported(path) | by_path(path)
        if name.partition(".")[0] in {there, *rooms[there]} - rooms[here].keys()
    ]

    assert crossing == []


def by_path(path: Path) -> set[str]:
    """What a module names where it loads another by its path or name: every string in the call."""
    loaders = {"import_module", "spec_from_file_location", "run_path", "run_module"}
    return {
        Path(text.value).stem
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and (getattr(node.func, "attr", None) or getattr(node.func, "id", None)) in loaders
        for text in ast.walk(node)
        if isinstance(text, ast.Constant) and isinstance(text.value, str)
    }


def test_no_function_is_longer_than_a_screen() -> None:
    """No function has more than 60 lines, its signature and docstring counted."""
    long = [
        f"{module}.{node.name}: {lines} lines"
        for module, path in MODULES.items()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (lines := (node.end_lineno or node.lineno) - node.lineno + 1) > 60
    ]

    assert long == []


def resolves(name: str) -> bool:
    """Whether a dotted name below the package is a module, or something in one."""
    try:
        pkgutil.resolve_name(f"copydesk.{name}")
    except (ImportError, AttributeError):
        return False
    return True


def test_what_the_page_names_is_there() -> None:
    """A name such as `release.cut.cut()` or `release.forget` on the page is one of the code's."""
    rooms = "|".join(sorted({room(name) for name in MODULES if name != "copydesk"}))
    named = set(re.findall(rf"`((?:{rooms})(?:\.\w+)+)(?:\(\))?`", PAGE))
    named = {name for name in named if not name.endswith((".json", ".jsonl"))}

    assert len(named) > 30
    assert sorted(name for name in named if not resolves(name)) == []


def test_a_verb_calls_what_the_page_says() -> None:
    """Where the page says that a verb calls a function, the verb's module imports it."""
    calls = re.findall(r"`copydesk ([a-z ]+)`\s+calls\s+`([\w.]+)\(\)`", PAGE)
    wrong = []
    for verb, function in calls:
        place = "/".join(word for word in verb.split() if word != "release")
        names = imported(SOURCE / "cli" / f"{place}.py")
        called = [pkgutil.resolve_name(name) for name in names if name.startswith("copydesk.")]
        named = pkgutil.resolve_name(f"copydesk.{function}")
        module = pkgutil.resolve_name(f"copydesk.{function.rpartition('.')[0]}")
        if not any(one is named or one is module for one in called):
            wrong.append(f"{verb}: {function}")

    assert len(calls) > 10
    assert wrong == []


def test_what_docstrings_name_is_there() -> None:
    """Every dotted name of the package between backticks in its code is there."""
    missing = [
        f"{module}: copydesk{name}"
        for module, path in MODULES.items()
        for name in re.findall(r"`copydesk((?:\.\w+)+)`", path.read_text(encoding="utf-8"))
        if name != ".toml" and not resolves(name[1:])
    ]

    assert missing == []
