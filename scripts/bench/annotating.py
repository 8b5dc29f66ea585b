"""Keys and seconds for labelling 50 sentences by article and by sentence, in a real browser.

Starts a Label Studio of its own in a temporary folder, pushes rounds by article and by sentence of
the same two articles, labels them with the keyboard alone, 60 ms between keys, and prints what it
took: as Label Studio comes (a key to the next sentence, one for the label), and with "go on after
an answer". A third measure is an article of 120 sentences. A person adds the time to read and
decide, which is the same in all. `--images DIR` keeps two screenshots, which take time of their
own.
"""

from __future__ import annotations

import argparse
import json
import shutil
import tempfile
import time
from collections.abc import Iterator
from itertools import chain, cycle, groupby
from operator import itemgetter
from pathlib import Path

from playwright.sync_api import Page, expect, sync_playwright

from copydesk.backends.labelstudio import projects
from copydesk.backends.labelstudio.backend import LabelStudio
from copydesk.backends.labelstudio.client import Server
from copydesk.backends.labelstudio.connection import connect
from copydesk.backends.labelstudio.local import server
from copydesk.contract.labels import NEWS
from copydesk.corpus import Corpus
from copydesk.ingest import ingest
from copydesk.rooms import dataset_dir
from copydesk.rounds.choose import Overlap
from copydesk.rounds.new import Options, new_round
from copydesk.rounds.plan import Annotator, Plan
from copydesk.rounds.push import push
from copydesk.rounds.selection import Selection
from copydesk.rounds.streams import streams
from copydesk.scaffold import lay_out

PAUSE = 0.06
ARTICLES = ("orrin-storm-wexley-standard", "lumen-study-pelagic-review")
"""In the order in which they are drawn; they have 50 sentences."""

LONG = "council-minutes"
"""An article of 120 sentences, made for the measure."""
OPENING = (
    *("claim", "background", "background", "claim", "background", "claim"),
    *("quote", "claim", "background", "background", "claim", "speculation"),
)
"""Labels of the first article's beginning, as the pictures show them."""


def main() -> None:
    """Run both designs and print a line for each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--images", type=Path, help="keep screenshots in this folder")
    images = parser.parse_args().images
    with (
        tempfile.TemporaryDirectory() as folder,
        server.start(Path(folder) / "data") as studio,
        sync_playwright() as playwright,
    ):
        person = studio.annotators(1)[0]
        corpus = lay_out(Path(folder) / "corpus")
        ingest([str(dataset_dir() / "raw")], corpus)
        take_long(corpus, Path(folder) / "long")
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        page.goto(f"{studio.url}user/login/")
        page.fill("[name=email]", person.email)
        page.fill("[name=password]", person.password)
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", name="Welcome")).to_be_visible(timeout=60_000)
        for unit, articles, goes_on in (
            # As it comes first: the browser remembers the option, and begins with what it says.
            ("article", ARTICLES, False),
            ("article", (LONG,), False),
            ("sentence", ARTICLES, False),
            ("article", ARTICLES, True),
            ("article", (LONG,), True),
            ("sentence", ARTICLES, True),
        ):
            plan = plan_round(corpus, unit, person.email, articles, goes_on)
            open_project(page, studio, corpus, plan)
            option = page.get_by_label("go on after an answer")
            option.set_checked(goes_on)
            every = sentences(corpus, plan, articles)
            label = label_articles if unit == "article" else label_sentences
            began = time.perf_counter()
            keys = label(page, every, goes_on, images)
            seconds = time.perf_counter() - began
            print(
                f"by {unit}, {'going on' if goes_on else 'as it comes'}: {len(every)} sentences of "
                f"{len(articles)} articles, {keys} key presses, {seconds:.1f} s, of which "
                f"{seconds - keys * PAUSE:.1f} s waiting for Label Studio",
                flush=True,
            )
        browser.close()


def take_long(corpus: Corpus, folder: Path) -> None:
    """Take the article of 120 sentences into the corpus."""
    folder.mkdir()
    lines = ["The council sat until midnight"]
    for item in range(1, 41):
        lines.append(
            f"The council took item {item} at its third reading. “We shall not pay for item {item} "
            f"again,” said Ada Crane, the mayor."
            + ("" if item == 40 else f" Item {item + 1} may cost more by the spring.")
        )
    (folder / "long.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    line = {"article_id": LONG, "file": "long.txt", "event": LONG, "licence": "CC0-1.0"}
    (folder / "articles.jsonl").write_text(json.dumps(line) + "\n", encoding="utf-8")
    ingest([str(folder)], corpus)


def plan_round(
    corpus: Corpus, unit: str, email: str, articles: tuple[str, ...], goes_on: bool
) -> Plan:
    """A round of one annotator, whose articles come in their order."""
    return new_round(
        corpus,
        Options(
            round=f"by-{unit}-{len(articles)}-{'on' if goes_on else 'off'}",
            annotators=(Annotator(annotator="a1", kind="human"),),
            emails={"a1": email},
            unit=unit,
            overlap=Overlap(base=1),
            selection=Selection(articles=articles),
            seed="annotating",
        ),
    )


def sentences(corpus: Corpus, plan: Plan, articles: tuple[str, ...]) -> list[tuple[str, str]]:
    """Every sentence of a round in the order of its articles: article_id, text."""
    texts = {article.article_id: corpus.text(article) for article in corpus.articles()}
    return [
        (name, texts[name][anchor.start : anchor.end])
        for name in articles
        for anchor in plan.by_id[name].sentences
    ]


def answers() -> Iterator[str]:
    """A label for each sentence, in order."""
    return chain(OPENING, cycle(NEWS.names))


def open_project(page: Page, studio: server.Studio, corpus: Corpus, plan: Plan) -> None:
    """Push the round, open its only project as its annotator, and close the instructions."""
    with connect(studio.url, studio.admin.token) as client:
        push(corpus, plan.round, [LabelStudio(Server(client))])
        (number,) = projects.find(Server(client), streams(plan), {}).values()
    page.goto(f"{studio.url}projects/{number}/data?labeling=1")
    expect(page.locator(".lsf-richtext__line").first).to_be_visible(timeout=60_000)
    page.keyboard.press("Escape")
    expect(page.get_by_text("Labeling Instructions")).to_be_hidden()


def press(page: Page, *keys: str) -> int:
    """Press keys, a short while apart; gives how many."""
    for key in keys:
        page.keyboard.press(key)
        time.sleep(PAUSE)
    return len(keys)


def label_articles(
    page: Page, every: list[tuple[str, str]], goes_on: bool, images: Path | None
) -> int:
    """Label every sentence of every article; gives the number of key presses."""
    keys = 0
    given = answers()
    for article, group in groupby(every, key=itemgetter(0)):
        group_sentences = [sentence for _, sentence in group]
        expect(page.locator(".copydesk-text")).to_contain_text(group_sentences[0])
        expect(page.locator("[data-label]")).to_have_count(len(group_sentences), timeout=60_000)
        if goes_on:
            expect(page.locator(".htx-highlight.__active").first).to_be_visible()
        for at in range(len(group_sentences)):
            keys += 0 if goes_on else press(page, ".")
            if images and goes_on and article == ARTICLES[0] and at == len(OPENING):
                page.screenshot(path=images / "annotating-article.png")
            keys += press(page, NEWS.hotkeys[next(given)])
        keys += press(page, "Control+Enter")
    return finish(page, keys)


def label_sentences(
    page: Page, every: list[tuple[str, str]], goes_on: bool, images: Path | None
) -> int:
    """Label every sentence on a page of its own; gives the number of key presses."""
    keys = 0
    for number, ((_, sentence), label) in enumerate(zip(every, answers(), strict=False)):
        expect(page.locator(".copydesk-target")).to_have_text(sentence, timeout=60_000)
        if images and goes_on and number == len(OPENING) - 1:
            expect(page.get_by_text("saved successfully")).to_be_hidden()
            page.screenshot(path=images / "annotating-sentence.png")
        keys += press(page, NEWS.hotkeys[label])
        keys += 0 if goes_on else press(page, "Control+Enter")
    return finish(page, keys)


def finish(page: Page, keys: int) -> int:
    """Wait until the server has the last answer."""
    expect(page.get_by_text("No More Tasks Left in Queue")).to_be_visible(timeout=60_000)
    return keys


if __name__ == "__main__":
    main()
