"""Every rule and check: importing their modules declares them, in the order in which they run."""

from __future__ import annotations

from copydesk.validate import (  # noqa: F401  (imported for the rules that they declare)
    agreement,
    beside,
    by_datasets,
    by_machine,
    corpora,
    dois,
    given,
    history,
    leakage,
    personal,
    published,
    relations,
    shape,
    sources,
    spans,
    statements,
    surroundings,
    untrusted_release,
    withdrawn,
)
from copydesk.validate.rules import CHECKS, RULES, Check, Stage


def of_stage(stage: Stage, *, in_shares: bool = False) -> tuple[Check, ...]:
    """The checks of a stage: those that take the whole release, or those that take shares of it."""
    return tuple(c for c in CHECKS if c.stage == stage and c.in_shares == in_shares)


def _by_level() -> None:
    ordered = sorted(RULES.values(), key=lambda rule: rule.level)
    RULES.clear()
    RULES.update({rule.id: rule for rule in ordered})


_by_level()
