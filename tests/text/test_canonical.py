"""Canonical text: one form for every way in which the same article may come."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copydesk.errors import InputError
from copydesk.text import canonical
from copydesk.text.canonical import dropped

ANY_TEXT = st.text(st.characters(exclude_categories=["Cs"]))


@pytest.mark.parametrize(
    ("given_text", "expected"),
    [
        (b"One.\r\nTwo.\r\n", "One.\nTwo."),
        ("One.\rTwo.\n\n \t\nThree.", "One.\nTwo.\nThree."),
        (
            "One.\u2028Two.\u2029Three.\x85Four.\x0bFive.\x0cSix.",
            "One.\nTwo.\nThree.\nFour.\nFive.\nSix.",
        ),
        (b"\xef\xbb\xbfOne.", "One."),
        ("One.\n\ufeffTwo.", "One.\nTwo."),
        ("Cafe\u0301", "Caf\u00e9"),
        ("One. \t\u00a0\u3000\nTwo.  ", "One.\nTwo."),
        ("  One.\tTwo.  Three.", "  One.\tTwo.  Three."),
        ('“A” ‘b’ "c" – — … \u00a0\u200d\U0001f469\u200d\U0001f52c', None),
    ],
)
def test_line_ends_marks_and_trailing_blanks_are_levelled(
    given_text: bytes | str, expected: str | None
) -> None:
    """Line ends become line feeds, blank lines go; indents, tabs and quotation marks stay."""
    assert canonical(given_text) == (given_text if expected is None else expected)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "One.\nTwo\x00.",
            "line 2, column 4: U+0000 (control character) is not allowed in an article."
            " Remove it from the text.",
        ),
        (
            "\u2066",
            "The text is empty or consists of blanks only."
            " Give the article's text, or leave the article out.",
        ),
        (
            "a\ud800",
            "line 1, column 2: U+D800 (lone surrogate) is not allowed in an article."
            " Remove it from the text.",
        ),
        (
            "One.\nTwo" + "\u0301\u0323" * 51,
            "line 2, column 4: More than 100 combining marks stand on one letter."
            " Remove them from the text.",
        ),
        (
            b"Caf\xe9 au lait",
            "Byte 0xe9 at offset 3 is not UTF-8. Save the text as UTF-8.",
        ),
        (
            b"",
            "The text is empty or consists of blanks only."
            " Give the article's text, or leave the article out.",
        ),
        (
            " \n\t\u00a0\r\n\ufeff\u200b",
            "The text is empty or consists of blanks only."
            " Give the article's text, or leave the article out.",
        ),
    ],
)
def test_what_cannot_be_text_is_refused_with_its_place(text: bytes | str, message: str) -> None:
    """A refusal names the character and its line and column, or the byte and its offset."""
    with pytest.raises(InputError) as caught:
        canonical(text)

    assert str(caught.value) == message


@pytest.mark.parametrize("code", [*range(0x20), *range(0x7F, 0xA0), *range(0x202A, 0x202F)])
def test_control_characters_are_line_ends_tabs_or_dropped(code: int) -> None:
    """Of the control characters a tab stays and line ends become line feeds; NUL is refused, and
    the others are dropped and counted."""
    text = f"One{chr(code)}two"

    if code == 0x09:
        assert canonical(text) == text
    elif code in {0x0A, 0x0B, 0x0C, 0x0D, 0x85}:
        assert canonical(text) == "One\ntwo"
    elif code == 0:
        with pytest.raises(InputError, match=r"^line 1, column 4: U\+0000 "):
            canonical(text)
    else:
        assert (canonical(text), dropped(text)) == ("Onetwo", 1)


@given(ANY_TEXT)
def test_canonical_text_is_canonical(text: str) -> None:
    """What is accepted is in normal form C, has no blank line or trailing blank, and stays so."""
    try:
        first = canonical(text)
    except InputError:
        return

    assert canonical(first) == first == canonical(first.encode())
    assert unicodedata.is_normalized("NFC", first)
    assert all(line and line == line.rstrip() for line in first.split("\n"))


@given(ANY_TEXT.map(lambda text: f"a{text}"), st.sampled_from(["\n", "\r\n", "\r", "\u2028"]))
def test_line_ends_do_not_matter(text: str, end: str) -> None:
    """The same paragraphs give the same text whatever ends their lines."""
    try:
        expected = canonical(f"{text}\nb")
    except InputError:
        return

    assert canonical(f"{text}{end}b{end}") == expected
