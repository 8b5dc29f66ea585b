"""Speed and accuracy of `copydesk.text.segment` beside other sentence segmenters.

    uv pip install nupunkt blingfire syntok sentence-splitter nltk pysbd sentencex segtok choppa-srx
    python scripts/bench/segment.py

Same articles, same run, one core. Accuracy is the F1 of boundaries inside paragraphs on the gold
file, each engine reading line by line (on whole articles every other one is worse). Speed is that
of whole articles or of single lines, whichever is better for the engine; slow engines read as many
articles as fit into the time. Ours does more in its time: it tells the zones, too. Engines that are
not installed are named and left out; without the gold file there is no F1.
"""

from __future__ import annotations

import argparse
import importlib
import json
import re
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from copydesk.text import canonical, segment

Engine = Callable[[str], Iterable[Any]]

ROOT = Path(__file__).resolve().parents[2]
SHARED = ROOT.parent / "shared"


def ours() -> Engine:
    return lambda text: [text[piece.start : piece.end] for piece in segment(text)]


def naive() -> Engine:
    return re.compile(r"(?<=[.!?])[\"'”’)]*\s+(?=[\"'“‘(]*[A-Z])").split


def nupunkt() -> Engine:
    engine: Engine = _load("nupunkt").sent_tokenize
    return engine


def blingfire() -> Engine:
    split = _load("blingfire").text_to_sentences
    return lambda text: split(text).split("\n")


def syntok() -> Engine:
    process = _load("syntok.segmenter").process
    return lambda text: [
        "".join(token.spacing + token.value for token in sentence).strip()
        for paragraph in process(text)
        for sentence in paragraph
    ]


def sentence_splitter() -> Engine:
    engine: Engine = _load("sentence_splitter").SentenceSplitter(language="en").split
    return engine


def punkt() -> Engine:
    engine: Engine = _load("nltk.tokenize.punkt").PunktSentenceTokenizer().tokenize
    return engine


def pysbd() -> Engine:
    engine: Engine = _load("pysbd").Segmenter(language="en", clean=False).segment
    return engine


def sentencex() -> Engine:
    split = _load("sentencex").segment
    return lambda text: split("en", text)


def segtok() -> Engine:
    engine: Engine = _load("segtok.segmenter").split_single
    return engine


def choppa() -> Engine:
    module = _load("choppa")
    document = module.SrxDocument(ruleset=module.DEFAULT_SRX_RULESET)
    return lambda text: list(module.SrxTextIterator(document, "en_one", text))


ENGINES: dict[str, Callable[[], Engine]] = {
    "copydesk": ours,
    "naive regex": naive,
    "nupunkt": nupunkt,
    "blingfire": blingfire,
    "sentencex": sentencex,
    "Punkt, untrained": punkt,
    "segtok": segtok,
    "syntok": syntok,
    "sentence-splitter": sentence_splitter,
    "choppa-srx": choppa,
    "pysbd": pysbd,
}


def _load(module: str) -> Any:
    """A rival, which may not be installed."""
    return importlib.import_module(module)


def boundaries(lines: Sequence[str], split: Engine) -> set[tuple[int, int]]:
    """Boundaries inside lines: number of the line, number of its characters that are not blanks."""
    found = set()
    for number, line in enumerate(lines):
        seen = 0
        lengths = [len("".join(sentence.split())) for sentence in split(line)]
        for length in lengths[:-1]:
            seen += length
            found.add((number, seen))
    return found


def accuracy(split: Engine, gold: dict[str, list[tuple[str, list[str]]]]) -> float:
    """F1 of the boundaries inside the lines of the gold articles, in per cent."""
    right = wrong = missed = 0
    for paragraphs in gold.values():
        lines = [line for line, _ in paragraphs]
        sentences = dict(paragraphs)
        wanted = boundaries(lines, sentences.__getitem__)
        got = boundaries(lines, split)
        right += len(wanted & got)
        wrong += len(got - wanted)
        missed += len(wanted - got)
    return 200 * right / (2 * right + wrong + missed)


def read_gold(shared: Path) -> dict[str, list[tuple[str, list[str]]]]:
    """Each article of the gold file as its lines and their sentences."""
    gold = {}
    for name, pieces in json.loads((shared / "gold/wikinews-sentences.json").read_bytes()).items():
        text = (shared / f"raw/wikinews/{name}.txt").read_text(encoding="utf-8")
        lines = []
        offset = 0
        for line in text.split("\n"):
            end = offset + len(line)
            inside = [p for p in pieces if offset <= p["start"] < end]
            if inside:
                lines.append((line, [text[p["start"] : p["end"]] for p in inside]))
            offset = end + 1
        gold[name] = lines
    return gold


def read_articles(paths: Iterable[Path], megabytes: float) -> list[str]:
    """Articles to be timed: those given, made different by a number, up to the size asked."""
    given = []
    for path in paths:
        if path.suffix == ".jsonl":
            rows = map(json.loads, path.read_text(encoding="utf-8").splitlines())
            given += [canonical(row["text"]) for row in rows if row.get("text")]
        else:
            given.append(canonical(path.read_bytes()))
    if not given:
        sys.exit("No articles to read: give files or folders.")
    articles: list[str] = []
    size = 0
    while size < megabytes * 1e6:
        for text in given:
            # Other words each time, or caches for whole texts and tokens would be measured.
            stamp = "".join(chr(ord("a") + int(digit)) for digit in str(len(articles)))
            articles.append(re.sub(r"\b([a-z]{7,})\b", rf"\1{stamp}", text, count=40))
            size += len(articles[-1].encode())
    return articles


def speed(split: Engine, texts: Sequence[str], seconds: float) -> tuple[float, float]:
    """Megabytes and sentences a second of processor time, which a busy machine hardly changes."""
    done = sentences = 0
    start = time.process_time()
    for text in texts:
        sentences += sum(1 for _ in split(text))
        done += len(text.encode())
        if time.process_time() - start > seconds:
            break
    taken = time.process_time() - start
    return done / taken / 1e6, sentences / taken


def main() -> None:
    """Print a table, fastest engine first."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("paths", nargs="*", type=Path, help="articles (default: ../shared/raw)")
    parser.add_argument("--megabytes", type=float, default=2.0)
    parser.add_argument("--seconds", type=float, default=2.0, help="at most, for a measurement")
    parser.add_argument("--repeat", type=int, default=3)
    options = parser.parse_args()
    gold = read_gold(SHARED) if (SHARED / "gold").is_dir() else {}
    paths = options.paths or sorted((SHARED / "raw").glob("*/*.txt"))
    paths = paths or sorted((ROOT / "dataset" / "raw").rglob("*.txt"))
    articles = read_articles(paths, options.megabytes)
    lines = [line for article in articles for line in article.split("\n")]
    rows = []
    for name, make in ENGINES.items():
        try:
            split = make()
            list(split("One sentence. Another one."))
        except ImportError as error:
            print(f"left out: {name} ({error})", file=sys.stderr)
            continue
        runs = [
            speed(split, texts, options.seconds)
            for _ in range(options.repeat)
            for texts in ((articles,) if name == "copydesk" else (articles, lines))
        ]
        rows.append((*max(runs), accuracy(split, gold) if gold else None, name))
    rows.sort(reverse=True)
    print(f"{'engine':18}{'MB/s':>8}{'sentences/s':>14}{'F1':>8}")
    for megabytes, sentences, score, name in rows:
        print(
            f"{name:18}{megabytes:8.2f}{sentences:14,.0f}{'' if score is None else f'{score:8.1f}'}"
        )


if __name__ == "__main__":
    main()
