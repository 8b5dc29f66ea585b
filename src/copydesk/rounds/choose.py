"""Which articles, who answers them, and in which arm: deterministic draws from a seed. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from copydesk.errors import InputError
from copydesk.files import sha256_text

BLIND = "blind"
SUGGESTED = "suggested"


@dataclass(frozen=True, kw_only=True, slots=True)
class Overlap:
    """How many answers an article gets.

    Args:
        base: answers for each article.
        extra: answers for the articles of the extra share.
        extra_share: share of the articles that get ``extra`` answers.
    """

    base: int
    extra: int = 0
    extra_share: float = 0.0

    def check(self, annotators: int) -> None:
        """Raises InputError when there are not enough annotators, or the numbers make no sense."""
        if not 0 <= self.extra_share <= 1:
            raise InputError(f"An extra share of {self.extra_share} is not between 0 and 1.")
        if self.extra_share and self.extra <= self.base:
            raise InputError(
                f"The extra overlap, {self.extra}, is not above the base, {self.base}.",
                hint="Give a larger --extra-overlap, or no --extra-share.",
            )
        most = max(self.base, self.extra if self.extra_share else 0)
        if self.base < 1 or most > annotators:
            raise InputError(
                f"{most} answers for an article need as many annotators; there are {annotators}.",
                hint="Name more with --annotator, or lower the overlap.",
            )


def drawn(seed: str, purpose: str, *names: str) -> str:
    """A value that orders names at random, the same for the same seed."""
    return sha256_text("\x1f".join((seed, purpose, *names)))


def shuffle(names: Sequence[str], seed: str, purpose: str) -> list[str]:
    """The names in an order drawn from the seed."""
    return sorted(names, key=lambda name: drawn(seed, purpose, name))


def share_of(names: Sequence[str], share: float, seed: str, purpose: str) -> frozenset[str]:
    """A share of the names, rounded to a whole number, drawn from the seed."""
    count = int(len(names) * share + 0.5)
    return frozenset(shuffle(names, seed, purpose)[:count])


def assign(
    sizes: Mapping[str, int], annotators: Sequence[str], overlap: Overlap, seed: str
) -> dict[str, tuple[str, ...]]:
    """Who answers each article: those who have the fewest sentences so far, ties drawn.

    Args:
        sizes: how many sentences each article has.

    Returns:
        The annotators of each article, by name; articles in the order of ``sizes``.
    """
    overlap.check(len(annotators))
    extra = share_of(list(sizes), overlap.extra_share, seed, "extra")
    load = dict.fromkeys(annotators, 0)
    chosen = {}
    for article in shuffle(list(sizes), seed, "assign"):
        wanted = overlap.extra if article in extra else overlap.base
        ranked = sorted(annotators, key=lambda a: (load[a], drawn(seed, "annotator", article, a)))
        chosen[article] = tuple(sorted(ranked[:wanted]))
        for annotator in chosen[article]:
            load[annotator] += sizes[article]
    return {article: chosen[article] for article in sizes}


def arms(
    assigned: Mapping[str, tuple[str, ...]], share: float, seed: str, *, by_article: bool
) -> dict[tuple[str, str], str]:
    """The arm in which each annotator sees each article: one, never both.

    Args:
        share: of the articles that are seen with suggestions.
        by_article: everyone sees an article in the same arm, as a shared project demands;
            otherwise each annotator has a draw of their own.

    Returns:
        ``blind`` or ``suggested`` by (article, annotator).
    """
    if not 0 <= share <= 1:
        raise InputError(f"A suggested share of {share} is not between 0 and 1.")
    names = sorted({annotator for group in assigned.values() for annotator in group})
    found = {}
    for annotator in names:
        seen = [article for article, group in assigned.items() if annotator in group]
        if by_article:
            suggested = share_of(list(assigned), share, seed, "arm")
        else:
            suggested = share_of(seen, share, seed, f"arm {annotator}")
        for article in seen:
            found[article, annotator] = SUGGESTED if article in suggested else BLIND
    return found
