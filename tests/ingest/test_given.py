"""What ingest withholds or sets aside, so that whatever is cut from it is valid."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from sources import folder

from copydesk.build import build
from copydesk.corpus import Corpus
from copydesk.ingest import Defaults, Ingested, ingest
from copydesk.release.cut import Options, cut
from copydesk.text import segment
from copydesk.text.pieces import line_zones
from copydesk.validate import validate

FURNITURE = "Get in touch with the desk that you have a story for, by day or by night."
SUBJECTS = (
    *("barley farmers", "tram drivers", "the orchestra", "well diggers", "town councillors"),
    *("the ferry crew", "bee keepers", "a choir"),
)


def story(number: int) -> str:
    subject = SUBJECTS[number]
    return (
        f"What {subject} did on day {number}\n"
        f"For {number + 3} years {subject} have met in hall {number * 7} of the old mill.\n"
        f"“Nobody but {subject} would do that,” said Ada Crane {number}.\n"
        f"They meet again in week {number * 5}, with {number + 20} guests from {subject}.\n"
    )


def clean(corpus: Corpus) -> tuple[object, ...]:
    build(corpus, workers=1)
    created = datetime(2026, 5, 1, tzinfo=UTC)
    cut(corpus, Options(version="0.1.0", created=created, labels="rule"))
    return validate(corpus.dataset).findings


@pytest.mark.long
def test_lines_that_an_outlet_repeats_are_notes(tmp_path: Path, corpus: Corpus) -> None:
    """A line in several articles of one outlet that share nothing else is no unit for labels and
    ties no articles together; the same line in one article of another outlet stays."""
    texts = {f"s{n}": f"{story(n)}{FURNITURE}\n" for n in range(5)}
    source = folder(tmp_path / "day", **texts)
    other = folder(tmp_path / "post", s6=f"{story(6)}{FURNITURE}\n")

    done = ingest([source], corpus, defaults=Defaults(outlet="The Day", licence="CC-BY-4.0"))
    ingest([other], corpus, defaults=Defaults(outlet="The Post", licence="CC-BY-4.0"))

    assert (done.steps["furniture"], done.joined) == (5, ())
    zones = {a.article_id: a.zones for a in corpus.articles()}
    assert zones == dict.fromkeys(texts, ("4:note",)) | {"s6": ()}
    article = next(iter(corpus.articles()))
    pieces = segment(corpus.text(article), zones=line_zones(article.zones))
    assert (pieces[-1].zone, pieces[-1].is_unit) == ("note", False)
    before = corpus.manifest.read_bytes()
    for path in tmp_path.glob("*/*.txt"):
        path.touch()
    again = ingest([source], corpus, defaults=Defaults(outlet="The Day", licence="CC-BY-4.0"))
    assert (again.replaced, corpus.manifest.read_bytes()) == (0, before)
    assert clean(corpus) == ()


def test_copies_of_one_article_are_not_furniture(tmp_path: Path, corpus: Corpus) -> None:
    """Five copies of a story are one event, and their lines stay what they are."""
    source = folder(tmp_path / "day", **{f"s{n}": story(1) for n in range(5)})

    ingest([source], corpus, defaults=Defaults(outlet="The Day", licence="CC0-1.0"))

    assert {(a.event, a.zones) for a in corpus.articles()} == {("s0", ())}


def take(tmp_path: Path, corpus: Corpus, text: str, **defaults: str) -> Ingested:
    source = folder(tmp_path / "in", a=text)
    return ingest([source], corpus, defaults=Defaults(**defaults))


@pytest.mark.parametrize(
    ("text", "defaults", "held_back", "attribution"),
    [
        (story(1), {"licence": "CC-BY-4.0"}, "attribution", None),
        (story(1), {"licence": "CC-BY-4.0", "attribution": "Ada"}, None, "Ada"),
        (story(1), {"licence": "CC-BY-4.0", "attribution": "\u2014"}, "attribution", "\u2014"),
        (story(1), {"licence": "CC-BY-4.0", "outlet": "The Day"}, None, "The Day"),
        (story(1), {"licence": "CC0-1.0"}, None, None),
        (
            story(1) + "Write to ada@day.example now.\n",
            {"licence": "CC0-1.0"},
            "personal-data",
            None,
        ),
        (story(1), {"licence": "CC-BY-NC-4.0"}, None, None),
    ],
)
def test_what_validate_would_refuse_is_withheld_with_the_reason(
    tmp_path: Path,
    corpus: Corpus,
    text: str,
    defaults: dict[str, str],
    held_back: str | None,
    attribution: str | None,
) -> None:
    """A text whose licence wants somebody named, and one with personal data, is not given; the
    release that is cut then is clean."""
    done = take(tmp_path, corpus, text, **defaults)

    (article,) = corpus.articles()
    assert (article.held_back, article.attribution) == (held_back, attribution)
    withheld = held_back is not None or defaults["licence"] == "CC-BY-NC-4.0"
    assert (article.redistributable, done.withheld) == (not withheld, int(withheld))
    assert len(done.why_withheld) == int(withheld)
    assert clean(corpus) == ()


def test_an_outlet_may_have_its_licence_in_the_configuration(
    tmp_path: Path, corpus: Corpus
) -> None:
    """The table `outlets` of copydesk.toml gives licence and attribution by the outlet's name."""
    config = corpus.root / "copydesk.toml"
    table = '\n[outlets."The Day"]\nlicence = "CC-BY-4.0"\nattribution = "The Day, Wend"\n'
    config.write_text(config.read_text() + table)

    take(tmp_path, corpus, story(2), outlet="The Day")

    (article,) = corpus.articles()
    assert (article.licence, article.attribution) == ("CC-BY-4.0", "The Day, Wend")


def test_articles_in_a_language_without_rules_are_left_out_of_a_rule_release(
    tmp_path: Path, corpus: Corpus
) -> None:
    """A folder of two languages still gives a release by rules, of the one that has rules."""
    lines = '{"id": "de", "lang": "de", "text": "Die Brücke ist offen.\\nSie war lange zu."}\n'
    path = tmp_path / "news.jsonl"
    path.write_text(lines + '{"id": "en", "lang": "en", "text": "The bridge is open."}\n')
    ingest([str(path)], corpus, licence="CC0-1.0")
    build(corpus, workers=1)

    created = datetime(2026, 5, 1, tzinfo=UTC)
    done = cut(corpus, Options(version="0.1.0", created=created, labels="rule"))

    assert done.unlabelled == ("de",)
    assert validate(corpus.dataset).findings == ()
