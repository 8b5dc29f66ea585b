"""The datasheet, ``DATASHEET.md``: every question of "Datasheets for Datasets" with its answer.

    write_datasheet(path, release)       # brings the numbers in step, keeps every word
    render(contents, previous=text)      # pure; equal to ``previous`` if that is in step
    unanswered(text)                     # questions that are not there, or not answered yet

The questions are those of Gebru et al. 2021 (Communications of the ACM 64, 12), paraphrased. What
the data can answer stands between markers; the rest is for the people who made the data set.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

from copydesk.files import atomic_write
from copydesk.release import prose, sections
from copydesk.release.blocks import fill, wrap
from copydesk.release.contents import Contents
from copydesk.release.facts import Facts, facts

OPEN: Final = "*Not answered yet.*"
"""What a new datasheet says where only people can answer."""

Question = tuple[str, str | None]
"""A question, and the generated block that helps to answer it, if there is one."""

QUESTIONS: Final[dict[str, tuple[Question, ...]]] = {
    "Motivation": (
        ("For what purpose was the data set created?", None),
        ("Who created it, and on behalf of whom?", None),
        ("Who funded its creation?", None),
        ("Anything else on its motivation?", None),
    ),
    "Composition": (
        ("What do the instances represent?", None),
        ("How many instances are there of each type?", "instances"),
        ("Are these all possible instances, or a sample of a larger set?", None),
        ("What data does each instance consist of?", None),
        ("Is there a label or target for each instance?", "labels"),
        ("Is any information missing from individual instances?", "missing"),
        ("Are relationships between instances made explicit?", "relations"),
        ("Are there recommended splits?", "splits"),
        ("Are there errors, sources of noise, or redundancies?", "limits"),
        ("Is it self-contained, or does it rely on outside resources?", "outside"),
        ("Does it contain data that might be confidential?", None),
        ("Does it contain data that might offend, insult, threaten or cause anxiety?", None),
        ("Does it identify subpopulations, such as by age or gender?", None),
        ("Can individuals be identified from it, directly or indirectly?", None),
        ("Does it contain data that might be sensitive, such as opinions, health or crime?", None),
        ("Anything else on its composition?", None),
    ),
    "Collection process": (
        ("How was the data of each instance acquired?", "sources"),
        ("What mechanisms or procedures were used to collect it?", None),
        ("If it is a sample, what was the sampling strategy?", None),
        ("Who took part in the collection, and how were they compensated?", "annotators"),
        ("Over what time was the data collected?", "time"),
        ("Were ethical review processes conducted?", None),
        ("Was the data obtained from the people concerned, or through third parties?", None),
        ("Were the people concerned notified of the collection?", None),
        ("Did they consent to the collection and use of their data?", None),
        ("If they consented, can they revoke it later?", None),
        ("Was the potential impact on the people concerned analysed?", None),
        ("Anything else on the collection?", None),
    ),
    "Preprocessing, cleaning, labelling": (
        ("Was any preprocessing, cleaning or labelling done?", "labelling"),
        ("Was the raw data saved as well?", None),
        ("Is the software that did it available?", None),
        ("Anything else on preprocessing, cleaning and labelling?", None),
    ),
    "Uses": (
        ("Has it been used for any tasks already?", None),
        ("Is there a place that links to papers or systems that use it?", None),
        ("What other tasks could it be used for?", None),
        ("Is there anything in its making that might affect future uses?", "origin"),
        ("Are there tasks for which it should not be used?", None),
        ("Anything else on its uses?", None),
    ),
    "Distribution": (
        ("Will it be given to third parties?", None),
        ("How will it be distributed, and does it have a DOI?", None),
        ("When will it be distributed?", "released"),
        ("Under which licence or terms of use?", "licences"),
        ("Have third parties imposed restrictions on the data?", "withheld"),
        ("Do export controls or other regulations apply?", None),
        ("Anything else on its distribution?", None),
    ),
    "Maintenance": (
        ("Who supports, hosts and maintains it?", None),
        ("How can they be contacted?", None),
        ("Is there an erratum?", None),
        ("Will it be updated, how often, by whom, and how is that told?", None),
        ("If it relates to people, are there limits on how long it is kept?", None),
        ("Will older versions still be supported?", None),
        ("Can others extend it or contribute to it?", None),
        ("Anything else on its maintenance?", None),
    ),
}
"""All questions by section, in order."""


def write_datasheet(path: Path, release: Path) -> None:
    """Bring the numbers of a datasheet in step with a release; a new one is laid out.

    Raises:
        InputError: its markers do not pair; it is as it was.
    """
    previous = path.read_text(encoding="utf-8") if path.is_file() else ""
    atomic_write(path, render(Contents.read(release), previous=previous))


def render(contents: Contents, *, previous: str = "") -> str:
    """The datasheet of a release. Pure.

    Args:
        previous: the datasheet as it is; a new one is laid out if it is empty.

    Raises:
        InputError: the markers do not pair.
    """
    known = facts(contents)
    bodies = {name: make(known) for name, make in _BLOCKS.items()}
    return fill(previous if previous.strip() else _new(known, bodies), bodies, where="DATASHEET.md")


def _new(known: Facts, bodies: dict[str, str]) -> str:
    parts = [f"# Datasheet: {known.title}"]
    for section, questions in QUESTIONS.items():
        parts.append(f"## {section}")
        for question, block in questions:
            parts += [f"### {question}", wrap(block, bodies[block]) if block else OPEN]
    return "\n\n".join(parts) + "\n"


def unanswered(text: str) -> list[str]:
    """The questions that a datasheet leaves out or has not answered yet, in order."""
    answers: dict[str, str] = {}
    for part in text.split("\n### ")[1:]:
        head, _, rest = part.partition("\n")
        answers[head.strip()] = rest.partition("\n## ")[0].strip()
    return [
        question
        for questions in QUESTIONS.values()
        for question, _ in questions
        if answers.get(question, OPEN) in ("", OPEN)
    ]


def _instances(known: Facts) -> str:
    answers = sum(known.answers.values())
    return (
        f"Version {known.version} holds {prose.plural(known.sentences, 'labelled sentence')} of "
        f"{prose.plural(known.articles, 'article')}, {prose.plural(answers, 'single answer')} of "
        f"annotators, and {prose.plural(known.quotes, 'quotation')}. By zone: "
        f"{prose.listed([f'{zone} {count:,}' for zone, count in known.zones.items()])}."
    )


def _labels(known: Facts) -> str:
    return (
        f"Yes, one of these, which are explained beside their numbers:\n\n{sections.counts(known)}"
    )


def _relations(known: Facts) -> str:
    return (
        f"Yes. Sentences name their article and articles their event "
        f"({prose.plural(sum(known.events.values()), 'event')}). Quotations of one utterance by "
        f"several outlets share a group: {prose.plural(known.quote_groups, 'group')} in this "
        "version."
    )


def _splits(known: Facts) -> str:
    held = [
        f"{split} {sum(row[split] for row in known.labels.values()):,} sentences of "
        f"{prose.plural(known.events.get(split, 0), 'event')}"
        for split in known.split_names
    ]
    return (
        f"Yes: {prose.listed(held)}. Whole events are drawn, so that no utterance stands on both "
        "sides, and an event keeps its split from release to release."
    )


def _outside(known: Facts) -> str:
    if not known.withheld_articles:
        return "It is self-contained."
    return (
        f"Not wholly: the text of {prose.plural(known.withheld_articles, 'article')} must be "
        "filled in from a copy that the reader holds. Whether such copies stay to be had is in the "
        "hands of their publishers; labels, offsets and hashes are of use without them."
    )


def _time(known: Facts) -> str:
    dated = (
        f"The dated articles were published from {known.published[0]} to {known.published[1]}."
        if known.published
        else "No article is dated."
    )
    if known.answered is None:
        return dated
    return f"{dated} Answers were given from {known.answered[0]} to {known.answered[1]}."


def _labelling(known: Facts) -> str:
    return f"{prose.PREPROCESSING}\n\n{prose.protocol(known)} {prose.alpha_sentence(known)}"


def _released(known: Facts) -> str:
    return f"Version {known.version} was released on {known.created[:10]}."


def _licences(known: Facts) -> str:
    own = known.licence or "no stated licence"
    texts = prose.listed(list(known.text_licences)) or "none"
    return f"Labels and offsets: {own}. Texts, each under its own licence: {texts}."


def _withheld(known: Facts) -> str:
    if not known.withheld_articles:
        return "No: every article's licence lets its text be given."
    return f"Yes. {prose.missing(known)} They remain their authors' and publishers'."


_BLOCKS: Final[dict[str, Callable[[Facts], str]]] = {
    "instances": _instances,
    "labels": _labels,
    "missing": prose.missing,
    "relations": _relations,
    "splits": _splits,
    "limits": sections.limits,
    "outside": _outside,
    "sources": prose.collection,
    "annotators": sections.annotators,
    "time": _time,
    "labelling": _labelling,
    "origin": prose.origin,
    "released": _released,
    "licences": _licences,
    "withheld": _withheld,
}
