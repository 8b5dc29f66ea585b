"""``copydesk round new``."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from copydesk.cli.common import CorpusDir, data, find_corpus, many, words
from copydesk.cli.round.options import RoundId, parse_person

if TYPE_CHECKING:
    from copydesk.corpus import Corpus
    from copydesk.rounds.plan import Annotator, Plan
    from copydesk.rounds.selection import Selection
    from copydesk.suggester.model import Suggester


class Place(StrEnum):
    """Where annotators answer."""

    labelstudio = "labelstudio"
    files = "files"


class Unit(StrEnum):
    """What a task is."""

    article = "article"
    sentence = "sentence"


class Order(StrEnum):
    """Which articles come first."""

    drawn = "drawn"
    unlabelled = "unlabelled"
    disagreement = "disagreement"
    uncertain = "uncertain"


People = Annotated[
    list[str] | None,
    typer.Option(
        metavar="NAME[:KIND][=EMAIL]",
        help="An annotator's pseudonym; KIND is human (default) or model; EMAIL is that of "
        "the Label Studio account and stays in private/. A model answers through files. May "
        "be repeated.",
    ),
]
Where = Annotated[
    Place, typer.Option(help="Where people answer; models always answer through files.")
]
Answers = Annotated[int, typer.Option(min=1, help="Answers for each article.")]
ExtraOverlap = Annotated[
    int, typer.Option(min=0, help="Answers for the articles of the extra share.")
]
ExtraShare = Annotated[
    float, typer.Option(min=0, max=1, help="Share of articles that get more answers.")
]
SuggestedShare = Annotated[
    float, typer.Option(min=0, max=1, help="Share of articles seen with suggestions.")
]
Asked = Annotated[
    str | None,
    typer.Option(
        metavar="NAME|FILE",
        help="The suggester that gives the suggestions, and is asked by --order uncertain.",
    ),
]
TaskUnit = Annotated[Unit, typer.Option(help="What a task is.")]
Events = Annotated[list[str] | None, typer.Option(help="Take this event; repeatable.")]
Collections = Annotated[list[str] | None, typer.Option(help="Take this collection; repeatable.")]
Articles = Annotated[list[str] | None, typer.Option(help="Take this article; repeatable.")]
First = Annotated[Order, typer.Option(help="Which articles come first.")]
Limit = Annotated[int | None, typer.Option(min=1, help="Take at most this many.")]
Gold = Annotated[
    Path | None,
    typer.Option(help="Known answers, a line {sentence_id, label} each; never sent."),
]
Qualify = Annotated[
    Path | None,
    typer.Option(
        help="Known answers as for --gold: everyone answers these articles first, and whoever does "
        "not pass gets nothing else.",
    ),
]
Pass = Annotated[
    float,
    typer.Option(
        "--pass",
        min=0,
        max=1,
        help="Share of --qualify's sentences to answer correctly.",
    ),
]
Shared = Annotated[
    bool,
    typer.Option("--shared", help="One project for all annotators, instead of one for each."),
]
Plan_ = Annotated[
    float | None,
    typer.Option(
        "--plan",
        metavar="WIDTH",
        help="Plan nothing: say how many articles and answers give alpha a 95 % interval of this "
        "width, by simulation.",
    ),
]
Pilot = Annotated[str, typer.Option(help="For --plan: a round whose answers show what to expect.")]
Alpha = Annotated[
    float | None, typer.Option(min=0, max=1, help="For --plan: the alpha that is assumed.")
]
Seed = Annotated[str, typer.Option(help="Decides all draws; the round's name if empty.")]


def new(
    round_id: RoundId,
    annotator: People = None,
    backend: Where = Place.labelstudio,
    overlap: Answers = 2,
    extra_overlap: ExtraOverlap = 0,
    extra_share: ExtraShare = 0.0,
    suggested_share: SuggestedShare = 0.0,
    suggester: Asked = None,
    unit: TaskUnit = Unit.article,
    event: Events = None,
    collection: Collections = None,
    article: Articles = None,
    order: First = Order.drawn,
    limit: Limit = None,
    gold: Gold = None,
    qualify: Qualify = None,
    threshold: Pass = 0.85,
    shared: Shared = False,
    seed: Seed = "",
    plan: Plan_ = None,
    pilot: Pilot = "",
    alpha: Alpha = None,
    corpus: CorpusDir = None,
) -> None:
    """Plan a round: articles, annotators, overlap and arms. Nothing is sent."""
    from copydesk.rounds.choose import Overlap
    from copydesk.rounds.new import Options, new_round
    from copydesk.rounds.selection import Selection

    selection = Selection(
        events=tuple(event or ()),
        collections=tuple(collection or ()),
        articles=tuple(article or ()),
        order=order.value,
        limit=limit,
    )
    found = find_corpus(corpus)
    if plan is not None:
        _show_options(found, plan, pilot, alpha, selection)
        return
    annotators, emails = _people(annotator or [], backend)
    options = Options(
        round=round_id,
        annotators=annotators,
        emails=emails,
        unit=unit.value,
        overlap=Overlap(base=overlap, extra=extra_overlap, extra_share=extra_share),
        suggested_share=suggested_share,
        suggester=_suggester(found, suggester),
        shared=shared,
        seed=seed,
        gold=gold,
        qualify=qualify,
        threshold=threshold,
        selection=selection,
    )
    _show_plan(found, selection, new_round(found, options))


def _say_left_out(corpus: Corpus, selection: Selection) -> None:
    """Name the articles that could not be asked for."""
    from copydesk.rounds.selection import fitting_articles

    absent = [a.article_id for a in fitting_articles(corpus, selection) if not corpus.texts.has(a)]
    if absent:
        some = ", ".join(absent[:3]) + (", …" if len(absent) > 3 else "")
        words().print(
            f"{many(len(absent), 'article')} left out, whose text is not here ({some}). "
            "'copydesk ingest' on a folder that holds it brings it back."
        )


def _suggester(corpus: Corpus, name: str | None) -> Suggester | None:
    from copydesk.suggester.asking import find

    return find(corpus, name) if name else None


def _show_options(
    corpus: Corpus, target: float, pilot: str, alpha: float | None, selection: Selection
) -> None:
    """What each overlap would need to reach a given width of alpha's interval."""
    from rich.table import Table

    from copydesk.rounds.outlook import options

    assumed, found = options(corpus, target, pilot=pilot, alpha=alpha, selection=selection)
    table = Table(title=f"For a 95 % interval of alpha that is {target:g} wide")
    for name in ("answers to each", "articles", "sentences", "answers", "width"):
        table.add_column(name, justify="right")
    for one in found:
        counts = (one.each, one.articles, one.sentences, one.answers)
        table.add_row(*(f"{n:,}" for n in counts), f"{one.width:.3f}")
    data().print(table)
    mean = sum(assumed.sizes) / len(assumed.sizes)
    words().print(
        f"Assumed: alpha {assumed.alpha:.3f}, {mean:.0f} sentences an article, articles differing "
        f"by {assumed.spread:.2f} (0: not at all). The corpus has "
        f"{many(sum(1 for _ in corpus.articles()), 'article')}. Nothing was planned."
    )


def _people(given: list[str], backend: Place) -> tuple[tuple[Annotator, ...], dict[str, str]]:
    """The annotators, and the addresses of those who have one."""
    from copydesk.rounds.plan import FILES, Annotator

    people = [parse_person(text) for text in given]
    annotators = tuple(
        Annotator(annotator=name, kind=kind, backend=FILES if kind == "model" else backend.value)
        for name, kind, _ in people
    )
    return annotators, {name: email for name, _, email in people if email}


def _show_plan(corpus: Corpus, selection: Selection, plan: Plan) -> None:
    """What each queue will hold, and how much is asked for in all."""
    from rich.table import Table

    from copydesk.rounds.streams import streams

    _say_left_out(corpus, selection)

    table = Table("annotator", "answers in", "arm", title=f"Round {plan.round}, by {plan.unit}")
    for name in ("tasks", "sentences", "answers to each"):
        table.add_column(name, justify="right")
    for stream in streams(plan):
        sentences = sum(len(plan.expected(task)) for task in stream.tasks)
        counts = (len(stream.tasks), sentences, stream.overlap)
        table.add_row(
            ", ".join(stream.annotators), stream.backend, stream.arm, *(f"{n:,}" for n in counts)
        )
    words().print(table)
    sentences = sum(len(article.sentences) for article in plan.articles)
    answers = sum(len(plan.expected(task)) * task.overlap for task in plan.tasks)
    words().print(
        f"{many(len(plan.articles), 'article')}, {many(sentences, 'sentence')}, "
        f"{many(answers, 'answer')} asked for, guidelines {plan.guidelines_version}"
        + (f"; {many(len(plan.gold), 'article')} with known answers." if plan.gold else ".")
    )
    if plan.qualify:
        words().print(
            f"Everyone answers {many(len(plan.qualify.articles), 'known article')} first and gets "
            f"the rest at the push after they have passed with {plan.qualify.threshold:.0%}."
        )
    if plan.suggester:
        words().print(f"Suggestions are those of the suggester {plan.suggester}.")
    words().print(
        f"Round {plan.round} is planned; nothing is sent yet. Next: copydesk round push "
        f"{plan.round}"
    )
