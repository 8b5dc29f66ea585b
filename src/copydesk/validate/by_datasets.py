"""Level 5, what a reader gets: what ``datasets.load_dataset`` makes of the data set folder.

The card's list of files is compared with the release first, so that nothing outside the folder is
ever asked for; then every config is read as a stream, without a cache.
"""

from __future__ import annotations

import contextlib
import tempfile
import warnings
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from copydesk.contract.arrow import arrow_schema
from copydesk.errors import CopydeskError
from copydesk.release import card
from copydesk.validate.faults import Fault, FaultError, Found, show
from copydesk.validate.rules import ALL, check, rule
from copydesk.validate.surroundings import Released
from copydesk.validate.untrusted_release import Release

_BATCH = 10_000
_UP = "../.."
_SEED = 1
_NONE = np.empty(0, dtype=np.uint64)


@check("released", needs=(*ALL, "manifest", "dataset"))
@rule(
    "reader-disagrees",
    level=5,
    waivable=False,
    meaning="datasets.load_dataset returns the configs, splits, columns, types and rows of the "
    "newest release, in order.",
    fix="Run 'copydesk release describe'; cut the release again if its tables are at fault.",
)
def reader(subject: Released) -> Iterator[Found]:
    """Load every config of the data set folder as a reader would, and compare."""
    assert subject.dataset is not None
    if not subject.newest:
        return
    release = subject.release
    expected = {
        table: list(dict.fromkeys(part.file.split for part in release.contents.of(table)))
        for table in release.contents.schemas
    }
    if _listed(subject) != card.configs(release.contents):
        return  # the rule of the card names it, and what it lists may be anywhere
    strays = [name for name in subject.scope.strays if "/" not in name]
    if strays:
        yield _fault(f"It was not loaded, because '{show(strays[0])}' could change what is loaded.")
        return
    for table, splits in expected.items():
        if table in release.irregular:
            continue
        try:
            yield from _config(str(subject.dataset.root), release, table, splits)
        except Exception as error:  # whatever datasets raises is what its user would see
            message = f"datasets cannot load '{table}' ({type(error).__name__}: {show(error)})."
            yield _fault(message)


def _fault(message: str) -> Fault:
    return Fault(rule="reader-disagrees", message=message, file=f"{_UP}/README.md")


def _listed(subject: Released) -> Any:
    """The configs with their splits and files, as the card's front matter lists them."""
    assert subject.dataset is not None
    try:
        text = subject.dataset.read("README.md").decode("utf-8")
        return card.front_matter(text)["configs"]
    except (CopydeskError, FaultError, LookupError, TypeError, ValueError):
        return None


def _config(root: str, release: Release, table: str, splits: list[str]) -> Iterator[Found]:
    """One config, loaded as a stream and compared with the rows that were judged."""
    with _quiet() as cache:
        from datasets import Features, load_dataset

        loaded: Mapping[str, Any] = load_dataset(root, table, streaming=True, cache_dir=cache)
        if list(loaded) != splits:
            yield _fault(f"'{table}' loads with the splits {list(loaded)}, not {splits}.")
            return
        wanted = Features.from_arrow_schema(arrow_schema(table, release.contract))
        key = release.contract[table].key
        for split in splits:
            stream = loaded[split]
            if stream.features != wanted or list(stream.features) != list(wanted):
                unlike = show(_unlike(stream.features, wanted))
                yield _fault(f"'{table}' loads with other columns or types: {unlike}.")
                return
            batches = stream.with_format("arrow").iter(_BATCH)
            found = np.concatenate([_NONE, *(_hashes(pl.Series(batch[key])) for batch in batches)])
            parts = [part for part in release.contents.of(table) if part.file.split == split]
            keys = (part.rows.select(key).collect()[key] for part in parts)
            judged = np.concatenate([_NONE, *map(_hashes, keys)])
            if not np.array_equal(found, judged):
                yield _fault(
                    f"'{table}' loads with {len(found):,} rows in '{split}', which are not the "
                    f"{len(judged):,} rows of the release in their order."
                )


def _hashes(ids: pl.Series) -> NDArray[np.uint64]:
    """A number for each id: those of ten million rows take 80 MB."""
    return ids.hash(_SEED).to_numpy()


def _unlike(found: Mapping[str, Any], wanted: Mapping[str, Any]) -> str:
    names = [name for name in {**found, **wanted} if found.get(name) != wanted.get(name)]
    return ", ".join(f"'{name}' is {found.get(name)}" for name in names) or "their order"


@contextlib.contextmanager
def _quiet() -> Iterator[str]:
    """Keep datasets from printing, and give it a cache that is thrown away."""
    import datasets

    level = datasets.logging.get_verbosity()
    bars = datasets.is_progress_bar_enabled()
    datasets.logging.set_verbosity_error()
    if bars:
        datasets.disable_progress_bars()
    try:
        with tempfile.TemporaryDirectory() as cache, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield cache
    finally:
        datasets.logging.set_verbosity(level)
        if bars:
            datasets.enable_progress_bars()
