"""Measures agreement in a round, or over rounds, and writes it as JSON and HTML."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from copydesk.agreement.models import Given, models_against_people
from copydesk.corpus import Corpus
from copydesk.errors import InputError
from copydesk.files import atomic_write, dump_json
from copydesk.rounds.answers import answers_of, round_ids
from copydesk.rounds.comments import comments_of
from copydesk.rounds.ledger import read_ledger
from copydesk.rounds.notes import notes_of
from copydesk.rounds.opened import Round, open_round
from copydesk.rounds.paths import RoundFolder
from copydesk.rounds.plan import read_plan
from copydesk.rounds.record import read_state
from copydesk.rounds.tasks import context
from copydesk.withdrawals import read_withdrawals

if TYPE_CHECKING:
    import polars as pl

    from copydesk.agreement import Agreement, Bootstrap
    from copydesk.agreement.disputed import Disputed
    from copydesk.agreement.flags import FlaggedSentence
    from copydesk.agreement.page import Context


def agree(
    corpus: Corpus,
    round_id: str,
    *,
    over_rounds: bool = False,
    bootstrap: Bootstrap | None = None,
) -> Agreement:
    """Measure agreement in a round; ``report.json`` and ``report.html`` are written into it.

    A closed round keeps the reports that it has.

    The published page shows the text of disputed sentences only where it may be given; a page with
    all of them goes to the private folder.

    Args:
        over_rounds: take in the answers of every round, for the trend; the reports are written
            beside the rounds' folders, and the round's own stay as they are.

    Raises:
        InputError: the round is unknown or has no answers, or another verb still writes to the
            corpus.
    """
    with corpus.lock(shared=True):
        return _agree(corpus, round_id, over_rounds, bootstrap)


def _agree(
    corpus: Corpus, round_id: str, over_rounds: bool, bootstrap: Bootstrap | None
) -> Agreement:
    folder = RoundFolder(corpus, round_id)
    read_plan(folder)
    names = round_ids(corpus) if over_rounds else [round_id]
    agreement = measured(corpus, names, bootstrap)
    if over_rounds:
        title, public, private = "All rounds", corpus.rounds, corpus.private / "rounds"
    else:
        title, public, private = f"Round {round_id}", folder.path, folder.private
    if over_rounds or not folder.closed.exists():
        _write(corpus, agreement, names, f"{title}: agreement", public, private)
    return agreement


def report_again(corpus: Corpus, round_id: str | None) -> None:
    """Write the reports of a round, closed or not, or those over all rounds, again.

    Reports that are not there stay so; those without any answers left are removed.

    Args:
        round_id: None for the reports over all rounds.
    """
    title, names = "All rounds", round_ids(corpus)
    public, private = corpus.rounds, corpus.private / "rounds"
    if round_id is not None:
        folder = RoundFolder(corpus, round_id)
        title, names = f"Round {round_id}", [round_id]
        public, private = folder.path, folder.private
    (private / "report.html").unlink(missing_ok=True)
    if not (public / "report.json").is_file():
        return
    if answers_of(corpus, names).is_empty():
        for kind in ("json", "html"):
            (public / f"report.{kind}").unlink(missing_ok=True)
        return
    _write(corpus, measured(corpus, names), names, f"{title}: agreement", public, private)


def measured(corpus: Corpus, rounds: list[str], bootstrap: Bootstrap | None = None) -> Agreement:
    """Agreement over the answers of rounds, with their suggestions and gold.

    Raises:
        InputError: there are no answers.
    """
    import polars as pl

    from copydesk.agreement import measure

    answers = answers_of(corpus, rounds)
    if answers.is_empty():
        raise InputError(
            f"There are no answers in {', '.join(rounds)}.", hint="Pull them with 'round pull'."
        )
    gone = read_withdrawals(corpus.dataset).values()
    about: dict[str, tuple[str | None, str | None]]
    about = {line.article_id: (line.collection, line.event) for line in gone}
    about |= {a.article_id: (a.collection, a.event) for a in corpus.articles()}
    places = pl.DataFrame(
        [(name, *place) for name, place in about.items()],
        schema=["article_id", "collection", "event"],
        orient="row",
    )
    plans = [read_plan(RoundFolder(corpus, name)) for name in rounds]
    labels = plans[-1].labels
    suggestions = {
        anchor.sentence_id: anchor.suggestion for plan in plans for _, anchor in plan.anchors()
    }
    gold = {
        line["sentence_id"]: line["label"]
        for name in rounds
        if (path := RoundFolder(corpus, name).gold).is_file()
        for _, line in read_ledger(path, "gold")
    }
    found = measure(
        answers.join(places, on="article_id", how="left", maintain_order="left"),
        labels=labels,
        suggestions=_labels(suggestions),
        gold=_labels(gold) if gold else None,
        bootstrap=bootstrap,
    )
    opened = [open_round(corpus, name) for name in rounds]
    given = [answer for round in opened for answer in _given(round)]
    return replace(
        found,
        models=models_against_people(given, labels),
        notes=tuple(notes_of(round).as_document() for round in opened),
    )


def _given(round: Round) -> Iterator[Given]:
    for answer in read_state(round).answers.values():
        if answer.label is not None:
            yield Given(
                unit=(round.plan.round, answer.sentence_id),
                annotator=answer.annotator,
                kind=round.plan.kinds[answer.annotator],
                label=answer.label,
                confidence=answer.confidence,
            )


def _labels(labels: dict[str, str] | dict[str, str | None]) -> pl.DataFrame:
    import polars as pl

    schema = {"sentence_id": pl.String, "label": pl.String}
    return pl.DataFrame(list(labels.items()), schema=schema, orient="row")


def _write(
    corpus: Corpus, agreement: Agreement, rounds: list[str], title: str, public: Path, private: Path
) -> None:
    from copydesk.agreement.page import html_page

    atomic_write(public / "report.json", dump_json(agreement.as_document()))
    page, full = (
        html_page(
            agreement,
            title=title,
            colours=corpus.scheme.colours,
            context=shown(corpus, withheld=withheld),
            comments=_comments(corpus, rounds, withheld=withheld),
        )
        for withheld in (False, True)
    )
    atomic_write(public / "report.html", page)
    if full != page:
        private.mkdir(parents=True, exist_ok=True)
        atomic_write(private / "report.html", full)


def _comments(
    corpus: Corpus, rounds: list[str], *, withheld: bool
) -> dict[tuple[str | None, str], list[tuple[str, str]]]:
    """What annotators wrote, by round and sentence_id, each with its annotator.

    Args:
        withheld: whether comments on articles whose text is withheld are given too.
    """
    found: dict[tuple[str | None, str], list[tuple[str, str]]] = {}
    for name in rounds:
        for sentence, comments in comments_of(open_round(corpus, name), withheld=withheld).items():
            found[name, sentence] = comments
    return found


def shown(
    corpus: Corpus, *, withheld: bool
) -> Callable[[Disputed | FlaggedSentence], Context | None]:
    """Gives a sentence in its context, or None where its text is not here or may not be shown.

    Args:
        withheld: whether text that is withheld is given too.
    """
    from copydesk.agreement.page import Context

    articles = {a.article_id: a for a in corpus.articles() if withheld or a.redistributable}

    def give(disputed: Disputed | FlaggedSentence) -> Context | None:
        article = articles.get(disputed.article_id)
        if article is None or article.text_sha256 != disputed.text_sha256:
            return None
        if not corpus.texts.has(article):
            return None
        around = context(corpus.text(article), disputed.start, disputed.end, reach=300)
        return Context(before=around["before"], sentence=around["text"], after=around["after"])

    return give
