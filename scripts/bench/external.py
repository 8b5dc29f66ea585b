"""Quotations, speakers, attributions and suggestions against what people annotated elsewhere.

    python scripts/bench/external.py --polnear DIR --gum DIR --newsdiscourse FILE

`--polnear` is a folder with `text/*.txt` and `ann/*.ann` (PolNeAR, brat's format), `--gum` a folder
of `*.conllu` (GUM's news), `--newsdiscourse` a table of sentences with columns document, sentence,
speech, role and text. Each may be left out. Nothing is trained and nothing is written.

What is compared:

- **PolNeAR, a unit**: gold is *quote* if the unit overlaps a Content span and at least half of
  those characters lie between quotation marks, *claim* if it overlaps one otherwise, else *none*.
  Ours is read off `attributions` in the same way, and beside it off the labels, where speculation
  counts as claim. The characters of quotations are those of Content between marks.
- **PolNeAR, a quotation**: each of ours belongs to the annotated attribution that it overlaps most.
  A speaker is right if it overlaps the Source, a cue if it overlaps the Cue.
- **GUM, a sentence**: gold is a sentence that holds a discourse relation of attribution, which ties
  the clause that says who to the clause that says what; ours is one with the cue of a quotation or
  of a reported clause. Beside it: any sentence that the content of one touches.
- **NewsDiscourse, a sentence**: speech (a quotation or a reported clause touches it), and, against
  the role of expectations among the sentences that we do not call quotes, the label speculation
  and beside it `expectations`, which takes plans and hopes too and leaves doubts about the present
  out. A role is given for a sentence's place in the story, so that nothing can come near 1 there.

Intervals are of 95 %, from drawing articles anew a thousand times with a fixed seed.

With `--half 0` or `--half 1` only half of the articles are compared, told apart by the last bit of
the SHA-256 of their text: whoever reads errors reads them in half 0, so that half 1 tells what the
rules are worth on articles that nobody tuned them on.
"""

from __future__ import annotations

import argparse
import csv
import json
import random
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import Final
from unicodedata import normalize

from copydesk.files import sha256_text
from copydesk.text import (
    Attribution,
    Piece,
    Quotation,
    attributions,
    canonical,
    expectations,
    quotations,
    segment,
    suggest,
)

Span = tuple[int, int]
Counts = Counter[tuple[str, str]]
"""How often a measure (first) met an outcome (second)."""

KINDS: Final = ("quote", "claim", "none")
RESAMPLED: Final = 1000
_MARKED: Final = re.compile(
    r"(?:[“\"]|''|``)(?P<double>[^“”\"\n]*?)(?:[”\"]|''|$)"
    r"|(?<!\w)[‘'](?P<single>[^‘“”\"\n]*?)’(?!\w)",
    re.MULTILINE,
)
_CONTROL: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


@dataclass(frozen=True, slots=True)
class Annotated:
    """An attribution as people marked it; offsets into the canonical text."""

    content: list[Span]
    source: list[Span]
    cue: list[Span]


@dataclass(frozen=True, slots=True)
class Ours:
    """What copydesk finds in an article."""

    quotes: list[Quotation]
    attributed: list[Attribution]
    labels: dict[Span, str]
    ahead: dict[Span, bool]

    @property
    def statements(self) -> list[Attribution]:
        """What is said, without stances."""
        return [item for item in self.attributed if item.form != "stance"]

    @classmethod
    def find(cls, text: str, pieces: Sequence[Piece]) -> Ours:
        quotes = quotations(text, pieces)
        found = suggest(text, pieces, quotes=quotes)
        labels = {(item.start, item.end): item.label for item in found}
        units = [(piece.start, piece.end) for piece in pieces if piece.is_unit]
        ahead = map(bool, expectations(text, pieces, quotes=quotes))
        return cls(
            quotes,
            attributions(text, pieces, quotes=quotes),
            labels,
            dict(zip(units, ahead, strict=True)),
        )


@dataclass(slots=True)
class Measures:
    """Counts of each article of a corpus, and the figures that follow from their sum."""

    title: str
    half: int | None = None
    articles: list[Counts] = field(default_factory=list)
    figures: dict[str, Callable[[Counts], float]] = field(default_factory=dict)

    def takes(self, text: str) -> bool:
        """Whether an article belongs to the half that is compared."""
        return self.half is None or int(sha256_text(text), 16) % 2 == self.half

    def results(self) -> dict[str, tuple[float, float, float]]:
        """Each figure with its interval: value, lower end, upper end."""
        draw = random.Random(14)
        total = sum(self.articles, Counts())
        drawn = []
        for _ in range(RESAMPLED):
            counts: Counts = Counter()
            for article in draw.choices(self.articles, k=len(self.articles)):
                counts.update(article)
            drawn.append(counts)
        result = {}
        for name, figure in self.figures.items():
            values = sorted(figure(counts) for counts in drawn)
            low, high = values[RESAMPLED // 40], values[-RESAMPLED // 40 - 1]
            result[name] = (figure(total), low, high)
        return result


def precision(measure: str) -> Callable[[Counts], float]:
    """Share of what we found that is right."""
    return lambda c: _ratio(c[measure, "right"], c[measure, "right"] + c[measure, "wrong"])


def recall(measure: str) -> Callable[[Counts], float]:
    """Share of what people marked that we found."""
    return lambda c: _ratio(c[measure, "right"], c[measure, "right"] + c[measure, "missed"])


def f1(measure: str) -> Callable[[Counts], float]:
    """Harmonic mean of precision and recall."""
    return lambda c: _ratio(
        2 * c[measure, "right"],
        2 * c[measure, "right"] + c[measure, "wrong"] + c[measure, "missed"],
    )


def macro_f1(measure: str) -> Callable[[Counts], float]:
    """Mean of the F1 of each of `KINDS`."""
    return lambda c: sum(f1(f"{measure}:{kind}")(c) for kind in KINDS) / len(KINDS)


def _ratio(part: float, whole: float) -> float:
    return part / whole if whole else 0.0


def tally(counts: Counts, measure: str, gold: bool, ours: bool) -> None:
    """Count one case of a yes-or-no measure."""
    if gold or ours:
        counts[measure, "right" if gold and ours else "missed" if gold else "wrong"] += 1


def between_marks(text: str) -> set[int]:
    """Offsets of the characters between quotation marks, marks paired line by line."""
    result: set[int] = set()
    for match in _MARKED.finditer(text):
        result.update(range(*match.span(match.lastgroup or 0)))
    return result


def kind_of(unit: Span, contents: Iterable[Span], marked: set[int]) -> str:
    """Quote, claim or none: by how many of a unit's attributed characters lie between marks."""
    held: set[int] = set()
    for start, end in contents:
        held.update(range(max(start, unit[0]), min(end, unit[1])))
    if not held:
        return "none"
    return "quote" if 2 * len(held & marked) >= len(held) else "claim"


def overlap(left: Iterable[Span], right: Iterable[Span]) -> int:
    """How many characters two lists of spans share."""
    held = {at for span in left for at in range(*span)}
    return sum(at in held for span in right for at in range(*span))


def read_polnear(folder: Path) -> Iterator[tuple[str, str, list[Annotated]]]:
    """Name, canonical text and annotated attributions of each article."""
    for file in sorted((folder / "text").glob("*.txt")):
        raw = file.read_bytes().decode()
        text = canonical(_CONTROL.sub("", raw.replace("\r\n", "\n")).encode())
        place = _places(raw, text)
        spans: dict[str, list[Span]] = {}
        events = []
        lines = (folder / "ann" / f"{file.stem}.ann").read_text(encoding="utf-8").splitlines()
        for line in lines:
            name, _, rest = line.partition("\t")
            if name.startswith("T"):
                offsets = rest.split("\t")[0].partition(" ")[2]
                pairs = [part.split() for part in offsets.split(";")]
                spans[name] = [(place[int(start)], place[int(end)]) for start, end in pairs]
            elif name.startswith("E"):
                events.append([part.partition(":") for part in rest.split()])
        annotated = []
        for event in events:
            parts: dict[str, list[Span]] = {"Content": [], "Source": [], "Cue": []}
            for role, _, target in event:
                if role.rstrip("0123456789") in parts:
                    parts[role.rstrip("0123456789")] += spans[target]
            annotated.append(Annotated(parts["Content"], parts["Source"], parts["Cue"]))
        yield file.stem, text, annotated


def _places(raw: str, text: str) -> list[int]:
    """For each offset of a raw text the offset in its canonical form, which drops and composes."""
    parts = [(part, at) for at, char in enumerate(text) for part in normalize("NFD", char)]
    places, reached = [], 0
    for char in raw:
        places.append(parts[reached][1] if reached < len(parts) else len(text))
        for part in normalize("NFD", char):
            reached += reached < len(parts) and part == parts[reached][0]
    if reached != len(parts):
        raise SystemExit("a text of PolNeAR holds what its canonical form has otherwise")
    return [*places, len(text)]


def polnear(folder: Path, half: int | None = None) -> Measures:
    """Compare on PolNeAR."""
    result = Measures("PolNeAR", half)
    for _, text, annotated in read_polnear(folder):
        if not result.takes(text):
            continue
        pieces = segment(text)
        ours = Ours.find(text, pieces)
        counts: Counts = Counter()
        _count_units(counts, text, pieces, annotated, ours)
        _count_quotations(counts, annotated, ours.quotes)
        result.articles.append(counts)
    for way in ("attributions", "labels"):
        result.figures |= {
            f"macro-F1 by {way}": macro_f1(way),
            f"  quote F1 by {way}": f1(f"{way}:quote"),
            f"  claim F1 by {way}": f1(f"{way}:claim"),
            f"attributed by {way}, P": precision(f"attributed {way}"),
            f"attributed by {way}, R": recall(f"attributed {way}"),
        }
    result.figures |= {
        "characters of quotations, F1": f1("characters"),
        "speaker right, of all with a Source": recall("speaker"),
        "speaker right, of those named": precision("speaker"),
        "cue right, of all with a Cue": recall("cue"),
        "cue right, of those given": precision("cue"),
    }
    return result


def _count_units(
    counts: Counts, text: str, pieces: Sequence[Piece], annotated: list[Annotated], ours: Ours
) -> None:
    marked = between_marks(text)
    gold_content = [span for item in annotated for span in item.content]
    our_content = [span for item in ours.attributed for span in item.content]
    for piece in pieces:
        if not piece.is_unit:
            continue
        unit = (piece.start, piece.end)
        gold = kind_of(unit, gold_content, marked)
        label = ours.labels[unit]
        by = {
            "attributions": kind_of(unit, our_content, marked),
            "labels": {"background": "none", "speculation": "claim"}.get(label, label),
        }
        for way, kind in by.items():
            for wanted in KINDS:
                tally(counts, f"{way}:{wanted}", gold == wanted, kind == wanted)
        tally(counts, "attributed attributions", gold != "none", by["attributions"] != "none")
        if label != "speculation":
            tally(counts, "attributed labels", gold != "none", label != "background")
    gold_chars = {at for span in gold_content for at in range(*span)} & marked
    our_chars = {at for quote in ours.quotes for at in range(quote.start, quote.end)}
    counts["characters", "right"] += len(gold_chars & our_chars)
    counts["characters", "wrong"] += len(our_chars - gold_chars)
    counts["characters", "missed"] += len(gold_chars - our_chars)


def matched(
    annotated: list[Annotated], quotes: Sequence[Quotation]
) -> Iterator[tuple[Quotation, Annotated]]:
    """Our quotations, each with the annotated attribution that it overlaps most."""
    for quote in quotes:
        span = [(quote.start, quote.end)]
        best = max(
            annotated,
            key=lambda item: (
                overlap(item.content, span),
                -sum(end - start for start, end in item.content),
            ),
            default=None,
        )
        if best is not None and overlap(best.content, span):
            yield quote, best


def _count_quotations(
    counts: Counts, annotated: list[Annotated], quotes: Sequence[Quotation]
) -> None:
    for quote, gold in matched(annotated, quotes):
        cue = (quote.cue.start, quote.cue.end) if quote.cue else None
        for measure, wanted, found in (
            ("speaker", gold.source, quote.speaker),
            ("cue", gold.cue, cue),
        ):
            if not wanted:
                continue
            right = found is not None and overlap(wanted, [found]) > 0
            counts[measure, "right"] += right
            counts[measure, "missed"] += not right
            counts[measure, "wrong"] += found is not None and not right


def read_gum(folder: Path) -> Iterator[tuple[str, list[Piece], list[bool]]]:
    """Text, sentences, and which of them hold a relation of attribution."""
    for file in sorted(folder.glob("*.conllu")):
        text, pieces, gold = "", [], []
        paragraph, head = True, False
        for line in file.read_text(encoding="utf-8").splitlines():
            if line == "# newpar":
                paragraph = True
            elif line.startswith("# newpar_block"):
                head = "head" in line.split("=")[1]
            elif line.startswith("# text = "):
                sentence = line.removeprefix("# text = ").strip()
                text += ("\n" if paragraph else " ") * bool(text)
                zone = "headline" if head and not pieces else "body"
                pieces.append(Piece(len(text), len(text) + len(sentence), zone, True))
                text += sentence
                gold.append(False)
                paragraph = False
            elif "Discourse=attribution-positive" in line or ";attribution-positive" in line:
                gold[-1] = True
        yield text, pieces, gold


def gum(folder: Path, half: int | None = None) -> Measures:
    """Compare on GUM's news."""
    result = Measures("GUM news", half)
    for text, pieces, gold in read_gum(folder):
        if not result.takes(text):
            continue
        ours = Ours.find(text, pieces)
        counts: Counts = Counter()
        for piece, wanted in zip(pieces, gold, strict=True):
            unit = [(piece.start, piece.end)]
            touched = any(overlap(item.content, unit) for item in ours.statements)
            cued = any(
                item.cue is not None and piece.start <= item.cue.start < piece.end
                for item in ours.statements
            )
            label = ours.labels[piece.start, piece.end]
            tally(counts, "attribution", wanted, cued)
            tally(counts, "content", wanted, touched)
            tally(counts, "label", wanted, label in {"quote", "claim"})
        result.articles.append(counts)
    for name, measure in {
        "attribution": "attribution",
        "attribution by content": "content",
        "attribution by labels": "label",
    }.items():
        result.figures |= {
            f"{name}, F1": f1(measure),
            f"{name}, P": precision(measure),
            f"{name}, R": recall(measure),
        }
    return result


def read_newsdiscourse(file: Path) -> Iterator[tuple[str, list[Piece], list[dict[str, str]]]]:
    """Text, pieces and rows of each article; a sentence is a piece, an article one line."""
    with file.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))
    for _, group in groupby(rows, key=lambda row: row["document"]):
        text, pieces, sentences = "", [], list(group)
        for row in sentences:
            sentence = " ".join(row["text"].split())
            text += " " * bool(text)
            pieces.append(Piece(len(text), len(text) + len(sentence), "body", True))
            text += sentence
        yield text, pieces, sentences


def expected(row: dict[str, str]) -> bool:
    """Whether a sentence of NewsDiscourse has the role of expectations."""
    return row["role"] == "Distant_Expectations_Consequences"


def newsdiscourse(file: Path, half: int | None = None) -> Measures:
    """Compare on NewsDiscourse."""
    result = Measures("NewsDiscourse", half)
    for text, pieces, sentences in read_newsdiscourse(file):
        if not result.takes(text):
            continue
        ours = Ours.find(text, pieces)
        counts: Counts = Counter()
        for row, piece in zip(sentences, pieces, strict=True):
            unit = [(piece.start, piece.end)]
            label = ours.labels[piece.start, piece.end]
            touched = any(overlap(item.content, unit) for item in ours.statements)
            tally(counts, "speech", row["speech"] == "1", touched)
            tally(counts, "speech by labels", row["speech"] == "1", label in {"quote", "claim"})
            if label != "quote":
                tally(counts, "speculation", expected(row), label == "speculation")
                tally(counts, "expectations", expected(row), ours.ahead[unit[0]])
        result.articles.append(counts)
    for measure in ("speech", "speech by labels", "speculation", "expectations"):
        result.figures |= {
            f"{measure}, F1": f1(measure),
            f"{measure}, P": precision(measure),
            f"{measure}, R": recall(measure),
        }
    return result


def main() -> None:
    """Parse the command line and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--polnear", type=Path, metavar="DIR")
    parser.add_argument("--gum", type=Path, metavar="DIR")
    parser.add_argument("--newsdiscourse", type=Path, metavar="FILE")
    parser.add_argument("--half", type=int, choices=(0, 1), help="compare half of the articles")
    parser.add_argument("--json", action="store_true", help="print figures for machines")
    options = parser.parse_args()
    compared = [
        compare(place, options.half)
        for compare, place in (
            (polnear, options.polnear),
            (gum, options.gum),
            (newsdiscourse, options.newsdiscourse),
        )
        if place is not None
    ]
    if not compared:
        parser.error("nothing to compare with: give --polnear, --gum or --newsdiscourse")
    results = {measures.title: measures.results() for measures in compared}
    if options.json:
        json.dump(results, sys.stdout, indent=1)
        return
    for measures in compared:
        print(f"{measures.title}: {len(measures.articles)} articles")
        for name, (value, low, high) in results[measures.title].items():
            print(f"  {name:40} {value:.3f} [{low:.3f}, {high:.3f}]")


if __name__ == "__main__":
    main()
