"""How accurate labels are, and how well probabilities are calibrated. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from copydesk.extras import needs
from copydesk.suggester.grams import Numbers
from copydesk.suggester.model import Floats, softmax

RESAMPLES: Final = 1000
BINS: Final = 10
_SEED: Final = 20
_TEMPERATURES: Final = (0.05, 20.0)


def score(
    truth: Numbers, found: Numbers, events: Sequence[str], labels: Sequence[str]
) -> dict[str, Any]:
    """Macro-F1 of the labels that occur, and each label's F1, with intervals over events.

    An interval holds 95 % of the values that `RESAMPLES` draws of as many events give, with
    replacement.

    Args:
        truth, found: a number of ``labels`` for each sentence.
        events: the event of each sentence.

    Returns:
        ``macro_f1``, ``low``, ``high``, and ``labels``: for each ``f1``, ``low``, ``high`` and
        ``sentences``.
    """
    _, event = np.unique(np.asarray(events, dtype=str), return_inverse=True)
    tables = np.zeros((int(event.max()) + 1, len(labels), len(labels)))
    np.add.at(tables, (event, truth, found), 1)
    whole = tables.sum(axis=0)
    present = whole.sum(axis=1) > 0
    draws = np.random.default_rng(_SEED).integers(len(tables), size=(RESAMPLES, len(tables)))
    drawn = np.array([f1_of(tables[draw].sum(axis=0)) for draw in draws])
    low, high = np.quantile(drawn, [0.025, 0.975], axis=0)
    low_macro, high_macro = np.quantile(drawn[:, present].mean(axis=1), [0.025, 0.975])
    f1 = f1_of(whole)
    return {
        "macro_f1": _rounded(f1[present].mean()),
        "low": _rounded(low_macro),
        "high": _rounded(high_macro),
        "labels": {
            name: {
                "f1": _rounded(f1[at]),
                "low": _rounded(low[at]),
                "high": _rounded(high[at]),
                "sentences": int(whole[at].sum()),
            }
            for at, name in enumerate(labels)
        },
    }


def f1_of(table: Floats) -> Floats:
    """F1 = 2 TP / (2 TP + FP + FN) of each label of a confusion table; 0 where there is none."""
    whole = table.sum(axis=0) + table.sum(axis=1)
    f1: Floats = np.zeros(len(table))
    np.divide(2 * np.diag(table), whole, out=f1, where=whole > 0)
    return f1


def temperature(scores: Floats, truth: Numbers) -> float:
    """The temperature: divided by it, scores have the softmax of least log loss (Guo et al. 2017).

    So that a few sentences without a mistake do not make anything certain, each of n counts as
    wrong by 1 / (n + 2), as in Platt's scaling (Platt 1999).
    """
    with needs("train", "Calibrating a suggester"):
        from scipy.optimize import minimize_scalar

    rows, doubt = np.arange(len(truth)), 1 / (len(truth) + 2)

    def loss(exponent: float) -> float:
        right = softmax(scores / np.exp(exponent))[rows, truth]
        logs = np.log(np.maximum([right, 1 - right], 1e-12))
        return float(-((1 - doubt) * logs[0] + doubt * logs[1]).mean())

    low, high = np.log(_TEMPERATURES)
    best = minimize_scalar(loss, bounds=(low, high), method="bounded").x
    return float(f"{np.exp(best):.4g}")


def calibration(shares: Floats, truth: Numbers) -> dict[str, Any]:
    """How often the likeliest label is right, by its probability.

    The expected calibration error is the mean distance between probability and share of right
    answers over bins of equally many sentences (Nixon et al. 2019), weighted by their sizes.

    Args:
        shares: the probability of each label, for each sentence.

    Returns:
        ``ece``, and ``curve``: for each bin ``sentences``, ``probability`` (its mean) and ``right``
        (the share).
    """
    top = shares.max(axis=1)
    right = shares.argmax(axis=1) == truth
    order = np.argsort(top, kind="stable")
    bins = [part for part in np.array_split(order, BINS) if len(part)]
    curve = [
        {
            "sentences": len(part),
            "probability": _rounded(top[part].mean()),
            "right": _rounded(right[part].mean()),
        }
        for part in bins
    ]
    gaps = [abs(top[part].mean() - right[part].mean()) * len(part) for part in bins]
    return {"ece": _rounded(sum(gaps) / len(truth)), "curve": curve}


def _rounded(value: float) -> float:
    return round(float(value), 4)
