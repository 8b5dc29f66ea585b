"""A cheap look at a line: is it worth trying the patterns of `copydesk.text.cues`?

Hardly any line has fixed wording, and most speed lies in telling that by a word or two.
"""

from __future__ import annotations

from typing import Final

from copydesk.text.words import words

_FIRST_WORDS: Final = words(
    """
    mon tue tues wed thu thur thurs fri sat sun monday tuesday wednesday thursday friday saturday
    sunday jan feb mar apr may jun jul aug sep sept oct nov dec january february march april june
    july august september october november december published updated posted modified issued words
    story text written analysis opinion report by staff agency file image images photo photos
    picture pictures photograph photographs pic pics video videos graphic graphics illustration
    illustrations chart charts map maps screenshot screenshots foto fotos photographer credit
    credits courtesy ap afp pa epa upi dpa ansa tass xinhua reuters associated agence press getty
    anadolu alamy shutterstock bbc epa-efe additional reporting writing editing compiled edited
    produced correction corrections clarification clarifications editor editors editor's editor’s
    editors' author's author’s publisher's publisher’s disclaimer disclosure external read see also
    related more watch listen update updates source sources recommended don't don’t tags topics
    advertisement information republished reproduced reprinted copyright sign subscribe follow
    click download scroll share sponsored ends end caption pictured above below top bottom far left
    right archive undated exclusive author reporter
    """
)
_SECOND_WORDS: Final = {
    "a": "previous prior version file handout satellite aerial",
    "an": "earlier undated aerial hour",
    "this": "story article report post piece page headline copy story's article's story’s article’s"
    " is interview blog live review exclusive file handout undated satellite",
    "the": "associated ap text story article headline",
    "first": "published",
    "last": "published updated modified posted",
    "with": "the kind permission additional files input inputs reporting material",
    "for": "confidential more",
    "all": "rights",
    "have": "you an",
    "do": "you",
    "to": "contact",
}
_OPENINGS: Final = frozenset(
    f"{first} {second}" for first, words in _SECOND_WORDS.items() for second in words.split()
)
_ENDINGS: Final = (
    "this report.",
    "this report",
    "this story.",
    "this article.",
    "reporting.",
    "orrespondent",
    "eporter",
    "ditor",
    "riter",
    "olumnist",
)
_CREDIT_NOUNS: Final = words(
    """
    image images photo photos picture pictures photograph photographs pic pics video graphic map
    chart illustration screenshot credit credits courtesy source by foto photographer
    """
)
_QUOTES: Final = frozenset("\"'“‘”’„«»")
_STOPS: Final = frozenset(".!?…")
_LAST_MARKS: Final = frozenset("-–—)")


def may_be_fixed(line: str) -> bool:
    """Whether a line can match one of the patterns for whole lines: a look at its first words."""
    if line[0] in _QUOTES:
        return False
    first, _, rest = line[:40].lower().partition(" ")
    if first in _FIRST_WORDS or not first[0].isalpha() or line[-1] in _LAST_MARKS:
        return True
    if first in _SECOND_WORDS:
        return f"{first} {rest.partition(' ')[0]}" in _OPENINGS
    if len(line) <= 60 and ("/" in line or "@" in line or line[-1].isdigit()):
        return True
    return (first[-1] in ":,.;" and first.rstrip(":,.;") in _FIRST_WORDS) or (
        len(line) <= 200 and line.endswith(_ENDINGS)
    )


def may_end_in_credit(line: str) -> bool:
    """Whether a line can hold a `CREDIT_TAIL`: it has a mark or an agency's name for it."""
    if line[-1] == ")" or line[-2:] == ")." or "/" in line or "©" in line:
        return True
    colon = line.rfind(":")
    if colon > 0:
        noun = line[max(0, colon - 20) : colon].rpartition(" ")[2]
        if noun.lstrip("(").lower() in _CREDIT_NOUNS:
            return True
    return line[-1] not in _STOPS and (" by " in line or " for " in line or "ource," in line)
