"""Which language a text is in, judged by its commonest words.

Rules for English must not be applied to a text in another language only because nobody stated its
language, or because a page calls everything English.
"""

from __future__ import annotations

from collections import Counter
from typing import Final

from copydesk.stretches import words

UNKNOWN: Final = "und"
"""BCP 47's tag for a language that is not determined."""

_WORDS: Final = {
    "en": "the of and to in a is that for on with as was it by at from he has his be are have this",
    "de": "der die und das in den von zu mit sich des auf für ist im dem nicht ein eine als es",
    "fr": "le la les de des et à en un une du que est pour dans qui par sur au pas plus ne se il",
    "es": "el la los las de que y en un una del por con no para es al lo como más su se ha",
    "it": "il lo la gli le di che e un una per non è con del della in si da dei ha al sono come",
    "nl": "de het een van en in is dat op te zijn voor met die niet aan er om ook als bij naar uit",
    "pt": "o a os as de que e em um uma do da para com não por se no na dos mais ao como foi",
    "pl": "w i z na do się nie to że jest o od po przez za jak dla ale co był są ich oraz może",
    "sv": "och att det i en som på är av för med den till inte har de om ett han var men så från",
}
_LISTS: Final = {tag: frozenset(listed.split()) for tag, listed in _WORDS.items()}
_SAMPLE: Final = 400
_ENOUGH: Final = 40
_SHARE: Final = 0.12
"""The least share of a text's words that the two dozen commonest words of its language make up."""


def told(text: str, stated: str | None) -> str:
    """The language of a text: the stated one, unless its words contradict it.

    Args:
        stated: what the source says, as a BCP 47 tag.

    Returns:
        The stated tag; where none is stated, or English and the words are not, the language whose
        common words the text has, or `UNKNOWN`. A short text whose source states no language counts
        as English, the main language of this project.
    """
    if stated is not None and stated.partition("-")[0] != "en":
        return stated
    # Numbers are of no language: a table of results is not one that nobody knows.
    found = [word for word in words(text)[:_SAMPLE] if not word.isdigit()]
    if len(found) < _ENOUGH:
        return stated or ("en" if text.isascii() or not _is_foreign(text) else UNKNOWN)
    counts = Counter(found)
    shares = {
        tag: sum(counts[word] for word in listed & counts.keys()) / len(found)
        for tag, listed in _LISTS.items()
    }
    if shares["en"] >= _SHARE and shares["en"] >= 0.5 * max(shares.values()):
        return stated or "en"
    best = max(shares, key=lambda tag: shares[tag])
    return best if shares[best] >= _SHARE and best != "en" else UNKNOWN


def _is_foreign(text: str) -> bool:
    """Whether most letters belong to a script other than Latin."""
    letters = [c for c in text[:2000] if c.isalpha()]
    return sum(ord(c) > 0x24F for c in letters) > len(letters) / 2
