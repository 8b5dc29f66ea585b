"""The pages in a real Chromium."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

PAGES = [
    *("index.html", "sentences.html", "quotations.html", "disputed.html"),
    *("articles/flood-gazette.html", "articles/vote-post.html"),
]
UNNAMED = """() => {
  const named = (e) => e.getAttribute("aria-label") || e.getAttribute("aria-labelledby")
    || e.textContent.trim();
  const faults = [];
  for (const e of document.querySelectorAll("a,button,summary,nav,section,form label"))
    if (!e.closest("[hidden]") && !named(e)) faults.push(e.outerHTML.slice(0, 80));
  for (const e of document.querySelectorAll("svg"))
    if (e.getAttribute("role") !== "img" || !e.getAttribute("aria-label"))
      faults.push(e.outerHTML.slice(0, 80));
  for (const e of document.querySelectorAll("input,select"))
    if (!e.labels.length) faults.push(e.outerHTML);
  for (const e of document.querySelectorAll("table"))
    if (!e.caption) faults.push("table without caption");
  for (const name of ["main", "header.masthead", "footer", "h1"])
    if (document.querySelectorAll(name).length !== 1) faults.push("not one " + name);
  return faults;
}"""


def test_pages_ask_for_nothing_and_fit_every_screen(chromium: Any, pages: Path) -> None:
    """Nothing in the console, no request but the page itself, no sideways scrolling, all named.

    In light and dark, wide and narrow; one h1, one main, a name for each link, chart and field.
    """
    settings = [
        {"viewport": {"width": 1280, "height": 800}},
        {"viewport": {"width": 360, "height": 700}, "color_scheme": "dark"},
    ]
    for setting in settings:
        context = chromium.new_context(**setting)
        page = context.new_page()
        asked: list[str] = []
        said: list[str] = []
        page.on("request", lambda request, asked=asked: asked.append(request.url))
        page.on("console", lambda message, said=said: said.append(message.text))
        page.on("pageerror", lambda error, said=said: said.append(str(error)))
        for name in PAGES:
            page.goto((pages / name).as_uri())
            assert page.evaluate(UNNAMED) == [], name
            wide = page.evaluate("document.documentElement.scrollWidth")
            assert wide <= setting["viewport"]["width"], name  # type: ignore[index]
        assert said == []
        assert [url for url in asked if url != "data:,"] == [(pages / n).as_uri() for n in PAGES]
        context.close()


def test_labels_differ_by_ground_by_line_and_by_letter(chromium: Any, pages: Path) -> None:
    """A label can be told by its colour, and as well without any colour, by line and letter."""
    page = chromium.new_page()
    page.goto((pages / "index.html").as_uri())
    seen = page.evaluate(
        """[...document.querySelectorAll(".key dt")].map((e) => {
          const style = getComputedStyle(e.querySelector(".t"));
          return [style.backgroundColor, style.textDecorationStyle,
                  e.querySelector(".chip").textContent];
        })"""
    )
    assert [line for _, line, _ in seen] == ["solid", "double", "wavy", "dotted"]
    assert [letter for *_, letter in seen] == ["Q", "C", "S", "B"]
    assert len({ground for ground, *_ in seen}) == 4
    page.close()


def test_the_list_is_narrowed_as_one_types(chromium: Any, pages: Path) -> None:
    """Search and choices combine; the count is said."""
    page = chromium.new_page()
    page.goto((pages / "index.html").as_uri())
    output = page.locator("output")
    assert output.text_content() == "3 of 3"
    page.get_by_role("searchbox").fill("GAZETTE flood")
    assert output.text_content() == "1 of 3"
    assert page.locator("#list tbody tr:visible").count() == 1
    page.get_by_role("searchbox").fill("")
    page.locator("select[name=collection]").select_option("press")
    assert page.locator("#list tbody tr:visible th a").all_text_contents() == ["vote-post"]
    page.close()


def test_without_javascript_everything_is_there(chromium: Any, pages: Path) -> None:
    """Lists are whole, dead filters are not shown, a label is still hidden by CSS."""
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto((pages / "index.html").as_uri())
    assert page.locator("#list tbody tr:visible").count() == 3
    assert page.locator("form.filters:visible").count() == 0
    page.goto((pages / "articles/flood-gazette.html").as_uri())
    sentence = page.locator(".s.l-quote .t")
    assert sentence.evaluate("e => getComputedStyle(e).textDecorationLine") == "underline"
    page.get_by_role("checkbox", name="quote").uncheck()
    assert sentence.evaluate("e => getComputedStyle(e).textDecorationLine") == "none"
    context.close()


def test_the_keyboard_reaches_a_sentence_and_what_is_said_of_it(chromium: Any, pages: Path) -> None:
    """Tab reaches the skip link first; Enter on a sentence's letter leads to its note."""
    page = chromium.new_page()
    page.goto((pages / "articles/flood-gazette.html").as_uri())
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
    page.locator('[id="flood-gazette.003"] a.chip').focus()
    page.keyboard.press("Enter")
    assert page.evaluate("document.querySelector(':target').id") == "n003"
    page.close()


def test_search_is_quick_and_its_address_can_be_passed_on(chromium: Any, pages: Path) -> None:
    """Words and choices narrow the sentences; the address keeps them and brings them back."""
    page = chromium.new_page()
    page.goto((pages / "sentences.html").as_uri() + "#annotator=model-3&voted=claim")
    output, found = page.locator("output"), page.locator("#results li")
    assert output.text_content() == "2 of 10"
    assert found.locator("a").all_text_contents() == ["flood-gazette.003", "flood-wire.001"]
    page.get_by_label("Agreement").select_option("disputed")
    assert output.text_content() == "1 of 10"
    address = page.evaluate("location.hash")
    assert address == "#annotator=model-3&voted=claim&agreement=disputed"
    page.goto((pages / "sentences.html").as_uri() + "#words=flood+WEIR&zone=caption")
    expect(found.locator(".context")).to_have_text(["Water over the weir."])
    assert found.locator(".verdict").all_text_contents() == [
        "B background · unanimousmodel-1: background; model-2: background; model-3: background"
    ]
    page.close()


def test_keys_lead_through_a_page(chromium: Any, pages: Path) -> None:
    """j and k step from sentence to sentence, / goes to the search, ? lists the keys."""
    page = chromium.new_page()
    page.goto((pages / "articles/flood-gazette.html").as_uri())
    for key in ("j", "j", "j", "k"):
        page.keyboard.press(key)
    assert page.evaluate("document.activeElement.title") == "flood-gazette.002: background"
    page.keyboard.press("?")
    assert page.locator("dialog").is_visible()
    page.keyboard.press("Escape")
    assert not page.locator("dialog").is_visible()
    page.keyboard.press("n")
    page.wait_for_url("**/flood-wire.html")
    page.keyboard.press("/")
    page.wait_for_url("**/sentences.html")
    page.keyboard.press("/")
    page.keyboard.type("bridge j")
    assert page.get_by_role("searchbox").input_value() == "bridge j"
    page.close()


@pytest.mark.parametrize(
    ("name", "stops"),
    [
        ("index.html", ['Weir "fails" <b>', "flood-wire", "vote-post", "flood-wire"]),
        (
            "disputed.html",
            ["vote-post.003", "flood-gazette.003", "flood-gazette.003", "vote-post.003"],
        ),
        ("quotations.html", ["The Gazette"] * 4),
        ("compare.html", ["MAJOR sentences, label changed: 1"] * 4),
    ],
)
def test_keys_lead_through_lists(
    chromium: Any, compared: Path, name: str, stops: list[str]
) -> None:
    """j, j, j and k step along what a page lists, and stay at its ends."""
    page = chromium.new_page()
    page.goto((compared / name).as_uri())
    found = []
    for key in ("j", "j", "j", "k"):
        page.keyboard.press(key)
        found.append(page.evaluate("document.activeElement.textContent.trim()"))
    assert found == stops
    page.close()


@pytest.mark.parametrize("name", [*PAGES, "compare.html"])
def test_what_has_the_focus_is_in_view(chromium: Any, compared: Path, name: str) -> None:
    """Every Tab stop of a page lies in the window at once, and so does each step of j and k."""
    page = chromium.new_page(viewport={"width": 390, "height": 500})
    page.goto((compared / name).as_uri())
    out_of_view = """() => {
      const box = document.activeElement.getBoundingClientRect();
      return box.bottom > 0 && box.top < innerHeight ? null : document.activeElement.outerHTML;
    }"""
    for key in ["Tab"] * 40 + ["k"] * 5 + ["j"] * 5:
        page.keyboard.press(key)
        assert page.evaluate(out_of_view) is None, key
    page.close()


def test_no_page_breaks_a_rule_of_accessibility(chromium: Any, pages: Path) -> None:
    """axe-core finds no violation, in light and dark."""
    import axe_playwright_python

    axe = Path(axe_playwright_python.__file__).with_name("axe.min.js").read_text(encoding="utf-8")
    for scheme in ("light", "dark"):
        context = chromium.new_context(color_scheme=scheme, bypass_csp=True)
        page = context.new_page()
        for name in PAGES:
            page.goto((pages / name).as_uri())
            page.evaluate(axe)
            found = page.evaluate("axe.run().then((r) => r.violations)")
            assert [(v["id"], v["nodes"][0]["html"][:120]) for v in found] == [], name
        context.close()
