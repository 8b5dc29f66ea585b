"""Keys and seconds for labelling 50 sentences by article and by sentence, in a real browser.

Starts a Label Studio of its own in a temporary folder, labels the same sentences through both
label configs with the keyboard alone, 60 ms between keys, and prints what it took. A person adds
the time to read and decide, which is the same in both. `--images DIR` keeps two screenshots.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
import time
from collections.abc import Iterator
from itertools import chain, cycle
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, expect, sync_playwright

from copydesk import connection
from copydesk.labels import HOTKEYS, LABELS
from copydesk.rooms import annotations_dir, dataset_dir
from copydesk.studio import server
from copydesk.text import canonical, segment

PAUSE = 0.06
ARTICLES = ("orrin-storm-wexley-standard", "lumen-study-kessary-ledger")
SENTENCES = 50
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
            open_project(page, studio, unit)
            began = time.perf_counter()
            keys = label(page, images)
            seconds = time.perf_counter() - began
            print(
                f"by {unit}: {SENTENCES} sentences, {keys} key presses, {seconds:.1f} s, "
                f"of which {seconds - keys * PAUSE:.1f} s waiting for Label Studio"
            )
        browser.close()


def sentences() -> list[tuple[str, str, list[tuple[int, int]]]]:
    """Articles with the sentences to label, 50 in all: id, text, offsets."""
    left = SENTENCES
    chosen = []
    for name in ARTICLES:
        path = dataset_dir() / "raw" / "originals" / f"{name}.txt"
        text = canonical(path.read_bytes())
        spans = [(piece.start, piece.end) for piece in segment(text) if piece.is_unit][:left]
        left -= len(spans)
        chosen.append((name, text, spans))
    return chosen


def answers() -> Iterator[str]:
    """A label for each sentence, in order."""
    return chain(OPENING, cycle(LABELS))


def tasks(unit: str) -> list[dict[str, Any]]:
    """The same sentences as tasks of either kind."""
    if unit == "sentence":
        return [
            {"data": {"title": name, "before": text[:a], "text": text[a:b], "after": text[b:]}}
            for name, text, spans in sentences()
            for a, b in spans
        ]
    return [
        {
            "data": {"title": name, "text": text},
            "predictions": [{"model_version": "copydesk", "result": regions(name, text, spans)}],
        }
        for name, text, spans in sentences()
    ]


def regions(name: str, text: str, spans: list[tuple[int, int]]) -> list[dict[str, Any]]:
    """The sentences of an article, to do."""
    control = {"from_name": "label", "to_name": "text", "type": "labels"}
    return [
        {
            "id": f"{name}_{number:03}",
            **control,
            "value": {"start": a, "end": b, "text": text[a:b], "labels": ["to do"]},
        }
        for number, (a, b) in enumerate(spans, start=1)
    ]


def open_project(page: Page, studio: server.Studio, unit: str) -> None:
    """Make the project and open its stream."""
    config = annotations_dir() / f"label-config-{unit}.xml"
    with connection.connect(studio.url, studio.admin.token) as client:
        project = client.projects.create(
            title=f"By {unit}",
            label_config=config.read_text(encoding="utf-8"),
            maximum_annotations=1,
            sampling="Sequential sampling",
        )
        client.projects.import_tasks(id=project.id, request=tasks(unit))
        if unit == "article":
            client.projects.update(id=project.id, model_version="copydesk")
    page.goto(f"{studio.url}projects/{project.id}/data?labeling=1")
    expect(page.locator(".lsf-richtext__line").first).to_be_visible(timeout=60_000)


def press(page: Page, *keys: str) -> int:
    """Press keys, a short while apart; gives how many."""
    for key in keys:
        page.keyboard.press(key)
        time.sleep(PAUSE)
    return len(keys)


def label_articles(page: Page, images: Path | None) -> int:
    """Label every sentence of every article; gives the number of key presses."""
    keys = 0
    given = answers()
    for number, (_, text, spans) in enumerate(sentences()):
        expect(page.locator(".copydesk-text")).to_contain_text(text[slice(*spans[0])])
        for at in range(len(spans)):
            keys += press(page, ".")
            if images and number == 0 and at == len(OPENING):
                page.screenshot(path=images / "annotating-article.png")
            keys += press(page, HOTKEYS[next(given)])
        keys += press(page, "Control+Enter")
    return finish(page, keys)


def label_sentences(page: Page, images: Path | None) -> int:
    """Label every sentence on a page of its own; gives the number of key presses."""
    keys = 0
    every = [text[a:b] for _, text, spans in sentences() for a, b in spans]
    for number, (sentence, label) in enumerate(zip(every, answers(), strict=False)):
        expect(page.locator(".copydesk-target")).to_have_text(sentence, timeout=60_000)
        keys += press(page, HOTKEYS[label])
        if images and number == len(OPENING) - 1:
            page.screenshot(path=images / "annotating-sentence.png")
        keys += press(page, "Control+Enter")
    return finish(page, keys)


def finish(page: Page, keys: int) -> int:
    """Wait until the server has the last answer."""
    expect(page.get_by_text("No More Tasks Left in Queue")).to_be_visible(timeout=60_000)
    return keys


if __name__ == "__main__":
    main()
