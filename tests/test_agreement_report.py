"""Agreement as a page and as tables: what they say, that they escape, and how they look."""

from __future__ import annotations

import io
import re
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from rich.console import Console

from copydesk.agreement import Agreement, Bootstrap, Disputed, measure
from copydesk.agreement.page import Context, html_page
from copydesk.agreement.terminal import print_agreement
from copydesk.contract.labels import NEWS

LETTERS = {label[0]: label for label in NEWS.names}
VOTES = {
    "port-orrin-storm.001": "qqq",
    "port-orrin-storm.002": "ccb",
    "kelmarsh-budget.001": "sbq",
    "kelmarsh-budget.002": "bbb",
    "kelmarsh-budget.003": "cc.",
}
HOSTILE = "<img src=x onerror=alert(1)>{{ 7*7 }}</style><script>alert(2)</script>"


def answers(annotator: str = "annotator-{}") -> pl.DataFrame:
    """Three annotators, two rounds, both arms."""
    rows = [
        {
            "annotation_id": f"{sentence_id}-{place}",
            "sentence_id": sentence_id,
            "article_id": sentence_id.split(".")[0],
            "text_sha256": "0" * 64,
            "start": int(sentence_id[-3:]) * 10,
            "end": int(sentence_id[-3:]) * 10 + 9,
            "zone": "headline" if sentence_id.endswith("001") else "body",
            "annotator": annotator.format(place + 1),
            "annotator_kind": "model" if place == 2 else "human",
            "round": f"round-{round_}",
            "arm": "blind" if (place + round_) % 2 else "suggested",
            "label": LETTERS[letter],
            "created_at": datetime(2025, round_, 1, tzinfo=UTC),
            "guidelines_version": "1.0",
        }
        for round_ in (1, 2)
        for sentence_id, letters in VOTES.items()
        for place, letter in enumerate(letters)
        if letter != "."
    ]
    return pl.DataFrame(rows)


def labels_of(letters: str) -> pl.DataFrame:
    return pl.DataFrame(
        {"sentence_id": list(VOTES)[: len(letters)], "label": [LETTERS[c] for c in letters]}
    )


@pytest.fixture(scope="module")
def result() -> Agreement:
    """Agreement with every part filled."""
    return measure(answers(), suggestions=labels_of("qcsbc"), gold=labels_of("qb"))


class Page(HTMLParser):
    """Collects the rows of tables, the ids, and every element's attributes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self._in_cell = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append("")
            self._in_cell = True

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th"):
            self._in_cell = False

    def handle_data(self, data: str) -> None:
        if self._in_cell:
            self.rows[-1][-1] += data.strip()


def test_the_page_shows_the_figures_in_tables(result: Agreement) -> None:
    """Alpha, kappa, shares and counts stand as text, not only in a drawing."""
    rows = Page(html_page(result)).rows
    assert result.alpha.value is not None
    # Two rounds of 14 answers: q 4, c 4, s 1, b 5; agreeing values 3 + 1 + 0 + 3 + 2.
    expected = 1 - 27 * (28 - 18) / (28**2 - (8**2 + 8**2 + 2**2 + 10**2))
    assert result.alpha.value == pytest.approx(expected, abs=1e-12)
    assert f"<dd>{expected:.3f}</dd>" in html_page(result)
    # One says q, c, s, b, c, the other q, c, b, b, c: (4/5 - 7/25) / (1 - 7/25).
    assert ["annotator-1", "annotator-2", "0.722", "80.0 %", "10"] in rows
    assert ["speculation", "2", "7.1 %", ""] in rows


def test_the_page_needs_nothing_from_elsewhere(result: Agreement) -> None:
    """No script, no image, no link out, and a policy that would refuse them."""
    page = Page(html_page(result))
    tags = {tag for tag, _ in page.elements}
    assert not tags & {"script", "img", "link", "iframe", "object", "embed", "base", "form"}
    targets = [attrs["href"] or "" for tag, attrs in page.elements if tag == "a"]
    assert targets
    ids = {attrs.get("id") for _, attrs in page.elements}
    assert all(target[0] == "#" and target[1:] in ids for target in targets)
    assert "url(" not in html_page(result)
    policy = next(attrs for tag, attrs in page.elements if "http-equiv" in attrs)
    assert policy["content"] == "default-src 'none'; style-src 'unsafe-inline'"


def test_every_chart_stands_beside_its_figures(result: Agreement) -> None:
    """A drawn row also says alpha, interval and numbers, and the drawing is passed over by readers.

    Labels, zone, round, arm and annotator kind have a chart of alpha each; suggestions have bars:
    all, each label, and where they are wrong.
    """
    page = html_page(result)
    rows = Page(page).rows
    drawn = [attrs for _, attrs in Page(page).elements if attrs.get("class") in ("plot", "arms")]
    assert len([attrs for attrs in drawn if attrs["class"] == "arms"]) == 6
    assert all(attrs["aria-hidden"] == "true" for attrs in drawn)
    assert page.count('<table class="forest"') == 5
    assert result.alpha.value is not None
    speculation = result.per_label["speculation"]
    assert ["Sspeculation", "", f"{speculation.value:.3f}".replace("-", "−")] in [
        row[:3] for row in rows
    ]


def test_everything_is_escaped() -> None:
    """Markup in names, titles and texts is shown as text."""
    hostile = measure(answers(HOSTILE + "{}"), bootstrap=Bootstrap(resamples=0))
    around = Context(before=HOSTILE, sentence=HOSTILE, after=HOSTILE)
    page = html_page(hostile, title=HOSTILE, context=lambda item: around)
    assert "<script" not in page
    assert "<img" not in page
    assert page.count("</style>") == 1
    assert "{{ 7*7 }}" in page


def test_text_is_shown_only_where_the_caller_gives_it(result: Agreement) -> None:
    """Without a text the page gives the article and the offsets, and no more."""

    def context(item: Disputed) -> Context | None:
        if item.article_id == "kelmarsh-budget":
            return None
        return Context(before="Before it.", sentence="The sentence itself.", after="After it.")

    page = html_page(result, context=context)
    assert "<mark>The sentence itself.</mark>" in page
    assert "Text not shown: kelmarsh-budget, code points 10 to 19." in page
    assert "<mark>" not in html_page(result)


def test_the_page_says_who_answered() -> None:
    """Agreement of models alone is called so, and a mixture is called a mixture."""
    mixed = html_page(measure(answers()))
    assert "Answers of different kinds of annotators (human, model) are combined here" in mixed
    models = html_page(measure(answers().with_columns(annotator_kind=pl.lit("model"))))
    assert "No person answered here: every annotator is a model." in models
    humans = html_page(measure(answers().with_columns(annotator_kind=pl.lit("human"))))
    assert 'class="notice"' not in humans


@pytest.mark.parametrize("rows", [0, 1, 5])
def test_what_is_not_defined_is_a_dash_with_a_reason(rows: int) -> None:
    """The page and the tables of too few answers hold no number that is not one."""
    result = measure(answers().head(rows), suggestions=labels_of("q"), gold=labels_of("q"))
    page, console = html_page(result), Console(file=io.StringIO(), width=120)
    print_agreement(result, console)
    assert isinstance(console.file, io.StringIO)
    for text in (page, console.file.getvalue()):
        assert not re.search(r"\b(nan|None|inf)\b", text)
    reason = '<dd>–</dd><dd class="aside">no sentence was answered by two annotators'
    assert (reason in page) == (rows < 2)


def test_very_many_groups_are_cut_to_the_lowest() -> None:
    """Of fifty events the forty of lowest alpha are shown, and the page says so."""
    parts = [
        answers().with_columns(
            pl.format("{}-{}", "article_id", pl.lit(number)).alias("article_id"),
            event=pl.lit(f"event-{number:02d}"),
        )
        for number in range(50)
    ]
    result = measure(
        pl.concat(parts).with_columns(
            label=pl.when((pl.col("event") < "event-10") & (pl.col("zone") == "body"))
            .then(pl.lit("claim"))
            .otherwise("label")
        ),
        by=["event"],
        bootstrap=Bootstrap(resamples=0),
    )
    alphas = [group.alpha.value or 0.0 for group in result.groups["event"]]
    assert min(alphas[:10]) > max(alphas[10:])
    page = html_page(result)
    assert "The 40 of lowest alpha among 50." in page
    assert "event-09</th>" not in page
    assert "event-10</th>" in page


def test_the_terminal_shows_tables_and_reads_no_markup() -> None:
    """Names in square brackets come out as they are."""
    result = measure(answers("[red]annotator-{}[/red]"), gold=labels_of("qb"))
    console = Console(file=io.StringIO(), width=140)
    print_agreement(result, console, disputed=1)
    assert isinstance(console.file, io.StringIO)
    lines = [line.split() for line in console.file.getvalue().splitlines()]
    assert result.alpha.value is not None
    assert [line[:2] for line in lines if line[:1] == ["all"]] == [
        ["all", f"{result.alpha.value:.3f}"]
    ]
    assert ["[red]annotator-1[/red]", "[red]annotator-2[/red]", "0.722", "80.0", "%", "10"] in lines
    assert sum(line[:1] == ["kelmarsh-budget.001"] for line in lines) == 1
    assert sum(line[:1] == ["port-orrin-storm.002"] for line in lines) == 0


@pytest.mark.browser
def test_the_page_fits_wide_and_narrow_screens(
    result: Agreement, tmp_path: Path, chromium: Any
) -> None:
    """In a real browser nothing is fetched, nothing complains, and nothing runs off the side."""
    around = Context(before=HOSTILE, sentence="word " * 60, after="x" * 200)
    path = tmp_path / "report.html"
    path.write_text(html_page(result, title=HOSTILE, context=lambda _: around), encoding="utf-8")
    fetched: list[str] = []
    said: list[str] = []
    for width in (1200, 360):
        page = chromium.new_page(viewport={"width": width, "height": 800})
        page.on("request", lambda request: fetched.append(request.url))
        page.on("console", lambda message: said.append(message.text))
        page.goto(path.as_uri())
        assert said == []
        assert page.evaluate("document.documentElement.scrollWidth") == width
        plot = page.locator(".forest tbody .plot").first.bounding_box()
        assert plot["width"] > 120  # type: ignore[index]
    assert fetched == [path.as_uri()] * 2
