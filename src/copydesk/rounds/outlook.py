"""Planning a round by its agreement: from pilot answers, or from an alpha that is assumed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from copydesk.corpus import Corpus
from copydesk.errors import InputError
from copydesk.rounds.anchors import sizes_of
from copydesk.rounds.answers import answers_of
from copydesk.rounds.opened import Round
from copydesk.rounds.selection import Selection, choose_articles

if TYPE_CHECKING:
    from copydesk.agreement import Alpha
    from copydesk.agreement.planning import Assumed, Option


def options(
    corpus: Corpus,
    target: float,
    *,
    pilot: str = "",
    alpha: float | None = None,
    selection: Selection | None = None,
) -> tuple[Assumed, list[Option]]:
    """How many articles and answers would make alpha's 95 % interval at most this wide.

    Args:
        pilot: a round with answers, from which alpha, the labels' shares, the sizes of articles
            and how much they differ are taken.
        alpha: is assumed; without a pilot the labels are assumed to be equally common, and the
            sizes are those of the corpus's articles.
        selection: which articles to sample, where there is no pilot.

    Raises:
        InputError: there is neither a pilot nor an alpha, or one that cannot be used.
    """
    from copydesk.agreement import planning
    from copydesk.agreement.units import prepare

    labels = corpus.scheme.names
    if pilot:
        answers = answers_of(corpus, [pilot])
        assumed = planning.pilot(prepare(answers, labels), len(labels))
        assumed = assumed if alpha is None else replace(assumed, alpha=alpha)
    elif alpha is not None:
        chosen = choose_articles(corpus, selection or Selection(), "plan")
        assumed = planning.Assumed(
            alpha=alpha,
            shares=tuple(1 / len(labels) for _ in labels),
            sizes=sizes_of(corpus, chosen),
        )
    else:
        raise InputError(
            "There is no agreement to plan with.",
            hint="Name a round with answers (--pilot), or assume an alpha (--alpha).",
        )
    return assumed, planning.options(assumed, target)


@dataclass(frozen=True, kw_only=True, slots=True)
class Outlook:
    """Alpha of a round as it is, and how wide its interval would be after another round.

    Args:
        more: articles of the other round.
        width: of the interval then; None where there is none now.
    """

    alpha: Alpha
    more: int
    width: float | None


def outlook(round: Round, more: int | None) -> Outlook | None:
    """How wide another round of so many articles would make the interval; None without answers.

    Args:
        more: articles; None for as many as this round has.
    """
    from copydesk.agreement import Bootstrap, krippendorff_alpha, planning
    from copydesk.agreement.units import count_matrix, prepare

    answers = answers_of(round.corpus, [round.plan.round])
    if answers.is_empty():
        return None
    labels = round.plan.labels
    given = prepare(answers, labels)
    counts, articles = count_matrix(given, len(labels))
    alpha, _ = krippendorff_alpha(counts, articles, bootstrap=Bootstrap(resamples=400))
    more = len(round.plan.articles) if more is None else more
    if alpha.value is None or alpha.low is None or alpha.high is None:
        return Outlook(alpha=alpha, more=more, width=None)
    each = max(2, int(alpha.answers / alpha.units + 0.5))
    width = planning.narrowed(
        planning.pilot(given, len(labels)),
        now=alpha.high - alpha.low,
        articles=alpha.articles,
        more=more,
        each=each,
    )
    return Outlook(alpha=alpha, more=more, width=width)
