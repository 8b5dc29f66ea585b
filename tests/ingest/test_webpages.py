"""Web pages: the page's own structure decides what a line is."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from copydesk.errors import InputError
from copydesk.ingest.pagedata import without_outlet
from copydesk.ingest.raw import Options, Raw, Reading
from copydesk.ingest.read import read
from copydesk.text import segment

PARAGRAPHS = [
    f"The bridge over the Wend was looked at in year {n} by {n + 3} builders, who wrote a long "
    f"report on its piers and said that it would stand for {n + 40} years more."
    for n in range(5)
]


def page(body: str, head: str = "", *, lang: str = "en", title: str = "Old bridge") -> Reading:
    html = (
        f"<html lang='{lang}'><head><title>{title}</title>{head}</head>"
        f"<body><nav><a href='/'>Home</a></nav><main><article>{body}</article></main></body></html>"
    )
    return read(Raw(where="p.html", name="in/p.html", kind="html", data=html.encode()), Options())


def article(*parts: str, headline: str = "Old bridge will stand") -> str:
    lines = [f"<p>{text}</p>" for text in PARAGRAPHS]
    return f"<h1>{headline}</h1>" + "".join([*lines[:2], *parts, *lines[2:]])


def zones(reading: Reading) -> dict[str, str]:
    marked = dict(reading.zones)
    lines = reading.text.split("\n")
    return {lines[number]: zone for number, zone in marked.items()}


def test_headings_are_subheads_and_the_h1_is_the_headline() -> None:
    """A heading is no unit for labels, whatever it looks like; there is one headline."""
    found = page(
        article("<h2>The mayor said that it was her bridge.</h2>"),
        "<meta property='og:title' content='A bridge stands for long | The Day'>",
        title="Old bridge will stand | The Day",
    )

    assert zones(found) == {
        "Old bridge will stand": "headline",
        "The mayor said that it was her bridge.": "subhead",
    }
    pieces = segment(found.text, zones=dict(found.zones))  # type: ignore[arg-type]
    kinds = [piece.zone for piece in pieces]
    assert (kinds.count("headline"), kinds.count("subhead")) == (1, 1)
    assert found.fields["title"] == "Old bridge will stand"
    assert found.text.split("\n")[1:3] == PARAGRAPHS[:2]


@pytest.mark.parametrize(
    ("head", "body", "published"),
    [
        (
            '<script type="application/ld+json">{"@graph": [{"@type": "NewsArticle", "headline": '
            '"Old", "datePublished": "2024-05-03T08:00:00+02:00"}]}</script>',
            "<time datetime='2020-01-01'>then</time>",
            "2024-05-03",
        ),
        ("<meta property='article:published_time' content='2024-05-03T08:00Z'>", "", "2024-05-03"),
        ("", "<time datetime='2024-05-03'>Friday</time>", "2024-05-03"),
        (
            "",
            "<blockquote class='twitter-tweet'><p>Bridge!</p><a href='x'><time "
            "datetime='2019-05-03'>May 3, 2019</time></a></blockquote>",
            None,
        ),
        ("", "<aside><time datetime='2019-05-03'>related</time></aside>", None),
    ],
)
def test_the_date_is_the_page_s_own_or_none(head: str, body: str, published: str | None) -> None:
    """JSON-LD, meta elements and the article's own `time` count; a tweet's date never does."""
    assert page(article(body), head).fields.get("published") == published


def test_language_address_and_byline_come_from_the_page() -> None:
    """The page says its language, its canonical address (encoded) and who wrote it."""
    head = (
        "<link rel='canonical' href='https://day.example/brücke'>"
        '<script type="application/ld+json">{"@type": "NewsArticle", "headline": "x", "author": '
        '[{"name": "Ada Crane"}, {"name": "Jory Pell"}], "publisher": {"name": "The Day"}}</script>'
    )

    found = page(article(), head, lang="en-GB")

    assert found.fields["language"] == "en-GB"
    assert found.fields["url"] == "https://day.example/br%C3%BCcke"
    assert found.fields["outlet"] == "The Day"
    assert found.other["byline"] == "Ada Crane, Jory Pell"


def test_lists_quotations_and_tables_are_what_they_are() -> None:
    """List items and block quotations are lines of their own; rows of a table are notes."""
    found = page(
        article(
            "<ul><li>Pier one was found to be sound by all of them.</li>"
            "<li>Pier two has to be mended before the next winter comes.</li></ul>"
            "<blockquote><p>We waited long enough for this report.</p></blockquote>"
            "<table><tr><th>Pier</th><th>Years</th></tr><tr><td>One</td><td>40</td></tr></table>"
        )
    )

    lines = found.text.split("\n")
    assert "Pier one was found to be sound by all of them." in lines
    assert "We waited long enough for this report." in lines
    assert all(zone == "note" for line, zone in zones(found).items() if "|" in line)


def test_headings_and_lines_that_only_a_layout_marks() -> None:
    """A heading may be a `div` with a role, or stand bare between line breaks."""
    found = page(
        article(
            "<div role='heading' aria-level='3'>How it was built</div>",
            f"<div>{PARAGRAPHS[0]} Once.<br><br><b>The piers</b><br><br>{PARAGRAPHS[1]} Two.</div>",
        )
    )

    assert zones(found)["How it was built"] == "subhead"
    lines = found.text.split("\n")
    assert lines[lines.index("The piers") - 1].endswith("Once.")
    assert lines[lines.index("The piers") + 1].endswith("Two.")


def test_items_of_a_list_are_text_and_tags_are_not() -> None:
    """Items without a stop are no headings; a list of tags holds no units."""
    found = page(
        article(
            "<ul><li>The bridge is shut to lorries until Friday</li>"
            "<li>Ferries leave from the old quay instead</li></ul>"
            "<ul><li>Bridges</li><li>Rivers</li></ul>"
        )
    )

    assert zones(found) == {
        "Old bridge will stand": "headline",
        "The bridge is shut to lorries until Friday": "body",
        "Ferries leave from the old quay instead": "body",
    }


def test_a_headline_of_two_parts_has_the_mark_that_the_page_puts_between_them_elsewhere() -> None:
    """A kicker inside the `h1` loses its colon to a line break; the page's title has it."""
    body = article(headline="<span>Bridge report</span><br><span>Two piers are weak</span>")

    found = page(body, title="Bridge report: Two piers are weak | The Day")

    assert found.text.split("\n")[0] == "Bridge report: Two piers are weak"


CONSENT = "This page is a consent wall: it asks for cookies and holds no article."
PAYWALL = "This page holds only the beginning of an article behind a paywall."


@pytest.mark.parametrize(
    ("language", "body", "reason"),
    [
        (
            "de",
            "<p>Um der Nutzung mit Werbung und Cookies zuzustimmen, klicken Sie auf Akzeptieren. "
            "Wir verarbeiten Ihre Daten mit unseren Partnern.</p><p>Oder lesen Sie werbefrei.</p>",
            CONSENT,
        ),
        (
            "es",
            "<p>Nosotros y nuestros socios guardamos cookies y tratamos datos personales.</p>"
            "<p>Con su consentimiento mostramos publicidad. Puede aceptar o rechazar.</p>",
            CONSENT,
        ),
        (
            "pl",
            "<p>My i nasi partnerzy przetwarzamy dane osobowe i używamy plików cookie za Twoją "
            "zgodą, aby wyświetlać reklamy. Akceptuję</p>",
            CONSENT,
        ),
        (
            "fr",
            "<p>Le pont sera fermé jusqu’à vendredi, a dit la mairie.</p>"
            "<p>Il vous reste 80 % de cet article à lire. La suite est réservée aux abonnés.</p>",
            PAYWALL,
        ),
        (
            "en",
            f"<p>{PARAGRAPHS[0]}</p><h3>This article is exclusively for subscribers</h3>"
            "<p>Have an account? Log in</p>",
            PAYWALL,
        ),
        (
            "en",
            f"<p>{PARAGRAPHS[0]}</p><p>You have 0 free articles left this month.</p>",
            PAYWALL,
        ),
    ],
)
def test_walls_of_other_languages_and_wordings(language: str, body: str, reason: str) -> None:
    """A consent wall is told by what it speaks of, in any of the languages that are known."""
    with pytest.raises(InputError) as caught:
        page(f"<h1>The Day</h1>{body}", lang=language)

    assert caught.value.message == reason


@pytest.mark.parametrize(
    ("headline", "first"),
    [
        (
            "Shop is fined for its cookies",
            "The shop stored cookies without consent and sold personal data to its partners.",
        ),
        ("Maker of captcha puzzles is sold", "It asks people to say that they are not a robot."),
    ],
)
def test_an_article_about_walls_is_an_article(headline: str, first: str) -> None:
    """Words of a wall in an article that says other things too are no wall."""
    body = f"<h1>{headline}</h1><p>{first}</p><p>{PARAGRAPHS[0]}</p><p>{PARAGRAPHS[1]}</p>"

    assert first in page(body, title=headline).text


@pytest.mark.parametrize(
    ("body", "title", "reason"),
    [
        (
            "<p>Checking your browser before you can go on to the site. This takes a moment.</p>",
            "Just a moment...",
            "This page is a check against bots, not an article.",
        ),
        (
            "<h1>Before you continue</h1><p>We and our 812 partners store cookies on your device "
            "to show you ads. You can accept all or manage your privacy settings at any time.</p>",
            "Consent",
            "This page is a consent wall: it asks for cookies and holds no article.",
        ),
        (
            f"<h1>Old bridge</h1><p>{PARAGRAPHS[0]}</p><p>Subscribe to continue reading this "
            "article. Already a subscriber? Log in.</p>",
            "Old bridge",
            "This page holds only the beginning of an article behind a paywall.",
        ),
    ],
)
def test_walls_are_set_aside_with_their_reason(body: str, title: str, reason: str) -> None:
    """A page that stands where an article should is refused, and the reason says what it is."""
    with pytest.raises(InputError) as caught:
        page(body, title=title)

    assert caught.value.message == reason


def test_a_box_of_facts_is_kept_beside_the_text() -> None:
    """What a box tells stands wherever there was room: it is kept apart, and nothing is lost."""
    found = page(
        article(
            "<div class='day-factbox'><h2>The bridge in figures</h2>"
            "<p>It is 80 metres long and was built by Ann Orr in the year 1871.</p>"
            "<ul><li>Four piers of granite</li></ul></div>"
        )
    )
    assert found.text.split("\n") == ["Old bridge will stand", *PARAGRAPHS]
    assert found.other["boxes"] == [
        "The bridge in figures\n"
        "It is 80 metres long and was built by Ann Orr in the year 1871.\n"
        "Four piers of granite"
    ]


def test_what_a_page_shows_twice_or_puts_beside_a_form_is_passed_over() -> None:
    """A summary for wide and for narrow screens is one line; a form's heading is not the text."""
    summary = "A report of many pages says that the bridge will stand, whatever the mayor fears."
    found = page(
        f"<p>{summary}</p><h1>Old bridge will stand</h1><p>{summary}</p>"
        + "".join(f"<p>{text}</p>" for text in PARAGRAPHS)
        + "<div><h3>The best of the week in your inbox</h3><p>You can leave whenever you like, "
        "and we never give your address away.</p><form><input type='email'></form></div>"
    )
    assert found.text.split("\n") == ["Old bridge will stand", summary, *PARAGRAPHS]


def test_links_below_one_label_lead_to_other_articles() -> None:
    """Two links with the same label are teasers, in whatever language."""
    found = page(
        article(
            "<p>LEES OOK | <a href='/a'>Brug over de Wend wordt volgend jaar gesloten</a></p>",
            "<p>LEES OOK | <a href='/b'>Burgemeester wil geen tweede brug</a></p>",
        )
    )
    assert found.text.split("\n") == ["Old bridge will stand", *PARAGRAPHS]


def test_a_headline_that_only_a_layout_shows_is_one_and_has_its_date_above_it() -> None:
    """The title has the outlet's name before it, and the page no ``h1``."""
    text = "<br><br>".join(PARAGRAPHS)
    html = (
        "<html><head><title>The Day - Old bridge will stand</title></head><body><table><tr><td>"
        "<table><tr><td align=right>05.03.1999 10:22</td></tr></table>"
        f"<b>Old bridge will stand</b><br><br>{text}</td></tr></table></body></html>"
    )
    raw = Raw(where="p.html", name="in/p.html", kind="html", data=html.encode())
    found = read(raw, Options())
    assert found.text.split("\n") == ["Old bridge will stand", *PARAGRAPHS]
    assert found.fields["published"] == "1999-03-05"


def test_a_short_article_in_a_table_for_layout_is_no_row_of_values() -> None:
    html = (
        "<html lang='fr'><head><title>Le quai est fermera</title></head><body><table>"
        "<tr><td>Le 5 mars 1999</td></tr><tr><td><h2>Le quai est fermera</h2>"
        "<p>Le conseil a voté mardi la fermeture du quai est pour onze mois.</p>"
        "<p>« Nous n’avions pas le choix », a dit Mira Lund, qui préside le conseil.</p>"
        "</td></tr></table></body></html>"
    )
    found = read(Raw(where="p", name="in/p.html", kind="html", data=html.encode()), Options())
    pieces = segment(found.text, "fr", zones=dict(found.zones))  # type: ignore[arg-type]
    assert [piece.zone for piece in pieces] == ["headline", "body", "body"]


def test_pull_quotes_are_said_once_and_a_heading_in_a_block_of_its_own_is_kept() -> None:
    said = "It will stand for 40 years more, whatever the mayor fears."
    blocks = [f"<div class='text-block'><p>{text}</p></div>" for text in [*PARAGRAPHS, said]]
    heading = "<div class='head-block'><h2>What the mayor fears</h2></div>"
    quote = f"<blockquote class='pullquote'><p>{said}</p><cite>Ann Orr</cite></blockquote>"
    found = page("<h1>Old bridge will stand</h1>" + "".join([*blocks[:3], heading, *blocks[3:]]))
    assert zones(found)["What the mayor fears"] == "subhead"
    pulled = page("<h1>Old bridge will stand</h1>" + "".join([*blocks[:3], quote, *blocks[3:]]))
    assert pulled.text.split("\n") == ["Old bridge will stand", *PARAGRAPHS, said]


def test_a_caption_below_its_picture_is_one_whatever_the_picture_is() -> None:
    found = page(
        article(
            "<amp-img src='a'></amp-img><p class='caption'>The bridge in winter</p>",
            "<figure><img><figcaption><span>Image caption,</span><p>A pier</p></figcaption>"
            "</figure>",
        )
    )
    assert [line for line, zone in zones(found).items() if zone == "caption"] == [
        "The bridge in winter",
        "A pier",
    ]


def test_a_logo_in_an_h1_is_not_the_headline() -> None:
    """The outlet's name, which stands behind the title, is no headline; a short `h1` is one."""
    logo = page(f"<h1>The Day</h1>{article()}", title="Old bridge will stand | The Day")
    short = page(article(headline="Bridge"), title="x")

    assert logo.text.split("\n")[0] == "Old bridge will stand"
    assert short.text.split("\n")[0] == "Bridge"


def test_a_bold_line_is_a_heading_and_what_leads_on_is_left_out() -> None:
    """A paragraph that is bold as a whole stands above others; a part of the page that its class
    calls further reading is not the article, and a heading of links is none of its subheads."""
    found = page(
        article("<h3>Related stories</h3>", "<p><strong>Built in 1911</strong></p>")
        + "<section class='more-news'><article><h2>Buses cost more</h2><p>A ride on any bus will "
        "cost ten per cent more from June, the company said.</p></article></section>"
    )
    assert zones(found) == {
        "Old bridge will stand": "headline",
        "Built in 1911": "subhead",
        "Related stories": "note",
    }
    assert "bus" not in found.text


def test_the_outlet_may_come_first_and_an_update_after_the_date() -> None:
    """Of several h1 the headline is the one that the title names; the first day is the page's."""
    found = page(
        "<h1>The Day</h1><h1>Town</h1>"
        + article().replace(
            "</h1>",
            "</h1><p class='meta'>Publié le 16 avril 2024, mis à jour le 17 avril 2024</p>",
            1,
        ),
        "<meta property='og:site_name' content='The Day'>",
        title="The Day | Old bridge will stand",
        lang="fr",
    )
    assert (found.fields["title"], found.fields["published"]) == (
        "Old bridge will stand",
        "2024-04-16",
    )


@pytest.mark.parametrize(
    ("title", "outlet", "expected"),
    [
        ("Bridge opens | The Day", "The Day", "Bridge opens"),
        ("Bridge opens - The Day", "The Day", "Bridge opens"),
        ("Bridge opens again today | News | The Day", "The Day", "Bridge opens again today"),
        ("Bridge opens – and shuts", "The Day", "Bridge opens – and shuts"),
        ("Two resign - and many questions", None, "Two resign - and many questions"),
        ("Bridge opens", "The Day", "Bridge opens"),
        ("The Day | Bridge opens", "The Day", "Bridge opens"),
        ("The Day | Bridge opens", None, "The Day | Bridge opens"),
    ],
)
def test_a_title_loses_the_outlet_s_name_only(
    title: str, outlet: str | None, expected: str
) -> None:
    """What stands behind a dash and is no outlet is part of the title."""
    assert without_outlet(title, outlet) == expected


@pytest.mark.shared
def test_real_pages_are_read_as_people_read_them(shared: Path) -> None:
    """On 28 newsroom pages: one headline each, which is the page's own; every section heading a
    subhead and none a unit; no wrong date; paragraphs and words kept."""
    script = Path(__file__).resolve().parents[2] / "scripts" / "bench" / "pages.py"
    command = [sys.executable, str(script), str(shared / "external" / "pages"), "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    found = json.loads(done.stdout)

    assert found["headline_shown"] >= 0.95
    assert found["date_right"] == 1
    assert found["heads_subhead"] >= 0.97
    assert found["heads_unit"] == 0
    assert found["paragraphs_kept"] >= 0.97
    assert found["precision"] >= found["rival_precision"]
    assert found["recall"] >= 0.976
