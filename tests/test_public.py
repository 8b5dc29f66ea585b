"""What `import copydesk` offers: names that can be seen before anything heavy is imported."""

from __future__ import annotations

import subprocess
import sys

import copydesk

NAMES = {
    *("analyse", "attributions", "canonical", "expectations"),
    *("load", "quotations", "segment", "suggest"),
}


def test_public_names_are_shown_and_are_what_they_say() -> None:
    """`dir` and completion name them; each is a function of that name."""
    assert set(dir(copydesk)) >= NAMES
    assert {getattr(copydesk, name).__name__ for name in NAMES} == NAMES


def test_importing_the_package_imports_nothing_heavy() -> None:
    """The command line imports it to answer --help."""
    code = (
        "import sys, copydesk; dir(copydesk);"
        "print(sorted({'polars', 'pyarrow', 'datasets', 'numpy'} & sys.modules.keys()))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_an_analysis_counts_in_code_points_and_names_each_speaker_once() -> None:
    """Offsets are into the canonical text; an emoji is one; German has no suggestions."""
    text = "Fair opens 🎡\n“It turns,” Ann Orr said. “It stops.”\n"
    table = copydesk.analyse(text)

    assert table["text"].to_list() == ["Fair opens 🎡", "“It turns,” Ann Orr said.", "“It stops.”"]
    assert [text[a:b] for a, b in table.select("start", "end").rows()] == table["text"].to_list()
    assert table["speaker"].to_list()[:2] == [[], ["Ann Orr"]]
    reported = copydesk.analyse("Ann Orr said the fair would close.\n")
    assert reported["speaker"].to_list() == [["Ann Orr"]]
    hoped = copydesk.analyse("Ann Orr hopes to reopen the fair.\nThe fair may close.\nIt closed.\n")
    assert hoped["expectation"].to_list() == [["hopes to"], ["may"], []]
    assert copydesk.analyse("Die Brücke ist zu.\n", "de")["suggestion"].to_list() == [None]
