"""Sentences and tables of Markdown about a release: for its card, its datasheet, Croissant."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from copydesk.labels import MEANINGS
from copydesk.release.facts import Facts
from copydesk.tables import SPLITS, TABLES, Column

if TYPE_CHECKING:
    from copydesk.agreement import Alpha

PREPROCESSING: Final = (
    "Texts are strict UTF-8 in NFC with line ends of one kind; nothing else is changed. Each text "
    "is cut into pieces with a zone (headline, dateline, byline, subhead, caption, credit, note, "
    "body); sentences of headline, caption and body are the units that are labelled. Offsets are "
    "Unicode code points."
)
USES: Final = (
    "Telling quotation, attributed claim, speculation and background apart in news sentences; "
    "studying how outlets report one event; teaching and testing annotation and its tools. Not for "
    "judging whether a statement is true, nor an outlet's or a person's honesty."
)
BIASES: Final = (
    "Collections differ in style and in their sources, and events in how many outlets report them; "
    "the labels follow one decision tree in which an attribution outranks a hedge."
)
IMPACT: Final = (
    "A claim is a sentence that reports what a source says, not a false one: read as a verdict on "
    "truth, the labels would mislead."
)
PERSONAL: Final = (
    "News articles name people in public roles and what they said. Annotators are known by "
    "pseudonym only; their names and free comments are in no release."
)
MAINTENANCE: Final = (
    "Versions follow what changed, record by record; a release never changes, and CHANGES.md names "
    "every difference."
)

_KINDS: Final = {"human": "a person", "model": "a model", "rule": "rules"}


def table(head: Sequence[str], rows: Iterable[Sequence[object]], *, numbers: int = 0) -> str:
    """A Markdown table; the last ``numbers`` columns are set to the right."""
    rule = ["---"] * (len(head) - numbers) + ["---:"] * numbers
    lines = [head, rule, *rows]
    return "\n".join(f"| {' | '.join(map(_cell, line))} |" for line in lines)


def _cell(value: object) -> str:
    text = f"{value:,}" if isinstance(value, int) else str(value)
    return text.replace("|", "\\|").replace("\n", " ")


def listed(names: Sequence[str]) -> str:
    """A, b and c."""
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def plural(count: int, one: str, many: str | None = None) -> str:
    """A count with its noun."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def share(part: int, whole: int) -> str:
    """A part as a percentage with one decimal."""
    return f"{100 * part / whole:.1f} %" if whole else "–"


def summary(facts: Facts) -> str:
    """What the data set is, in one paragraph."""
    given = facts.sentences - facts.withheld_sentences
    text = (
        f"Version {facts.version} ({facts.created[:10]}) holds "
        f"{plural(facts.sentences, 'labelled sentence')} of "
        f"{plural(facts.articles, 'news article')} on "
        f"{plural(sum(facts.events.values()), 'event')}, each with one of the labels "
        f"{listed([f'`{label}`' for label in facts.labels])}."
    )
    if facts.withheld_articles:
        text += (
            f" The text of {plural(given, 'sentence')} is given; that of "
            f"{plural(facts.withheld_sentences, 'sentence')} in "
            f"{plural(facts.withheld_articles, 'article')} is not given and stands here as "
            "offsets, hashes and labels."
        )
    return f"{text} {origin(facts)}"


def origin(facts: Facts) -> str:
    """Who gave the labels, said plainly."""
    kinds = [kind for kind in _KINDS if facts.annotators(kind)]
    if kinds == ["rule"]:
        return (
            "**Every label was given by rules, not by a person:** take them as suggestions and "
            "measure nothing against them."
        )
    if "human" not in kinds:
        return (
            "**No label was given by a person:** the answers are those of "
            f"{listed([_annotators(facts, kind) for kind in kinds])}."
        )
    return f"The answers are those of {listed([_annotators(facts, kind) for kind in kinds])}."


def _annotators(facts: Facts, kind: str) -> str:
    count = len(facts.annotators(kind))
    if kind == "rule":
        return "rules"
    return plural(count, "person", "people") if kind == "human" else plural(count, "model")


def counts(facts: Facts) -> str:
    """Sentences by label and split, text withheld or not."""
    splits = facts.split_names
    rows = [
        [f"`{label}`", *(row[s] for s in splits), sum(row.values()), share(sum(row.values()), n)]
        for label, row in facts.labels.items()
        for n in [facts.sentences]
    ]
    totals = [sum(row[s] for row in facts.labels.values()) for s in splits]
    events = [facts.events.get(s, 0) for s in splits]
    return table(
        ["label", *splits, "all", "share"],
        [
            *rows,
            ["sentences", *totals, facts.sentences, "100.0 %"],
            ["events", *events, sum(events), ""],
        ],
        numbers=len(splits) + 2,
    )


def label_meanings(facts: Facts) -> str:
    """What each label's number and name mean."""
    rows = [
        [number, f"`{label}`", MEANINGS.get(label, "")] for number, label in enumerate(facts.labels)
    ]
    return table(["number", "label", "meaning"], rows)


def columns(configs: Iterable[str]) -> str:
    """The columns of each config."""
    return "\n\n".join(
        f"**{config}**\n\n"
        + table(
            ["column", "type", "meaning"],
            [[f"`{c.name}`", f"`{_type(c)}`", _meaning(c)] for c in TABLES[config]],
        )
        for config in configs
    )


def _type(column: Column) -> str:
    return "ClassLabel" if column.is_label else str(column.type)


def _meaning(column: Column) -> str:
    if not column.choices:
        return column.meaning
    return f"{column.meaning}: {', '.join(column.choices)}"


def annotators(facts: Facts) -> str:
    """Who labelled, how much, and how labels came of answers."""
    rows = [
        [f"`{name}`", _KINDS[facts.kinds[name]], count] for name, count in facts.answers.items()
    ]
    low, high, mean = facts.annotators_per_sentence
    per = f"{low}" if low == high else f"{low} to {high} (mean {mean:.2f})"
    sources = listed([f"{source} {count:,}" for source, count in facts.sources.items()])
    guided = (
        f" They followed version {facts.guidelines_version} of the guidelines."
        if facts.guidelines_version and facts.rounds
        else ""
    )
    rounds = f" Rounds: {listed([f'`{name}`' for name in facts.rounds])}." if facts.rounds else ""
    return (
        f"{table(['annotator', 'is', 'answers'], rows, numbers=1)}\n\n"
        f"Annotators per sentence: {per}.{guided}{rounds} Where a sentence's label comes from "
        f"(`label_source`): {sources}. Every single answer is in the config `annotations`."
    )


def agreement(facts: Facts) -> str:
    """Krippendorff's alpha with its interval, over all labels and for each."""
    if facts.alpha.value is None:
        return (
            "There is no agreement to report: "
            f"{facts.alpha.reason or 'no sentence has two answers'}."
        )
    rows = [["all labels", *_alpha(facts.alpha)]]
    rows += [[f"`{label}`", *_alpha(alpha)] for label, alpha in facts.alphas.items()]
    caution = (
        ""
        if len(facts.annotators("human")) > 1
        else " Annotators that are no people may agree because they are alike: this is no measure "
        "of how far people would agree."
    )
    return (
        f"{table(['label', 'alpha', '95 % interval', 'sentences'], rows, numbers=3)}\n\n"
        "Krippendorff's alpha for nominal data among all answers; a single label is compared with "
        "the rest. Intervals are percentiles of 1,000 resamples of whole articles. `sentences` "
        f"counts those with at least two answers.{caution}"
    )


def _alpha(alpha: Alpha) -> list[object]:
    value = "–" if alpha.value is None else f"{alpha.value:.2f}"
    known = alpha.low is not None and alpha.high is not None
    return [value, f"{alpha.low:.2f} to {alpha.high:.2f}" if known else "–", alpha.units]


def alpha_sentence(facts: Facts) -> str:
    """Agreement in one sentence."""
    if facts.alpha.value is None:
        return agreement(facts)
    value, interval, _ = _alpha(facts.alpha)
    return (
        f"Krippendorff's alpha is {value} (95 % interval {interval}, by resampling articles) over "
        f"{plural(facts.alpha.units, 'sentence')} with at least two answers."
    )


def protocol(facts: Facts) -> str:
    """How answers were given and made into labels."""
    guided = (
        f"Annotators followed version {facts.guidelines_version} of the guidelines, a decision "
        "tree in which the first match wins. "
        if facts.rounds
        else ""
    )
    return (
        f"{guided}{plain(origin(facts))} A label is the answer of all, or of at least two thirds; "
        "what remains is adjudicated. Every single answer is released."
    )


def collection(facts: Facts) -> str:
    """Where the articles come from."""
    parts = [
        f"{c.name} ({plural(c.articles, 'article')}, licence {' and '.join(c.licences)})"
        for c in facts.collections
    ]
    return (
        f"{plural(facts.articles, 'article')} in "
        f"{plural(len(parts), 'collection')}: {listed(parts)}."
    )


def missing(facts: Facts) -> str:
    """What is not there, and why."""
    if not facts.withheld_articles:
        return "No text is withheld."
    return (
        f"The text of {plural(facts.withheld_articles, 'article')} "
        f"({plural(facts.withheld_sentences, 'sentence')}) is withheld, by its licence or by the "
        "corpus's own decision; offsets, hashes and labels stand in its place."
    )


def plain(markdown: str) -> str:
    """Markdown of this module without its marks, as one line."""
    return " ".join(markdown.replace("**", "").replace("`", "").split())


def withheld(facts: Facts) -> str:
    """What is withheld, and how to fill it in."""
    rows = [
        [f"`{c.name}`", ", ".join(c.licences), c.articles, c.withheld, c.sentences]
        for c in facts.collections
    ]
    head = ["collection", "licences", "articles", "of these withheld", "labelled sentences"]
    stated = table(head, rows, numbers=3)
    if not facts.withheld_articles:
        return f"{stated}\n\nNothing is withheld: every article's licence lets its text be given."
    return (
        f"{stated}\n\nText is given only where an article's licence allows it. Of the other "
        f"{plural(facts.withheld_articles, 'article')} this data set holds offsets, SHA-256 "
        "hashes, labels and entries of our own lexicon, and no stretch of text: their sentences "
        "are in `standoff`, and their titles, texts, quotations and speakers are null. Whoever has "
        "a copy of these articles can fill the text in; every hash is checked, and what could not "
        "be filled is named with the reason:\n\n"
        "```console\n$ copydesk release hydrate dataset --raw FOLDER_OF_YOURS --out full\n```"
    )


def limits(facts: Facts) -> str:
    """What the numbers say against using the data too boldly, as a list."""
    return "\n".join(f"- {point}" for point in limit_list(facts))


def limit_list(facts: Facts) -> list[str]:
    """What the numbers say against using the data too boldly."""
    points = []
    if not facts.annotators("human"):
        points.append("No person has labelled these sentences.")
    elif len(facts.annotators("human")) == 1:
        points.append("One person has labelled; nobody's reading was compared with theirs.")
    single = facts.sources.get("single", 0)
    if single:
        points.append(
            f"{plural(single, 'sentence')} ({share(single, facts.sentences)}) "
            f"{'has' if single == 1 else 'have'} one answer only."
        )
    for label, count in facts.label_totals.items():
        if count < 50:
            points.append(
                f"`{label}` has {plural(count, 'sentence')}: too few to learn from or to measure."
            )
    few = {split: n for split, n in facts.events.items() if n < 5}
    if few:
        held = listed([f"{split} {n}" for split, n in few.items()])
        points.append(
            f"Splits are drawn by event, and few events are in some ({held}): a score on such a "
            "split says little about other events."
        )
    for split in SPLITS:
        if split not in facts.events:
            points.append(f"There is no {split} split yet.")
    points.append(
        "One label a sentence is a simplification: a sentence can quote and speculate at once. "
        "Votes, cues and quotations stand beside the label for that reason."
    )
    points.append(f"The language is {listed(list(facts.languages))} only.")
    return points


def authors(facts: Facts) -> tuple[str, ...]:
    """Who is to be cited: the corpus's stated authors, or whoever made it."""
    return facts.authors or (f"The authors of {facts.title}",)


def citation(facts: Facts) -> str:
    """How to cite this version."""
    return f"```bibtex\n{bibtex(facts)}\n```"


def bibtex(facts: Facts) -> str:
    """A BibTeX entry for this version."""
    fields = {
        "title": f"{{{facts.title}}}",
        "author": f"{{{' and '.join(f'{{{name}}}' for name in authors(facts))}}}",
        "year": f"{{{facts.created[:4]}}}",
        "version": f"{{{facts.version}}}",
        "note": f"{{Data set, released {facts.created[:10]}}}",
    }
    if facts.homepage:
        fields["url"] = f"{{{facts.homepage}}}"
    body = ",\n".join(f"  {name} = {value}" for name, value in fields.items())
    return f"@misc{{{facts.name},\n{body}\n}}"


def baselines(document: Mapping[str, object] | None, facts: Facts) -> str:
    """How well simple means do on the test split, if that was computed for this release."""
    if document is None:
        return (
            f"Not computed for version {facts.version}. `scripts/bench/baselines.py` does it and "
            "writes this block."
        )
    models = document["models"]
    assert isinstance(models, list)
    rows = [
        [m["name"], f"{m['macro_f1']:.2f}", f"{m['low']:.2f} to {m['high']:.2f}"] for m in models
    ]
    return (
        f"{table(['baseline', 'macro-F1', '95 % interval'], rows, numbers=2)}\n\n"
        f"{document['method']}"
    )
