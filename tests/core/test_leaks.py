"""The search for withheld words, where it passes from one piece of its work to the next."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from copydesk.leaks import Leak, Secrets, find_leaks
from copydesk.readable import printed

SECRET = "The old ferry sank beside the northern pier."
WORDS = 1 << 16
BYTES = 1 << 20


@pytest.mark.parametrize("before", [0, WORDS - 9, WORDS - 8, WORDS - 3, WORDS - 1, WORDS])
def test_a_sentence_is_found_wherever_it_stands_among_many_words(
    before: int, tmp_path: Path
) -> None:
    """Words are looked up some at a time, and none is lost between two lots."""
    secrets = Secrets([("k.1", SECRET)], [])
    (tmp_path / "a.csv").write_text("word " * before + SECRET + " word" * 20, encoding="utf-8")
    assert find_leaks(tmp_path, secrets) == [Leak(file="a.csv", record="k.1")]


@pytest.mark.parametrize("place", [0, BYTES - 45, BYTES - 44, BYTES - 20, BYTES - 1, BYTES])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le"])
def test_text_is_read_wherever_it_stands_among_bytes(place: int, encoding: str) -> None:
    """Bytes are looked through a mebibyte at a time, and a text across its end is one text."""
    dead = bytes(random.Random(place).randbytes(2 * BYTES)).translate(None, b"\t\n\r" + PRINTED)
    data = dead[:place] + b"\xff" + SECRET.encode(encoding) + b"\xff" + dead[place:]
    assert SECRET in list(printed(data))


def test_text_beyond_ascii_is_read_among_bytes() -> None:
    """Runs of twelve characters or more are texts, in any script; shorter ones are not."""
    data = b"\xff\x80".join(
        text.encode() for text in ("Пароход утонул", "Пароход", "naïve 😀 façade")
    )
    assert list(printed(data)) == ["Пароход утонул", "naïve 😀 façade"]


PRINTED = bytes(range(0x20, 0x7F))
