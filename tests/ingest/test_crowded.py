"""Pages with hundreds of inline elements in one block: all their text, in its order."""

from __future__ import annotations

import pytest

from copydesk.errors import InputError
from copydesk.ingest.pagedata import without_outlet
from copydesk.ingest.raw import Options, Raw
from copydesk.ingest.read import read

FIRST = "The old bridge will stand for ten more years, the council of the town decided on Monday."
LAST = "Its members will vote again in autumn, when the engineers have looked at each of the piers."
MANY = 1000


def lines(body: str) -> list[str]:
    """The lines of a page below its headline."""
    page = (
        f"<html><head><title>Old bridge</title></head><body><article>{body}</article></body></html>"
    )
    raw = Raw(where="a.html", name="a.html", kind="html", data=page.encode())
    return read(raw, Options()).text.split("\n")


@pytest.mark.parametrize("tag", ["i", "b", "span", "sup", "a", "q", "code", "time", "x-word"])
@pytest.mark.parametrize("block", ["p", "li", "blockquote", "div"])
def test_a_paragraph_of_a_thousand_marked_words_is_whole(tag: str, block: str) -> None:
    words = [f"word{number}" for number in range(MANY)]
    marked = " and ".join(f"<{tag}>{word}</{tag}>" for word in words)
    inner = f"<{block}>{marked}.</{block}>"
    inner = f"<ul>{inner}</ul>" if block == "li" else inner
    found = lines(f"<h1>Old bridge</h1><p>{FIRST}</p>{inner}<p>{LAST}</p>")
    assert [line for line in found if "word" in line] == [" and ".join(words) + "."]
    assert [line for line in found if line in (FIRST, LAST)] == [FIRST, LAST]


def test_what_is_nested_or_broken_keeps_its_order() -> None:
    parts = [f"<span>Line{n} <b>of <i>the</i></b> list</span>, it<br>" for n in range(MANY)]
    found = lines(f"<h1>Old bridge</h1><p>{FIRST}</p><p>{''.join(parts)}</p><p>{LAST}</p>")
    assert [line for line in found if line.startswith("Line")] == [
        f"Line{n} of the list, it" for n in range(MANY)
    ]


@pytest.mark.parametrize("block", ["div", "section"])
def test_a_block_of_links_only_still_leads_elsewhere(block: str) -> None:
    links = " ".join(f"<a href='/{n}'>Another bridge {n}</a>" for n in range(MANY))
    told = "".join(f"<p>In year {n} of the plan, {LAST}</p>" for n in range(20))
    found = lines(f"<h1>Old bridge</h1><p>{FIRST}</p><{block}>{links}</{block}>{told}")
    assert not [line for line in found if line.startswith("Another bridge")]


def test_text_between_pictures_and_boxes_stays_where_it_is() -> None:
    drawn = "".join(f"<noscript><svg></svg></noscript>word{n} " for n in range(MANY))
    found = lines(f"<h1>Old bridge</h1><p>{FIRST}</p><p>{drawn}.</p><p>{LAST}</p>")
    (line,) = [line for line in found if line.startswith("word")]
    assert line.rstrip(" .").split() == [f"word{n}" for n in range(MANY)]


def test_thousands_of_paragraphs_with_a_few_marked_words_each_are_whole() -> None:
    told = "".join(f"<p>Pier {n} <i>of</i> the <b>bridge</b> was seen.</p>" for n in range(3000))
    found = lines(f"<h1>Old bridge</h1><p>{FIRST}</p>{told}<p>{LAST}</p>")
    assert [line for line in found if line.startswith("Pier")] == [
        f"Pier {n} of the bridge was seen." for n in range(3000)
    ]


def test_a_title_longer_than_a_headline_is_left_as_it_is() -> None:
    title = "Old bridge" + " | The Day" * MANY
    assert without_outlet(title, "The Day") == title


@pytest.mark.parametrize(
    "tag",
    [
        " ".join(f"a{n}" for n in range(1200)),
        "/".join(f"a{n}" for n in range(1200)),
        "".join(f"a{n}=''" for n in range(1200)),
        "a='>' " + " ".join(f'a{n}="1 > 0"' for n in range(1199)),
        "it's " + " ".join(f"a{n}" for n in range(1199)),
    ],
    ids=["names", "slashes", "values", "marks in values", "an apostrophe"],
)
def test_a_tag_of_more_than_a_thousand_attributes_is_refused(tag: str) -> None:
    """A parser compares each attribute of a tag with all before it."""
    with pytest.raises(InputError, match="has 1,200 attributes; no article's page has so many"):
        lines(f"<h1>Old bridge</h1><p>{FIRST}</p><p {tag}>{LAST}</p>")


def test_long_values_are_not_taken_for_attributes() -> None:
    """A picture written into its page has thousands of characters, blanks among them."""
    picture = f"<img alt='{'a view of the bridge ' * 500}' src=\"data:image/png;,{'a /' * 3000}\">"
    found = lines(f"<h1>Old bridge</h1><p>{FIRST}</p>{picture}<p>{LAST}</p>")
    assert [line for line in found if line in (FIRST, LAST)] == [FIRST, LAST]
