"""Every rule has a specimen in ``tests/invalid/<rule>/`` that fails with exactly that rule."""

from __future__ import annotations

import contextlib
import datetime
import os
import re

import pytest
from specimens import INVALID, Specimen, load_damage

from copydesk.validate import RULES, Report, validate


def test_every_rule_has_a_specimen_and_every_specimen_a_rule() -> None:
    """A rule without a specimen would be a rule that nobody saw fail."""
    assert {path.parent.name for path in INVALID.glob("*/damage.py")} == set(RULES)


@pytest.mark.parametrize("rule", RULES)
def test_a_specimen_fails_with_exactly_its_rule(rule: str, specimen: Specimen) -> None:
    """What is found is of that rule alone, and is said in the words beside the specimen."""
    report = _judge(rule, specimen)
    assert set(report.counts) == {rule}
    assert report.exit_code == 1
    expected = INVALID / rule / "expected.txt"
    found = "".join(f"{f.address}: {f.message}\n" for f in report.findings)
    if "COPYDESK_WRITE_EXPECTED" in os.environ:  # to be read by a person before it is committed
        expected.write_text(_without_digests(found), encoding="utf-8")
    assert _without_digests(found) == expected.read_text(encoding="utf-8")


def _without_digests(text: str) -> str:
    """Digests, sizes and line numbers hang on documents whose words may change."""
    text = re.sub(r"\b[0-9a-f]{12}…", "<digest>", text)
    text = re.sub(r"\b[0-9,]+ bytes; release.json states \d+", "<n> bytes; <n> stated", text)
    return re.sub(r"(README|DATASHEET)\.md:\d+", r"\1.md:<n>", text)


def _judge(rule: str, specimen: Specimen) -> Report:
    case = load_damage(rule)
    case.damage(specimen)
    target = specimen.root if getattr(case, "TARGET", "release") == "corpus" else specimen.release
    during = getattr(case, "during", lambda _: contextlib.nullcontext())
    with during(specimen):
        return validate(target, today=datetime.date(2026, 4, 15), **getattr(case, "ARGUMENTS", {}))
