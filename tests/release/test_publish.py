"""Publishing: to a Hub on this machine, to directories, to memory and to an S3 of moto's."""

from __future__ import annotations

import dataclasses
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import fake_hub as fake
import fsspec
import pytest
from typer.testing import CliRunner

from copydesk.corpus import Corpus
from copydesk.errors import InputError, IntegrityError, ServerError
from copydesk.files import read_json
from copydesk.publish import Plan, prepare, publish, shown
from copydesk.release.cut import Options, cut

TARGET = f"hf://datasets/{fake.REPO}"


@pytest.fixture(scope="session")
def _judged(_cut_once: Path) -> Plan:
    return prepare(_cut_once / "dataset")


@pytest.fixture
def plan(_judged: Plan, tiny: Corpus) -> Plan:
    """What publishing the tiny corpus would send; the corpus of which it is a copy was judged."""
    return dataclasses.replace(_judged, dataset=tiny.dataset)


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A Hub on a free port, for the real client with a token."""
    from huggingface_hub import constants

    monkeypatch.setenv("HF_TOKEN", fake.TOKEN)
    # The client's other protocol for large files, Xet, needs a service of its own.
    monkeypatch.setattr(constants, "HF_HUB_DISABLE_XET", True)
    hub, server = fake.serve()
    yield hub
    server.shutdown()
    server.server_close()


def files(folder: Path) -> dict[str, bytes]:
    """The content of a folder by path."""
    paths = (p for p in folder.rglob("*") if p.is_file())
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in paths}


def successor(tiny: Corpus, version: str) -> Plan:
    """The plan of the same data set after a further release of the same rows."""
    created = datetime(2026, 3, 2, tzinfo=UTC)
    cut(tiny, Options(version=version, created=created, labels="rule"))
    return prepare(tiny.dataset)


def test_plan(plan: Plan, tiny: Corpus) -> None:
    """Everything of the folder goes, the releases' index last; nothing private is among it."""
    assert prepare(tiny.dataset) == plan
    assert plan.version == "0.1.0"
    assert list(plan.files)[-1] == "releases/index.json"
    assert set(plan.files) == set(files(tiny.dataset))
    assert {"README.md", "CHANGES.md", "releases/0.1.0/release.json"} <= set(plan.files)
    assert not any("fire" in path for path in plan.files)
    assert plan.files["README.md"] == len(plan.card.encode())


def test_no_release(tmp_path: Path) -> None:
    """Without a release there is nothing to publish."""
    with pytest.raises(InputError) as caught:
        prepare(tmp_path)
    assert str(caught.value) == (
        f"{tmp_path}: There is no release to publish. Make one with 'copydesk release cut'."
    )


def test_invalid(tiny: Corpus) -> None:
    """A release that does not validate is refused, with the first finding."""
    (tiny.releases / "0.1.0" / "articles" / "train.parquet").write_bytes(b"PAR1")
    with pytest.raises(InputError, match=r"The data set does not validate\. The first finding"):
        prepare(tiny.dataset)


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("releases/0.2.0/half.txt", "This file belongs to no release of the index."),
        ("releases/0.1.0/load.py", "This file belongs to no release of the index."),
        ("raw/tiny/notes.txt", "The manifest names no article with this file."),
        (".huggingface.yaml", "A data set folder does not hold such a file."),
        ("dataset.py", "A data set folder does not hold such a file."),
        ("dataset_infos.json", "A data set folder does not hold such a file."),
        (".hidden/x", "A data set folder does not hold such a file."),
    ],
)
def test_stray(tiny: Corpus, name: str, reason: str) -> None:
    """What is not on the list of a data set's files is named, and nothing is sent."""
    path = tiny.dataset / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("half")
    with pytest.raises(InputError) as caught:
        prepare(tiny.dataset)
    assert caught.value.where == str(path)
    assert caught.value.message == f"The data set folder holds what may not be sent. {reason}"


def test_leftover(tiny: Corpus) -> None:
    """What a killed process left half written is removed, not sent."""
    path = tiny.releases / ".0.2.0.x.part" / "half.txt"
    path.parent.mkdir()
    path.write_text("half")
    assert not any("half" in name for name in prepare(tiny.dataset).files)
    assert not path.parent.exists()


def test_another_process_writes(tiny: Corpus, monkeypatch: pytest.MonkeyPatch) -> None:
    """A data set is not judged while another process writes to its corpus."""
    monkeypatch.setenv("COPYDESK_LOCK_WAIT", "0")
    lock = repr(str(tiny.build_dir / "corpus.lock"))
    code = f"from filelock import ReadWriteLock; lock = ReadWriteLock({lock})"
    code += "; lock.acquire_write(); print(1, flush=True); input()"
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen([sys.executable, "-c", code], **pipes) as other:  # type: ignore[call-overload]
        assert other.stdout.readline()
        with pytest.raises(InputError, match="Another copydesk is writing here"):
            prepare(tiny.dataset)
        other.communicate(b"\n")
    assert prepare(tiny.dataset).files


def test_transport(tiny: Corpus) -> None:
    """Files of git and of the Hub's client are neither sent nor in the way."""
    for name in (".gitattributes", ".git/config", ".cache/huggingface/download/README.md.lock"):
        path = tiny.dataset / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("theirs")
    assert not any(name.startswith(".") for name in prepare(tiny.dataset).files)


def test_symlink(tiny: Corpus) -> None:
    """A link out of the folder is refused: it might lead to withheld text."""
    (tiny.raw / "more.txt").symlink_to(tiny.private / "raw" / "fire-post.txt")
    with pytest.raises(InputError, match="This is a link"):
        prepare(tiny.dataset)


def test_changed_after_it_was_judged(plan: Plan, tiny: Corpus, tmp_path: Path) -> None:
    """A file that is not the one that was judged is not sent, and the index stays away."""
    with (tiny.dataset / "README.md").open("a") as card:
        card.write("More.\n")
    with pytest.raises(IntegrityError, match="changed after it was judged"):
        publish(plan, str(tmp_path / "out"))
    assert not (tmp_path / "out" / "releases" / "index.json").exists()


@pytest.mark.long
def test_what_the_data_set_no_longer_holds_is_removed(
    plan: Plan, tiny: Corpus, tmp_path: Path
) -> None:
    """A file at the target that is no longer the data set's goes; transport files stay."""
    out = tmp_path / "out"
    publish(plan, str(out))
    (out / "raw" / "old.txt").write_text("withdrawn")
    (out / ".gitattributes").write_text("theirs")
    done = publish(successor(tiny, "0.1.1"), str(out))
    assert done.removed == ("raw/old.txt",)
    assert files(out) == {**files(tiny.dataset), ".gitattributes": b"theirs"}


def test_a_folder_of_somebody_elses_is_not_emptied(plan: Plan, tmp_path: Path) -> None:
    """Where no index shows that the target is ours, files there are neither kept nor deleted."""
    out = tmp_path / "out"
    out.mkdir()
    (out / "thesis.tex").write_text("years of work")
    with pytest.raises(InputError, match=r"files that are not of this data set, such as thesis"):
        publish(plan, str(out))
    assert [p.name for p in out.iterdir()] == ["thesis.tex"]


def test_a_password_is_not_printed(plan: Plan) -> None:
    """User name, password and signature of an address stand in no message."""
    with pytest.raises((InputError, ServerError)) as caught:
        publish(plan, "nothing://me:secret@host/x?signature=secret")
    assert "secret" not in str(caught.value)
    assert shown("s3://me:secret@bucket/x?sig=secret") == "s3://bucket/x?…"


def test_uncommitted(tiny: Corpus) -> None:
    """In a git repository what is not committed is refused; once it is committed it goes."""
    git = ["git", "-C", str(tiny.root), "-c", "user.name=T", "-c", "user.email=t@example.org"]
    subprocess.run([*git, "init", "-q"], check=True)
    with pytest.raises(InputError) as caught:
        prepare(tiny.dataset)
    assert caught.value.message == "There are changes that are not committed: dataset/."
    subprocess.run([*git, "add", "."], check=True)
    subprocess.run([*git, "commit", "-q", "-m", "all"], check=True)
    assert prepare(tiny.dataset).version == "0.1.0"
    with (tiny.dataset / "README.md").open("a") as card:
        card.write("More.\n")
    with pytest.raises(InputError) as caught:
        prepare(tiny.dataset)
    assert caught.value.message == "There are changes that are not committed: dataset/README.md."


@pytest.mark.filterwarnings("ignore:Use 'content=<...>'")
def test_hub(plan: Plan, hub: Any, tiny: Corpus) -> None:
    """The Hub gets one commit with every byte of the folder, and a tag on that commit."""
    done = publish(plan, TARGET, endpoint=hub.url)
    assert hub.files == files(tiny.dataset)
    assert [commit["summary"] for commit in hub.commits] == ["Release 0.1.0"]
    assert hub.tags == {"v0.1.0": done.commit}
    assert set(hub.blobs) == {
        entry["sha256"]
        for entry in read_json(tiny.releases / "0.1.0" / "release.json")["files"]
        if entry["path"].endswith(".parquet")
    }


@pytest.mark.filterwarnings("ignore:Use 'content=<...>'")
@pytest.mark.long
def test_hub_next(plan: Plan, hub: Any, tiny: Corpus) -> None:
    """The next version's commit deletes what the data set no longer holds, and nothing else."""
    publish(plan, TARGET, endpoint=hub.url)
    hub.files["raw/old.txt"] = b"withdrawn"
    hub.files[".gitattributes"] = b"theirs"
    again = publish(successor(tiny, "0.1.1"), TARGET, endpoint=hub.url)
    assert again.removed == ("raw/old.txt",)
    assert hub.files == {**files(tiny.dataset), ".gitattributes": b"theirs"}


@pytest.mark.filterwarnings("ignore:Use 'content=<...>'")
@pytest.mark.long
def test_hub_with_another_past(plan: Plan, hub: Any, tiny: Corpus) -> None:
    """A Hub whose index names a release that this data set lacks is not written to."""
    publish(plan, TARGET, endpoint=hub.url)
    index = hub.files["releases/index.json"]
    hub.files["releases/index.json"] = index.replace(b'"0.1.0"', b'"0.0.9"')
    with pytest.raises(IntegrityError, match=r"Release 0\.0\.9 there is not the one"):
        publish(successor(tiny, "0.1.1"), TARGET, endpoint=hub.url)


def test_hub_has_it(plan: Plan, hub: Any) -> None:
    """A version whose tag exists is refused before anything is sent."""
    hub.tags["v0.1.0"] = hub.head
    with pytest.raises(InputError) as caught:
        publish(plan, TARGET, endpoint=hub.url)
    assert str(caught.value) == (
        f"{hub.url}/datasets/desk/news: Version 0.1.0 is published there already: the tag v0.1.0 "
        "exists. A release never changes; cut and publish the next version."
    )
    assert (hub.files, hub.commits) == ({}, [])


def test_hub_refuses(plan: Plan, hub: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A wrong token is told in a sentence, and nothing is committed."""
    monkeypatch.setenv("HF_TOKEN", "hf_other")
    with pytest.raises(ServerError) as caught:
        publish(plan, TARGET, endpoint=hub.url)
    assert str(caught.value).startswith(f"{hub.url}/datasets/desk/news: The Hub refuses (HTTP 401)")
    assert str(caught.value).endswith("or run 'hf auth login'.")
    assert "hf_other" not in str(caught.value)
    assert hub.commits == []


@pytest.mark.filterwarnings("ignore:Use 'content=<...>'")
def test_hub_changed_meanwhile(plan: Plan, hub: Any) -> None:
    """Where somebody else commits while files are sent, theirs stays and ours is refused."""
    hub.is_shared = True
    with pytest.raises(ServerError, match="Somebody else published at the same time"):
        publish(plan, TARGET, endpoint=hub.url)
    assert ([c["summary"] for c in hub.commits], hub.files, hub.tags) == (["Theirs"], {}, {})


def test_hub_without_the_data_set(plan: Plan, hub: Any) -> None:
    """A data set that is not on the Hub is not made silently."""
    with pytest.raises(ServerError, match=r"\(HTTP 404\).*Make the data set on the Hub first"):
        publish(plan, "hf://datasets/desk/other", endpoint=hub.url)


def test_hub_away(plan: Plan, hub: Any) -> None:
    """A Hub that is not there is told in a sentence."""
    with pytest.raises(ServerError, match="The Hub cannot be reached"):
        publish(plan, TARGET, endpoint="http://127.0.0.1:9")


@pytest.mark.parametrize("target", ["hf://datasets/news", "hf://models/a/b", "nothing://x/y"])
def test_no_target(plan: Plan, target: str) -> None:
    """An address that means nothing is refused."""
    with pytest.raises(InputError, match=r"is not a data set|No library here can write to"):
        publish(plan, target)


def test_directory(plan: Plan, tiny: Corpus, tmp_path: Path) -> None:
    """A directory gets the same files, from which `datasets` loads; a second time is refused."""
    out = tmp_path / "out"
    done = publish(plan, str(out))
    assert (files(out), done.sent) == (files(tiny.dataset), len(plan.files))
    from datasets import load_dataset

    rows = load_dataset(str(out), cache_dir=str(tmp_path / "cache"))
    assert sum(len(part) for part in rows.values()) == 9
    with pytest.raises(InputError, match=r"Version 0\.1\.0 is published there already\."):
        publish(plan, str(out))


def test_broken_off(plan: Plan, tiny: Corpus, tmp_path: Path) -> None:
    """Publishing that was broken off is run again: without the index nothing counts as there."""
    out = tmp_path / "out"
    shutil.copytree(tiny.dataset, out)
    (out / "releases" / "index.json").unlink()
    (out / "releases" / "0.1.0" / "release.json").write_text("{")
    publish(plan, str(out))
    assert files(out) == files(tiny.dataset)


@pytest.mark.long
def test_next(plan: Plan, tiny: Corpus, tmp_path: Path) -> None:
    """The next version leaves the earlier releases' files alone, if they are the same."""
    out = tmp_path / "out"
    publish(plan, str(out))
    later = successor(tiny, "0.1.1")
    done = publish(later, str(out))
    assert files(out) == files(tiny.dataset)
    assert done.sent == len(later.files) - sum("releases/0.1.0/" in path for path in later.files)


@pytest.mark.long
def test_another_past(plan: Plan, tiny: Corpus, tmp_path: Path) -> None:
    """A target whose earlier release has another digest is not written to."""
    out = tmp_path / "out"
    publish(plan, str(out))
    index = out / "releases" / "index.json"
    digest = plan.index.entries[0].digest
    index.write_text(index.read_text().replace(digest, "0" * 64))
    later = successor(tiny, "0.1.1")
    with pytest.raises(IntegrityError, match=r"Release 0\.1\.0 there is not the one"):
        publish(later, str(out))
    assert not (out / "releases" / "0.1.1").exists()


def test_memory(plan: Plan, tiny: Corpus) -> None:
    """Any fsspec URL will do, such as one in memory."""
    publish(plan, "memory://published/news")
    memory = fsspec.filesystem("memory")
    there = memory.find("/published/news")
    assert {p.removeprefix("/published/news/"): memory.cat_file(p) for p in there} == (
        files(tiny.dataset)
    )


@pytest.mark.filterwarnings("ignore:datetime.datetime.utcnow")
def test_s3(plan: Plan, tiny: Corpus, monkeypatch: pytest.MonkeyPatch) -> None:
    """An S3 bucket gets the same files; the server is moto's on this machine."""
    import s3fs
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
        monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://{host}:{port}")
        s3fs.S3FileSystem.clear_instance_cache()
        bucket = s3fs.S3FileSystem()
        bucket.mkdir("printers")
        publish(plan, "s3://printers/news")
        bucket.invalidate_cache()
        there = bucket.find("printers/news")
        assert {p.removeprefix("printers/news/"): bucket.cat_file(p) for p in there} == (
            files(tiny.dataset)
        )
        with pytest.raises(InputError, match="is published there already"):
            publish(plan, "s3://printers/news")
    finally:
        server.stop()


@pytest.mark.filterwarnings("ignore:Use 'content=<...>'")
@pytest.mark.long
def test_dry_run(tiny: Corpus, hub: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without --yes the verb shows on a screen what would go where, and asks the Hub nothing."""
    from copydesk.cli.main import app

    arguments = ["release", "publish", TARGET, "--corpus", str(tiny.root), "--endpoint", hub.url]
    shown = CliRunner().invoke(app, arguments)
    assert shown.exit_code == 0
    size = (tiny.dataset / "README.md").stat().st_size
    assert f"{size:>12,}  README.md\n" in shown.stdout
    assert "  releases/0.1.0/ (" in shown.stdout
    assert len(shown.stdout.splitlines()) <= 20
    assert f"The card is {tiny.dataset / 'README.md'}." in shown.stderr
    assert "Nothing was sent. Release 0.1.0 would go to hf://datasets/desk/news" in shown.stderr
    assert hub.requests == []
    sent = CliRunner().invoke(app, [*arguments, "--yes"])
    assert (sent.exit_code, list(hub.tags)) == (0, ["v0.1.0"])
