"""Rules, each declared by a decorator at the function that looks for its faults.

    @check("release", needs=("articles",))
    @rule("text-hash-mismatch", level=3, meaning="…", fix="…")
    def hashes(release: Release) -> Iterator[Found]: ...

A function may look for several rules at once (one pass over a table), and a rule may have several
functions (`finds`). `copydesk.validate.all_rules` imports them all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeVar

from copydesk.findings import Severity
from copydesk.validate.faults import Found

LEVELS: Final = {1: "files", 2: "shape", 3: "relations", 4: "corpus", 5: "release"}

SENTENCES: Final = ("sentences", "standoff")
ALL: Final = (*SENTENCES, "articles", "annotations", "quotes")
DESCRIBED: Final = (*ALL, "manifest", "facts")
"""What a check may need: the tables, or what is computed from them."""

CUT: Final = "Cut the release again; never edit its files."

Stage = Literal["release", "released", "documents", "rebuild"]
"""What a check is given: a `Release` by itself; a `Released`, with the data set and the corpus
around it; the same once the release's numbers could be computed; the same, if asked to rebuild."""

Function = TypeVar("Function", bound=Callable[..., Any])


@dataclass(frozen=True, kw_only=True, slots=True)
class Rule:
    """One rule.

    Args:
        since: the schema version of the first releases that must obey it; None for rules that
            every release must obey: those of files, checksums, identity, paths and rights.
        meaning: what is true of a release that obeys it, as a sentence.
        fix: what to do about a fault, as a sentence.
        waivable: whether a corpus may decide to ignore its faults for a while.
    """

    id: str
    level: int
    severity: Severity
    meaning: str
    fix: str
    since: str | None = None
    waivable: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class Check:
    """A function that looks for faults of some rules.

    Args:
        needs: tables whose rows it relates, or other things that must be there; it is skipped,
            with the reason, where one cannot be used.
        in_shares: whether it relates rows of one event only; it is run on a share of the release's
            events at a time, with all their rows.
    """

    stage: Stage
    rules: tuple[str, ...]
    run: Callable[[Any], Iterator[Found]]
    needs: tuple[str, ...] = ()
    in_shares: bool = False


RULES: Final[dict[str, Rule]] = {}
"""Every rule by its id, in the order of their levels."""

CHECKS: Final[list[Check]] = []
"""Every check, in the order in which they run."""

_looks_for: Final[dict[Callable[..., Any], list[str]]] = {}


def rule(
    id: str,
    *,
    level: int,
    meaning: str,
    fix: str,
    severity: Severity = "error",
    since: str | None = None,
    waivable: bool = True,
) -> Callable[[Function], Function]:
    """Declare a rule; the function looks for its faults. The arguments are those of `Rule`."""
    RULES[id] = Rule(
        id=id,
        level=level,
        severity=severity,
        meaning=meaning,
        fix=fix,
        since=since,
        waivable=waivable,
    )
    return finds(id)


def finds(id: str) -> Callable[[Function], Function]:
    """The function looks for faults of a rule that another function declares."""

    def decorate(function: Function) -> Function:
        _looks_for.setdefault(function, []).insert(0, id)
        return function

    return decorate


def check(
    stage: Stage, *, needs: tuple[str, ...] = (), in_shares: bool = False
) -> Callable[[Function], Function]:
    """Run the function in every validation that wants one of the rules that it looks for.

    Args:
        needs, in_shares: see `Check`.
    """

    def decorate(function: Function) -> Function:
        found = Check(
            stage=stage,
            rules=tuple(_looks_for[function]),
            run=function,
            needs=needs,
            in_shares=in_shares,
        )
        CHECKS.append(found)
        return function

    return decorate


def rules_markdown() -> str:
    """The page ``docs/rules.md``."""
    lines = [
        "# The rules of `copydesk validate`",
        "",
        "Made from the functions in `copydesk.validate`; `copydesk validate --rules` prints the "
        "same.",
    ]
    for level, name in LEVELS.items():
        lines += [
            "",
            f"## Level {level}: {name}",
            "",
            "| rule | severity | since | may be waived | meaning | fix |",
            "|---|---|---|---|---|---|",
        ]
        lines += [
            f"| `{r.id}` | {r.severity} | {r.since or 'always'} | "
            f"{'yes' if r.waivable else 'no'} | {r.meaning} | {r.fix} |"
            for r in RULES.values()
            if r.level == level
        ]
    return "\n".join(lines) + "\n"
