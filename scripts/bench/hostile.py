"""Inputs made to cost more than their length, and how the time of every reader of text grows.

    python scripts/bench/hostile.py                    # 64 kB to 1 MB
    python scripts/bench/hostile.py --only segment,validate
    python scripts/bench/hostile.py --largest 10000000 --worst 3    # the worst at 16 kB only

A hostile input is a unit repeated, nested, or repeated before something that makes each repetition
a near miss. For each reader the table has the input whose processor time grows most over four
doublings, as the exponent of n, and the speed on the largest input; the exit code is 1 where one
grows faster than n^1.3.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import math
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import polars as pl

from copydesk import personal
from copydesk.errors import CopydeskError
from copydesk.ingest.raw import Missed, Options
from copydesk.ingest.read import readings
from copydesk.leaks import Secrets
from copydesk.pages.markdown import spans
from copydesk.release.card import front_matter
from copydesk.release.filling import fill
from copydesk.release.near import near_sentences
from copydesk.text import Piece, attributions, canonical, quotations, segment, suggest
from copydesk.validate.faults import FaultError
from copydesk.validate.published import _differing
from copydesk.validate.untrusted_json import parse

STEEPEST = 1.3
DOUBLINGS = 4
TRIES = 5
CHOSEN_AT = 16_000
"""Characters at which the worst inputs are chosen; of shorter ones the clock's grain decides."""
GRAIN = 0.001
"""Seconds below which a time counts as so long: a reader's start."""

Reader = Callable[[str], object]

UNITS = (
    *(
        "a",
        ".",
        '"',
        "“",
        "”",
        "(",
        "]",
        "<",
        "&",
        "%",
        "\\",
        "*",
        "_",
        "|",
        "-",
        "\n",
        "\u0301\u0323",
    ),
    *(
        ". .",
        "... ",
        "? ",
        "?” ",
        'a."A',
        "a.B",
        "A.",
        "U.S.",
        "Mr. ",
        "[1]",
        ".[1] ",
        ".¹ ",
        "a.)",
    ),
    *(
        "Abc Def, ",
        "Image: A ",
        "By Ann, ",
        "Photo by Ann ",
        "May 3, ",
        "12:30\n",
        "“No?” Ann Orr, ",
    ),
    *("Abc Def\n", "* ", "1. ", "Q: A: ", "\nORR: a.", "**A:** ", "— ", "« », ", "s’ ", "。"),
    *("said he may ", "“a” ", "‘a’ ", "“a” he said, ", "said: “a, ", "reply ", "who said ", "may "),
    *("the mayor, ", "Ann Orr, ", "claims that ", "his claim that ", "was told by ", ", saying "),
    *(
        "Orr says Lund thinks ",
        "said “a” and “b” ",
        "asked him to ",
        "expected a ",
        "“A.” Ann said. ",
    ),
    *(
        "a@",
        "a@b.",
        "a@a.",
        "+1 1",
        "GB82 WEST ",
        "1-",
        "http://a.b/ ",
        "https://",
        "192.168.",
        "::1",
    ),
    *("<!-- ", "<!-- copydesk:begin a -->", "---\n", "- ", "a: ", "? ", "[a](", "](b) ", "[^1] "),
    *(
        '{"a":',
        "[",
        '"\\',
        '\\"',
        "{",
        ",",
        "\\u00",
        "&amp",
        "&#x",
        "&lt;",
        "=\n",
        "=20",
        "-\n",
        "%25",
    ),
    *(
        "<p>",
        "<div><p>",
        "</p>",
        "<a href='",
        "<script>",
        "<br>",
        "<table><tr>",
        "<!--",
        "<![CDATA[",
    ),
    *(
        "a,b,",
        '""',
        "\t",
        "\r\n",
        "\u00ad",
        "\u200b",
        "\u202e",
        "\ufeff",
        "word ",
        "one two three ",
    ),
    *"!#$'+,/:;=?@[^`{}~‘’«»„‚…–•·¿¡、！？「」『』",
    *("# A\n\n", "A\n===\n", "Pool Shut Today\n\n", "<h2>A</h2>", "<h1>A", "## A: B?\n"),
    *("SMITH: Yes.\n", "Q: Why?\nA: No.\n", "a: b: ", "A: ", "Ann Orr: “A.”\n", "– Ann: ", "10: "),
    *("Prof. Dr. ", "e.g. i.e. ", "No. 5 ", "p.m. ", "Jan. 3. ", "St. ", "z. B. ", "A. B. C. "),
    *(
        "a.b@c.de,",
        "<a@b.co>",
        "a@b.c@",
        "ann-orr@",
        "a%40b.co ",
        "mailto:a@b.co?",
        "@a @b.",
        "a_@",
    ),
    *(
        "a\u200b",
        "\u2060\u200d",
        "\ufe0f",
        "\U000e0041",
        "a\u0301",
        "\u200b \u200c",
        "\u2028",
        "\x85",
    ),
    *(
        "&a [*a, ",
        "<<: *a\n",
        "- - ",
        "!!str ",
        "a: |\n ",
        "#\n",
        "? - ",
        "'a': ",
        '"\\x41',
        "{a: ",
    ),
    *(
        "<ul><li>",
        "<input type='email'>a ",
        "<p class='caption'>A</p>",
        "<blockquote>",
        "<b><i>",
        "<p><b>",
        "<a>",
        "<svg>",
        "<template>",
        "<select>",
        "<font>",
    ),
    *(
        "<td>",
        "<tr><td><table>",
        "<li>a",
        "<dl><dd>",
        "<h2><p>",
        "<style>",
        "<title>",
        "<!doctype>",
        "<a b",
    ),
    *('{"a":[', "[[],", '"a",', "1e9", "-", "true,", "\ud7ff", '{"article_id":"', "NaN,", "1" * 5),
    *(
        "Mrs. O’A. ",
        "‘’",
        "’s ",
        "” “",
        "—“a”—",
        "…”",
        "?!",
        "!” he ",
        "“a,” b, ",
        "“a [b] c",
        "(“a”) ",
    ),
    *(
        "will may could ",
        "if he ",
        "not only ",
        "he and she said ",
        "according to ",
        "said that he said ",
    ),
    *(
        "<i>word</i> ",
        "<b>word</b> ",
        "<a href='/a'>word</a> ",
        "word<sup>1</sup> ",
        "<x-a>word</x-a> ",
    ),
    *("<p>one <i>two</i> three</p>", "<img src='a'>word ", "<font size='+2'>the pool</font> "),
    *(
        "<svg></svg>word ",
        "<title>a | b",
        " | ab",
        "author-",
        "<li>Read more: <a href='a'>b</a></li>word ",
    ),
    "<blockquote class='pullquote'>word</blockquote>",
)
PAIRS = (
    *(("(", ")"), ("“", "”"), ("<b>", "</b>"), ("[", "]"), ('{"a":', "}"), ("“a ", "b” ")),
    *(("‘", "’"), ("«", "»"), ("<div>", "</div>"), ("<li>", "</li>"), ("*", "*"), ("[a](", ")")),
    *(("“a ‘", "’ b”"), ("<table><tr><td>", "</td></tr></table>"), ('[{"a":', "}]"), ("{a: ", "}")),
)
ENDS = (" @", "\n", "”", "! ", " he said.")


def inputs(length: int) -> Iterator[tuple[str, str]]:
    """Name and text of each hostile input of about so many characters."""
    units = dict.fromkeys(UNITS)
    for unit in units:
        yield repr(unit), unit * (length // len(unit))
    for number, unit in enumerate(units):
        end = ENDS[number % len(ENDS)]
        yield f"{unit!r}, then {end!r}", f"1. “{unit * (length // len(unit))}{end}"
    for left, right in PAIRS:
        count = length // (len(left) + len(right))
        yield f"{left!r} nested", left * count + right * count
        yield f"{left!r} nested, one too many", left * (count + 1) + right * count


def _pieces(text: str) -> list[Piece]:
    return segment(text) if "\n" in text else [Piece(0, len(text), "body", True)]


def _canonical(text: str) -> str:
    return canonical(text)


def _ingest(suffix: str, frame: str = "{}") -> Reader:
    def read(text: str) -> None:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / f"a{suffix}"
            path.write_text(frame.replace("{}", text), encoding="utf-8", errors="replace")
            list(readings([str(path)], Missed(), Options()))

    return read


def _validate(text: str) -> None:
    """Whatever validation reads of documents, ids and texts, without the joins of tables."""
    with contextlib.suppress(FaultError):
        parse(text.encode("utf-8", "replace"), "release.json")
    with contextlib.suppress(CopydeskError):
        spans(text, where="README.md")
    with contextlib.suppress(CopydeskError):
        front_matter(f"---\n{text}\n---\n")
    list(personal.find(text))
    list(_differing("card-disagrees", "README.md", text, text[1:] + "\nx"))


_TEXT = "A walled garden was found behind the brewery. " + "one two three four five " * 20
_SECRETS = Secrets([("k.1", "A walled garden was found here.")], [("k", _TEXT)])
_SALT = b"0" * 16
_STORED = Secrets([("k", "A walled garden was found here.")], [("k", _TEXT)], salt=_SALT).stored()


def _leaks(text: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "README.md"
        path.write_text(text, encoding="utf-8", errors="replace")
        _SECRETS.in_file(path)


def _withdrawal(text: str) -> None:
    """The search for what was withdrawn: the stored hashes of words against a corpus's file."""
    wanted = Secrets.of_stored(_STORED, salt=_SALT, given=[text[: len(text) // 2]])
    with tempfile.TemporaryDirectory() as folder:
        for name in ("answers.jsonl", "card.md"):
            path = Path(folder) / name
            path.write_text(text, encoding="utf-8", errors="replace")
            wanted.in_file(path)


def _hydrate(text: str) -> None:
    """Sentences sought in a copy: those of the text itself, of which every other was changed."""
    rows = [
        (p.start, p.end, hashlib.sha256(f"{n % 2}{text[p.start : p.end]}".encode()).hexdigest())
        for n, p in enumerate(_pieces(text)[:50])
        if p.end - p.start < 300
    ]
    fill(rows, text)


def _near(text: str) -> None:
    """A sentence as long as the text in one split, and its parts, each with a number, in others."""
    parts = [f"{text[at : at + 80]} {at}" for at in range(0, len(text), 80)]
    splits = ["train", *("test" for _ in parts)]
    rows = pl.LazyFrame({"text": [text, *parts], "split": splits}).with_row_index("sentence_id")
    near_sentences(rows, 0.7)


READERS: dict[str, Reader] = {
    "canonical": _canonical,
    "segment": segment,
    "quotations": lambda text: quotations(text, _pieces(text)),
    "attributions": lambda text: attributions(text, _pieces(text)),
    "suggest": lambda text: suggest(text, _pieces(text)),
    "ingest text": _ingest(".txt"),
    "ingest page": _ingest(".html", "<html><body><article><h1>A</h1>{}</article></body></html>"),
    "ingest table": _ingest(".csv", "title,text\na,{}\n"),
    "ingest JSON": _ingest(".jsonl"),
    "validate": _validate,
    "search for leaks": _leaks,
    "search after a withdrawal": _withdrawal,
    "hydrate": _hydrate,
    "near-duplicates": _near,
}


def seconds(read: Reader, text: str) -> float:
    """Processor time; a refusal is as good as a result."""
    started = time.process_time()
    with contextlib.suppress(CopydeskError, ValueError, RecursionError):
        read(text)
    return time.process_time() - started


def steepness(read: Reader, small: str, large: str) -> tuple[float, float]:
    """The exponent with which time grows from a text to one 2^`DOUBLINGS` as long, and the time.

    The best of some tries counts, since others work on the machine too. The small text is read only
    where the time of the large one leaves a doubt.
    """
    found, least = math.inf, math.inf
    for _ in range(TRIES):
        other = seconds(read, large)
        one = seconds(read, small) if other > GRAIN * 2 ** (STEEPEST * DOUBLINGS) else GRAIN
        found = min(found, math.log2(max(other, GRAIN) / max(one, GRAIN)) / DOUBLINGS)
        least = min(least, other)
        if found <= STEEPEST:
            break
    return found, least


def worst(read: Reader, length: int, count: int) -> set[str]:
    """So many inputs whose time grows most over one doubling, and as many that take longest."""
    halves = dict(inputs(length // 2))
    grown, took = {}, {}
    for what, text in inputs(length):
        one, took[what] = seconds(read, halves[what]), seconds(read, text)
        grown[what] = max(took[what], GRAIN) / max(one, GRAIN)
    return {
        what
        for times in (grown, took)
        for what in sorted(times, key=times.__getitem__, reverse=True)[:count]
    }


def main() -> int:
    """Measure, print a table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--largest", type=int, default=1_000_000, help="characters")
    parser.add_argument("--only", default=",".join(READERS), help="readers, divided by commas")
    parser.add_argument(
        "--worst",
        type=int,
        help="only so many inputs of each reader: the steepest at 16 kB, and as many slowest",
    )
    options = parser.parse_args()
    smallest, failed = options.largest >> DOUBLINGS, False
    print("| reader | inputs | steepest | n^ | slowest MB/s |\n| --- | ---: | --- | ---: | ---: |")
    for name in options.only.split(","):
        read, most, slowest = READERS[name], (0.0, ""), math.inf
        smalls = dict(inputs(smallest))
        chosen = worst(read, CHOSEN_AT, options.worst) if options.worst else smalls
        for what, large in inputs(options.largest):
            if what not in chosen:
                continue
            exponent, took = steepness(read, smalls[what], large)
            most = max(most, (exponent, what))
            slowest = min(slowest, len(large) / 1e6 / max(took, 1e-6))
        failed |= most[0] > STEEPEST
        print(f"| {name} | {len(chosen)} | {most[1]} | {most[0]:.2f} | {slowest:.2f} |", flush=True)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
