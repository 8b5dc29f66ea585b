"""The trend of agreement over rounds and over versions of the guidelines."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

import pytest
from typer.testing import CliRunner

from copydesk.cli.round import app
from copydesk.corpus import Corpus
from copydesk.rounds.choose import Overlap
from copydesk.rounds.new import Options, new_round
from copydesk.rounds.paths import RoundFolder
from copydesk.rounds.plan import FILES, Annotator
from copydesk.rounds.selection import Selection

NAMES = ("anna", "ben")
SENTENCES = [f"{article}.{number:03d}" for article in ("mill", "tram") for number in (1, 2, 3)]
ROUNDS = {  # in the order of time, which is not that of their names
    "z-first": ("1.0", "2026-01-05", "qq qc cc bb bb bs"),
    "m-second": ("1.0", "2026-02-05", "qq cc cc bb bb bs"),
    "a-third": ("2.0", "2026-03-05", "qq cc cc bb bb ss"),
}
# For two answers a sentence: 1 - (n - 1)(n - agreeing answers) / (n^2 - sum of n_label^2).
BY_ROUND = {
    "z-first": 1 - 11 * (12 - 8) / (144 - (3**2 + 3**2 + 5**2 + 1)),
    "m-second": 1 - 11 * (12 - 10) / (144 - (2**2 + 4**2 + 5**2 + 1)),
    "a-third": 1.0,
}
BY_VERSION = {"1.0": 1 - 23 * (24 - 18) / (576 - (5**2 + 7**2 + 10**2 + 2**2)), "2.0": 1.0}
ALL = 1 - 35 * (36 - 30) / (1296 - (7**2 + 11**2 + 14**2 + 4**2))


@pytest.fixture
def three(corpus: Corpus, log_answers: Callable[..., None]) -> Corpus:
    """Three rounds of the same two people on the same two articles; the third under new rules."""
    for name, (version, day, letters) in ROUNDS.items():
        text = corpus.guidelines.read_text(encoding="utf-8")
        text = re.sub(r'version: "[0-9.]+"', f'version: "{version}"', text)
        corpus.guidelines.write_text(text, encoding="utf-8")
        new_round(
            corpus,
            Options(
                round=name,
                annotators=tuple(
                    Annotator(annotator=w, kind="human", backend=FILES) for w in NAMES
                ),
                emails={who: f"{who}@example.org" for who in NAMES},
                overlap=Overlap(base=2),
                selection=Selection(articles=("mill", "tram")),
            ),
        )
        labels = dict(zip(SENTENCES, letters.split(), strict=True))
        log_answers(corpus, name, NAMES, labels, at=f"{day}T10:00:00Z")
    return corpus


def agree(corpus: Corpus, *words: str) -> str:
    """What ``round agree`` prints."""
    done = CliRunner().invoke(
        app, ["agree", *words, "--corpus", str(corpus.root)], catch_exceptions=False
    )
    assert done.exit_code == 0
    return done.stdout


def test_the_trend_is_in_the_order_of_time(three: Corpus) -> None:
    """Each round and each version has the alpha of its own answers, also where both overlap."""
    found = json.loads(agree(three, "z-first", "--over-rounds", "--json"))
    assert json.loads((three.rounds / "report.json").read_text()) == found
    assert found["alpha"]["value"] == pytest.approx(ALL, abs=1e-12)
    assert (found["sentences"], found["answers"], found["articles"]) == (18, 36, 2)
    for column, expected in (("round", BY_ROUND), ("guidelines_version", BY_VERSION)):
        trend = {g["value"]: g["alpha"]["value"] for g in found["groups"][column]}
        assert list(trend) == list(expected)
        assert trend == pytest.approx(expected, abs=1e-12)
    versions = {g["value"]: g["alpha"]["units"] for g in found["groups"]["guidelines_version"]}
    assert versions == {"1.0": 12, "2.0": 6}
    assert found["disputed_sentences"] == 3
    assert {d["round"] for d in found["disputed"]} == {"z-first", "m-second"}


def test_the_trend_is_shown_at_the_terminal_and_on_a_page(three: Corpus) -> None:
    """Both give the same figures in the same order, which is that of time."""
    printed = agree(three, "z-first", "--over-rounds")
    rows = [line.split() for line in printed.splitlines()]
    assert [(r[1], r[2]) for r in rows if r[:1] == ["round"]] == [
        ("z-first", "0.560"),
        ("m-second", "0.776"),
        ("a-third", "1.000"),
    ]
    assert [(r[1], r[2]) for r in rows if r[:1] == ["guidelines"]] == [
        ("1.0", "0.653"),
        ("2.0", "1.000"),
    ]
    page = (three.rounds / "report.html").read_text(encoding="utf-8")
    assert "<h1>All rounds: agreement</h1>" in page
    for section, figures in (
        ("by-round", ["z-first 0.560", "m-second 0.776", "a-third 1.000"]),
        ("by-guidelines_version", ["1.0 0.653", "2.0 1.000"]),
    ):
        part = page.partition(f'<section aria-labelledby="{section}">')[2].partition("</section>")[
            0
        ]
        row = (
            r'<tr><th scope="row">([^<]*)</th>\s*<td class="plot".*?</td>'
            r'\s*<td class="n">(.*?)</td>'
        )
        cells = re.findall(row, part)
        assert [" ".join(pair) for pair in cells[: len(figures)]] == figures
        dots = [float(left) for left in re.findall(r'class="dot" style="left:([\d.]+)%', part)]
        assert dots == sorted(dots)  # agreement rises, so each dot is further right
        assert len(dots) == len(figures)


def test_the_number_of_sentences_is_explained_where_rounds_repeat_them(three: Corpus) -> None:
    """Six sentences in three rounds are 18; a single round's report needs no such words."""
    words = "A sentence that several rounds asked about counts once in each of them"
    printed = agree(three, "z-first", "--over-rounds")
    assert words in " ".join(printed.split())
    assert words in (three.rounds / "report.html").read_text(encoding="utf-8")
    assert words not in " ".join(agree(three, "z-first").split())
    assert words not in RoundFolder(three, "z-first").report("html").read_text(encoding="utf-8")


def test_a_report_over_rounds_leaves_those_of_the_rounds_alone(three: Corpus) -> None:
    """A round's own report has no trend, and the one over rounds is written beside them."""
    agree(three, "m-second")
    path = RoundFolder(three, "m-second").report("json")
    before = path.read_bytes()
    assert [g["value"] for g in json.loads(before)["groups"]["round"]] == ["m-second"]
    agree(three, "m-second", "--over-rounds")
    assert path.read_bytes() == before
    assert not RoundFolder(three, "z-first").report("json").exists()


def test_status_says_alpha_at_the_last_pull(three: Corpus) -> None:
    """The same figure as the report's, without one being written."""
    done = CliRunner().invoke(app, ["status", "m-second", "--offline", "--corpus", str(three.root)])
    assert "Alpha at the last pull: 0.776" in done.stderr
    assert not RoundFolder(three, "m-second").report("json").exists()
