"""No input costs more than its length: hostile ones are doubled, and processor time is measured."""

from __future__ import annotations

import contextlib
import math
import time
from collections.abc import Callable

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from copydesk import personal
from copydesk.leaks import Secrets
from copydesk.pages.markdown import spans
from copydesk.release.card import front_matter
from copydesk.validate.faults import FaultError
from copydesk.validate.parquet import read_parquet
from copydesk.validate.published import _differing
from copydesk.validate.untrusted_json import parse

STEEPEST = 1.3
"""The exponent that time may have: twice as much input in at most 2.5 times the time."""

SECRETS = Secrets([("k.1", "A walled garden was found here.")], [("k", "one two three " * 20)])


def _read(data: bytes) -> None:
    with contextlib.suppress(FaultError):
        parse(data, "release.json")


def _compare(text: str) -> None:
    list(_differing("card-disagrees", "README.md", text, text.replace("\n\n", "\nx\n")))


CASES: dict[str, tuple[Callable[[int], object], int]] = {
    "an e-mail address without its end": (lambda n: list(personal.find("a" * n + " @")), 20_000),
    "dots that might be a domain": (lambda n: list(personal.find("a@" + "a." * n)), 10_000),
    "many signs": (lambda n: list(personal.find("a@" * n)), 10_000),
    "digits without end": (lambda n: list(personal.find("+1" + "1" * n)), 10_000),
    "groups of digits": (lambda n: list(personal.find("+1 1" + " 1" * n)), 10_000),
    "letters and digits": (lambda n: list(personal.find("GB82 " + "WEST " * n)), 10_000),
    "an open string of escapes": (lambda n: _read(b'"\\' * n), 20_000),
    "open brackets": (lambda n: _read(b"[" * n), 50_000),
    "open braces and strings": (lambda n: _read(b'{"a":' * n), 20_000),
    "quotation marks": (lambda n: _read(b'"' * n), 20_000),
    "blank lines in the card": (lambda n: _compare("---\na: 1\n---\n" + "\n" * n), 5_000),
    "front matter without end": (lambda n: front_matter("---\n" + "- " * 0 + "\n" * n), 20_000),
    "markers without partners": (lambda n: spans("<!-- " * n, where="README.md"), 10_000),
    "words of a secret, again and again": (
        lambda n: SECRETS.in_texts(["one two three four " * n]),
        5_000,
    ),
    "entities": (lambda n: SECRETS.in_texts(["&amp" * n]), 10_000),
    "escapes": (lambda n: SECRETS.in_texts(["\\u00" * n]), 10_000),
}


@pytest.mark.parametrize("case", CASES)
def test_time_grows_with_the_length(case: str) -> None:
    """Over three doublings time grows no faster than n to the power of 1.3."""
    run, size = CASES[case]

    def cost(n: int) -> float:
        started = time.process_time()
        with contextlib.suppress(Exception):  # a refusal is as good as a result here
            run(n)
        return time.process_time() - started

    slope = math.inf
    for _ in range(4):
        small, large = cost(size), cost(8 * size)
        # What is over in a moment is measured by the clock's own grain.
        slope = min(slope, math.log(max(large, 0.02) / max(small, 0.02), 8))
        if slope <= STEEPEST:
            return
    assert slope <= STEEPEST


def test_a_bomb_in_a_nested_column_is_not_opened() -> None:
    """A long text that a nested dictionary repeats is sized before it is decoded."""
    many = 20_000
    entry = pa.DictionaryArray.from_arrays(pa.array([0] * many, pa.int32()), ["x" * 100_000])
    rows = pa.StructArray.from_arrays([entry], ["entry"])
    cues = pa.ListArray.from_arrays(pa.array(range(many + 1), pa.int32()), rows)
    sink = pa.BufferOutputStream()
    pq.write_table(pa.table({"cues": cues}), sink, compression="zstd", store_schema=False)
    data = sink.getvalue().to_pybytes()
    assert len(data) < 10_000
    with pytest.raises(FaultError) as caught:
        read_parquet(data, "sentences/train.parquet")
    assert caught.value.fault.rule == "parquet-too-large"


def test_values_that_share_their_beginnings_are_sized_too() -> None:
    """An encoding that stores what a value adds to the one before hides its size as well."""
    sink = pa.BufferOutputStream()
    pq.write_table(
        pa.table({"text": ["x" * 100_000] * 200}),
        sink,
        use_dictionary=False,
        column_encoding={"text": "DELTA_BYTE_ARRAY"},
        compression="zstd",
    )
    data = sink.getvalue().to_pybytes()
    with pytest.raises(FaultError) as caught:
        read_parquet(data, "articles/train.parquet", free=1 << 20)
    assert caught.value.fault.rule == "parquet-too-large"
