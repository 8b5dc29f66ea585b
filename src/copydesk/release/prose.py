"""Sentences about a release, for its card, its datasheet, its citation and Croissant."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from copydesk.contract.columns import SPLITS
from copydesk.release.facts import Facts

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

_KINDS: Final = ("human", "model", "rule")


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


def alpha_sentence(facts: Facts) -> str:
    """Agreement in one sentence."""
    if facts.alpha.value is None:
        return no_agreement(facts)
    low, high = facts.alpha.low, facts.alpha.high
    interval = "" if low is None or high is None else f" (95 % interval {low:.2f} to {high:.2f})"
    return (
        f"Krippendorff's alpha is {facts.alpha.value:.2f}{interval} over "
        f"{plural(facts.alpha.units, 'sentence')} with at least two answers, the interval by "
        "resampling articles."
    )


def no_agreement(facts: Facts) -> str:
    """Why there is no agreement to report."""
    reason = facts.alpha.reason or "no sentence has two answers"
    return f"There is no agreement to report: {reason}."


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
