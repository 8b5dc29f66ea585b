"""Figures on annotation by people elsewhere do not fall; needs ../shared."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.shared

SCRIPT = Path(__file__).resolve().parents[2] / "scripts" / "bench" / "external.py"
FLOORS = {
    "PolNeAR": {
        "macro-F1 by attributions": 0.855,
        "attributed by attributions, P": 0.935,
        "attributed by attributions, R": 0.89,
        "macro-F1 by labels": 0.765,
        "characters of quotations, F1": 0.955,
        "speaker right, of all with a Source": 0.92,
        "speaker right, of those named": 0.945,
        "cue right, of all with a Cue": 0.85,
    },
    "GUM news": {"attribution, F1": 0.83},
    "NewsDiscourse": {"speech, F1": 0.78, "speculation, F1": 0.44, "expectations, F1": 0.5},
}


def test_no_figure_is_below_its_floor(shared: Path) -> None:
    """The bench runs, and each figure that we state is at least as good as said."""
    folder = shared / "external"
    done = subprocess.run(
        [
            *(sys.executable, str(SCRIPT), "--json"),
            *("--polnear", str(folder / "polnear-dev")),
            *("--gum", str(folder / "gum-news")),
            *("--newsdiscourse", str(folder / "newsdiscourse-dev" / "sentences.tsv")),
        ],
        capture_output=True,
        check=True,
    )
    results = json.loads(done.stdout)
    below = {
        f"{corpus}: {figure}": results[corpus][figure][0]
        for corpus, floors in FLOORS.items()
        for figure, floor in floors.items()
        if results[corpus][figure][0] < floor
    }
    assert below == {}
