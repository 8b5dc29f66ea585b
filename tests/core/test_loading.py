"""`load` gives what is on the disk, never what was there before."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import datasets
import pytest

import copydesk
from copydesk.build import build
from copydesk.corpus import Corpus
from copydesk.errors import InputError, IntegrityError
from copydesk.ingest import ingest
from copydesk.release.cut import Options, cut

CREATED = datetime(2026, 3, 1, tzinfo=UTC)


def options(version: str) -> Options:
    return Options(version=version, created=CREATED, labels="rule")


@pytest.mark.long
def test_a_release_then_its_successor_in_one_cache(
    small: Corpus, raw: Path, tmp_path: Path
) -> None:
    """`datasets.load_dataset` itself is never stale, since paths and card carry the version."""
    cache = str(tmp_path / "cache")
    cut(small, options("1.0.0"))
    first = datasets.load_dataset(str(small.dataset), "articles", cache_dir=cache)
    (raw / "ferry-day.txt").write_text("Last ferry leaves Osk\nIt left on Saturday.\n")
    ingest([str(raw)], small, replace=True)
    build(small, workers=1)
    cut(small, options("2.0.0"))

    second = datasets.load_dataset(str(small.dataset), "articles", cache_dir=cache)

    def ferry(loaded: datasets.DatasetDict) -> str:
        (text,) = (r["text"] for s in loaded.values() for r in s if r["article_id"] == "ferry-day")
        return str(text)

    assert ferry(first).endswith("look for work ashore.")
    assert ferry(second).endswith("It left on Saturday.")
    assert ferry(copydesk.load("articles", corpus=small.root, version="1.0.0")) == ferry(first)
    assert ferry(copydesk.load("articles", corpus=small.root)) == ferry(second)


def test_a_split_has_the_labels_as_names(small: Corpus) -> None:
    """Features are those of the release: a ClassLabel of four names."""
    cut(small, options("1.0.0"))

    loaded = copydesk.load("sentences", corpus=small.root, split="train")

    assert loaded.features["label"].names == ["quote", "claim", "speculation", "background"]
    assert loaded.num_rows > 0


def test_a_file_that_was_changed_is_refused(small: Corpus) -> None:
    """Checksums are compared before anything is read."""
    release = cut(small, options("1.0.0")).path
    assert release is not None
    path = release / "sentences" / "train.parquet"
    path.write_bytes(path.read_bytes()[:-1] + b"x")

    with pytest.raises(IntegrityError) as caught:
        copydesk.load("sentences", corpus=release)

    assert str(caught.value) == (
        f"{path}: This file is not the one that was released. Fetch the release again."
    )


def test_what_is_not_there_is_said_with_what_is(small: Corpus) -> None:
    """An unknown config, split or version is answered with those that exist."""
    cut(small, options("1.0.0"))

    with pytest.raises(InputError, match=r"^There is no config 'sentence'\. There are sentences, "):
        copydesk.load("sentence", corpus=small.root)
    with pytest.raises(
        InputError, match=r"There is no release 9\.0\.0 here\. There are 1\.0\.0\.$"
    ):
        copydesk.load(corpus=small.root, version="9.0.0")
    with pytest.raises(InputError, match=r"has no rows in split 'dev'"):
        copydesk.load(corpus=small.root, split="dev")
