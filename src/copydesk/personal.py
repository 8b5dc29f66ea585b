"""Personal data in a text: e-mail addresses, telephone numbers, accounts and the like.

Patterns are tight, since news is full of numbers: years, money, scores, casualties and dates are
not telephone numbers. Where a number carries a check digit, it is computed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, kw_only=True, slots=True)
class Kind:
    """A kind of personal data: a pattern that finds it, and a test that it is meant."""

    name: str
    pattern: re.Pattern[str]
    holds: Callable[[str], bool] = bool


def _iban(value: str) -> bool:
    """ISO 13616: moved round and read with letters as 10 to 35, it leaves 1 when divided by 97."""
    plain = value.replace(" ", "")
    moved = plain[4:] + plain[:4]
    return 15 <= len(plain) <= 34 and int("".join(str(int(c, 36)) for c in moved)) % 97 == 1


def _luhn(value: str) -> bool:
    """ISO/IEC 7812: every second digit from the right doubled, the digits add up to tens."""
    digits = [int(c) for c in reversed(value) if c.isdigit()]
    doubled = [d if place % 2 == 0 else sum(divmod(2 * d, 10)) for place, d in enumerate(digits)]
    return 13 <= len(digits) <= 19 and len(set(digits)) > 1 and sum(doubled) % 10 == 0


def _international(value: str) -> bool:
    return 8 <= sum(c.isdigit() for c in value) <= 15  # ITU-T E.164 allows fifteen


def _octets(value: str) -> bool:
    return all(int(part) <= 255 for part in value.split("."))


_KINDS: Final = (
    Kind(
        name="an e-mail address",
        # Each run of characters is tried once, from its beginning: the time is linear.
        pattern=re.compile(r"(?<![\w.%+-])[\w.%+-]{1,64}+@(?:[\w-]{1,63}+\.){1,8}[A-Za-z]{2,63}"),
    ),
    Kind(
        name="an international telephone number",
        pattern=re.compile(r"(?<![\w+])(?:\+|00)[1-9]\d{0,2}(?:[ .\-/]?\(?\d{1,5}+\)?){2,6}(?!\d)"),
        holds=_international,
    ),
    Kind(
        name="a telephone number",
        pattern=re.compile(
            r"(?<![\w.,/+-])(?:"
            r"(?:1[ .-])?(?:\(\d{3}\) ?|\d{3}[.-])\d{3}[.-]\d{4}"  # North America
            r"|(?<!\d )[2-9]\d{2} [2-9]\d{2} \d{4}"
            r"|(?<!\d )\(?0[1-9]\d{1,3}\)?[ /-]\d{3,4}[ -]\d{3,4}"  # a trunk 0, in Europe
            r"|(?<!\d )\(?0[1-9]\d{1,3}\)?[ /-]\d{6,8}"
            r")(?![\w]|[.,/-]\d)"
        ),
    ),
    Kind(
        name="a telephone number",
        pattern=re.compile(
            r"(?i:\b(?:tel|telephone|phone|mobile|whatsapp|fax)\b)(?: number)?(?: on| at|:|\.)? ?"
            r"\(?\d{2,5}\)?(?:[ .-]?\d{2,5}){1,4}\b"
        ),
        holds=lambda value: 7 <= sum(c.isdigit() for c in value) <= 15,
    ),
    Kind(
        name="a bank account (IBAN)",
        pattern=re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b"),
        holds=_iban,
    ),
    Kind(
        name="a payment card number",
        pattern=re.compile(r"(?<![\d.,])\d{4}(?:[ -]?\d{4}){2}[ -]?\d{1,7}(?![\d.,]\d)(?!\d)"),
        holds=_luhn,
    ),
    Kind(
        name="a social security number",
        pattern=re.compile(r"(?<![\d-])(?!000|666|9)\d{3}-(?!00)\d{2}-(?!0000)\d{4}(?![\d-])"),
    ),
    Kind(
        name="an IP address",
        pattern=re.compile(r"(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?![\w]|\.\d)"),
        holds=_octets,
    ),
)

SUSPICIOUS: Final = r"@|\d[\d .()/+-]{5,}\d|[A-Z]{2}\d{2}"
"""Matches every text with personal data; a whole column is searched for it at once."""
_SUSPICIOUS: Final = re.compile(SUSPICIOUS)


def find(text: str) -> Iterator[tuple[str, int, int]]:
    """Personal data in a text: kind, first code point, code point after the last; none overlap."""
    if not _SUSPICIOUS.search(text):
        return
    taken: list[tuple[int, int]] = []
    for kind in _KINDS:
        free, place = [], 0
        for match in kind.pattern.finditer(text):
            start, end = match.span()
            while place < len(taken) and taken[place][1] <= start:
                place += 1
            if kind.holds(match.group()) and not (place < len(taken) and taken[place][0] < end):
                free.append((start, end))
                yield kind.name, start, end
        taken = sorted(taken + free)
