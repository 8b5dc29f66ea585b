"""What is right raises nothing: the small corpus, and releases that hypothesis makes."""

from __future__ import annotations

import datetime
import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, assume, example, given, settings
from hypothesis import strategies as st
from specimens import Specimen

from copydesk.build import build
from copydesk.corpus import Article, Corpus
from copydesk.errors import CopydeskError
from copydesk.files import atomic_write, dump_line, sha256_text
from copydesk.release.cut import Options, cut
from copydesk.scaffold import lay_out
from copydesk.text import canonical
from copydesk.validate import personal, validate

_WORDS = st.sampled_from(
    [
        *("the", "harbour", "said", "“it", "sinks”,", "may", "(perhaps)", "12", "Aé", "‘so’", "𝔘"),
        *("🙂", "naïve", "she’d", "told", "them.", "It?", "Yes!", "…", "[sic]", "Mr.", "Pym"),
        *("U.S.", "—", "over", "£3.5m,", "e\u0301", "is\u00a0on", "Photo:", "By"),
    ]
)
_TEXTS = st.lists(
    st.lists(_WORDS, min_size=1, max_size=30).map(" ".join), min_size=1, max_size=6
).map("\n".join)

_CROSSING = (
    "— the —\nsinks”,\nsaid — (perhaps) “it Photo: Mr. “it Photo: Aé Pym\nover them. said “it\n"
    "It? … By harbour is\u00a0on Pym Photo:\né It? It? Photo: she’d over — £3.5m, Aé It? may"
)
"""A quotation that begins in a credit line and ends in a sentence."""


@pytest.mark.parametrize(
    "target", ["", "dataset", "dataset/releases/1.0.0", "dataset/releases/1.1.0"]
)
def test_the_valid_corpus_is_clean(valid: Path, target: str) -> None:
    """The corpus, its data set folder and each of its releases."""
    report = validate(valid / target, rebuild=True)
    assert report.counts == {}
    assert set(report.skipped) <= {"datasheet-disagrees", "rebuild-differs", "source-disagrees"}


@pytest.mark.slow
@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # shrinking takes minutes
)
@example([(_CROSSING, True)])
@given(st.lists(st.tuples(_TEXTS, st.booleans()), min_size=1, max_size=6))
def test_releases_of_any_text_are_clean(stories: list[tuple[str, bool]]) -> None:
    """Whatever the words, what cut makes of them breaks no rule but those on duplicates."""
    with tempfile.TemporaryDirectory() as scratch:
        corpus = lay_out(Path(scratch) / "any", title="Any words")
        _take_in(corpus, stories)
        build(corpus, workers=1)
        try:
            cut(
                corpus,
                Options(
                    version="1.0.0",
                    created=datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC),
                    labels="rule",
                ),
            )
        except CopydeskError:
            assume(False)  # no unit in any article, or a text that is withheld and given alike
        report = validate(
            corpus.root,
            # The words are few, so that articles of several events do repeat each other.
            exclude=["duplicate-text-across-splits", "near-duplicate-across-splits"],
        )
        assert report.counts == {}, report.findings


def _take_in(corpus: Corpus, stories: list[tuple[str, bool]]) -> None:
    lines = []
    for number, (words, is_given) in enumerate(stories):
        text = canonical(words)
        article = Article(
            article_id=f"story-{number}",
            collection="any",
            event=f"event-{number // 2}",
            text_sha256=sha256_text(text),
            redistributable=is_given,
            licence="CC-BY-4.0" if is_given else None,
            attribution="Anyone",
        )
        atomic_write(corpus.texts.path(article), text + "\n")
        lines.append(dump_line(article.public()))
    atomic_write(corpus.manifest, "\n".join(lines) + "\n")


def test_waivers_silence_a_rule_for_a_while(specimen: Specimen) -> None:
    """Until its end a waiver counts faults and fails nothing; after it the faults are back."""
    specimen.set("sentences", "quoted_ratio", 0.5)
    specimen.sign()
    specimen.configure(
        '[[waivers]]\nrule = "quoted-ratio-mismatch"\nreason = "to be cut again"\n'
        'until = "2026-05-01"'
    )
    before = validate(specimen.release, today=datetime.date(2026, 5, 1))
    assert (before.exit_code, before.counts) == (0, {})
    assert [(waived.rule, waived.count) for waived in before.waived] == [
        ("quoted-ratio-mismatch", 1)
    ]
    after = validate(specimen.release, today=datetime.date(2026, 5, 2))
    assert after.counts == {"quoted-ratio-mismatch": 1, "waiver-expired": 1}


@pytest.mark.parametrize(
    ("rule", "until", "reason"),
    [
        ("text-withheld-leaked", "2026-04-30", "cannot be waived"),
        ("checksum-mismatch", "2026-04-30", "cannot be waived"),
        ("id-duplicate", "2026-04-30", "cannot be waived"),
        ("label-drift", "2027-04-17", "more than a year from now"),
    ],
)
def test_a_waiver_of_what_may_not_be_waived_is_found(
    rule: str, until: str, reason: str, specimen: Specimen
) -> None:
    """Rights, checksums and identity cannot be waived, and nothing for more than a year."""
    specimen.configure(
        f'[[waivers]]\nrule = "{rule}"\nreason = "to be cut again"\nuntil = "{until}"'
    )
    report = validate(specimen.release, today=datetime.date(2026, 4, 15))
    [finding] = report.findings
    assert finding.rule == "waiver-expired"
    assert reason in finding.message


@pytest.mark.parametrize("value", ["nan", "inf", "-inf", "2.0"])
def test_a_threshold_out_of_its_range_is_found(value: str, specimen: Specimen) -> None:
    """A threshold that nothing can miss is a fault of the configuration."""
    specimen.configure(f"[checks]\nalpha_min = {value}")
    assert "schema-violation" in validate(specimen.root, include=["schema-violation"]).counts


def test_a_date_may_stand_without_quotation_marks(specimen: Specimen) -> None:
    """TOML has dates of its own; the end of a waiver is one."""
    specimen.configure(
        '[[waivers]]\nrule = "label-drift"\nreason = "a trial event"\nuntil = 2026-03-31'
    )
    report = validate(specimen.release, today=datetime.date(2026, 4, 1))
    assert report.counts == {"waiver-expired": 1}


def test_pseudonyms_may_be_of_another_form(specimen: Specimen) -> None:
    """The corpus decides what its pseudonyms look like."""
    specimen.configure('[checks]\npseudonyms = "^[a-z]+-[a-z]+$"')
    report = validate(specimen.release)
    assert report.counts == {"personal-data": 3}


def test_a_waiver_of_one_record_leaves_the_others(specimen: Specimen) -> None:
    """Of two sentences at fault, the one that is not named is found."""
    specimen.set("sentences", "quoted_ratio", 0.5, row=0)
    specimen.set("sentences", "quoted_ratio", 0.5, row=1)
    specimen.sign()
    specimen.configure(
        '[[waivers]]\nrule = "quoted-ratio-mismatch"\nrecord = "bridge-day.001"\n'
        'reason = "an experiment"\nuntil = "2026-05-01"'
    )
    report = validate(
        specimen.release,
        include=["quoted-ratio-mismatch"],
        today=datetime.date(2026, 4, 15),
    )
    assert [finding.record for finding in report.findings] == ["bridge-day.002"]
    assert [waived.count for waived in report.waived] == [1]


def test_a_waiver_of_no_rule_is_found(specimen: Specimen) -> None:
    """A misspelt waiver would silence nothing, and nobody would notice."""
    specimen.configure(
        '[[waivers]]\nrule = "label-drfit"\nreason = "a trial event"\nuntil = "2099-01-01"'
    )
    [finding] = validate(specimen.release).findings
    assert finding.rule == "waiver-expired"
    assert finding.message == "The waiver is of a rule that does not exist, 'label-drfit'."


def test_a_release_switches_no_rule_off_by_its_schema_version(specimen: Specimen) -> None:
    """A release that calls itself older is still judged by the rules that always hold."""
    (specimen.release / "notes.txt").touch()
    specimen.amend(lambda manifest: manifest.update(schema_version="0.9"))
    specimen.sign()
    assert "file-unlisted" in validate(specimen.release).counts


def test_rules_can_be_chosen(specimen: Specimen) -> None:
    """By level, by inclusion, by exclusion."""
    (specimen.release / "notes.txt").touch()
    specimen.set("sentences", "label", -1)
    specimen.sign()
    assert set(validate(specimen.release, level=1).counts) == {"file-unlisted"}
    assert set(validate(specimen.release, include=["label-unknown"]).counts) == {"label-unknown"}
    both = validate(specimen.release, level=2, exclude=["file-unlisted"])
    assert set(both.counts) == {"label-unknown"}


def test_faults_are_counted_beyond_those_that_are_shown(specimen: Specimen) -> None:
    """Twenty of a rule are shown, all are counted."""
    specimen.edit("annotations", lambda frame: frame.with_columns(label=frame["label"] * 0 + 9))
    specimen.sign(documents=False)
    report = validate(specimen.release, include=["label-unknown"])
    assert report.counts == {"label-unknown": 66}
    assert (len(report.findings), report.hidden("label-unknown")) == (20, 46)


def test_a_release_alone_is_judged_by_what_it_holds(specimen: Specimen, tmp_path: Path) -> None:
    """Outside a data set folder there is no card to compare with, and the report says so."""
    alone = tmp_path / "alone"
    shutil.copytree(specimen.release, alone)
    report = validate(alone)
    assert report.counts == {}
    assert report.skipped["card-disagrees"] == "the release is not in a data set folder"
    assert report.skipped["source-disagrees"] == "the release is not in a corpus"


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("Call 020 7946 0958 now", "a telephone number"),
        ("ring 07700 900123.", "a telephone number"),
        ("(555) 123-4567", "a telephone number"),
        ("+44 20 7946 0958", "an international telephone number"),
        ("0049 30 1234567", "an international telephone number"),
        ("tel: 8491-2231", "a telephone number"),
        ("GB82 WEST 1234 5698 7654 32", "a bank account (IBAN)"),
        ("4111 1111 1111 1111", "a payment card number"),
        ("078-05-1120", "a social security number"),
        ("from 192.168.0.1 came", "an IP address"),
        ("jo.bloggs+news@mail.example.co.uk", "an e-mail address"),
    ],
)
def test_personal_data_is_found(words: str, kind: str) -> None:
    """Each kind in a form that is in use."""
    assert [name for name, _, _ in personal.find(words)] == [kind]


@pytest.mark.parametrize(
    "words",
    [
        "in the 2019-2020 season they won 6-4 6-3 7-5 and 123-110",
        "$1,200,000,000 for 3,100 dockworkers, or 28 000 000 000 crowns",
        "on 2024-10-21, on 21-10-2024 and at 12:01 a.m. on 14.09.2026",
        "between 1939-1945 some 60 000 000 died, 300-400 of them here",
        "in 2014, 2015 and 2016 10 000 fled; the 4 x 100 200 3000 relay",
        "ISBN 978-3-16-148410-0, DOI 10.1000/182, version v1.2.3.4",
        "GB82 WEST 1234 5698 7654 33 and 4111 1111 1111 1112 fail their check digits",
        "the phone rang 2015 times, a text in 2016 reached 45,000",
        "@copydesk asked at +20 to +25 degrees, up 1.5 to 2.25",
    ],
)
def test_numbers_of_the_news_are_no_personal_data(words: str) -> None:
    """Years, money, scores, casualties and dates raise no alarm."""
    assert list(personal.find(words)) == []


@pytest.mark.shared
def test_real_news_raises_no_alarm(shared: Path) -> None:
    """Seventeen real articles hold no personal data of these kinds."""
    texts = [path.read_text(encoding="utf-8") for path in shared.glob("raw/*/*.txt")]
    assert len(texts) == 17
    assert [found for text in texts for found in personal.find(text)] == []
