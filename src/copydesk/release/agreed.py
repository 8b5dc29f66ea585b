"""How far the annotators of a release agree, round by round, and whether that is far enough.

`validate` judges releases with it and `cut` refuses what would fail, so that the two agree.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Final

import polars as pl

from copydesk.corpus import Corpus
from copydesk.errors import InputError
from copydesk.release.contents import Contents
from copydesk.release.shares import shares

if TYPE_CHECKING:
    from copydesk.agreement.alpha import Alpha
    from copydesk.agreement.units import Tally

ALPHA_MIN: Final = 0.667
"""The lowest alpha that allows even tentative conclusions (Krippendorff 2004, p. 241)."""
BELOW_THRESHOLD: Final = "agreement-below-threshold"

_KEY: Final = ("round", "annotator", "article_id", "sentence_id", "start", "end")
_OF_ANSWER: Final = ("text_sha256", "annotation_id", "annotator_kind", "label", "created_at")


def answers_by_round(contents: Contents) -> Iterator[tuple[str, pl.DataFrame]]:
    """The answers of each round, with the names of their labels; second answers are left out.

    So are those that an annotator gave again in a follow-up round: its sentences were chosen
    because they are hard, and are not a sample.
    """
    answers = contents.frame("annotations", *_KEY, *_OF_ANSWER)
    sound = pl.all_horizontal(pl.col(_KEY).is_not_null())  # level 2 names rows that are not
    names = contents.contract.scheme.names
    answers = answers.filter(pl.col("label").is_between(0, len(names) - 1) & sound)
    first = pl.col("round").sort_by("created_at", "round").first().over("annotator", "sentence_id")
    answers = answers.filter(pl.col("round") == first)
    labels = pl.col("label").replace_strict(list(range(len(names))), list(names))
    for name in sorted(answers["round"].unique()):
        rows = answers.filter(pl.col("round") == name)
        if rows.select("sentence_id", "annotator").is_duplicated().any():
            rows = rows.unique(["sentence_id", "annotator"], keep="last", maintain_order=True)
        yield name, rows.with_columns(label=labels)


def low_alphas(name: str, tally: Tally, least: float) -> Iterator[tuple[str, Alpha]]:
    """Each alpha of a round, of all its labels or of one, that is below a threshold.

    Yields:
        What it is of, in words, and the alpha.
    """
    overall, per_label = tally.alpha()
    alphas = {f"of the round '{name}'": overall}
    alphas |= {
        f"of '{label}' in the round '{name}'": alpha
        for label, alpha in zip(tally.labels, per_label, strict=True)
    }
    for what, alpha in alphas.items():
        if alpha.value is not None and alpha.value < least:
            yield what, alpha


def in_words(what: str, alpha: Alpha, least: float) -> str:
    """A sentence about an alpha that is too low."""
    interval = (
        f"{alpha.low:.3f} to {alpha.high:.3f}"
        if alpha.low is not None and alpha.high is not None
        else "none, since one article was answered"
    )
    return (
        f"Krippendorff's alpha {what} is {alpha.value:.3f} (95 % interval {interval}; "
        f"{alpha.units:,} sentences, {alpha.answers:,} answers), below {least:g}."
    )


def alpha_min(corpus: Corpus) -> float:
    """The lowest alpha that a corpus's releases may have."""
    return float(corpus.config.get("checks", {}).get("alpha_min", ALPHA_MIN))


def refuse_disagreement(corpus: Corpus, contents: Contents) -> None:
    """Refuse a release of a round whose annotators agree too little, which `validate` would find.

    Raises:
        InputError: an alpha is below ``alpha_min``, and no waiver of ``copydesk.toml`` allows it.
    """
    waived = corpus.waived(BELOW_THRESHOLD)
    if "" in waived:
        return
    least = alpha_min(corpus)
    for name, tally in _tallies(contents).items():
        for what, alpha in low_alphas(name, tally, least):
            if name in waived:
                continue
            raise InputError(
                in_words(what, alpha, least),
                where=str(corpus.root),
                hint="Clarify the guidelines and have the disputed sentences answered again; or "
                "leave the round out (--round names those to take), or waive "
                f"'{BELOW_THRESHOLD}' in copydesk.toml and say why.",
            )


def _tallies(contents: Contents) -> Mapping[str, Tally]:
    from copydesk.agreement.units import Tally

    tallies: dict[str, Tally] = {}
    for share in shares(contents):
        for name, rows in answers_by_round(share):
            tallies.setdefault(name, Tally(labels=contents.contract.scheme.names)).add(rows)
    return dict(sorted(tallies.items()))
