"""The labels and quotations of a release against what people annotated, for its card.

    python scripts/bench/people.py dataset/releases/X.Y.Z --raw DIR --gum DIR \
        [--polnear DIR --answers FILE] [--checked FILE] [--card FILE]

Five comparisons, each left out if its input is not given:

- **GUM.** The Wikinews articles of the release are also in GUM, where people marked relations of
  attribution. A sentence of ours is attributed if its label is quote or claim; sentences labelled
  speculation are counted apart, as the guidelines give them that label whoever speaks. `--raw` is
  what `copydesk release hydrate` would read: the texts of withheld articles.
- **PolNeAR.** `--answers` holds answers of a reader of the guidelines to articles of PolNeAR:
  lines ``{"article", "start", "end", "label"}`` with offsets into the canonical text, and
  ``"opinion": true`` where the article is a column or a letter, which count apart too: their
  writer's judgements are claims by the guidelines and no attribution in PolNeAR. Gold is quote,
  claim or none as in `external.py`.
- **Quotations.** `--checked` holds a reader's verdicts on the machine-found quotations:
  lines ``{"quote_id", "found", "span", "speaker", "cue"}``. The last three are each ``right``,
  ``wrong`` or ``missing`` (not given though it stands in the text) or null (nothing to find).
  ``found`` holds the offsets that were judged, as ``[start, end]`` or null for each of the three:
  a verdict on anything but what the release gives is refused. Lines ``{"missed": sentence_id}``
  stand for quotations that were not found at all.
- **Quotations elsewhere.** Where `--polnear` is given, the quotations that the rules find there
  against those that people marked.
- **The card.** `--card` is the log of a round whose reader had the guidelines' card alone; its
  answers are compared with the labels of the release.

Intervals are of 95 %, from drawing articles anew. The figures are written as ``comparisons`` into
``dataset/baselines/X.Y.Z.json``, whose baselines must be there, and the card shows them. Only
figures are written: no text and no offset of the other corpora.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from external import (
    KINDS,
    Counts,
    Measures,
    between_marks,
    f1,
    kind_of,
    macro_f1,
    precision,
    read_gum,
    read_polnear,
    recall,
    tally,
)
from external import polnear as on_polnear

from copydesk.files import atomic_write, dump_json, read_json
from copydesk.release.card import write_card
from copydesk.release.contents import Contents
from copydesk.text import canonical, segment


def squeezed(text: str) -> str:
    """A sentence without its blanks, since these differ between the corpora."""
    return "".join(text.split())


def release_labels(contents: Contents) -> dict[str, list[tuple[int, int, str]]]:
    """Start, end and label of the sentences of each article, given or withheld."""
    found: dict[str, list[tuple[int, int, str]]] = defaultdict(list)
    for table in ("sentences", "standoff"):
        if table not in contents.schemas:
            continue
        names = contents.labels(table)
        rows = contents.frame(table).select("article_id", "start", "end", "label")
        for article, start, end, label in rows.iter_rows():
            found[article].append((start, end, names[label]))
    return found


def kappa(measure: str) -> Any:
    """Cohen's kappa of a yes-or-no measure (Cohen 1960)."""

    def value(c: Counts) -> float:
        both, ours, gold, neither = (c[measure, k] for k in ("right", "wrong", "missed", "neither"))
        n = both + ours + gold + neither
        if not n:
            return 0.0
        seen = (both + neither) / n
        chance = ((both + ours) * (both + gold) + (neither + gold) * (neither + ours)) / n**2
        return (seen - chance) / (1 - chance) if chance < 1 else 1.0

    return value


def gum(contents: Contents, raw: Path, folder: Path) -> tuple[Measures, str]:
    """Labels of the release against GUM's relations of attribution."""
    labels = release_labels(contents)
    result = Measures("GUM")
    matched = 0
    files = sorted(folder.glob("*.conllu"))
    for file, (text, pieces, gold) in zip(files, read_gum(folder), strict=True):
        counts: Counts = Counter()
        source = canonical((raw / f"{file.stem}.txt").read_bytes())
        wanted = {
            squeezed(text[piece.start : piece.end]): attributed
            for piece, attributed in zip(pieces, gold, strict=True)
        }
        for start, end, label in labels[file.stem]:
            attributed = wanted.get(squeezed(source[start:end]))
            if attributed is None:
                continue
            matched += 1
            if label == "speculation":
                counts["speculation", "attributed" if attributed else "not"] += 1
                continue
            tally(counts, "attributed", attributed, label in {"quote", "claim"})
            if not attributed and label == "background":
                counts["attributed", "neither"] += 1
        result.articles.append(counts)
    result.figures = {
        "a source speaks, F1": f1("attributed"),
        "a source speaks, precision": precision("attributed"),
        "a source speaks, recall": recall("attributed"),
        "a source speaks, kappa": kappa("attributed"),
    }
    total = sum(result.articles, Counter())
    spec = total["speculation", "attributed"] + total["speculation", "not"]
    method = (
        f"{matched} sentences of the {len(result.articles)} Wikinews articles that GUM has too. "
        "People marked relations of attribution there; here a source speaks where the label is "
        f"`quote` or `claim`. {spec} sentences labelled `speculation` are left out; "
        f"{total['speculation', 'attributed']} of them hold a relation of attribution."
    )
    return result, method


def polnear(folder: Path, answers: Path) -> tuple[Measures, str]:
    """A reader's answers to PolNeAR's articles against its Content spans."""
    given: dict[str, dict[tuple[int, int], str]] = defaultdict(dict)
    opinion: set[str] = set()
    for line in answers.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        given[row["article"]][row["start"], row["end"]] = row["label"]
        if row.get("opinion"):
            opinion.add(row["article"])
    result = Measures("PolNeAR")
    for stem, text, annotated in read_polnear(folder):
        if stem not in given:
            continue
        contents = [span for item in annotated for span in item.content]
        marked = between_marks(text)
        read = [
            (kind_of((piece.start, piece.end), contents, marked), label)
            for piece in segment(text)
            if (label := given[stem].get((piece.start, piece.end)))
        ]
        counts = _kinds(read)
        if stem not in opinion:
            counts += Counter({(f"news {m}", k): n for (m, k), n in counts.items()})
        result.articles.append(counts)
    for prefix, title in {"": "", "news ": ", news reports alone"}.items():
        result.figures |= {
            f"quote, claim or neither, macro-F1{title}": macro_f1(f"{prefix}kind"),
            f"a source speaks, F1{title}": f1(f"{prefix}attributed"),
            f"a source speaks, precision{title}": precision(f"{prefix}attributed"),
            f"a source speaks, recall{title}": recall(f"{prefix}attributed"),
            f"a source speaks, kappa{title}": kappa(f"{prefix}attributed"),
        }
    return result, _polnear_method(sum(result.articles, Counter()), len(result.articles), opinion)


def _kinds(read: list[tuple[str, str]]) -> Counts:
    """Outcomes of an article's sentences, each with its gold kind and the reader's label."""
    counts: Counts = Counter()
    for gold, label in read:
        counts["case", f"{gold}-{label}"] += 1
        if label == "speculation":
            continue
        kind = "none" if label == "background" else label
        for wanted in KINDS:
            tally(counts, f"kind:{wanted}", gold == wanted, kind == wanted)
        tally(counts, "attributed", gold != "none", kind != "none")
        if gold == kind == "none":
            counts["attributed", "neither"] += 1
    return counts


def _polnear_method(total: Counts, articles: int, opinion: set[str]) -> str:
    def cases(prefix: str, gold: tuple[str, ...], label: str) -> int:
        return sum(total[f"{prefix}case", f"{kind}-{label}"] for kind in gold)

    sentences = sum(n for (measure, _), n in total.items() if measure == "case")
    guessed = cases("", KINDS, "speculation")
    outside = cases("", ("none",), "claim")
    reports = cases("news ", ("none",), "claim")
    return (
        f"{sentences} sentences of {articles} articles of PolNeAR, read by a model that had the "
        "guidelines and the article alone. People marked there what is attributed to whom. "
        f"{guessed} sentences read as `speculation` are left out; "
        f"{guessed - cases('', ('none',), 'speculation')} of them hold something attributed. "
        f"Of {outside} sentences read as `claim` in which nothing is marked, {outside - reports} "
        f"stand in {len(opinion)} columns or letters, whose writer's judgements are claims by the "
        f"guidelines. {cases('', ('quote', 'claim'), 'background')} sentences in which something "
        "is marked were read as `background`: the attribution stands in a part that the "
        "guidelines strike, or is a state of mind or a topic without content, or runs over facts "
        "that the article tells without a sign of the source."
    )


def verdicts(contents: Contents, checked: Path) -> tuple[Measures, str]:
    """A reader's verdicts on the quotations that were found by rules."""
    quotes = {quote["quote_id"]: quote for quote in contents.frame("quotes").iter_rows(named=True)}
    counts: dict[str, Counts] = defaultdict(Counter)
    seen = 0
    for line in checked.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        if "missed" in row:
            counts[row["missed"].rsplit(".", 1)[0]]["span", "missed"] += 1
            continue
        quote = quotes.get(row["quote_id"])
        if quote is None:
            raise SystemExit(f"{checked}: {row['quote_id']} is not in the release.")
        given = {"span": quote, "speaker": quote["speaker"], "cue": quote["cue"]}
        offsets = {name: at and [at["start"], at["end"]] for name, at in given.items()}
        if row["found"] != offsets:
            raise SystemExit(
                f"{checked}: {row['quote_id']} was judged as {json.dumps(row['found'])}, but the "
                f"release gives {json.dumps(offsets)}. Check it again."
            )
        seen += 1
        for measure in ("span", "speaker", "cue"):
            outcome = {"missing": "missed"}.get(row[measure], row[measure])
            if outcome:
                counts[quote["article_id"]][measure, outcome] += 1
    result = Measures("quotations", articles=list(counts.values()))
    for measure, title in {"span": "found", "speaker": "speaker", "cue": "cue"}.items():
        result.figures[f"{title}, precision"] = precision(measure)
        result.figures[f"{title}, recall"] = recall(measure)
    method = (
        f"{seen} machine-found quotations of {len(result.articles)} original articles, each "
        "checked by a model that read the article: where it stands, its speaker, and its cue."
    )
    return result, method


def elsewhere(folder: Path) -> tuple[Measures, str]:
    """The quotations that the rules find in PolNeAR against those that people marked there."""
    result = on_polnear(folder)
    result.figures = {
        "characters of quotations, F1": f1("characters"),
        "speaker, precision": precision("speaker"),
        "speaker, recall": recall("speaker"),
        "cue, precision": precision("cue"),
        "cue, recall": recall("cue"),
    }
    return result, (
        f"The quotations that the rules find in {len(result.articles)} articles of PolNeAR, on "
        "which the rules were developed, against what people marked there. A speaker or a cue is "
        "right where it overlaps the one that they marked; recall is over all that have one."
    )


def card(contents: Contents, log: Path) -> tuple[Measures, str]:
    """A reader of the card alone against the labels of the release."""
    # Numbers of sentences shift where one before them was struck; offsets do not.
    places = {
        sentence["sentence_id"]: (article["article_id"], sentence["start"], sentence["end"])
        for article in read_json(log.parent / "round.json")["articles"]
        for sentence in article["sentences"]
    }
    settled = {
        (article, start, end): label
        for article, start, end, label in contents.frame("sentences")
        .select("article_id", "start", "end", "label")
        .iter_rows()
    }
    names = contents.labels("sentences")
    counts: dict[str, Counts] = defaultdict(Counter)
    for line in log.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        place = places[row["sentence_id"]]
        if row["label"] is None or place not in settled:
            continue
        label, article = names[settled[place]], place[0]
        for name in names:
            tally(counts[article], f"label:{name}", label == name, row["label"] == name)
        counts[article]["same", "right" if label == row["label"] else "wrong"] += 1
    result = Measures("card", articles=list(counts.values()))
    result.figures = {"same label": precision("same")} | {
        f"{name}, F1": f1(f"label:{name}") for name in names
    }
    total = sum(result.articles, Counter())
    n = total["same", "right"] + total["same", "wrong"]
    method = (
        f"{n} sentences of {len(result.articles)} original articles, read by a model that had the "
        "guidelines' card alone, against the labels of this release."
    )
    return result, method


def compared(options: argparse.Namespace, contents: Contents) -> Iterator[dict[str, Any]]:
    """The comparisons whose inputs are given, as ``schema/baselines.schema.json`` has them."""
    parts = []
    if options.gum:
        parts.append(("People's attributions in GUM", gum(contents, options.raw, options.gum)))
    if options.polnear and options.answers:
        parts.append(
            ("People's attributions in PolNeAR", polnear(options.polnear, options.answers))
        )
    if options.checked:
        parts.append(("Quotations found by rules", verdicts(contents, options.checked)))
    if options.polnear:
        parts.append(("Quotations found by rules, in PolNeAR", elsewhere(options.polnear)))
    if options.card:
        parts.append(("The card of the guidelines alone", card(contents, options.card)))
    for title, (measures, method) in parts:
        yield {
            "title": title,
            "method": method,
            "figures": [
                {"name": name, "value": round(v, 4), "low": round(low, 4), "high": round(high, 4)}
                for name, (v, low, high) in measures.results().items()
            ],
        }


def main() -> None:
    """Compare, print, and write the figures beside the baselines."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("release", type=Path, metavar="DIR", help="the release's folder")
    for name in ("raw", "gum", "polnear"):
        parser.add_argument(f"--{name}", type=Path, metavar="DIR")
    for name in ("answers", "checked", "card"):
        parser.add_argument(f"--{name}", type=Path, metavar="FILE")
    parser.add_argument("--dry-run", action="store_true", help="print alone")
    options = parser.parse_args()
    contents = Contents.read(options.release)
    found = list(compared(options, contents))
    for part in found:
        print(f"{part['title']}: {part['method']}")
        for row in part["figures"]:
            print(f"  {row['name']:40} {row['value']:.3f} [{row['low']:.3f}, {row['high']:.3f}]")
    if options.dry_run:
        return
    dataset = options.release.resolve().parent.parent
    path = dataset / "baselines" / f"{contents.version}.json"
    document = read_json(path) | {"comparisons": found}
    atomic_write(path, dump_json(document))
    write_card(dataset, options.release)


if __name__ == "__main__":
    main()
