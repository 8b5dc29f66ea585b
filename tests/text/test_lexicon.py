"""Words and forms: what is read once for a whole text is what a plain search finds in a part."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from copydesk.text.language import language
from copydesk.text.lexicon import Vocabulary, outside, words

TEXTS = st.text(alphabet=st.sampled_from("aAiİßſΣ_’'.-1 ,\n“”"), max_size=40)
SAID = st.lists(
    st.sampled_from(["may", "it", "remains", "to", "be", "seen", "likely", "“", "”", ",", "x_y"]),
    max_size=30,
)
LEXICONS = [language("en").lexicon(name) for name in ("hedges", "open-questions", "forecasts")]


@given(TEXTS, st.integers(0, 40), st.integers(0, 40))
def test_the_words_of_a_stretch_are_those_inside_it(text: str, start: int, end: int) -> None:
    """Each with its offsets and its small form; a word that the boundary cuts counts in part."""
    found = re.compile(r"[^\W_]+(?:['’.-][^\W_]+)*").finditer(text, start, min(end, len(text)))
    expected = [(*match.span(), match[0].lower().replace("’", "'")) for match in found]
    assert list(words(text, start, max(start, min(end, len(text))))) == expected


@given(SAID, st.integers(0, 80), st.integers(0, 80))
def test_forms_outside_a_quotation_are_those_of_the_words_left(
    said: list[str], start: int, end: int
) -> None:
    """None begins in one part and ends in another, and each is counted among the words left."""
    text = " ".join(said)
    left = outside(words(text), [(start, max(start, end))])
    expected = []
    for lexicon in LEXICONS:
        reached = 0
        for index in range(len(left)):
            match = lexicon.at(left, index, text) if index >= reached else None
            if match is not None:
                reached = index + match[0]
                expected.append((index, reached, lexicon.name, match[1]))
    assert sorted(Vocabulary(LEXICONS).find(left, text)) == sorted(expected)
