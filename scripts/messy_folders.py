"""Three folders of articles in the state in which people have them, to try `ingest` on.

    python scripts/messy_folders.py OUT
    copydesk init OUT/corpus && copydesk ingest OUT/newsroom --corpus OUT/corpus

`newsroom` is the export of a content management system, `scrape` what a student collected, and
`agency` the archive of a news agency. Every text was made for this script, by drawing sentences;
each run writes the same bytes.
"""

from __future__ import annotations

import argparse
import bz2
import gzip
import io
import json
import lzma
import zipfile
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any, Final

_LISTS: Final = {
    "NAMES": "Ann Tom Ida Lea Per Eva Jon Mia Orla Sven Ruth Cato",
    "FAMILIES": "Orr Lund Moe Holm Dahl Strand Vik Falk Berg Rand Toft Noll",
    "PLACES": "Sandby Orrin Aalen Wendham Hollow Tarn Skerry Lowmill",
    "WHO": "council board school court clinic union museum lender baker ferryman teacher orchard "
    "choir printer vet notary farmer smith widow guild pilot judge",
    "DID": "closed bought repaired sold searched counted moved painted measured lost lent emptied "
    "named cleaned fenced drained lit rented mapped filmed",
    "WHAT": "ferry bridge bath library market well pier archive tower canal meadow kiln lantern "
    "gate chapel quarry stable sluice cellar attic tram clock fountain mill",
    "HOW": "old wooden flooded painted narrow costly silent empty northern rented crooked famous "
    "little frozen noisy",
    "WHY": "storm vote frost quarrel harvest wedding strike census drought auction festival "
    "verdict blackout flood rumour",
    "MONTHS": "January February March April May June July August September October November",
}
_WORDS: Final = {name: words.split() for name, words in _LISTS.items()}


class Writer:
    """Articles drawn with a seed: each differs from all others."""

    def __init__(self, seed: int) -> None:
        self._draw = Random(seed)

    def one(self, words: str) -> str:
        return self._draw.choice(_WORDS[words])

    def person(self) -> str:
        return f"{self.one('NAMES')} {self.one('FAMILIES')}"

    def thing(self) -> str:
        return f"the {self.one('HOW')} {self.one('WHAT')}"

    def sentence(self) -> str:
        number = self._draw.randint(12, 9800)
        did, after = self.one("DID"), f"after the {self.one('HOW')} {self.one('WHY')}"
        subject = f"the {self.one('HOW')} {self.one('WHO')}"
        return self._draw.choice(
            [
                f"{subject.capitalize()} {did} {self.thing()} in {self.one('PLACES')} {after}.",
                f"“{self.thing().capitalize()} {did} {number} of us {after},” "
                f"said {self.person()}.",
                f"{self.person()} said that {subject} {did} {number} times {after}.",
                f"In {self.one('PLACES')} {self.thing()} may be {did} by {subject} {after}.",
            ]
        )

    def paragraphs(self, count: int = 6) -> list[str]:
        return [" ".join(self.sentence() for _ in range(3)) for _ in range(count)]

    def headline(self) -> str:
        return f"{self.one('PLACES')} {self.one('WHO')} {self.one('DID')} {self.thing()}"

    def text(self) -> str:
        return "\n".join([self.headline(), *self.paragraphs()])


def _write(path: Path, data: str | bytes, encoding: str = "utf-8") -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data if isinstance(data, bytes) else data.encode(encoding))


def _page(writer: Writer, number: int, head: str = "", foot: str = "") -> str:
    title = writer.headline()
    parts = "\n".join(f"<p>{text}</p>" for text in writer.paragraphs())
    return (
        f"<!doctype html><html lang=en><head><meta charset=utf-8><title>{title} | The Courier"
        f"</title><meta property='og:site_name' content='The Courier'>{head}</head><body><nav>"
        f"<a href=/>Home</a></nav><article><h1>{title}</h1><span class=date>{number + 1} March 2024"
        f"</span>{parts}<p>Get in touch with our desk about this and other stories.</p>{foot}"
        "</article></body></html>"
    )


_WALLS: Final = {
    "consent": "<h1>Before you continue</h1><p>We and our 842 partners use cookies and process "
    "personal data for advertising. You can accept or reject this.</p>",
    "einwilligung": "<h1>Willkommen</h1><p>Wir und unsere 210 Partner nutzen Cookies und "
    "verarbeiten personenbezogene Daten für Werbung. Bitte akzeptieren Sie, oder lehnen Sie ab; "
    "Ihre Einwilligung ist widerruflich.</p>",
    "robot": "<h1>Just a moment…</h1><p>Verify you are human before you go on.</p>",
    "abo": "<h1>Market closes</h1><p>The fish market closes.</p><p>Subscribe to continue "
    "reading.</p>",
    "gone": "<title>404 Not Found</title><h1>Sorry</h1><p>There is nothing at this address.</p>",
    "empty": "",
}


def newsroom(folder: Path) -> None:
    """Pages by date, tables in the encodings of an office, a feed, and what else lies there."""
    writer = Writer(1)
    for number in range(12):
        _write(folder / f"html/2024/03/{number + 1:02}/index.html", _page(writer, number))
    for name, body in _WALLS.items():
        _write(folder / f"html/{name}.html", f"<html><body>{body}</body></html>" if body else "")
    rows = ["Nr;Überschrift;headline;content;date;Größe"]
    for number in range(10):
        text = "" if number == 4 else " ".join(writer.paragraphs())
        rows.append(f'{number};Nº {number};{writer.headline()};"{text}";{number + 1}.3.2024;7')
    rows.append(rows[2])
    _write(
        folder / "Export März.csv.gz", gzip.compress("\r\n".join(rows).encode("cp1252"), mtime=0)
    )
    items: list[Any] = [
        {
            "ID": 900 + number,
            "headline": writer.headline(),
            "body": "".join(f"<p>{p}</p>" for p in writer.paragraphs()),
            "publishedAt": 1_709_800_000_000 + number,
            "source": {"id": None, "name": "The Courier"},
            "teaser_image": "x.jpg",
        }
        for number in range(8)
    ]
    items.insert(3, "see above")
    _write(folder / "feed.json", json.dumps({"status": "ok", "articles": items}))
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name in ("Äpfel & Birnen (final FINAL).txt", "新闻.txt", "快讯.txt", "a/b/001.txt"):
            archive.writestr(zipfile.ZipInfo(name), writer.text())
        archive.writestr(zipfile.ZipInfo("__MACOSX/._001.txt"), b"\0\5\x16\7")
        archive.writestr(zipfile.ZipInfo("picture.jpg"), b"\xff\xd8\xff")
        archive.writestr(zipfile.ZipInfo("more.zip"), b"PK")
    _write(folder / "archive.zip", packed.getvalue())
    for name in ("logo.png", "Thumbs.db", ".DS_Store", "memo.docx", "memo (1).docx"):
        _write(folder / name, b"\0\1\2")


def scrape(folder: Path) -> None:
    """Lines of JSON with everything that goes wrong in a scrape, twice, and tables of it."""
    writer = Writer(7)
    dates = ["2024-03-07T10:00:00Z", "Thu, 07 Mar 2024 10:00:00 GMT", "March 7, 2024"]
    dates += ["7 de marzo de 2024", "03/04/2024", "yesterday", "07.03.2024", "20240307"]
    lines = [
        json.dumps(
            {
                "id": number,
                "content": writer.text(),
                "date": dates[number % len(dates)],
                "url": f"https://courier.example/{number}/brücke",
                "likes": number,
                "lang": "english",
            },
            ensure_ascii=number % 2 == 0,
        )
        for number in range(40)
    ]
    bad = ["", "[1, 2]", "null", '{"id": 41, "content": null}', '{"id": 42}', "not json"]
    bad += [json.dumps({"id": 43, "content": "Nul \0 here."}), json.dumps({"id": 44, "content": 5})]
    whole = "\n".join([*lines[:20], *bad, *lines[20:], lines[0][:200]])
    _write(folder / "data.jsonl", whole)
    _write(folder / "data (1).jsonl", "\n".join(lines[:10]))
    for number in range(6):
        name = f"https___courier.example_2024_03_0{number + 1}_story.html"
        foot = "<blockquote class=twitter-tweet>Look!<time datetime=2019-01-01></blockquote>"
        _write(folder / "pages" / name, _page(writer, number, foot=foot))
    tsv = ["doc_id\ttitle\tfull_text\tpub_date"]
    tsv += [
        f"t{n}\t{writer.headline()}\t{' '.join(writer.paragraphs(3))}\t{n + 1} Mar 2024"
        for n in range(5)
    ]
    _write(folder / "table.tsv", "\ufeff" + "\n".join(tsv))
    treebank = []
    for number in range(3):
        treebank.append(f"# newdoc id = bank-{number}\n# meta::dateCreated = 2024-03-0{number + 1}")
        for index, text in enumerate(writer.paragraphs(3)):
            token = "\t".join(["1", "x", *"________"])
            treebank.append(f"# newpar\n# sent_id = {number}-{index}\n# text = {text}\n{token}\n")
    _write(folder / "bank.conllu.xz", lzma.compress("\n".join(treebank).encode()))
    _parquet(folder / "dump.parquet", writer)
    for name in ("crawl.ipynb", "crawl.py", "paper.pdf", "README.md"):
        _write(folder / name, "x")


def _parquet(path: Path, writer: Writer) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    rows = [{"uuid": f"P-{n}", "article_text": writer.text(), "score": n / 2} for n in range(7)]
    rows[5]["article_text"] = "   "
    pq.write_table(pa.Table.from_pylist(rows), path)


def agency(folder: Path) -> None:
    """Wire copy: wrapped, with slugs and end marks, in old encodings, sent again and corrected."""
    writer = Writer(3)
    for desk in ("business", "sport", "world"):
        for number in range(1, 6):
            _write(folder / desk / f"{number:03}.txt", _wire(writer, desk.upper()))
    story = _wire(writer, "FERRY")
    _write(folder / "updates/ferry-1.txt", story)
    _write(
        folder / "updates/ferry-2.txt",
        story.replace("ENDS", f"{_wrapped(writer.sentence())}\n\nENDS"),
    )
    _write(folder / "updates/ferry-3.txt", story.replace("FERRY", "FERRY 2ND LEAD", 1).upper())
    old: list[tuple[str, Callable[[str], bytes]]] = [
        ("latin", lambda text: text.replace("of us", "of us (£2)").encode("cp1252")),
        ("wide", lambda text: text.encode("utf-16")),
        ("wide-be", lambda text: text.encode("utf-16-be")),
        ("mac", lambda text: text.replace("\n", "\r").encode()),
        ("telex", lambda text: text.replace(" ", " \x83\x1b", 3).encode()),
        ("marked", lambda text: ("\ufeff\u202a" + text).encode()),
    ]
    for name, encoded in old:
        _write(folder / "old" / f"{name}.txt", encoded(_wire(writer, "ARCHIVE")))
    _write(folder / "old/packed.txt.gz", gzip.compress(_wire(writer, "ARCHIVE").encode(), mtime=0))
    _write(folder / "old/packed.txt.bz2", bz2.compress(_wire(writer, "ARCHIVE").encode()))
    cut = gzip.compress(_wire(writer, "ARCHIVE").encode(), mtime=0)
    bad = {
        "cut.txt.gz": cut[: len(cut) // 2],
        "nothing.txt": b"",
        "blanks.txt": b" \n\t\n",
        "picture.txt": b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\xff\xfe\0\x81",
        "half.txt": "The pier — closed — is open.".encode()[:-20] + b"\xe2\x80 and so on \xff.",
        "broken.zip": b"PK\3\4 no archive",
        "broken.parquet": b"PAR1",
        "broken.json": b'{"articles": [',
    }
    for name, data in bad.items():
        _write(folder / "bad" / name, data)
    (folder / "loop").symlink_to(folder.resolve(), target_is_directory=True)
    (folder / "lost.txt").symlink_to("nowhere.txt")


def _wire(writer: Writer, slug: str) -> str:
    place = writer.one("PLACES").upper()
    paragraphs = writer.paragraphs(5)
    first = f"{place}, March 7 (Wire) - {paragraphs[0]}"
    body = "\n\n".join(_wrapped(text) for text in [first, *paragraphs[1:]])
    return f"BC-{slug.title().replace(' ', '-')},340\n{writer.headline()}\n\n{body}\n\nENDS\n"


def _wrapped(text: str, width: int = 66) -> str:
    import textwrap

    return textwrap.fill(text, width, break_long_words=False, break_on_hyphens=False)


FOLDERS: Final[dict[str, Callable[[Path], None]]] = {
    "newsroom": newsroom,
    "scrape": scrape,
    "agency": agency,
}


def main() -> None:
    """Write the folders."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("out", type=Path)
    out: Path = parser.parse_args().out
    for name, make in FOLDERS.items():
        make(out / name)
        print(out / name)


if __name__ == "__main__":
    main()
