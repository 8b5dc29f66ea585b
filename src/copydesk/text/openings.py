"""A cheap look at a line: is it worth trying the wording of `copydesk.text.wording`?

Hardly any line has fixed wording; seeing that from a word or two saves most of the time.
"""

from __future__ import annotations

from typing import Final

from copydesk.text.wording import Openings

_QUOTES: Final = frozenset("\"'“‘”’„«»")
_INSIDE_QUOTES: Final = frozenset({"follow", "(cross", "(laugh", "(appla", "[laugh", "[appla"})
"""Beginnings of furniture that was caught inside a long quotation by mistake."""
_STOPS: Final = frozenset(".!?…")
_LAST_MARKS: Final = frozenset("-–—)")


def may_be_fixed(line: str, known: Openings | None) -> bool:
    """Whether a line can match one of the patterns for whole lines: a look at its first words."""
    if line[0] in _QUOTES:
        return len(line) <= 60 and line[1:7].lower() in _INSIDE_QUOTES
    if known is None:
        return True
    blank = line.find(" ", 0, 40)
    first = line[: blank if blank > 0 else 40].lower()
    if first in known.first or not first[0].isalpha() or line[-1] in _LAST_MARKS:
        return True
    if first in known.second:
        following = line[blank + 1 : 40].lower().partition(" ")[0] if blank > 0 else ""
        return following in known.second[first]
    if len(line) > 200:
        return first[-1] in ":,.;" and first[:-1] in known.first
    if len(line) <= 60 and ("/" in line or "@" in line or line[-1].isdigit()):
        return True
    if first[-1] in ":,.;" and first.rstrip(":,.;") in known.first:
        return True
    return line[-4:] in known.last_letters and line.endswith(known.last)


def may_end_in_credit(line: str, known: Openings | None) -> bool:
    """Whether a line can contain a `credit_tail`: it has a mark or an agency's name."""
    if line[-1] == ")" or line[-2:] == ")." or "/" in line or "©" in line:
        return True
    colon = line.rfind(":")
    if colon > 0:
        noun = line[max(0, colon - 20) : colon].rpartition(" ")[2]
        if known is None or noun.lstrip("(").lower() in known.credit_nouns:
            return True
    return line[-1] not in _STOPS and (" by " in line or " for " in line or "ource," in line)
