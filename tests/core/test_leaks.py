"""The search for withheld words, where it passes from one piece of its work to the next."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest

from copydesk import sieve
from copydesk.leaks import Leak, Secrets, find_leaks
from copydesk.readable import printed
from copydesk.sieve import Filter, search

SECRET = "The old ferry sank beside the northern pier."
WORDS = 1 << 16
BYTES = 1 << 20
PRINTED = bytes(range(0x20, 0x7F))


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


BETWEEN = {
    "zero width": "\u200b",
    "soft hyphens": "\u00ad",
    "a control character": "\x00",
    "an entity": "&#8203;",
    "a tag": "<br>",
    "an empty element": "<i></i>",
    "a stroke": "\u0335",
    "a letter that is blank": "\u3164",
    "underscores": "_",
}


@pytest.mark.parametrize("blank", BETWEEN.values(), ids=BETWEEN)
def test_whatever_stands_in_place_of_blanks_hides_nothing(blank: str) -> None:
    """What nobody sees is no part of a word, and a blank where it stands between two."""
    secrets = Secrets([("k.1", SECRET)], [])
    assert secrets.in_texts([SECRET.replace(" ", blank)]) == {"k.1"}
    assert secrets.in_texts([SECRET.replace("rr", f"r{blank}r")]) == (
        set() if blank == "_" else {"k.1"}
    )


@pytest.mark.parametrize(
    "alike",
    [
        "".join(chr(0xE0000 + ord(letter)) for letter in SECRET),
        SECRET.translate(str.maketrans("aegn", "ɑᴇɢɴ")),
        SECRET.title().replace(" ", ""),
    ],
)
def test_letters_that_look_alike_are_the_same(alike: str) -> None:
    """So are small capitals, tags that nobody sees, and words that only capitals divide."""
    assert Secrets([("k.1", SECRET)], []).in_texts([alike]) == {"k.1"}


@pytest.mark.parametrize("at_once", [0, 1 << 26])
def test_more_words_than_are_held_at_once_are_found_all_the_same(
    at_once: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whole sentences and stretches, whether all are held or only what the files may have."""
    monkeypatch.setattr(sieve, "_CHARACTERS_AT_ONCE", at_once)
    address = "https://bench.example/the-old-ferry"
    stretch = "one two three four five six seven eight nine ten eleven twelve"
    text = f"{SECRET} Nobody saw it. We print that too, as everybody does. And {stretch} thirteen."
    sentences = [
        ("k.1", SECRET),
        ("k.2", "We print that too, as everybody does."),
        ("k.3", "Nobody found this one."),
        ("k", "The title of it all"),
    ]
    (tmp_path / "a.csv").write_text(SECRET.replace("sank", f"sank {address}"), encoding="utf-8")
    (tmp_path / "b.csv").write_text(f"We print that too, as everybody does.\n{stretch}\n" * 2)
    (tmp_path / "c.csv").write_text(" ".join(SECRET.split()[1:]), encoding="utf-8")
    found = search(
        tmp_path,
        ["a.csv", "b.csv", "c.csv"],
        sentences=lambda: iter(sentences),
        texts=lambda: iter([("k", text)]),
        given=lambda: iter(["Look: we print that too, as everybody does!"]),
        urls=lambda: iter([address]),
    )
    assert found == [Leak(file="a.csv", record="k.1"), Leak(file="b.csv", record="k")]


def test_a_filter_knows_what_was_added_and_little_else() -> None:
    """All hashes that were added, and fewer than one in a hundred of others."""
    drawn = random.Random(1)
    hashes = np.array([drawn.getrandbits(64) for _ in range(20_000)], dtype=np.uint64)
    known = Filter(10_000)
    known.add(hashes[:10_000])
    assert known.knows(hashes[:10_000]).tolist() == list(range(10_000))
    assert len(known.knows(hashes[10_000:])) < 100


def test_each_of_several_sentences_of_a_record_is_stored() -> None:
    """Two sentences of as many words do not take each other's place."""
    salt = b"x" * 16
    stored = Secrets(
        [("k", SECRET), ("k", "A blue barge swam home to the southern pier.")], [], salt=salt
    )
    wanted = Secrets.of_stored(stored.stored(), salt=salt, given=[])
    assert wanted.in_texts([SECRET]) == {"k"}
    assert wanted.in_texts(["A blue barge swam home to the southern pier."]) == {"k"}
