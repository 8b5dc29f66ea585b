"""Labels of a release that a suggester gave, and what the release says of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Any, Final

from copydesk.answers import Labelling, machine_labelling
from copydesk.corpus import Corpus
from copydesk.errors import InputError
from copydesk.release.assemble import Labels
from copydesk.release.parts import Part
from copydesk.rounds.paths import is_id
from copydesk.suggester.asking import again, ask, find
from copydesk.suggester.model import Suggester

SOURCES: Final = ("rounds", "rule")
"""The sources of labels other than a suggester."""

MODEL: Final = "model"
"""What ``release.json`` says in ``labels`` of a release that a suggester labelled."""


def named(corpus: Corpus, labels: str) -> Suggester | None:
    """The suggester that is to label a release; None where rounds or rules do.

    Args:
        labels: ``rounds``, ``rule``, or the name of a suggester in ``annotations/suggesters``.

    Raises:
        InputError: there is no such suggester, or it is for other labels.
    """
    if labels in SOURCES:
        return None
    if not is_id(labels) or not corpus.suggester_path(labels).is_file():
        raise InputError(
            f"There are no labels '{labels}': it is neither 'rounds' nor 'rule', and this corpus "
            "has no suggester of that name.",
            where=str(corpus.annotations / "suggesters"),
            hint="Train one with 'copydesk suggester train --name NAME'.",
        )
    return find(corpus, labels)


def of_manifest(corpus: Corpus, manifest: Mapping[str, Any]) -> Suggester | None:
    """The suggester that labelled a release; None where rounds or rules did.

    Raises:
        InputError: it is no longer here, or another one has its name.
    """
    if manifest["labels"] != MODEL:
        return None
    named = manifest["suggester"]
    annotator = f"{named['name']}-{named['sha256'][:12]}"
    return again(corpus, annotator, what=f"release {manifest['version']}")


def origin(model: Suggester | None, labels: str) -> dict[str, Any]:
    """What ``release.json`` says of where the labels come from."""
    if model is None:
        return {"labels": labels}
    weights = model.weights
    learnt = {key: weights.head["data"][key] for key in ("corpus", "sentences", "annotators")}
    named = {"name": weights.name, "sha256": weights.digest, **learnt}
    return {"labels": MODEL, "suggester": named}


def suggested_labels(model: Suggester | None, *, created: datetime) -> Labels:
    """The labels of a suggester, or of the rules where there is none, as those of one annotator.

    Articles in a language that it does not know have none.

    Args:
        created: when the release is made, UTC.
    """
    if model is None:
        return lambda part: machine_labelling(part["sentences"], created=created)
    return partial(_by_model, model, created)


def _by_model(model: Suggester, created: datetime, part: Part) -> Labelling:
    guesses = ask(model, part["articles"].iter_rows(named=True))
    said = (
        part["sentences"]
        .drop("suggestion")
        .join(
            guesses.select("sentence_id", suggestion="label"),
            on="sentence_id",
            how="left",
            maintain_order="left",
        )
    )
    return machine_labelling(said, created=created, annotator=model.weights.annotator, kind="model")
