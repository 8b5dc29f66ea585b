"""Articles that share text share an event, before splits are drawn."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from itertools import product
from pathlib import Path
from random import Random

import pytest
from sources import folder, write

from copydesk.build import build
from copydesk.corpus import Corpus
from copydesk.errors import InputError
from copydesk.ingest import Defaults, Ingested, ingest
from copydesk.ingest.events import Joined
from copydesk.release.cut import Options, cut
from copydesk.scaffold import lay_out
from copydesk.validate import validate

SAID = "“We waited forty years for this bridge and we shall not wait for the road,” she said."
FILLERS = {
    "alder": "Alder farmers sold their whole barley crop before the first rain of autumn came.",
    "birch": "A tram in Birch left its rails at noon and stopped before a shop for hats.",
    "cedar": "The Cedar orchestra chose a conductor of thirty who had never led it before.",
    "dogwood": "Nine wells in Dogwood ran dry in May and were dug deeper by volunteers in June.",
    "elm": "Elm town council put off its vote on the covered market for the fourth time.",
}


def take(root: Path, corpus: Corpus, **texts: str) -> Ingested:
    return ingest([folder(root, **texts)], corpus, licence="CC0-1.0", workers=1)


def events(corpus: Corpus) -> dict[str, str]:
    return {a.article_id: a.event for a in corpus.articles()}


def released(corpus: Corpus, version: str) -> dict[str, str]:
    build(corpus, workers=1)
    created = datetime(2026, 5, 1, tzinfo=UTC)
    done = cut(corpus, Options(version=version, created=created, labels="rule"))
    return dict(done.manifest["splits"])


@pytest.mark.long
def test_articles_of_one_interview_are_one_event_and_the_release_is_clean(
    tmp_path: Path, corpus: Corpus
) -> None:
    """Reports that quote one utterance, among others that share nothing, do not cross splits:
    `validate` finds nothing in what `cut` made."""
    reports = {
        f"report-{n}": f"Report {n} on the bridge\n{' '.join(line.split()[::-1])}\n{SAID}\n"
        for n, line in enumerate(FILLERS.values())
    }

    done = take(tmp_path / "in", corpus, **reports, **{k: f"{v}\n" for k, v in FILLERS.items()})

    found = events(corpus)
    assert {found[name] for name in reports} == {"report-0"}
    assert [found[name] for name in FILLERS] == list(FILLERS)
    assert done.joined[0] == Joined(
        article_id="report-1", event="report-0", other="report-0", because="the same sentence"
    )
    released(corpus, "0.1.0")
    assert validate(corpus.dataset).findings == ()


@pytest.mark.parametrize(
    ("a", "b", "because"),
    [
        (
            f"Bridge opens\n{FILLERS['alder']}\n",
            f"Bridge opens\n{FILLERS['alder']}\n",
            "the whole text",
        ),
        (
            f"{FILLERS['alder']} Nobody had seen that before.\n",
            f"Much else was told that day.\n{FILLERS['alder']}\n",
            "the same sentence",
        ),
        (
            f"{FILLERS['alder']} Nobody had seen that before.\n",
            f"Much was told.\n{FILLERS['alder'].replace('autumn', 'winter')}\n",
            "nearly the same sentence",
        ),
        (
            "The mayor said: “We have waited forty years for this bridge over the Wend.” He sat.\n",
            "She recalled that they “have waited forty years for this bridge over the river”.\n",
            "an utterance",
        ),
        (
            "After lunch the nine wells that ran dry in the month of May were dug deeper by men "
            "with spades, a man in the square said.\n",
            "It is told that nine wells that ran dry in the month of May were dug deeper by men "
            "who came from other parts of the country in June.\n",
            "15 words in a row",
        ),
        (
            "The report was published at the end of last week in the town.\n",
            "A dog was seen at the end of last week near the old mill.\n",
            None,
        ),
    ],
)
def test_what_two_articles_share_is_said(
    tmp_path: Path, corpus: Corpus, a: str, b: str, because: str | None
) -> None:
    """Each way to share text joins two articles and is named; a stock phrase joins none."""
    done = take(tmp_path / "in", corpus, a=a, b=b)

    assert [joined.because for joined in done.joined] == ([because] if because else [])
    assert events(corpus) == {"a": "a", "b": "a" if because else "b"}


def test_an_event_that_the_user_named_stays(tmp_path: Path, corpus: Corpus) -> None:
    """The table `events` of copydesk.toml keeps apart what shares a sentence, and a new article
    joins the named event."""
    config = corpus.root / "copydesk.toml"
    config.write_text(config.read_text() + '\n[events]\nfair = ["a"]\nflood = ["b"]\n')
    shared = f"{FILLERS['elm']}\n"

    take(tmp_path / "in", corpus, a=f"A\n{shared}", b=f"B\n{shared}", c=f"C\n{shared}")

    assert events(corpus) == {"a": "fair", "b": "flood", "c": "fair"}
    assert len(set(released(corpus, "0.1.0").values())) == 1
    assert validate(corpus.dataset).findings == ()


def test_an_event_for_all_articles_is_given_by_an_option(tmp_path: Path, corpus: Corpus) -> None:
    """`--event` names the event of every article that names none."""
    source = folder(tmp_path / "in", a=FILLERS["alder"], b=FILLERS["birch"])

    ingest([source], corpus, defaults=Defaults(event="harvest"), workers=1)

    assert events(corpus) == {"a": "harvest", "b": "harvest"}


def test_several_processes_find_the_events_that_one_finds(tmp_path: Path, corpus: Corpus) -> None:
    """In chains of 50 articles, each with a sentence of the one before and some with one of the
    first, articles are united while others that they are tied to are still being compared."""
    words = ["".join(pair) for pair in product("bdfgklmnprst", ("ade", "ine", "olt", "urk", "ask"))]
    pick = Random(1)
    made = [f"{' '.join(pick.choices(words, k=12)).capitalize()}." for _ in range(300)]
    texts = {}
    for n, sentence in enumerate(made):
        before = [made[n - 1]] if n % 50 else []
        first = [made[n // 50 * 50]] if n % 50 in (15, 30, 45) else []
        texts[f"a{n:03d}"] = "\n".join([f"News of {n}", sentence, *before, *first])
    source = folder(tmp_path / "in", **texts)
    other = lay_out(tmp_path / "other")

    one = ingest([source], corpus, licence="CC0-1.0", workers=1)
    two = ingest([source], other, licence="CC0-1.0", workers=2)

    assert len(one.joined) == 294
    assert {joined.event for joined in one.joined} == {f"a{n:03d}" for n in range(0, 300, 50)}
    assert two == one
    assert other.manifest.read_bytes() == corpus.manifest.read_bytes()


def test_found_events_are_kept_when_the_same_articles_come_again(
    tmp_path: Path, corpus: Corpus
) -> None:
    """A second ingest finds nothing new and changes nothing."""
    texts = {"a": f"A\n{FILLERS['elm']}\n", "b": f"B\n{FILLERS['elm']}\n"}
    take(tmp_path / "in", corpus, **texts)
    before = corpus.manifest.read_bytes()

    done = take(tmp_path / "in", corpus, **texts)

    assert (done.joined, done.replaced, corpus.manifest.read_bytes()) == ((), 0, before)


@pytest.mark.long
def test_an_article_that_ties_two_splits_together_is_set_aside(
    tmp_path: Path, corpus: Corpus
) -> None:
    """Released articles keep event and split; a new one joins one of them, and one that shares
    text with two splits is named and not taken."""
    take(tmp_path / "in", corpus, **{k: f"{v}\n" for k, v in FILLERS.items()})
    splits = released(corpus, "0.1.0")
    one = next(e for e in splits if splits[e] == "train")
    two = next(e for e in splits if splits[e] == "test")
    new = {
        "joins": f"It was told again.\n{FILLERS[one]}\n",
        "ties": f"Both were told.\n{FILLERS[one]}\n{FILLERS[two]}\n",
    }

    done = take(tmp_path / "more", corpus, **new)

    found = events(corpus)
    assert found == {k: k for k in FILLERS} | {"joins": one}
    (refusal,) = done.refused
    assert refusal.source == str(tmp_path / "more" / "ties.txt")
    assert refusal.reason.startswith("It shares nearly the whole text with '")
    assert done.new_refusals == 1
    assert released(corpus, "0.2.0") == splits
    assert validate(corpus.dataset).findings == ()


@pytest.mark.shared
def test_the_five_reports_of_one_interview_are_one_event(
    tmp_path: Path, corpus: Corpus, shared: Path
) -> None:
    """The real articles that quote one interview are put together; the twelve others stay."""
    ingest([str(shared / "raw" / "ceasefire"), str(shared / "raw" / "wikinews" / "*.txt")], corpus)

    found = events(corpus)
    assert {event for name, event in found.items() if name.startswith("ceasefire")} == {
        "ceasefire-000"
    }
    assert len(set(found.values())) == 13


def test_no_event_of_the_shipped_corpus_is_joined_with_another(
    tmp_path: Path, corpus: Corpus
) -> None:
    """The texts of the shipped corpus without their metadata: an event found never holds articles
    of two, and articles that share an utterance find theirs."""
    raw = Path(__file__).resolve().parents[2] / "dataset" / "raw" / "originals"

    ingest([str(raw)], corpus, workers=1)

    found = events(corpus)
    assert len({name.split("-")[0] for name in found}) == 22
    assert [n for n, event in found.items() if event.split("-")[0] != n.split("-")[0]] == []
    # These pairs have a sentence of their speaker in common.
    for one, other in (
        ("kelp-light-sciencewire", "kelp-light-doubting-lab"),
        ("coldwater-inquest-transcript", "coldwater-inquest-nine-mile-argus"),
        ("lubrava-mayor-obzor", "lubrava-mayor-transmont"),
        ("okoru-mask-arts-interview", "okoru-mask-morning-globe"),
        ("transit-strike-metro-first", "transit-strike-metro-writethru"),
        ("mandapur-dam-record", "mandapur-dam-mirror"),
    ):
        assert found[one] == found[other], (one, other)


def test_shared_text_of_events_that_the_user_named_apart_is_told(
    tmp_path: Path, corpus: Corpus
) -> None:
    """They stay apart, since the user said so; what that may cost is said at once."""
    config = corpus.root / "copydesk.toml"
    config.write_text(config.read_text() + '\n[events]\none = ["a"]\ntwo = ["b"]\n')
    named = Corpus(corpus.root)

    done = take(tmp_path / "in", named, a=f"One\n{SAID}\n", b=f"Two\n{SAID}\n")

    assert events(named) == {"a": "one", "b": "two"}
    assert done.joined == ()
    assert done.apart == (
        Joined(article_id="b", event="two", other="a", because="nearly the whole text"),
    )


NEARLY = [
    "The committee of the Harbour District voted by nine to two on Tuesday to widen the old quay",
    "The committee of the Harbour District voted by nine to two on Friday to widen the old quay",
]


@pytest.mark.parametrize("ends", [(".", " this year."), (".", ".")])
def test_events_named_apart_that_share_nearly_a_sentence_are_in_one_split(
    tmp_path: Path, corpus: Corpus, ends: tuple[str, str]
) -> None:
    """Whatever the user names apart, `validate` finds nothing in what `cut` makes."""
    named = "".join(f'e{n} = ["a{n}"]\n' for n in range(8))
    config = corpus.root / "copydesk.toml"
    config.write_text(f"{config.read_text()}\n[events]\n{named}")
    texts = {
        f"a{n}": f"{line}\n{NEARLY[n % 2]}{ends[n % 2]}\n"
        for n, line in enumerate([*FILLERS.values(), "One.", "Two.", "Three."])
    }

    done = take(tmp_path / "in", Corpus(corpus.root), **texts)

    splits = released(Corpus(corpus.root), "0.1.0")
    assert done.apart
    assert len(splits) == 8
    assert len(set(splits.values())) == 1
    assert validate(corpus.dataset).findings == ()


def test_the_same_short_text_of_two_events_is_in_one_split(tmp_path: Path, corpus: Corpus) -> None:
    """An article of one short sentence is no less the same article."""
    named = "".join(f'e{n} = ["a{n}"]\n' for n in range(6))
    config = corpus.root / "copydesk.toml"
    config.write_text(f"{config.read_text()}\n[events]\n{named}")

    take(tmp_path / "in", Corpus(corpus.root), **{f"a{n}": "It is late.\n" for n in range(6)})

    assert len(set(released(Corpus(corpus.root), "0.1.0").values())) == 1
    assert validate(corpus.dataset).findings == ()


def test_a_cut_is_refused_that_would_put_nearly_one_sentence_into_two_released_splits(
    tmp_path: Path, corpus: Corpus
) -> None:
    """Both events keep their splits, so the articles are named, and what may be done."""
    take(tmp_path / "in", corpus, **{name: f"{text}\n" for name, text in FILLERS.items()})
    splits = released(corpus, "0.1.0")
    one = next(event for event, split in splits.items() if split == "train")
    two = next(event for event, split in splits.items() if split == "test")
    take(tmp_path / "more", corpus, x=f"{NEARLY[0]}.\n", y=f"{NEARLY[1]}.\n")
    # `ingest` would set such an article aside; a corpus may have it from an older version.
    lines = [json.loads(line) for line in corpus.manifest.read_text(encoding="utf-8").splitlines()]
    for line in lines:
        line["event"] = {"x": one, "y": two}.get(line["article_id"], line["event"])
    corpus.manifest.write_text("".join(f"{json.dumps(line)}\n" for line in lines))

    with pytest.raises(InputError) as caught:
        released(corpus, "0.2.0")

    assert caught.value.message == (
        "1 of the release's texts and sentences would be in two splits, identical or nearly so, "
        "such as 'y.001' (test) and 'x.001' (train): their events have these splits since an "
        "earlier release."
    )
    assert not (corpus.releases / "0.2.0").exists()


def test_translations_that_name_each_other_are_one_event(tmp_path: Path, corpus: Corpus) -> None:
    """A page's hreflang and a record's translation_of tie languages together; a link that leads to
    no article, as to another edition's front page, ties nothing."""
    address = "https://bay.example/{}"
    page = (
        "<html lang='{0}'><head><title>{1}</title><link rel='canonical' href='{2}'>"
        "<link rel='alternate' hreflang='{3}' href='{4}'></head>"
        "<body><article><h1>{1}</h1><p>{5}</p></article></body></html>"
    )
    english = "The ferry to Sandby will sail again in April, nine years after the last trip."
    german = "Die Fähre nach Sandby soll im April wieder fahren, neun Jahre nach der letzten Fahrt."
    pages = {
        "en": page.format("en", "Ferry", address.format("en"), "de", address.format("de"), english),
        "de": page.format("de", "Fähre", address.format("de"), "fr", address.format(""), german),
    }
    for name, text in pages.items():
        write(tmp_path / "in" / f"{name}.html", text)
    rows = [
        {"id": "fr", "text": "Le bac de Sandby reprend la mer.", "translation_of": "en"},
        {"id": "elm", "text": FILLERS["elm"], "translation_of": "nobody"},
    ]
    write(tmp_path / "in" / "more.jsonl", "".join(f"{json.dumps(row)}\n" for row in rows))

    done = ingest([str(tmp_path / "in")], corpus, workers=1)

    assert done.refused == ()
    assert events(corpus) == {"de": "de", "en": "de", "fr": "de", "elm": "elm"}
    assert {j.because for j in done.joined} == {"a link between translations"}
