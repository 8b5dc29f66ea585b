"""No reader of text costs more than its length, whatever the text: `scripts/bench/hostile.py`."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import pytest

SCRIPT = Path(__file__).resolve().parents[1] / "scripts" / "bench" / "hostile.py"


def _load() -> Any:
    spec = importlib.util.spec_from_file_location("hostile", SCRIPT)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


hostile = _load()
SMALL = 2_000


@pytest.mark.parametrize("reader", hostile.READERS)
def test_time_grows_no_faster_than_the_length(reader: str) -> None:
    """Over four doublings of every hostile input processor time stays within n^1.3."""
    read = hostile.READERS[reader]
    texts = zip(hostile.inputs(SMALL), hostile.inputs(SMALL << hostile.DOUBLINGS), strict=True)
    steep = {
        name: exponent
        for (name, small), (_, large) in texts
        if (exponent := hostile.steepness(read, small, large)) > hostile.STEEPEST
    }
    assert steep == {}
