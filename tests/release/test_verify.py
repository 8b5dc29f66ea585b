"""A release comes out again from raw articles and answers, or it is said what does not."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from copydesk.cli.main import app
from copydesk.corpus import Corpus
from copydesk.errors import InputError
from copydesk.files import dump_json, dump_line, read_json, read_jsonl, sha256_text
from copydesk.release.verify import verify


def manifest(corpus: Corpus, **changes: str) -> None:
    """Change fields of the first article in a corpus's manifest."""
    lines = [line for _, line in read_jsonl(corpus.manifest)]
    lines[0] |= changes
    corpus.manifest.write_text("".join(dump_line(line) + "\n" for line in lines))


def test_identical(tiny: Corpus) -> None:
    """Every byte of an untouched release comes out again, without its build."""
    found = verify(tiny)
    assert (found.version, found.articles, found.identical) == ("0.1.0", 4, True)


def test_altered_source(tiny: Corpus) -> None:
    """What an altered source changes is named with the table, the columns and a record."""
    manifest(tiny, outlet="Another")
    found = verify(tiny)
    assert not found.missing
    assert found.differing[0] == (
        "articles: outlet differ when rebuilt, first in fair-post (outlet, 1 rows)."
    )
    assert found.differing[1].endswith(".parquet: the rebuilt file differs.")


@pytest.mark.parametrize("entry", ["annotators", "adjudicators", "counts", "splits", "rounds"])
def test_altered_manifest(tiny: Corpus, entry: str) -> None:
    """An entry of the manifest that says something else than the rebuild is named."""
    path = tiny.releases / "0.1.0" / "release.json"
    document = read_json(path)
    document[entry] = {} if document[entry] else {"nobody": "human"}
    path.write_text(dump_json(document), encoding="utf-8")

    assert f"release.json: '{entry}' differs when rebuilt." in verify(tiny).differing


def test_altered_files(tiny: Corpus) -> None:
    """A file that the manifest lists with another hash, or that no rebuild makes, is named."""
    path = tiny.releases / "0.1.0" / "release.json"
    document = read_json(path)
    first = next(entry for entry in document["files"] if entry["path"].endswith(".parquet"))
    document["files"].append(first | {"path": "data/extra/train.parquet"})
    document["files"].append(first | {"path": "notes.txt"})
    first["sha256"] = "0" * 64
    path.write_text(dump_json(document), encoding="utf-8")

    differing = verify(tiny).differing

    assert f"{first['path']}: the rebuilt file differs." in differing
    assert "data/extra/train.parquet: the rebuild does not produce it." in differing
    assert "notes.txt: the rebuild does not produce it." in differing


def test_altered_rows(tiny: Corpus) -> None:
    """A file that was changed since is named by its rows, though the manifest lists another."""
    path = min((tiny.releases / "0.1.0" / "articles").iterdir())
    rows = pl.read_parquet(path).with_columns(outlet=pl.lit("Another"))
    pq.write_table(rows.to_arrow().cast(pq.read_schema(path)), path)

    first = rows["article_id"][0]
    assert verify(tiny).differing == (
        f"articles: outlet differ when rebuilt, first in {first} (outlet, {rows.height} rows).",
    )


def test_altered_croissant(tiny: Corpus) -> None:
    """The description for machines is rendered again and compared."""
    path = tiny.releases / "0.1.0" / "croissant.json"
    path.write_text(dump_json(read_json(path) | {"name": "another"}), encoding="utf-8")

    assert verify(tiny).differing == ("croissant.json: the rebuilt file differs.",)


def test_another_text(tiny: Corpus) -> None:
    """An article whose text was replaced since the release is left out, and this is said."""
    article = next(tiny.articles())
    text = tiny.text(article) + " More."
    tiny.texts.path(article).write_text(text + "\n", encoding="utf-8")
    manifest(tiny, text_sha256=sha256_text(text))

    missing = verify(tiny).missing

    assert missing[article.article_id] == f"The text of '{article.article_id}' has changed since."


def test_withheld_text_is_not_here(tiny: Corpus) -> None:
    """Without a withheld text the events that are here whole are compared row by row."""
    (tiny.private / "raw" / "fire-post.txt").unlink()
    found = verify(tiny)
    assert (found.articles, found.differing, found.identical) == (3, (), False)
    assert found.missing == {"fire-post": "The text of 'fire-post' is not here."}


def test_event_in_part(tiny: Corpus) -> None:
    """An article whose event lacks another is not rebuilt: its quotations are joined to it."""
    (tiny.raw / "raw" / "flood-wire.txt").unlink()
    found = verify(tiny)
    assert found.missing == {
        "flood-post": "Another article of its event is not here.",
        "flood-wire": "The text of 'flood-wire' is not here.",
    }


def test_nothing_here(tiny: Corpus) -> None:
    """A release of which nothing is here cannot be verified."""
    tiny.manifest.write_text("")
    with pytest.raises(InputError, match=r"No event of release 0\.1\.0 can be rebuilt here: 'fair"):
        verify(tiny)


@pytest.mark.parametrize(
    ("arguments", "gone", "code", "sentence"),
    [
        (
            [],
            False,
            0,
            "Release 0.1.0: 4 articles were rebuilt, 0 could not be. They match the release, to "
            "the byte.\n",
        ),
        (
            [],
            True,
            1,
            "Release 0.1.0: 3 articles were rebuilt, 1 could not be. They match the release, in "
            "every row that could be rebuilt.\n",
        ),
        (["--allow-missing"], True, 0, "  not rebuilt: fire-post: The text of 'fire-post'"),
    ],
)
def test_verb(tiny: Corpus, arguments: list[str], gone: bool, code: int, sentence: str) -> None:
    """The verb's exit is 0 only if all came out the same, or what is missing is allowed to be."""
    if gone:
        (tiny.private / "raw" / "fire-post.txt").unlink()
    command = ["release", "verify", "0.1.0", "--corpus", str(tiny.root), *arguments]
    result = CliRunner().invoke(app, command)
    assert result.exit_code == code
    assert sentence in result.stderr


def test_diff_verb(tiny: Corpus, tmp_path: Path) -> None:
    """Against the corpus as it is, the verb names what a cut would change."""
    out = tmp_path / "diff.txt"
    command = ["release", "diff", "--corpus", str(tiny.root), "--labels", "rule", "--out", str(out)]
    assert CliRunner().invoke(app, command).exit_code == 0
    assert out.read_text().startswith("0.1.0 → now\n")
    assert "The least version allowed is 0.1.1 (PATCH)" in out.read_text()
