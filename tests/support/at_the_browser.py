"""Chromium, and an annotator who sits at it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Request, expect

from copydesk.backends.labelstudio import connection
from copydesk.backends.labelstudio.local import accounts
from copydesk.backends.labelstudio.local.accounts import Person
from copydesk.rooms import annotations_dir

PATIENCE_MS = 180_000
"""For whatever is waited for: a busy machine of two cores runs the server and other tests."""
expect.set_options(timeout=PATIENCE_MS)
_DRAWN = """() => new Promise(done => setTimeout(
    () => requestAnimationFrame(() => requestAnimationFrame(done)), 30))"""
"""Between keys: what a key set going is done and drawn, however slow the machine is.

On a quick one this takes 60 ms, a sixth of what the fastest typists need on average for a key.
"""


_PLACE = """words => {
    const walker = document.createTreeWalker(document.querySelector(".copydesk-text"), 4);
    for (let node; (node = walker.nextNode()); ) {
        const start = node.data.indexOf(words);
        if (start < 0) continue;
        const range = document.createRange();
        range.setStart(node, start);
        range.setEnd(node, start + words.length);
        return range.getBoundingClientRect().toJSON();
    }
}"""


@dataclass(kw_only=True)
class Annotator:
    """Someone at a browser of their own, who uses the keyboard only.

    Args:
        keys: what was pressed while labelling, in order; Ctrl+Enter is one.
        elsewhere: addresses that the page asked for and that are not the server's.
        executed: what an article managed to run.
    """

    page: Page
    url: str
    keys: list[str] = field(default_factory=list)
    elsewhere: list[str] = field(default_factory=list)
    executed: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("request", self._note)
        self.page.on(
            "dialog", lambda dialog: (self.executed.append(dialog.message), dialog.dismiss())
        )
        self.page.expose_function("executed", lambda what: self.executed.append(str(what)))

    def _note(self, request: Request) -> None:
        if not request.url.startswith((self.url, "data:", "blob:")):
            self.elsewhere.append(request.url)

    def fill_in(self, address: str, email: str, password: str) -> None:
        """Fill in the sign-up or the log-in page as the keyboard does: fields, then Enter."""
        self.page.goto(address)
        self.page.locator("[name=email]").focus()
        self.page.keyboard.type(email)
        self.page.locator("[name=password]").focus()
        self.page.keyboard.type(password)
        self.page.keyboard.press("Enter")
        expect(self.page.get_by_role("heading", name="Welcome")).to_be_visible()

    def sit_down(self, person: Person) -> None:
        """Be logged in, without the page for it and the one that follows."""
        fields = {"email": person.email, "password": person.password}
        with connection.http(self.url) as client:
            assert accounts._submit(client, "user/login/", fields)
            self.page.context.add_cookies(
                [
                    {"name": cookie.name, "value": cookie.value or "", "url": self.url}
                    for cookie in client.cookies.jar
                ]
            )

    def open(self, project: int) -> None:
        """Open a project's stream of tasks; its instructions lie over it until `Escape`."""
        self.page.goto(f"{self.url}projects/{project}/data?labeling=1")
        expect(self.page.get_by_text("Labeling Instructions")).to_be_visible()
        expect(self.page.locator(".lsf-richtext__line").first).to_be_visible()

    def press(self, *keys: str) -> None:
        """Press keys, a short while apart."""
        for key in keys:
            self.page.keyboard.press(key)
            self.page.evaluate(_DRAWN)
        self.keys += keys

    def mark(self, words: str) -> None:
        """Mark words of the article with the mouse, from their beginning to behind their end."""
        box = self.page.evaluate(_PLACE, words)
        middle = box["y"] + box["height"] / 2
        self.page.mouse.move(box["x"] + 1, middle)
        self.page.mouse.down()
        self.page.mouse.move(box["x"] + box["width"] / 2, middle, steps=5)
        self.page.mouse.move(box["x"] + box["width"] + 3, middle, steps=5)
        self.page.mouse.up()

    def close_instructions(self) -> None:
        """Press Escape and see them gone."""
        self.page.keyboard.press("Escape")
        expect(self.page.get_by_text("Labeling Instructions")).to_be_hidden()

    def comes_to(self, look: Callable[[], Any], wanted: Any) -> None:
        """Wait until what is looked at is as it should be."""
        end = time.monotonic() + PATIENCE_MS / 1000
        while look() != wanted and time.monotonic() < end:
            self.page.wait_for_timeout(50)
        assert look() == wanted

    def is_drawn(self) -> None:
        """Wait until a text that Label Studio draws twice has stayed for a while."""
        self.page.wait_for_load_state("networkidle")
        stays = "() => document.querySelector('.copydesk-text')?.dataset.seen === 'yes'"
        mark = "() => { document.querySelector('.copydesk-text').dataset.seen = 'yes'; }"
        while not self.page.evaluate(stays):
            self.page.locator(".copydesk-text").wait_for()
            self.page.evaluate(mark)
            self.page.wait_for_timeout(2000)

    def labels(self) -> list[str]:
        """What stands beside each sentence of the article, such as ``2:claim``, in order."""
        marks: list[str] = self.page.evaluate(
            "[...document.querySelectorAll('[data-label]')].map(mark => mark.dataset.label)"
        )
        return marks

    def sees(self, *labels: str) -> None:
        """Wait until these stand beside the first sentences of the article."""
        self.page.wait_for_function(
            "wanted => wanted.every((label, at) =>"
            " document.querySelectorAll('[data-label]')[at]?.dataset.label === label)",
            arg=list(labels),
        )

    def is_at(self, sentence: str) -> None:
        """Wait until a sentence is selected."""
        self.page.wait_for_function(
            "wanted => [...document.querySelectorAll('.htx-highlight.__active')]"
            ".map(part => part.innerText).join('') === wanted",
            arg=sentence,
        )

    def colours(self) -> list[str]:
        """The background of each sentence of the article, as CSS computes it."""
        found: list[str] = self.page.evaluate(
            "[...document.querySelectorAll('[data-label]')]"
            ".map(mark => getComputedStyle(mark).backgroundColor)"
        )
        return found

    def selected(self) -> str:
        """The text of the sentence that is selected."""
        return "".join(self.page.locator(".htx-highlight.__active").all_inner_texts())


@pytest.fixture
def annotator(studio: Any, chromium: Browser) -> Iterator[Annotator]:
    """A person without an account, at a window of an ordinary laptop."""
    context = chromium.new_context(viewport={"width": 1280, "height": 800})
    context.set_default_timeout(PATIENCE_MS)
    yield Annotator(page=context.new_page(), url=studio.url)
    context.close()


@dataclass(frozen=True, kw_only=True)
class Manager:
    """The administrator, who makes projects and reads what came back."""

    url: str
    admin: Person

    def project(self, unit: str, tasks: list[dict[str, Any]]) -> int:
        """A project with one of the label configs, in which tasks come in their order."""
        config = (annotations_dir() / f"label-config-{unit}.xml").read_text(encoding="utf-8")
        with connection.connect(self.url, self.admin.token) as client:
            project = client.projects.create(
                title=f"By {unit}",
                label_config=config,
                expert_instruction="<h3>Who vouches for this sentence?</h3>",
                show_instruction=True,
                maximum_annotations=1,
                sampling="Sequential sampling",
            )
            client.projects.import_tasks(id=project.id, request=tasks)
            if unit == "article":
                client.projects.update(id=project.id, model_version="copydesk")
        return int(project.id)

    def answers(self, project: int) -> list[tuple[dict[str, Any], list[dict[str, Any]]]]:
        """The data of each task, and the result of its only annotation (empty without one)."""
        with connection.connect(self.url, self.admin.token) as client:
            rows = [task.model_dump() for task in client.tasks.list(project=project)]
        rows.sort(key=lambda row: row["id"])
        return [
            (row["data"], (row["annotations"] or [{"result": []}])[0]["result"]) for row in rows
        ]


@pytest.fixture
def manager(studio: Any) -> Manager:
    """The administrator of the shared server."""
    return Manager(url=studio.url, admin=studio.admin)
