"""Sections of Markdown about a release: the tables of its card and its datasheet."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

import pyarrow as pa

from copydesk.contract.columns import Column, Table
from copydesk.contract.features import dtype
from copydesk.release.facts import Facts
from copydesk.release.prose import bibtex, limit_list, listed, no_agreement, plural, share

if TYPE_CHECKING:
    from copydesk.agreement import Alpha

_IS: Final = {"human": "a person", "model": "a model", "rule": "rules"}


def table(head: Sequence[str], rows: Iterable[Sequence[object]], *, numbers: int = 0) -> str:
    """A Markdown table; the last ``numbers`` columns are set to the right."""
    rule = ["---"] * (len(head) - numbers) + ["---:"] * numbers
    lines = [head, rule, *rows]
    return "\n".join(f"| {' | '.join(map(_cell, line))} |" for line in lines)


def _cell(value: object) -> str:
    text = f"{value:,}" if isinstance(value, int) else str(value)
    return text.replace("|", "\\|").replace("\n", " ")


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
        [number, f"`{label}`", facts.scheme.meanings.get(label, "")]
        for number, label in enumerate(facts.labels)
    ]
    return table(["number", "label", "meaning"], rows)


def columns(configs: Iterable[Table]) -> str:
    """The columns of each config."""
    return "\n\n".join(
        f"**{config.name}**\n\n"
        + table(
            ["column", "type", "meaning"],
            [[f"`{c.name}`", f"`{_type(c)}`", _meaning(c)] for c in config.columns],
        )
        for config in configs
    )


def _type(column: Column) -> str:
    return "ClassLabel" if column.is_label else _type_name(column.type)


def _type_name(kind: pa.DataType) -> str:
    if pa.types.is_struct(kind):
        return f"{{{', '.join(field.name for field in kind)}}}"
    if pa.types.is_list(kind):
        return f"list of {_type_name(kind.value_type)}"
    return dtype(kind)


def _meaning(column: Column) -> str:
    if not column.choices:
        return column.meaning
    return f"{column.meaning}: {', '.join(column.choices)}"


def annotators(facts: Facts) -> str:
    """Who labelled, how much, and how labels came of answers."""
    rows = [[f"`{name}`", _IS[facts.kinds[name]], count] for name, count in facts.answers.items()]
    low, high, mean = facts.annotators_per_sentence
    per = f"{low}" if low == high else f"{low} to {high} (mean {mean:.2f})"
    sources = listed([f"{source} {count:,}" for source, count in facts.sources.items()])
    guided = (
        f" They followed version {facts.guidelines_version} of the guidelines."
        if facts.guidelines_version and facts.rounds
        else ""
    )
    rounds = f" Rounds: {listed([f'`{name}`' for name in facts.rounds])}." if facts.rounds else ""
    decided = listed([f"`{name}` ({_IS[kind]})" for name, kind in facts.adjudicators.items()])
    deciders = f" What was adjudicated was decided by {decided}." if facts.adjudicators else ""
    return (
        f"{table(['annotator', 'is', 'answers'], rows, numbers=1)}\n\n"
        f"Annotators per sentence: {per}.{guided}{rounds} Where a sentence's label comes from "
        f"(`label_source`): {sources}.{deciders} Every single answer is in the config "
        "`annotations`."
    )


def agreement(facts: Facts) -> str:
    """Krippendorff's alpha with its interval, over all labels and for each."""
    if facts.alpha.value is None:
        return no_agreement(facts)
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


def withheld(facts: Facts) -> str:
    """What is withheld, and how to fill it in."""
    rows = [
        [f"`{c.name}`", ", ".join(c.licences), c.articles, c.withheld, c.sentences]
        for c in facts.collections
    ]
    head = ["collection", "licences", "articles", "of these withheld", "labelled sentences"]
    stated = (
        f"{table(head, rows, numbers=3)}\n\nA text that is given keeps its own licence: name whom "
        "its article's `attribution` names. Labels and offsets are under "
        f"{facts.licence or 'no stated licence'}."
    )
    if not facts.withheld_articles:
        return f"{stated}\n\nNothing is withheld: every article's licence lets its text be given."
    return (
        f"{stated}\n\nText is given only where an article's licence and the corpus allow it. Of "
        f"the other {plural(facts.withheld_articles, 'article')} this data set holds offsets, "
        "SHA-256 hashes, labels and entries of our own lexicon, and no stretch of text: their "
        "sentences are in `standoff`, and their titles, texts, quotations and speakers are null. "
        "Whoever has a copy of these articles can fill the text in; every hash is checked, and "
        "what could not be filled is named with the reason:\n\n"
        "```console\n$ copydesk release hydrate dataset --raw FOLDER_OF_YOURS --out full\n```"
    )


def limits(facts: Facts) -> str:
    """What the numbers say against using the data too boldly, as a list."""
    return "\n".join(f"- {point}" for point in limit_list(facts))


def citation(facts: Facts) -> str:
    """How to cite this version."""
    return f"```bibtex\n{bibtex(facts)}\n```"


def baselines(document: Mapping[str, Any] | None, facts: Facts) -> str:
    """How well simple means do on the test split, if that was computed for this release."""
    if document is None:
        return (
            f"Not computed for version {facts.version}. `scripts/bench/baselines.py` does it and "
            "writes this block."
        )
    rows = [
        [m["name"], f"{m['macro_f1']:.2f}", f"{m['low']:.2f} to {m['high']:.2f}"]
        for m in document["models"]
    ]
    return (
        f"{table(['baseline', 'macro-F1', '95 % interval'], rows, numbers=2)}\n\n"
        f"{document['method']}"
    )
