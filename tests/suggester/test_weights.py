"""The file of a suggester: written and read without loss, and refused in a sentence."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from copydesk.errors import InputError
from copydesk.suggester.lessons import Material
from copydesk.suggester.train import Trained, train
from copydesk.suggester.weights import LIMIT, Weights, read_weights, write_weights


@pytest.fixture(scope="module")
def weights(make_material: Callable[..., Material]) -> Weights:
    """Of a suggester for the weather."""
    trained: Trained = train("weather", make_material())
    return trained.weights


@pytest.fixture
def file(weights: Weights, tmp_path: Path) -> Path:
    """Its file."""
    path = tmp_path / "weather.suggester"
    write_weights(path, weights)
    return path


def test_read_as_written(file: Path, weights: Weights) -> None:
    """What is read is what was written, and its digest is that of the file."""
    again = read_weights(file)
    assert again.head == weights.head
    assert (again.table == weights.table).all()
    assert again.digest == weights.digest
    assert again.annotator == f"weather-{weights.digest[:12]}"
    assert file.stat().st_size < LIMIT


def _refusal(file: Path) -> str:
    with pytest.raises(InputError) as caught:
        read_weights(file)
    return str(caught.value).removeprefix(f"{file}: ").removeprefix(f"{file}::")


def test_a_number_that_changed(file: Path) -> None:
    """One byte of the table makes the whole file worthless, and that is said."""
    data = bytearray(file.read_bytes())
    data[-1] ^= 1
    file.write_bytes(data)
    assert _refusal(file) == (
        "This suggester is damaged: its numbers are not those that it was written with. Train it "
        "again with 'copydesk suggester train', or get an intact copy."
    )


def test_half_a_file(file: Path) -> None:
    """A download that broke off is damaged."""
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
    assert _refusal(file).startswith("This suggester is damaged: its numbers are not those")
    file.write_bytes(file.read_bytes()[:200])
    assert _refusal(file).startswith("This suggester is damaged: its description is not JSON.")


def test_a_later_format(file: Path) -> None:
    """A file of a later copydesk says which format it has and which one is known."""
    file.write_bytes(file.read_bytes().replace(b"suggester 1\n", b"suggester 2\n", 1))
    assert _refusal(file) == (
        "This suggester has format 2; this copydesk knows format 1. Use the copydesk that wrote it "
        "or a later one, or train it again."
    )


def test_another_file(file: Path) -> None:
    """A pickle or a page is not a suggester."""
    for other in (b"\x80\x04\x95", b"", b"<html>", b"copydesk suggester \xff\n{}\n"):
        file.write_bytes(other)
        assert _refusal(file) == (
            "This file is not a suggester. Name a file that 'copydesk suggester train' wrote."
        )


def test_a_file_without_end(tmp_path: Path) -> None:
    """No more is read than a suggester may have."""
    file = tmp_path / "big.suggester"
    with file.open("wb") as stream:
        stream.truncate(1 << 40)
    assert _refusal(file) == "This file is not a suggester: it has more than 2,000,000 bytes."


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"temperature": float("nan")}, "This suggester is damaged: its description is not JSON."),
        ({"temperature": 0}, "$.temperature: 0 is less than the minimum of 0.01."),
        ({"biases": [0.0]}, "This suggester is damaged: it does not have one scale and one bias"),
        ({"bits": 4}, "$.bits: 4 is less than the minimum of 8."),
        ({"more": 1}, "$: Additional properties are not allowed ('more' was unexpected)."),
    ],
)
def test_a_description_that_cannot_be(
    weights: Weights, tmp_path: Path, change: dict[str, object], sentence: str
) -> None:
    """What the schema refuses is not read, whoever wrote it."""
    file = tmp_path / "forged.suggester"
    head = json.dumps({**weights.head, **change})
    file.write_bytes(f"copydesk suggester 1\n{head}\n".encode() + weights.table.tobytes())
    assert _refusal(file).startswith(sentence)


def test_another_scheme(weights: Weights) -> None:
    """A suggester for other labels is refused with both lists of labels."""
    weights.check_scheme(("sun", "rain", "wind"))
    with pytest.raises(InputError) as caught:
        weights.check_scheme(("sun", "wind"))
    assert str(caught.value) == (
        "The suggester 'weather' is for other labels (sun, rain, wind) than this corpus has (sun, "
        "wind). Train one on this corpus's own answers with 'copydesk suggester train'."
    )


def test_twenty_labels_fit(make_material: Callable[..., Material]) -> None:
    """The largest scheme has fewer buckets, so that its file stays under the limit."""
    from copydesk.suggester.fit import bits_for

    assert [bits_for(labels) for labels in (2, 4, 10, 11, 20)] == [17, 17, 17, 16, 16]
    assert (20 << bits_for(20)) + 100_000 < LIMIT
    assert np.dtype(np.int8).itemsize == 1
