"""After a withdrawal, publishing again takes the old files away at the target."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import fake_hub as fake
import pytest
from leftovers import AT, REASON
from typer.testing import CliRunner

from copydesk.cli.main import app
from copydesk.corpus import Corpus
from copydesk.errors import InputError, IntegrityError
from copydesk.files import dump_json, read_json
from copydesk.publish import prepare, publish
from copydesk.release.withdraw import withdraw

TARGET = f"hf://datasets/{fake.REPO}"


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A Hub on a free port, for the real client with a token."""
    from huggingface_hub import constants

    monkeypatch.setenv("HF_TOKEN", fake.TOKEN)
    monkeypatch.setattr(constants, "HF_HUB_DISABLE_XET", True)
    hub, server = fake.serve()
    yield hub
    server.shutdown()
    server.server_close()


def take(corpus: Corpus, article: str) -> None:
    withdraw(corpus, article, reason=REASON, at=AT)


def files(folder: Path) -> set[str]:
    return {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}


@pytest.mark.long
def test_the_old_files_go_at_a_folder(corpus: Corpus, tmp_path: Path, left: Any) -> None:
    """Of all releases, with the raw text; what stays is what the data set folder holds."""
    mirror = tmp_path / "mirror"
    publish(prepare(corpus.dataset), str(mirror))
    assert left(mirror, "ferry-day")
    take(corpus, "ferry-day")
    done = publish(prepare(corpus.dataset), str(mirror))
    assert left(mirror, "ferry-day") == {}
    assert files(mirror) == files(corpus.dataset)
    assert "releases/1.0.0/release.json" in done.removed
    with pytest.raises(InputError, match=r"Version 1\.1\.0\+w1 is published there already"):
        publish(prepare(corpus.dataset), str(mirror))


@pytest.mark.long
def test_a_target_that_never_had_the_release_is_not_taken_over(
    corpus: Corpus, tmp_path: Path
) -> None:
    """A release there that is not in our chain is still refused."""
    mirror = tmp_path / "mirror"
    publish(prepare(corpus.dataset), str(mirror))
    take(corpus, "ferry-day")
    index = mirror / "releases" / "index.json"
    document = read_json(index)
    document["releases"][0]["digest"] = "0" * 64
    index.write_text(dump_json(document))
    with pytest.raises(IntegrityError, match="there is not the one of this data set"):
        publish(prepare(corpus.dataset), str(mirror))


@pytest.mark.long
@pytest.mark.filterwarnings("ignore:Use 'content=<...>'")  # of huggingface-hub's own client
def test_the_hub_gets_one_commit_and_a_tag(corpus: Corpus, hub: Any) -> None:
    """The commit deletes the old folders; the tag is of the release that took their place."""
    publish(prepare(corpus.dataset), TARGET, endpoint=hub.url)
    take(corpus, "orchard-day")
    publish(prepare(corpus.dataset), TARGET, endpoint=hub.url)
    assert set(hub.tags) == {"v1.1.0", "v1.1.0+w1"}
    there = set(hub.files)
    assert not any(name.startswith("releases/1.1.0/") for name in there)
    assert "releases/1.1.0+w1/release.json" in there
    assert there - {".gitattributes"} == files(corpus.dataset)


@pytest.mark.long
def test_the_command_says_what_it_cannot_reach(corpus: Corpus, tmp_path: Path) -> None:
    """Only after a withdrawal, and by the kind of target."""
    command = ["release", "publish", str(tmp_path / "mirror"), "--yes"]
    where = ["--corpus", str(corpus.root)]
    first = CliRunner().invoke(app, [*command, *where])
    assert "cannot reach" not in first.stderr
    take(corpus, "ferry-day")
    done = CliRunner().invoke(app, [*command, *where])
    assert done.stderr.partition("\n")[2] == (
        "Copies of what was withdrawn that copydesk cannot reach:\n"
        "  Older versions of the files, if the target keeps any (versioned buckets, backups).\n"
        "  Copies that readers have loaded or cached: nobody can remove those; tell the readers.\n"
    )
