"""How well newsroom pages are read: against a folder of pages and what people found in them.

    python scripts/bench/pages.py ../shared/external/pages

The folder holds ``*.html.gz`` and ``gold.json``: for each page its title, date, summary, section
headings and paragraphs. Precision and recall are of words, as multisets, over all pages; a
paragraph is kept if 90 % of its words stand in one line or in neighbouring lines of the text.
Captions and credits, of which the gold has none, do not count against precision; "precision_all"
counts them. trafilatura's own text is measured in the same run.
"""

from __future__ import annotations

import gzip
import json
import re
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from copydesk.errors import CopydeskError
from copydesk.ingest.raw import Options, Raw
from copydesk.ingest.read import read
from copydesk.text import segment


def words(text: str) -> list[str]:
    return re.findall(r"\w+", text.casefold())


def key(text: str) -> str:
    return " ".join(words(text))


def measure(folder: Path) -> dict[str, Any]:
    """The figures over a folder of pages; see the module."""
    gold = json.loads((folder / "gold.json").read_text(encoding="utf-8"))
    total: Counter[str] = Counter()
    wrong: list[str] = []
    for name, page in sorted(gold.items()):
        (path,) = folder.glob(f"{name}.html.gz")
        data = gzip.decompress(path.read_bytes())
        try:
            found = read(Raw(where=name, name=name, kind="html", data=data), Options())
        except CopydeskError as error:
            wrong.append(f"{name}: {error}")
            total["pages"] += 1
            continue
        _page(name, page, found, total, wrong)
        _headline(name, page, data, found, total, wrong)
        _rival(page, data, total)
    return {
        "pages": total["pages"],
        "headline_gold": total["headline"] / total["pages"],
        "headline_shown": total["shown"] / total["pages"],
        "date_right": total["date"] / total["pages"],
        "heads": total["heads"],
        "heads_subhead": total["subhead"] / max(total["heads"], 1),
        "heads_unit": total["head_unit"],
        "paragraphs_kept": total["kept"] / total["paragraphs"],
        "precision": total["common"] / total["given"],
        "precision_all": total["common"] / (total["given"] + total["captions"]),
        "recall": total["common"] / total["wanted"],
        "rival_precision": total["rival_common"] / total["rival_given"],
        "rival_recall": total["rival_common"] / total["wanted"],
        "wrong": wrong,
    }


def _wanted(page: dict[str, Any]) -> Counter[str]:
    parts = [page["title"], *page["summary"], *page["heads"], *page["body"]]
    return Counter(word for part in parts for word in words(part))


def _page(
    name: str, page: dict[str, Any], found: Any, total: Counter[str], wrong: list[str]
) -> None:
    text, wanted = found.text, _wanted(page)
    given = Counter(words(text))
    common = (given & wanted).total()
    total["given"] += given.total()
    total["wanted"] += wanted.total()
    total["common"] += common
    total["pages"] += 1
    pieces = segment(text, found.fields.get("language", "en"), zones=dict(found.zones))
    shown = Counter(
        word
        for p in pieces
        if p.zone in ("caption", "credit")
        for word in words(text[p.start : p.end])
    )
    captions = (shown & (given - wanted)).total()
    total["captions"] += captions
    total["given"] -= captions
    units = {key(text[p.start : p.end]): p.zone for p in pieces if p.is_unit}
    heads = {key(text[p.start : p.end]) for p in pieces if p.zone == "subhead"}
    if found.fields.get("published") in (None, page["date"]):
        total["date"] += 1
    else:
        wrong.append(f"{name}: date {found.fields.get('published')} for {page['date']}")
    for head in page["heads"]:
        total["heads"] += 1
        if key(head) in heads:
            total["subhead"] += 1
        else:
            total["head_unit"] += key(head) in units
            what = f"unit {units[key(head)]}" if key(head) in units else "absent"
            wrong.append(f"{name}: heading {what}: {head!r}")
    lines = [set(words(line)) for line in text.split("\n")]
    for paragraph in page["body"]:
        total["paragraphs"] += 1
        have = words(paragraph)
        near = (
            lines[i] | (lines[i + 1] if i + 1 < len(lines) else set()) for i in range(len(lines))
        )
        if have and max(sum(w in line for w in have) for line in near) >= 0.9 * len(have):
            total["kept"] += 1
        else:
            wrong.append(f"{name}: paragraph lost: {paragraph[:80]!r}")


def _headline(
    name: str, page: dict[str, Any], data: bytes, found: Any, total: Counter[str], wrong: list[str]
) -> None:
    """One headline, and it is the gold's title, or what the page itself shows as its ``h1``: in a
    quarter of the pages the gold's title is the one for search engines."""
    import trafilatura

    pieces = segment(found.text, found.fields.get("language", "en"), zones=dict(found.zones))
    headlines = [found.text[p.start : p.end] for p in pieces if p.zone == "headline"]
    tree: Any = trafilatura.load_html(data)
    shown = {" ".join(h.text_content().split()) for h in tree.iter("h1")}
    gold = " ".join(page["title"].split())
    one = " ".join(headlines[0].split()) if len(headlines) == 1 else None
    total["headline"] += one == gold
    total["shown"] += one is not None and one in shown | {gold}
    if one != gold:
        wrong.append(f"{name}: headline {headlines} for {gold!r}")


def _rival(page: dict[str, Any], data: bytes, total: Counter[str]) -> None:
    import trafilatura

    found: Any = trafilatura.bare_extraction(data, with_metadata=True, include_comments=False)
    text = (found.text or "") if found else ""
    if found and found.title and not text.startswith(found.title):
        text = f"{found.title}\n{text}"
    given = Counter(words(text))
    total["rival_common"] += (given & _wanted(page)).total()
    total["rival_given"] += given.total()


if __name__ == "__main__":
    figures = measure(Path(sys.argv[1]))
    if "--json" in sys.argv:
        print(json.dumps(figures))
    else:
        print("\n".join(figures.pop("wrong")))
        for name, value in figures.items():
            print(f"{name}: {value:.3f}" if isinstance(value, float) else f"{name}: {value}")
