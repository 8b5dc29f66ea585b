"""One build on many machines: each makes its share, and the bytes are those of one machine."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from sources import locks
from typer.testing import CliRunner

from copydesk.batch import build_batch
from copydesk.build import SHARD_ARTICLES, build, read_built, sources
from copydesk.cli.main import app
from copydesk.corpus import Corpus
from copydesk.errors import InputError
from copydesk.ingest import ingest
from copydesk.scaffold import lay_out
from copydesk.shards import Shards, Share

SCALE = Path(__file__).resolve().parents[2] / "docs" / "scale.md"


def content(corpus: Corpus) -> dict[str, bytes]:
    """Every file of a build by its place."""
    room = corpus.build_dir
    files = [room / "index.json", *(room / "shards").rglob("*.parquet")]
    return {path.relative_to(room).as_posix(): path.read_bytes() for path in files}


@pytest.fixture
def singles(small: Corpus, monkeypatch: pytest.MonkeyPatch) -> Corpus:
    """The small corpus, built in four shards of one article each."""
    monkeypatch.setattr("copydesk.build.SHARD_ARTICLES", 1)
    build(small, workers=1)
    return small


def test_a_share_is_every_nth_shard_and_the_rest_is_made_afterwards(singles: Corpus) -> None:
    """Of four shards, 2/3 has one and 1/3 two; a build then makes the fourth, to the same bytes."""
    plain = content(singles)
    shutil.rmtree(singles.build_dir)

    second = build(singles, workers=1, share=Share(2, 3))

    assert (second.made, second.shards, second.articles) == (1, 1, 1)
    assert [path.name for path in singles.build_dir.iterdir() if path.suffix != ".lock"] == [
        "shards"
    ]
    first = build(singles, workers=1, share=Share(1, 3))
    assert (first.made, first.shards, first.articles) == (2, 2, 2)
    assert build(singles, workers=1, share=Share(1, 3)).made == 0
    rest = build(singles, workers=1)
    assert (rest.made, rest.shards, rest.articles) == (1, 4, 4)
    assert content(singles) == plain


def test_a_share_of_more_than_there_is_makes_nothing(singles: Corpus) -> None:
    """The ninth of nine tasks has no shard of four, which is no fault."""
    done = build(singles, workers=1, share=Share(9, 9))

    assert (done.made, done.shards, done.articles) == (0, 0, 0)


@pytest.mark.parametrize("text", ["3", "0/4", "5/4", "1/0", "-1/4", "1/4/2", "a/b", " 1/4", "１/2"])
def test_a_malformed_share_is_refused(small: Corpus, text: str) -> None:
    """The sentence says how a share is written, and nothing is made."""
    before = content(small)

    told = CliRunner().invoke(app, ["build", f"--shard={text}", "--corpus", str(small.root)])

    assert isinstance(told.exception, InputError)
    assert str(told.exception) == (
        f"--shard: '{text}' is not a share of the shards. Write I/N with I from 1 to N, such as "
        "1/8 for the first of eight tasks."
    )
    assert content(small) == before


def cut_short(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-9])


def older(path: Path) -> None:
    table = pq.read_table(path)
    pq.write_table(table.drop_columns([table.column_names[-1]]), path)


@pytest.mark.parametrize("damage", [cut_short, older, Path.unlink])
@pytest.mark.parametrize("name", ["articles", "sentences"])
def test_a_damaged_shard_is_made_again_and_named(small: Corpus, damage: object, name: str) -> None:
    """Readers refuse it; the next build, whole or by share, makes it again to the same bytes."""
    whole = content(small)
    (shard,) = (small.build_dir / "shards").iterdir()
    path = shard / f"{name}.parquet"
    assert callable(damage)
    damage(path)

    with pytest.raises(InputError) as caught:
        read_built(small, "sentences")
    told = CliRunner().invoke(app, ["build", "--shard", "1/1", "--corpus", str(small.root)])

    assert str(caught.value) == (
        f"{path}: This file of the build is missing or damaged. Run 'copydesk build' again."
    )
    assert f"of an older format: {path.relative_to(small.root).as_posix()}." in told.stderr
    assert "Share 1 of 1: 1 of 1 shard made now, with 4 articles." in told.stderr
    assert content(small) == whole
    assert build(small, workers=1).damaged == ()


def test_a_shard_that_another_machine_made_meanwhile_is_taken(small: Corpus) -> None:
    """The second rename finds the first one's shard, and leaves it; a damaged one is no excuse."""
    whole = content(small)
    (shard,) = (small.build_dir / "shards").iterdir()
    built = build_batch(sources(small.texts, list(small.articles()), {}))
    shards = Shards(small.store("shards"))

    assert shards.write(shard.name, built) is False
    assert content(small) == whole
    cut_short(shard / "quotes.parquet")
    with pytest.raises(InputError, match="exists already"):
        shards.write(shard.name, built)


def test_a_shard_that_appears_between_two_looks_is_not_taken_for_a_damaged_one(
    small: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another machine renames its shard into place after this one looked: nothing is removed."""
    whole = content(small)
    (shard,) = (small.build_dir / "shards").iterdir()
    away = shard.rename(shard.with_name("away"))
    look = Shards.fault

    def and_then_it_appears(self: Shards, key: str) -> str | None:
        found = look(self, key)
        away.rename(shard)
        return found

    monkeypatch.setattr(Shards, "fault", and_then_it_appears)

    assert Shards(small.store("shards")).checked(shard.name) == (False, None)
    if away.exists():
        away.rename(shard)
    assert content(small) == whole


@pytest.mark.slow
def test_the_loop_of_the_page_builds_a_corpus(tmp_path: Path) -> None:
    """The array script of docs/scale.md, started by its loop, gives the bytes of a plain build."""
    corpus = lay_out(tmp_path / "corpus")
    ingest([locks(tmp_path / "in", SHARD_ARTICLES + 1)], corpus)
    build(corpus, workers=1)
    plain = content(corpus)
    shutil.rmtree(corpus.build_dir)
    blocks = re.findall(r"^```sh\n(.*?)^```", SCALE.read_text("utf-8"), re.DOTALL | re.MULTILINE)
    (script,) = (block for block in blocks if "#SBATCH" in block)
    (loop,) = (block for block in blocks if "for SLURM_ARRAY_TASK_ID" in block)
    (corpus.root / "build-shards.sh").write_text(script)
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"

    done = subprocess.run(
        ["sh", "-c", loop],
        cwd=corpus.root,
        env=os.environ | {"PATH": path},
        capture_output=True,
        text=True,
        check=True,
    )

    for task, made in enumerate((1, 1, 0, 0), start=1):
        assert f"Share {task} of 4: {made} of {made} shard" in done.stderr
    assert "201 articles" in done.stderr
    assert "(0 of 2 shards made now)" in done.stderr
    assert content(corpus) == plain
