"""Articles in any number, written for benchmarks: of news-like lengths, in Parquet.

    python scripts/bench/articles.py OUT.parquet --articles 100000

Every other one may be given (CC0-1.0). No sentence is anybody's: names, places and things are made
up of syllables, and verbs and frames are this script's own. One article in fifty is a copy of
another one with a line added, so that what looks for copies has something to find.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

SCHEMA = pa.schema(
    [
        ("id", pa.string()),
        ("title", pa.string()),
        ("outlet", pa.string()),
        ("published", pa.string()),
        ("licence", pa.string()),
        ("text", pa.string()),
    ]
)
_HEADS = [*"bdfghklmnprstvw", "br", "dr", "gr", "st"]
_MIDDLES = [*"aeiou", "ai", "ea", "oo"]
_TAILS = [*"nrlm", "st", "rd", "ck", "ne", "ss", "lt"]
_VERBS = [
    *("opened", "closed", "sold", "mended", "painted", "measured"),
    *("moved", "counted", "lost", "found", "raised", "built"),
]
_SAYS = ["said", "told the council", "added", "warned", "explained"]
_LINKS = ["while", "after", "although", "because", "before", "since"]
_TIMES = ["on Monday", "last week", "in the spring", "at noon", "two years ago", "by night"]
# Six words in a row have a made-up one, and most have two: those with one are stock phrases, which
# millions of pairs share; texts that share a sentence are copies.
_FRAMES = (
    "The {w} {n} {v} the {w2} {n2} {t}, {l} the {n3} of {P} {v2} its {w3} {n4}.",
    "“We {v} the {w} {n} and the {w3} {n3} {v2} the {n2},” {s} {A} {B}, who {v3} the {n4} of {P}.",
    "{A} {B} {s} the {n} of {P} {v} {d} {n2}s {w} {t}.",
    "{P} may see its {w} {n} {v} {l} the {w2} {n2} is {v2}.",
    "The {n} cost {d} crowns, and {d2} {n2}s {v} {w} {n3}s.",
    "According to {A} {B} the {w} {n} of {P} {v} {d} {w2} {n3}s.",
    "“The {w2} {n} was {v} by {w} {n2}s,” {B} {A} {s}.",
    "Its {w} {n} {v} {w2} {n2}s {t}.",
)


def word(rng: random.Random) -> str:
    """A word of one to three made-up syllables."""
    made = "".join(rng.choice(_HEADS) + rng.choice(_MIDDLES) for _ in range(rng.randint(1, 3)))
    return made + rng.choice(_TAILS)


def sentence(rng: random.Random, words: list[str]) -> str:
    """One sentence from a frame."""
    pick = rng.choice
    names = {key: pick(words) for key in ("w", "w2", "w3", "n", "n2", "n3", "n4")}
    names |= {key: pick(words).capitalize() for key in ("P", "A", "B")}
    names |= {key: pick(_VERBS) for key in ("v", "v2", "v3")}
    names |= {"s": pick(_SAYS), "l": pick(_LINKS), "t": pick(_TIMES)}
    names |= {key: str(rng.randint(12, 99_999)) for key in ("d", "d2")}
    return pick(_FRAMES).format(**names)


def articles(count: int, seed: int = 1, first: int = 0) -> Iterator[dict[str, Any]]:
    """So many articles: 8 to 60 sentences each, 24 on average, in paragraphs of one to four."""
    rng = random.Random(seed)
    words = sorted({word(rng) for _ in range(60_000)})
    rng.shuffle(words)
    before = ""
    for number in range(count):
        length = min(8 + int(rng.expovariate(1 / 16)), 60)
        title = " ".join(rng.choice(words) for _ in range(5)).capitalize()
        parts, left = [title], length
        while left > 0:
            size = min(rng.randint(1, 4), left)
            parts.append(" ".join(sentence(rng, words) for _ in range(size)))
            left -= size
        text = "\n".join(parts) + "\n"
        if number % 50 == 49:
            text = before + sentence(rng, words) + "\n"
            title = before.partition("\n")[0]
        before = text
        yield {
            "id": f"n{first + number:08d}",
            "title": title,
            "outlet": f"The {words[number % 200].capitalize()} Post",
            "published": f"20{number % 20 + 5:02d}-0{number % 9 + 1}-1{number % 9}",
            "licence": "CC0-1.0" if number % 2 else None,
            "text": text,
        }


def write(path: Path, count: int, seed: int = 1, first: int = 0) -> None:
    """Write them, some thousand at a time."""
    with pq.ParquetWriter(path, SCHEMA, compression="zstd") as writer:
        rows: list[dict[str, Any]] = []
        for row in articles(count, seed, first):
            rows.append(row)
            if len(rows) == 2000:
                writer.write_table(pa.Table.from_pylist(rows, SCHEMA))
                rows = []
        writer.write_table(pa.Table.from_pylist(rows, SCHEMA))


def main() -> None:
    """Write as many as were asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--articles", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    write(asked.out, asked.articles, asked.seed)


if __name__ == "__main__":
    main()
