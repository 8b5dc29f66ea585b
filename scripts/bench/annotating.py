"""Keys and seconds for labelling 50 sentences by article and by sentence, in a real browser.

Starts a Label Studio of its own in a temporary folder, pushes a round by article and one by
sentence of the same two articles, labels them with the keyboard alone, 60 ms between keys, and
prints what it took. A person adds the time to read and decide, which is the same in both.
`--images DIR` keeps two screenshots, which take time of their own.
"""

from __future__ import annotations

import argparse
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
from copydesk.layout import lay_out
from copydesk.rooms import dataset_dir
from copydesk.rounds.choose import Overlap
from copydesk.rounds.new import Options, Selection, new_round
from copydesk.rounds.plan import Annotator, Plan
from copydesk.rounds.push import push
from copydesk.rounds.streams import streams

PAUSE = 0.06
ARTICLES = ("orrin-storm-wexley-standard", "lumen-study-pelagic-review")
"""In the order in which they are drawn; they have 50 sentences."""
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
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        page.goto(f"{studio.url}user/login/")
        page.fill("[name=email]", person.email)
        page.fill("[name=password]", person.password)
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", name="Welcome")).to_be_visible(timeout=60_000)
        for unit, label in (("article", label_articles), ("sentence", label_sentences)):
            plan = plan_round(corpus, unit, person.email)
            open_project(page, studio, corpus, plan)
            every = sentences(corpus, plan)
            began = time.perf_counter()
            keys = label(page, every, images)
            seconds = time.perf_counter() - began
            print(
                f"by {unit}: {len(every)} sentences, {keys} key presses, {seconds:.1f} s, "
                f"of which {seconds - keys * PAUSE:.1f} s waiting for Label Studio"
            )
        browser.close()


def plan_round(corpus: Corpus, unit: str, email: str) -> Plan:
    """A round of one annotator, whose articles come in the order of `ARTICLES`."""
    return new_round(
        corpus,
        Options(
            round=f"by-{unit}",
            annotators=(Annotator(annotator="a1", kind="human"),),
            emails={"a1": email},
            unit=unit,
            overlap=Overlap(base=1),
            selection=Selection(articles=ARTICLES),
            seed="annotating",
        ),
    )


def sentences(corpus: Corpus, plan: Plan) -> list[tuple[str, str]]:
    """Every sentence of a round in the order of its articles: article_id, text."""
    texts = {article.article_id: corpus.text(article) for article in corpus.articles()}
    return [
        (name, texts[name][anchor.start : anchor.end])
        for name in ARTICLES
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


def label_articles(page: Page, every: list[tuple[str, str]], images: Path | None) -> int:
    """Label every sentence of every article; gives the number of key presses."""
    keys = 0
    given = answers()
    for article, group in groupby(every, key=itemgetter(0)):
        group_sentences = [sentence for _, sentence in group]
        expect(page.locator(".copydesk-text")).to_contain_text(group_sentences[0])
        for at in range(len(group_sentences)):
            keys += press(page, ".")
            if images and article == ARTICLES[0] and at == len(OPENING):
                page.screenshot(path=images / "annotating-article.png")
            keys += press(page, NEWS.hotkeys[next(given)])
        keys += press(page, "Control+Enter")
    return finish(page, keys)


def label_sentences(page: Page, every: list[tuple[str, str]], images: Path | None) -> int:
    """Label every sentence on a page of its own; gives the number of key presses."""
    keys = 0
    for number, ((_, sentence), label) in enumerate(zip(every, answers(), strict=False)):
        expect(page.locator(".copydesk-target")).to_have_text(sentence, timeout=60_000)
        keys += press(page, NEWS.hotkeys[label])
        if images and number == len(OPENING) - 1:
            expect(page.get_by_text("saved successfully")).to_be_hidden()
            page.screenshot(path=images / "annotating-sentence.png")
        keys += press(page, "Control+Enter")
    return finish(page, keys)


def finish(page: Page, keys: int) -> int:
    """Wait until the server has the last answer."""
    expect(page.get_by_text("No More Tasks Left in Queue")).to_be_visible(timeout=60_000)
    return keys


if __name__ == "__main__":
    main()
