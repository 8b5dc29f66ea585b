"""The pages that show a release."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from copydesk.errors import InputError, IntegrityError
from copydesk.explore import explore
from copydesk.release.hydrate import hydrate

Rows = dict[str, list[dict[str, Any]]]
Write = Callable[[Mapping[str, Any], Path], Path]


def plain(text: str) -> str:
    """Text with every run of blanks as one."""
    return " ".join(text.split())


def files(folder: Path) -> dict[str, bytes]:
    """Every file of a folder by its path."""
    found = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in found}


def test_there_is_a_page_for_each_article_and_for_each_kind_of_thing(pages: Path) -> None:
    """The folder holds the pages and the mark of who made it, nothing else."""
    assert list(files(pages)) == [
        "articles/flood-gazette.html",
        "articles/flood-wire.html",
        "articles/vote-post.html",
        "disputed.html",
        "explore.json",
        "index.html",
        "quotations.html",
        "sentences.html",
    ]


def test_an_article_is_shown_to_the_character(pages: Path, page: Any, texts: Any) -> None:
    """Pieces and the blanks between them, joined, are the canonical text, whatever is in it."""
    shown = page.read(pages / "articles/flood-gazette.html").copies
    assert "".join(text for _, text in shown) == texts["flood-gazette"]


def test_zones_and_labels_are_told_apart(pages: Path, page: Any) -> None:
    """Each piece carries its label if it has one, else its zone."""
    shown = page.read(pages / "articles/flood-gazette.html").copies
    kinds = list(dict.fromkeys(kind for kind, text in shown if text.strip()))
    assert kinds == [
        *("l-background", "z-byline", "z-dateline", "l-quote"),
        *("z-subhead", "l-speculation", "z-credit", "z-note"),
    ]


def test_a_sentence_says_its_votes_source_and_cues(pages: Path, page: Any) -> None:
    """Beside the text stand number, label, a letter for each vote, source, dispute and cues."""
    text = plain(page.read(pages / "articles/flood-gazette.html").text)
    answers = "Qquote model-1 Qquote model-2 Cclaim model-3"
    assert f"003 Qquote majority ≠ disputed QQC {answers} cues: say" in text
    assert "005 Bbackground unanimous BBB" in text


def test_quotation_cue_and_speaker_are_marked(pages: Path) -> None:
    """Marks are cut where they begin and end, inside the sentence."""
    html = (pages / "articles/flood-gazette.html").read_text(encoding="utf-8")
    assert (
        '<span class="t">“<span class="quoted">Nobody saw it coming, nobody at all,</span>” '
        '<span class="cue">said</span> <span class="speaker">Ida Marsh</span>.</span>'
    ) in html
    assert 'href="../quotations.html#g-0123456789abcdef"' in html


def test_what_an_article_says_is_never_markup(pages: Path, page: Any) -> None:
    """Script, braces and hostile titles and addresses are text."""
    shown = page.read(pages / "articles/flood-gazette.html")
    assert shown.tags["script"] == 1  # ours
    assert "{{7*7}}" in shown.text
    for path in pages.rglob("*.html"):
        found = page.read(path)
        assert found.tags["b"] == path.read_text(encoding="utf-8").count("<b>") + (
            path.read_text(encoding="utf-8").count('<b class="warn">')
        )
        assert not [link for link in found.links if link.startswith("javascript:")]


def test_the_only_script_is_ours_and_the_policy_names_it(pages: Path) -> None:
    """The content security policy allows no network and one script, by its hash."""
    import base64
    import hashlib

    html = (pages / "index.html").read_text(encoding="utf-8")
    (script,) = re.findall(r"<script>(.*?)</script>", html, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert (
        f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{digest}'; "
        "img-src data:"
    ) in html


def test_nothing_is_fetched(pages: Path, page: Any) -> None:
    """No page names a source, an import or a font elsewhere."""
    for path in pages.rglob("*.html"):
        html = path.read_text(encoding="utf-8")
        assert page.read(path).sources == []
        assert not re.search(r"url\(|@import|@font-face", html)
        assert re.findall(r"<link [^>]*href=\"([^\"]*)\"", html) == ["data:,"]


def test_every_local_link_leads_somewhere(pages: Path, page: Any) -> None:
    """Pages and places inside them that are linked exist."""
    read = {path.resolve(): page.read(path) for path in pages.rglob("*.html")}
    checked = 0
    for path, found in read.items():
        assert len(set(found.ids)) == len(found.ids)
        for link in found.links:
            if link.startswith("https://"):
                continue
            target, _, fragment = link.partition("#")
            there = (path.parent / target).resolve() if target else path
            assert there in read, link
            # What has an "=" is a choice of filters.
            assert not fragment or "=" in fragment or fragment in read[there].ids, link
            checked += 1
    assert checked > 50


def test_the_first_page_counts_labels_by_collection_and_split(pages: Path, page: Any) -> None:
    """The table has sentences by split, their sum and their share."""
    text = plain(page.read(pages / "index.html").text)
    assert "Sentences by collection, label and split collection label train test all share" in text
    table = text.partition("label train test all share ")[2]
    assert table.startswith(
        "all collections Qquote 1 0 1 10.0 % Cclaim 1 0 1 10.0 % "
        "Sspeculation 1 1 2 20.0 % Bbackground 4 2 6 60.0 % "
        "originals Qquote 1 0 1 14.3 % Cclaim 1 0 1 14.3 % "
        "Sspeculation 1 0 1 14.3 % Bbackground 4 0 4 57.1 % "
        "press Qquote 0 0 0 0.0 % Cclaim 0 0 0 0.0 % "
        "Sspeculation 0 1 1 33.3 % Bbackground 0 2 2 66.7 %"
    )


def test_the_first_page_counts_the_rest(pages: Path, page: Any) -> None:
    """Zones, sources, forms, relations, annotators with their kind, and what is withheld."""
    text = plain(page.read(pages / "index.html").text)
    for words in (
        "10 sentences from 3 articles, published 2026-02-01, each labelled",
        "The labels are by 3 models; no person gave any.",
        "The text of 1 article is withheld: it is shown by its offsets.",
        "zone number share headline 2 20.0 % caption 1 10.0 % body 7 70.0 %",
        "source number share unanimous 8 80.0 % majority 1 10.0 % adjudicated 1 10.0 %",
        "form number share direct 1 50.0 % partial 1 50.0 %",
        "relation number share identical 1 50.0 % reworded 1 50.0 %",
        "model-1 model 1 1 2 6 10",
        "2 disputed sentences, of 10 that two or more annotated.",
    ):
        assert words in text


def test_alpha_is_that_of_the_answers(pages: Path, page: Any) -> None:
    """Alpha of ten sentences by three annotators, computed by hand from the coincidences.

    Of 30 answers q 3, c 5, s 4, b 18; the agreeing pairs are o_qq 1, o_cc 3, o_ss 3, o_bb 18:
    1 - 29 (30 - 25) / (900 - 9 - 25 - 16 - 324) = 1 - 145 / 526.
    """
    text = plain(page.read(pages / "index.html").text)
    assert f"all collections {1 - 145 / 526:.3f}" in text


def test_quotations_of_one_utterance_stand_side_by_side(pages: Path, page: Any) -> None:
    """The fullest comes first; each has its outlet, words, speaker, form, relation, similarity."""
    text = plain(page.read(pages / "quotations.html").text)
    assert (
        "flood 2 quotations in 2 articles "
        "The Gazette Nobody saw it coming, nobody at all, Ida Marsh "
        "direct · fullest · similarity 1.00 "
        "Wire Nobody saw could see it coming nobody at all Ida Marsh "
        "partial · reworded · similarity 0.71"
    ) in text
    html = (pages / "quotations.html").read_text(encoding="utf-8")
    assert "Nobody <del>saw </del><ins>could see</ins> it coming<del> nobody at all</del>" in html


def test_disputed_sentences_stand_between_their_neighbours(pages: Path, page: Any) -> None:
    """Most disputed first, with votes, the label they were settled as, and who said what."""
    text = plain(page.read(pages / "disputed.html").text)
    first, second = text.index("vote-post.003"), text.index("flood-gazette.003")
    assert first < second
    assert (
        "The weir failed at dawn. “Nobody saw it coming, nobody at all,” said Ida Marsh. "
        "It may take until May {{7*7}} to mend 🎈 it. QQC 2 quote, 1 claim "
        "settled as Qquote majority "
        "Who said what Qquote model-1 Qquote model-2 Cclaim model-3 cues: say"
    ) in text
    assert "[21 code points withheld] [text withheld: code points 48–82]" in text
    assert text.count("settled as") == 2


def test_a_withheld_article_is_shown_by_its_offsets(pages: Path, page: Any, texts: Any) -> None:
    """No sentence of it is on any page; blocks have its lengths; the page says how to hydrate."""
    for line in re.split(r"(?<=\.) |\n", texts["vote-post"]):
        for path in pages.rglob("*"):
            assert path.is_dir() or line.encode() not in path.read_bytes()
    html = (pages / "articles/vote-post.html").read_text(encoding="utf-8")
    assert re.findall(r'<li style="--n:(\d+)">', html) == ["25", "21", "34"]
    text = plain(page.read(pages / "articles/vote-post.html").text)
    assert "copydesk release hydrate RELEASE --raw YOUR_ARTICLES --out FULL" in text
    answers = "Sspeculation model-1 Cclaim model-2 Qquote model-3"
    assert f"003 48–82 body Sspeculation QCS ≠ disputed {answers} adjudicated" in text


def test_a_hydrated_folder_is_shown_with_its_text(
    release: Path, page: Any, texts: Any, tmp_path: Path
) -> None:
    """What `hydrate` wrote is shown in full, and every page says that it is not to be passed on."""
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine/vote-post.txt").write_text(texts["vote-post"], encoding="utf-8")
    hydrate(release, raw=[str(tmp_path / "mine")], out=tmp_path / "full")
    folder = explore(tmp_path / "full", tmp_path / "pages").parent
    shown = page.read(folder / "articles/vote-post.html")
    assert "".join(text for _, text in shown.copies) == texts["vote-post"]
    for path in folder.rglob("*.html"):
        assert "Not for publication." in page.read(path).text


def test_a_data_set_is_shown_by_its_newest_release(
    rows: Rows, write: Write, page: Any, tmp_path: Path
) -> None:
    """A data set folder means the newest release that its index names."""
    from copydesk.files import read_json
    from copydesk.release.index import Index, add_release

    folder = write(rows, tmp_path / "dataset/releases/1.0.0")
    add_release(tmp_path / "dataset", Index(), read_json(folder / "release.json"))
    index = explore(tmp_path / "dataset", tmp_path / "out")
    assert "Tiny & True release 1.0.0" in plain(page.read(index).text)


def test_the_same_release_gives_the_same_bytes(release: Path, pages: Path, tmp_path: Path) -> None:
    """Nothing in the pages depends on when or where they are made."""
    assert files(explore(release, tmp_path / "again").parent) == files(pages)


def test_its_own_folder_is_replaced_as_a_whole(release: Path, tmp_path: Path) -> None:
    """Pages of an earlier run go; nothing is left beside the new ones."""
    out = tmp_path / "out"
    explore(release, out)
    (out / "articles/gone.html").write_text("old")
    explore(release, out)
    assert not (out / "articles/gone.html").exists()
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_somebody_elses_folder_is_left_as_it_is(release: Path, tmp_path: Path) -> None:
    """A folder that was not made here is not replaced."""
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(InputError) as refused:
        explore(release, tmp_path)
    assert str(refused.value) == (
        f"{tmp_path}: This folder exists and was not made by 'copydesk explore'. "
        "Choose another folder, or remove it."
    )
    assert (tmp_path / "thesis.txt").read_text() == "mine"


def test_a_release_is_not_written_into(release: Path) -> None:
    """Pages inside a release would change it."""
    with pytest.raises(InputError, match="These pages would lie inside the release"):
        explore(release, release / "pages")
    assert not (release / "pages").exists()


def test_a_failure_leaves_the_earlier_pages(
    release: Path, tmp_path: Path, rows: Rows, write: Write
) -> None:
    """When a release cannot be shown, what was there stays."""
    index = explore(release, tmp_path / "out")
    before = files(index.parent)
    broken = copy.deepcopy(rows)
    broken["sentences"][0]["label"] = 7
    with pytest.raises(IntegrityError) as fault:
        explore(write(broken, tmp_path / "broken"), tmp_path / "out")
    assert str(fault.value) == (
        "release 1.0.0: The label 7 of sentence flood-gazette.001 has no name. "
        "Run 'copydesk validate' on it."
    )
    assert files(index.parent) == before


def test_an_article_id_cannot_lead_out_of_the_folder(
    rows: Rows, write: Write, tmp_path: Path
) -> None:
    """Ids name files, so that only well-formed ones are taken."""
    broken = copy.deepcopy(rows)
    broken["articles"][0]["article_id"] = "../../evil"
    with pytest.raises(IntegrityError, match=r"'\.\./\.\./evil' is not an id of an article\."):
        explore(write(broken, tmp_path / "broken"), tmp_path / "out")


def test_a_table_without_a_column_is_told_in_a_sentence(
    rows: Rows, write: Write, tmp_path: Path
) -> None:
    """A release of another shape is no crash."""
    import pyarrow.parquet as pq

    folder = write(rows, tmp_path / "release")
    path = folder / "quotes/train.parquet"
    pq.write_table(pq.read_table(path).drop_columns(["group"]), path)
    with pytest.raises(IntegrityError, match="cannot be shown"):
        explore(folder, tmp_path / "out")


def test_what_has_no_page_is_counted_and_said(release: Path, page: Any, tmp_path: Path) -> None:
    """Beyond the limit articles are counted in the figures, and the pages say how many."""
    index = explore(release, tmp_path / "out", limit=2)
    assert len(list((tmp_path / "out/articles").iterdir())) == 2
    text = plain(page.read(index).text)
    assert "10 sentences from 3 articles" in text
    assert "2 of 3 articles have a page; 1 is left out" in text
    assert "Only of the 2 articles that have a page, of 3." in text


def test_an_answer_that_was_replaced_makes_no_sentence_disputed(
    rows: Rows, write: Write, page: Any, tmp_path: Path
) -> None:
    """Votes are the newest answers: a slip that was put right later does not count."""
    later = copy.deepcopy(rows)
    slip = next(a for a in later["annotations"] if a["sentence_id"] == "flood-wire.002")
    again = {**slip, "annotation_id": "again", "round": "r2"}
    again["created_at"] = slip["created_at"] + timedelta(days=1)
    slip["label"] = (slip["label"] + 1) % 4
    later["annotations"].append(again)
    explore(write(later, tmp_path / "later"), tmp_path / "out")
    text = plain(page.read(tmp_path / "out" / "index.html").text)
    assert "2 disputed sentences, of 10 that two or more annotated." in text


def test_an_article_names_those_who_answered_it(
    rows: Rows, write: Write, page: Any, tmp_path: Path
) -> None:
    """Of three models of the release two answered the vote."""
    fewer = copy.deepcopy(rows)
    fewer["annotations"] = [
        a
        for a in fewer["annotations"]
        if (a["article_id"], a["annotator"]) != ("vote-post", "model-3")
    ]
    explore(write(fewer, tmp_path / "fewer"), tmp_path / "out")
    articles = tmp_path / "out" / "articles"
    assert "Labelled by 2 models." in plain(page.read(articles / "vote-post.html").text)
    assert "Labelled by 3 models." in plain(page.read(articles / "flood-wire.html").text)


def test_a_release_by_rules_has_nothing_to_compare(
    rows: Rows, write: Write, page: Any, tmp_path: Path
) -> None:
    """One annotator of kind rule: said so, no dispute, no quotations."""
    single = copy.deepcopy(rows)
    single["quotes"] = []
    single["annotations"] = [a for a in single["annotations"] if a["annotator"] == "model-1"]
    for answer in single["annotations"]:
        answer |= {"annotator": "rules", "annotator_kind": "rule", "round": None, "arm": None}
    for row in (*single["sentences"], *single["standoff"]):
        row["votes"] = {
            name: int(n == max(row["votes"].values())) for name, n in row["votes"].items()
        }
        row |= {"n_annotators": 1, "agreement": 1.0, "label_source": "single"}
    single["standoff"][2]["votes"] |= {"quote": 0, "claim": 0}
    index = explore(write(single, tmp_path / "rules"), tmp_path / "out")
    text = plain(page.read(index).text)
    assert "The labels are by rules; no person gave any." in text
    assert "Nothing to compare: no sentence was answered by two annotators." in text
    disputed = plain(page.read(tmp_path / "out/disputed.html").text)
    assert "No sentence was labelled by two annotators, so none is disputed." in disputed
    quotations = plain(page.read(tmp_path / "out/quotations.html").text)
    assert "No utterance is quoted more than once within an event." in quotations


def test_the_command_prints_the_page_to_open(release: Path, tmp_path: Path) -> None:
    """stdout holds the path of the first page and nothing else."""
    import typer

    from copydesk.cli.explore import explore as command

    app = typer.Typer()
    app.command()(command)
    done = CliRunner().invoke(app, [str(release), "--out", str(tmp_path / "out")])
    assert (done.exit_code, done.stdout) == (0, f"{tmp_path}/out/index.html\n")


def test_two_releases_are_compared_on_a_page(
    release: Path, rows: Rows, write: Write, page: Any, tmp_path: Path
) -> None:
    """The page says what changed since another release, and links to the articles shown."""
    older = copy.deepcopy(rows)
    older["sentences"][0]["label"] = 0
    explore(release, tmp_path / "out", before=write(older, tmp_path / "older"))
    found = page.read(tmp_path / "out/compare.html")
    assert "MAJOR sentences, label changed: 1" in plain(found.text)
    assert "articles/flood-gazette.html#flood-gazette.001" in found.links
    assert "compare.html" in page.read(tmp_path / "out/index.html").links


def test_an_adjudicators_reason_stands_with_the_votes(
    rows: Rows, write: Write, page: Any, tmp_path: Path
) -> None:
    """A decision is shown with who made it and why."""
    decided = copy.deepcopy(rows)
    decided["standoff"][2] |= {"adjudicator": "model-9", "reason": "Could is a hedge <b>."}
    explore(write(decided, tmp_path / "decided"), tmp_path / "out")
    text = plain(page.read(tmp_path / "out/articles/vote-post.html").text)
    assert "Sspeculation model-9 decided: Could is a hedge <b>." in text
    assert "decided" not in plain(page.read(tmp_path / "out/articles/flood-wire.html").text)


def test_a_release_is_shown_in_its_own_labels_and_colours(
    rows: Rows, write: Write, page: Any, tmp_path: Path
) -> None:
    """Names, meanings and colours are those that the release itself carries."""
    from copydesk.contract.labels import NEWS

    colours = ("#111111", "#222222", "#333333", "#444444")
    labels = [
        {**label, "name": name, "colour": colour, "meaning": f"It is {name}."}
        for label, name, colour in zip(
            NEWS.as_document()["labels"], ("aim", "method", "result", "other"), colours, strict=True
        )
    ]
    own = copy.deepcopy(rows)
    folder = write(own, tmp_path / "own")
    names = dict(zip(NEWS.names, ("aim", "method", "result", "other"), strict=True))
    for path in folder.rglob("*.parquet"):
        rename_labels(path, names)
    manifest = json.loads((folder / "release.json").read_text(encoding="utf-8"))
    manifest |= {"schema_version": "1.1", "scheme": {"labels": labels}}
    (folder / "release.json").write_text(json.dumps(manifest), encoding="utf-8")
    index = explore(folder, tmp_path / "out")
    text = plain(page.read(index).text)
    assert "each labelled aim, method, result or other." in text
    assert "M method It is method." in text
    assert ".l-method{--l:#222222;" in index.read_text(encoding="utf-8")


def rename_labels(path: Path, names: Mapping[str, str]) -> None:
    """Give the labels of a table's file other names."""
    import pyarrow.parquet as pq

    table = pq.read_table(path)
    metadata = {key: value.decode() for key, value in table.schema.metadata.items()}
    for old, new in names.items():
        metadata[b"huggingface"] = metadata[b"huggingface"].replace(f'"{old}"', f'"{new}"')
    pq.write_table(table.replace_schema_metadata(metadata), path)
