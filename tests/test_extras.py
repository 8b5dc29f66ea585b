"""Libraries: what is imported is declared, and what only some verbs need is an extra."""

from __future__ import annotations

import ast
import functools
import re
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from copydesk.extras import MissingExtraError, needs

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
# Run by the Python of Label Studio's own environment, never by ours.
ELSEWHERE = {"src/copydesk/backends/labelstudio/local/child.py"}


distributions = functools.cache(packages_distributions)
"""The distributions that each importable module comes with."""


def normal(requirement: str) -> str:
    return re.sub(r"[-_.]+", "-", re.split(r"[\[<>=;~! ]", requirement)[0]).lower()


def imports(node: ast.AST, extra: str | None = None) -> Iterator[tuple[str | None, str]]:
    """Each imported top-level module with the extra of the ``needs`` block it stands in."""
    for child in ast.iter_child_nodes(node):
        inner = extra
        if isinstance(child, ast.With):
            call = child.items[0].context_expr
            if isinstance(call, ast.Call) and getattr(call.func, "id", "") == "needs":
                assert isinstance(call.args[0], ast.Constant)
                inner = str(call.args[0].value)
        if isinstance(child, ast.If) and getattr(child.test, "id", "") == "TYPE_CHECKING":
            continue
        if isinstance(child, ast.Import):
            yield from ((inner, alias.name.partition(".")[0]) for alias in child.names)
        elif isinstance(child, ast.ImportFrom) and not child.level:
            yield inner, str(child.module).partition(".")[0]
        yield from imports(child, inner)


def test_every_import_is_declared() -> None:
    """A library is a dependency, or it is imported in a block that names the extra it is in."""
    core = {normal(line) for line in PROJECT["dependencies"]}
    extras = {
        name: {normal(line) for line in lines}
        for name, lines in PROJECT["optional-dependencies"].items()
    }
    undeclared = []
    for path in sorted((ROOT / "src").rglob("*.py")):
        name = path.relative_to(ROOT).as_posix()
        if name in ELSEWHERE:
            continue
        for extra, module in imports(ast.parse(path.read_text(encoding="utf-8"))):
            if module in sys.stdlib_module_names or module == "copydesk":
                continue
            owners = {normal(owner) for owner in distributions().get(module, [module])}
            if not owners & (core | extras.get(extra or "", set())):
                undeclared.append(f"{name}: {module}")

    assert undeclared == []


def test_no_dependency_is_for_nothing() -> None:
    """Each library that an installation brings is imported somewhere, or says why it is there."""
    used = {
        normal(owner)
        for path in (ROOT / "src").rglob("*.py")
        for _, module in imports(ast.parse(path.read_text(encoding="utf-8")))
        for owner in distributions().get(module, [module])
    }
    # Checked by jsonschema if they are there; loaded by trafilatura.
    indirect = {"rfc3339-validator", "rfc3986-validator", "lxml-html-clean"}
    listed = PROJECT["dependencies"] + [
        line
        for name in ("html", "models", "rounds", "train")
        for line in PROJECT["optional-dependencies"][name]
    ]

    assert {normal(line) for line in listed} - used == indirect


def test_a_missing_library_is_said_with_its_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    """One sentence says what cannot be done, without which library, and what to install."""
    monkeypatch.setitem(sys.modules, "trafilatura", None)
    with pytest.raises(MissingExtraError) as caught, needs("html", "Reading HTML"):
        import trafilatura  # noqa: F401  # it cannot be found: that is the test

    assert str(caught.value) == (
        "Reading HTML needs trafilatura, which is not installed. Run: pip install 'copydesk[html]'"
    )
