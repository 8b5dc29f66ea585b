"""Archiving a release under a DOI: a real client, and an archive on this machine."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import threading
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import fake_zenodo as fake
import pytest
import yaml
from fake_zenodo import API, Trouble
from typer.testing import CliRunner

from copydesk.cli.main import app
from copydesk.corpus import Corpus
from copydesk.errors import CopydeskError, InputError, IntegrityError, ServerError
from copydesk.files import dump_json, read_json
from copydesk.publish import prepare, publish
from copydesk.publish.archive import archive, reserve
from copydesk.publish.archive_http import TOKEN_VARIABLE, Connection, check_address
from copydesk.publish.bundle import write_bundle
from copydesk.publish.metadata import metadata
from copydesk.publish.zenodo import Zenodo
from copydesk.release.cut import Options, cut
from copydesk.release.index import append_entries, chained, read_index
from copydesk.release.retract import retract
from copydesk.validate import validate

AT = datetime(2026, 3, 5, 9, 30, tzinfo=UTC)
DOI = "10.1234/zenodo.1002"
"""Of the first deposit of an empty archive, whose record is 1001."""


@pytest.fixture
def there() -> Iterator[fake.Archive]:
    """An empty archive on a free port."""
    found, server = fake.serve()
    yield found
    server.shutdown()
    server.server_close()


@pytest.fixture
def zenodo(there: fake.Archive) -> Iterator[Zenodo]:
    """A connection to it, with the token that it knows."""
    with Connection(there.url, fake.TOKEN, timeout=300) as connection:
        yield Zenodo(connection)


def next_release(corpus: Corpus, version: str, doi: str | None = None) -> None:
    created = datetime(2026, 3, 6, tzinfo=UTC)
    cut(corpus, Options(version=version, created=created, labels="rule", doi=doi))


def run(*arguments: str) -> Any:
    return CliRunner().invoke(app, ["release", "publish", *arguments])


def findings(corpus: Corpus) -> list[str]:
    return [f"{f.rule}: {f.message}" for f in validate(corpus.root).findings]


def files(folder: Path) -> dict[str, bytes]:
    paths = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


@pytest.mark.long
def test_a_release_is_archived_and_its_doi_written(
    tiny: Corpus, there: fake.Archive, zenodo: Zenodo
) -> None:
    """One zip is deposited; index, card and citation get the DOI, and all is valid."""
    before = files(tiny.dataset)
    done = archive(tiny, zenodo, "0.1.0", at=AT)
    assert (done.version, done.doi, done.concept_doi) == ("0.1.0", DOI, "10.1234/zenodo.1001")
    assert list(there.buckets[1002]) == ["tiny-0.1.0.zip"]
    with zipfile.ZipFile(BytesIO(there.buckets[1002]["tiny-0.1.0.zip"])) as bundle:
        sent = {name.removeprefix("tiny-0.1.0/"): bundle.read(name) for name in bundle.namelist()}
    documents = {"README.md", "CHANGES.md", "CITATION.cff", "LICENSE", "labels.json"}
    documents |= {"guidelines.md", "guidelines-card.md"}
    release = {name for name in before if name.startswith("releases/0.1.0/")}
    assert set(sent) == release | (documents & set(before))
    assert sent == {name: before[name] for name in sent}
    assert there.published[0]["metadata"]["title"] == "Tiny"
    entry = read_json(tiny.releases / "index.json")["releases"][-1]
    del entry["before"]
    assert entry == {
        "version": "0.1.0",
        "created": read_index(tiny.dataset).entries[0].created,
        "digest": read_index(tiny.dataset).entries[0].digest,
        "event": "archived",
        "at": "2026-03-05T09:30:00Z",
        "doi": DOI,
        "concept_doi": "10.1234/zenodo.1001",
    }
    assert yaml.safe_load((tiny.dataset / "CITATION.cff").read_text())["doi"] == DOI
    assert f"  doi = {{{DOI}}}\n}}\n" in (tiny.dataset / "README.md").read_text()
    after = files(tiny.dataset)
    changed = {name for name in after if after[name] != before[name]}
    assert changed == {"README.md", "CITATION.cff", "releases/index.json"}
    assert findings(tiny) == []
    assert not (tiny.private / "archive.json").exists()
    assert list(tiny.private.glob("*.zip")) == []


@pytest.mark.long
def test_what_is_unpacked_loads(tiny: Corpus, zenodo: Zenodo, there: fake.Archive) -> None:
    """The zip is a data set folder: `datasets` reads every config of it."""
    from datasets import load_dataset

    archive(tiny, zenodo, at=AT)
    place = tiny.root.parent
    with zipfile.ZipFile(BytesIO(there.buckets[1002]["tiny-0.1.0.zip"])) as bundle:
        bundle.extractall(place)
    rows = load_dataset(str(place / "tiny-0.1.0"), cache_dir=str(place / "cache"))
    assert sum(len(part) for part in rows.values()) == 9
    assert validate(place / "tiny-0.1.0" / "releases" / "0.1.0").findings == ()


@pytest.mark.long
def test_the_zip_is_the_same_on_every_machine(tiny: Corpus, tmp_path: Path) -> None:
    """The bytes hang on the release alone, not on time, mode or order of its files."""
    first, second = tmp_path / "a" / "x.zip", tmp_path / "b" / "x.zip"
    for path in (first, second):
        path.parent.mkdir()
        write_bundle(prepare(tiny.dataset), path)
        for file in tiny.dataset.rglob("*.parquet"):
            file.chmod(0o600)
            file.touch()
    assert first.read_bytes() == second.read_bytes()


def test_a_second_time_is_refused(tiny: Corpus, there: fake.Archive, zenodo: Zenodo) -> None:
    """A release that is archived is not archived again; nothing is asked of the archive."""
    archive(tiny, zenodo, at=AT)
    asked = len(there.requests)
    with pytest.raises(InputError) as caught:
        archive(tiny, zenodo, at=AT)
    assert str(caught.value) == (
        f"{tiny.dataset}: Release 0.1.0 is archived already: https://doi.org/{DOI}. "
        "A release never changes; cut and archive the next version."
    )
    assert len(there.requests) == asked


@pytest.mark.long
def test_the_next_release_is_a_version_of_the_same_record(
    tiny: Corpus, there: fake.Archive, zenodo: Zenodo
) -> None:
    """Its draft begins with the files of the one before, which go; the index stays a chain."""
    archive(tiny, zenodo, at=AT)
    next_release(tiny, "0.1.1")
    assert "doi" not in yaml.safe_load((tiny.dataset / "CITATION.cff").read_text())
    assert findings(tiny) == []
    done = archive(tiny, zenodo, at=AT)
    assert (done.doi, done.concept_doi) == ("10.1234/zenodo.1003", "10.1234/zenodo.1001")
    assert [d["conceptrecid"] for d in there.published] == ["1001", "1001"]
    assert list(there.buckets[1003]) == ["tiny-0.1.1.zip"]
    index = read_index(tiny.dataset)
    assert (chained(index.lines), index.doi("0.1.0")) == ([], DOI)
    assert yaml.safe_load((tiny.dataset / "CITATION.cff").read_text())["doi"] == done.doi
    assert findings(tiny) == []


@pytest.mark.long
def test_a_doi_is_reserved_before_the_cut(
    tiny: Corpus, there: fake.Archive, zenodo: Zenodo
) -> None:
    """Then Croissant and the manifest name it, and the deposit of that very draft is published."""
    doi = reserve(tiny, zenodo, "0.1.1", at=AT)
    assert (doi, there.published) == (DOI, [])
    assert reserve(tiny, zenodo, "0.1.1", at=AT) == DOI
    next_release(tiny, "0.1.1", doi)
    release = tiny.releases / "0.1.1"
    assert read_json(release / "release.json")["doi"] == DOI
    croissant = read_json(release / "croissant.json")
    assert croissant["identifier"] == f"https://doi.org/{DOI}"
    assert f"doi = {{{DOI}}}" in croissant["citeAs"]
    assert yaml.safe_load((tiny.dataset / "CITATION.cff").read_text())["doi"] == DOI
    assert findings(tiny) == []
    (tiny.private / "archive.json").unlink()  # as in another clone
    assert archive(tiny, zenodo, at=AT).doi == DOI
    assert (len(there.deposits), len(there.published)) == (1, 1)
    assert findings(tiny) == []


@pytest.mark.long
def test_a_reservation_for_another_version_is_taken_over(
    tiny: Corpus, there: fake.Archive, zenodo: Zenodo
) -> None:
    """A draft whose version was never cut may be given to another; never without being asked."""
    assert reserve(tiny, zenodo, "0.1.1", at=AT) == DOI
    assert reserve(tiny, zenodo, "0.2.0", at=AT) == DOI
    assert there.deposits[1002]["metadata"]["version"] == "0.2.0"
    with pytest.raises(InputError) as caught:
        archive(tiny, zenodo, at=AT)
    assert str(caught.value) == (
        f"{there.url}: The DOI {DOI} is reserved for release 0.2.0, which is not cut yet. "
        "Cut 0.2.0 with it first, or give it to 0.1.0 with 'copydesk release publish 0.1.0 "
        "--archive --reserve --yes'."
    )
    assert reserve(tiny, zenodo, "0.1.0", at=AT) == DOI
    assert archive(tiny, zenodo, at=AT).doi == DOI
    assert len(there.deposits) == 1
    with pytest.raises(InputError, match=r"Release 0\.1\.0 is archived already"):
        reserve(tiny, zenodo, "0.1.0", at=AT)


@pytest.mark.long
def test_a_reserved_doi_that_is_gone(tiny: Corpus, there: fake.Archive, zenodo: Zenodo) -> None:
    """Where the draft of a release's DOI is not there, no other deposit is made in its place."""
    next_release(tiny, "0.1.1", reserve(tiny, zenodo, "0.1.1", at=AT))
    with pytest.raises(InputError, match=f"Release 0.1.1 has the DOI {DOI}, under which it is not"):
        reserve(tiny, zenodo, "0.1.2", at=AT)
    there.deposits.clear()
    with pytest.raises(InputError) as caught:
        archive(tiny, zenodo, at=AT)
    assert caught.value.message == (
        f"The draft with the DOI {DOI}, which release 0.1.1 names, is not in this account."
    )
    assert there.deposits == {}


def test_a_doi_belongs_to_one_release(tiny: Corpus, zenodo: Zenodo) -> None:
    """A cut with the DOI of another release is refused."""
    archive(tiny, zenodo, at=AT)
    with pytest.raises(InputError, match=f"{DOI} is the DOI of another release"):
        next_release(tiny, "0.1.1", DOI)
    with pytest.raises(InputError, match=f"it is archived under the DOI {DOI}"):
        retract(tiny, "0.1.0", reason="No.", at=AT)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("10.5281/zenodo.17", "10.5281/zenodo.17"),
        ("https://doi.org/10.5281/zenodo.17", "10.5281/zenodo.17"),
        ("doi: 10.5281/zenodo.17", "10.5281/zenodo.17"),
        ("10.5072/zenodo.17", "'10.5072/zenodo.17' is a DOI for trials"),
        ("10.5281/zeno do", "'10.5281/zeno do' is not a DOI."),
        ("zenodo.17", "'zenodo.17' is not a DOI."),
    ],
)
def test_cut_takes_a_doi_as_people_write_it(tiny: Corpus, written: str, read: str) -> None:
    """With or without a resolver before it; what is no DOI is refused before anything is made."""
    done = CliRunner().invoke(
        app,
        ["release", "cut", "0.1.1", "--labels=rule", "--doi", written, f"--corpus={tiny.root}"],
    )
    path = tiny.releases / "0.1.1" / "release.json"
    if done.exit_code == 0:
        assert read_json(path)["doi"] == read
    else:
        assert isinstance(done.exception, InputError)
        assert str(done.exception).startswith(read)
        assert not path.exists()


def test_a_sandbox_leaves_no_trace(tiny: Corpus, there: fake.Archive, zenodo: Zenodo) -> None:
    """A DOI for trials is written nowhere, since the index would keep it for ever."""
    there.prefix = "10.5072/zenodo."
    before = files(tiny.dataset)
    done = archive(tiny, zenodo, at=AT)
    assert (done.trial, len(there.published)) == (True, 1)
    assert files(tiny.dataset) == before
    there.prefix = "10.1234/zenodo."


TROUBLES = [
    (
        Trouble(at=f"GET {API}", status=401, body=b'{"message": "No."}'),
        f"The archive refuses GET {API} (HTTP 401): No. Put a token of this archive into "
        "COPYDESK_ARCHIVE_TOKEN.",
    ),
    (
        Trouble(at=f"POST {API}", status=403, body=b'{"message": "Permission denied."}'),
        f"The archive refuses POST {API} (HTTP 403): Permission denied. Use a token with the "
        "scopes deposit:write and deposit:actions, of the account that owns the deposit.",
    ),
    (
        Trouble(at=f"GET {API}", status=404, body=b"<html>"),
        f"The archive refuses GET {API} (HTTP 404). Correct the archive's address, or use the "
        "token of the account that owns the deposit.",
    ),
    (
        Trouble(at="PUT /api/files/.*", status=413),
        "The archive refuses PUT /api/files/b-1002/tiny-0.1.0.zip (HTTP 413). Ask the archive for "
        "a larger quota, or archive a smaller release.",
    ),
    (
        Trouble(at=f"PUT {API}/1002", status=429, headers={"Retry-After": "30"}),
        f"The archive asks for fewer requests (HTTP 429 at PUT {API}/1002). Wait 30 seconds. Run "
        "the same command again: what is there already is found and continued.",
    ),
    (
        Trouble(at="POST .*/publish", status=504, body=b"<html>Gateway", acts=True),
        f"The archive failed at POST {API}/1002/actions/publish (HTTP 504); it may have acted all "
        "the same. Wait a little. Run the same command again: what is there already is found and "
        "continued.",
    ),
    (
        Trouble(
            at="POST .*/publish",
            status=400,
            body=b'{"message": "Validation error", "errors": '
            b'[{"field": "metadata.license", "message": "Invalid license."}]}',
        ),
        f"The archive refuses POST {API}/1002/actions/publish (HTTP 400): Validation error; "
        "metadata.license: Invalid license.",
    ),
    (
        Trouble(at=f"GET {API}", status=200, body=b"<html>Welcome"),
        "The archive's answer is not JSON. Check its address. The deposit API of Zenodo is what "
        "is spoken here.",
    ),
    (
        Trouble(at=f"GET {API}", status=200, body=b'{"hits": []}'),
        "The archive's answer is not a list of deposits. Check its address. The deposit API of "
        "Zenodo is what is spoken here.",
    ),
    (
        Trouble(at=f"POST {API}", status=201, body=b'{"id": "many"}', acts=True),
        "The archive's answer is not a deposit (ValueError: invalid literal for int() with base "
        "10: 'many'). Check its address. The deposit API of Zenodo is what is spoken here.",
    ),
    (
        Trouble(at=f"GET {API}", status=302, headers={"Location": "http://127.0.0.1:9/"}),
        f"The archive sends GET {API} on to another address, which is not followed. Give the "
        "address at which it answers itself.",
    ),
    (
        Trouble(at="PUT /api/files/.*"),
        "The connection broke at PUT /api/files/b-1002/tiny-0.1.0.zip: Server disconnected "
        "without sending a response. Run the same command again: what is there already is found "
        "and continued.",
    ),
]


@pytest.mark.parametrize(("trouble", "sentence"), TROUBLES, ids=lambda x: getattr(x, "at", ""))
def test_every_failure_is_a_sentence(
    there: fake.Archive, zenodo: Zenodo, tmp_path: Path, trouble: Trouble, sentence: str
) -> None:
    """What went wrong is told with what to do, at whatever step it went wrong."""
    path = tmp_path / "tiny-0.1.0.zip"
    path.write_bytes(b"PK")
    told = {"title": "Tiny", "creators": [{"name": "A desk"}]}
    there.trouble.append(trouble)
    with pytest.raises(ServerError) as caught:
        list(zenodo.mine())
        deposit = zenodo.describe(zenodo.create(told), told)
        zenodo.upload(deposit, path)
        zenodo.publish(deposit)
    assert str(caught.value) == f"{there.url}: {sentence}"


STEPS = [
    (f"GET {API}", False),
    (f"POST {API}", False),
    (f"POST {API}", True),
    (f"GET {API}/1002", False),
    (f"PUT {API}/1002", True),
    ("PUT /api/files/.*", True),
    ("POST .*/publish", False),
    ("POST .*/publish", True),
]


@pytest.mark.parametrize(
    ("at", "acts"),
    [STEPS[2], STEPS[7], *(pytest.param(*s, marks=pytest.mark.slow) for s in STEPS[3:7])],
)
def test_the_next_run_goes_on(
    tiny: Corpus, there: fake.Archive, zenodo: Zenodo, at: str, acts: bool
) -> None:
    """Cut off at any step, done there or not, the next run ends with one deposit, published."""
    before = files(tiny.dataset)
    there.trouble.append(Trouble(at=at, acts=acts))
    with pytest.raises(ServerError):
        archive(tiny, zenodo, at=AT)
    assert files(tiny.dataset) == before
    assert archive(tiny, zenodo, at=AT).doi == DOI
    assert (len(there.deposits), len(there.published)) == (1, 1)
    assert list(there.buckets[1002]) == ["tiny-0.1.0.zip"]


@pytest.mark.long
def test_an_archive_that_does_not_answer(tiny: Corpus, there: fake.Archive) -> None:
    """A time-out is told as one; the deposit that was made meanwhile is found by the next run."""
    over = threading.Event()
    there.trouble.append(
        Trouble(at=f"POST {API}", status=201, acts=True, calls=lambda: over.wait(600))
    )
    with (
        Connection(there.url, fake.TOKEN, timeout=4) as connection,
        pytest.raises(ServerError, match=f"did not answer POST {API} in time; it may still be"),
    ):
        archive(tiny, Zenodo(connection), at=AT)
    over.set()
    with Connection(there.url, fake.TOKEN, timeout=300) as connection:
        assert archive(tiny, Zenodo(connection), at=AT).doi == DOI
    assert len(there.deposits) == 1


def test_an_archive_that_is_not_there(tiny: Corpus) -> None:
    """Nobody at the address is told in a sentence."""
    with (
        Connection("http://127.0.0.1:9", fake.TOKEN) as connection,
        pytest.raises(ServerError, match=r"^http://127\.0\.0\.1:9: The archive cannot be reached"),
    ):
        archive(tiny, Zenodo(connection), at=AT)


def test_what_arrives_otherwise_is_not_published(
    tiny: Corpus, there: fake.Archive, zenodo: Zenodo
) -> None:
    """A zip of another checksum is named with both, before anything is published."""
    there.damaged = True
    with pytest.raises(IntegrityError) as caught:
        archive(tiny, zenodo, at=AT)
    assert re.fullmatch(
        r"The deposit 1002 is not the release: tiny-0\.1\.0\.zip is ([\d,]+) bytes with the MD5 "
        r"0{32}, but \1 bytes with the MD5 [0-9a-f]{32} was sent\.",
        caught.value.message,
    )
    assert there.published == []
    there.damaged = False
    assert archive(tiny, zenodo, at=AT).doi == DOI


@pytest.mark.long
def test_a_deposit_that_somebody_else_published(
    tiny: Corpus, there: fake.Archive, zenodo: Zenodo
) -> None:
    """What holds another file than the release is not taken for it, and no DOI is written."""
    there.trouble.append(Trouble(at="POST .*/publish", status=403))
    with pytest.raises(ServerError):
        archive(tiny, zenodo, at=AT)
    there.buckets[1002]["notes.txt"] = b"mine"
    there.deposits[1002] |= {"submitted": True}
    with pytest.raises(IntegrityError) as caught:
        archive(tiny, zenodo, at=AT)
    assert "notes.txt is 4 bytes with the MD5" in caught.value.message
    assert caught.value.hint.startswith("It is published and cannot be changed; its DOI was")
    assert read_index(tiny.dataset).doi("0.1.0") is None


def test_a_file_that_changes_meanwhile_is_not_sent(
    tiny: Corpus, there: fake.Archive, zenodo: Zenodo
) -> None:
    """What is sent is what was judged."""

    def meddle() -> None:
        with (tiny.dataset / "README.md").open("a") as card:
            card.write("More.\n")

    there.trouble.append(Trouble(at=f"GET {API}", status=200, body=b"[]", calls=meddle))
    with pytest.raises(IntegrityError, match="changed after it was judged"):
        archive(tiny, zenodo, at=AT)
    assert there.buckets[1002] == {}
    assert list(tiny.private.glob("*.zip*")) == []


def test_withheld_text_is_never_sent(tiny: Corpus, there: fake.Archive, zenodo: Zenodo) -> None:
    """A withheld text in the folder is refused before the archive is asked anything."""
    secret = next((tiny.private / "raw").glob("*.txt"))
    place = tiny.raw / "wire" / secret.name
    place.parent.mkdir(exist_ok=True)
    place.write_bytes(secret.read_bytes())
    with pytest.raises(InputError, match="The data set folder holds what may not be sent"):
        archive(tiny, zenodo, at=AT)
    assert there.requests == []


@pytest.mark.parametrize("token", ["zen-other", "", "zen other", "zen\nother"])
def test_the_token_is_shown_nowhere(
    tiny: Corpus, there: fake.Archive, monkeypatch: pytest.MonkeyPatch, token: str
) -> None:
    """Neither a refused token, nor one that a server repeats, is printed or written."""
    monkeypatch.setenv(TOKEN_VARIABLE, token)
    there.trouble.append(
        Trouble(at=".*", status=400, body=json.dumps({"message": f"Bad {token}"}).encode())
    )
    done = run("--archive", "--yes", "--archive-url", there.url, "--corpus", str(tiny.root))
    assert isinstance(done.exception, CopydeskError)
    assert not token or token not in str(done.exception) + done.output
    assert [p for p in tiny.root.rglob("*") if p.is_file() and b"zen-" in p.read_bytes()] == []


def test_the_token_goes_to_no_other_address(tiny: Corpus, there: fake.Archive) -> None:
    """An archive that wants the files elsewhere is refused, and nobody there sees the token."""
    other, server = fake.serve()
    there.elsewhere = other.url
    with (
        Connection(there.url, fake.TOKEN) as connection,
        pytest.raises(ServerError, match="the token is not sent to another address"),
    ):
        archive(tiny, Zenodo(connection), at=AT)
    server.shutdown()
    server.server_close()
    assert (other.requests, other.tokens) == ([], set())


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("http://zenodo.org", "A token is not sent over http"),
        ("ftp://zenodo.org", "is not an https address"),
        ("zenodo.org", "is not an https address"),
        ("https://me:secret@zenodo.org", "has a user, a query or a fragment"),
        ("https://zenodo.org/?access_token=secret", "has a user, a query or a fragment"),
        ("http://127.0.0.1.example.org", "A token is not sent over http"),
    ],
)
def test_an_address_that_would_show_the_token(url: str, sentence: str) -> None:
    """Only https will do, but for this machine itself; a secret in an address is not repeated."""
    with pytest.raises(InputError) as caught:
        check_address(url)
    assert sentence in str(caught.value)
    assert "secret" not in str(caught.value)


def test_dry_run(tiny: Corpus, there: fake.Archive) -> None:
    """Without --yes the verb says on a screen what would go where, and asks the archive nothing."""
    settings = f'\n[archive]\nurl = "{there.url}"\n'
    with (tiny.root / "copydesk.toml").open("a", encoding="utf-8") as config:
        config.write(settings)
    done = run("0.1.0", "--archive", "--corpus", str(tiny.root))
    assert (done.exit_code, there.requests) == (0, [])
    assert len(done.output.splitlines()) <= 12
    assert "         version  0.1.0\n" in done.stdout
    assert re.search(
        r"Nothing was sent\. tiny-0\.1\.0\.zip, \d+ files of [\d,]+ bytes", done.output
    )
    assert f"would be deposited at {there.url}, as a new record." in done.output
    done = run("0.0.9", "--archive", "--corpus", str(tiny.root))
    assert str(done.exception) == (
        f"{tiny.dataset}: Release 0.0.9 is not the newest: card and citation speak of 0.1.0. "
        "Archive 0.1.0, or each release before the next is cut."
    )


@pytest.mark.long
def test_the_verb(tiny: Corpus, there: fake.Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    """Reserve, cut with the DOI, archive: each says what to do next."""
    monkeypatch.setenv(TOKEN_VARIABLE, fake.TOKEN)
    monkeypatch.setenv("COPYDESK_ARCHIVE_URL", there.url)
    corpus = ["--corpus", str(tiny.root)]
    done = run("0.1.1", "--archive", "--reserve", *corpus)
    assert (done.exit_code, there.requests) == (0, [])
    done = run("0.1.1", "--archive", "--reserve", "--yes", *corpus)
    assert (done.exit_code, done.stdout) == (0, f"{DOI}\n")
    line = next(part for part in done.output.split(": ") if part.startswith("copydesk release cut"))
    cutting = [*line.split()[1:], "--labels", "rule", *corpus]
    assert CliRunner().invoke(app, cutting).exit_code == 0
    done = run("0.1.1", "--archive", "--yes", *corpus)
    assert (done.exit_code, done.stdout) == (0, f"https://doi.org/{DOI}\n")
    assert "Release 0.1.1 is archived there" in done.output
    for arguments in ([], ["--reserve"], ["--archive", "--reserve"]):
        assert run(*arguments, *corpus).exit_code == 2


@pytest.mark.long
def test_two_at_once(tiny: Corpus, there: fake.Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two runs at once make one deposit and one entry; the second is told what the first did."""
    monkeypatch.setenv(TOKEN_VARIABLE, fake.TOKEN)
    there.trouble.append(Trouble(at="POST .*/publish", acts=True, status=202, sleep=0.5))
    verb = "import sys; from copydesk.cli.main import main; main()"
    command = [sys.executable, "-c", verb, "release", "publish", "--archive", "--yes"]
    command += ["--archive-url", there.url, "--corpus", str(tiny.root)]
    both = [
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    said = [(out, error, one.returncode) for one in both for out, error in [one.communicate()]]
    assert sorted(code for _, _, code in said) == [0, 2], said
    assert [out for out, _, code in said if not code] == [f"https://doi.org/{DOI}\n"]
    assert [
        f"is archived already: https://doi.org/{DOI}" in error for _, error, code in said if code
    ] == [True], said
    assert (len(there.published), len(there.deposits)) == (1, 1)
    entries = read_json(tiny.releases / "index.json")["releases"]
    assert [entry.get("event") for entry in entries] == [None, "archived"]


@pytest.mark.long
def test_a_doi_reaches_those_who_have_the_release(
    tiny: Corpus, zenodo: Zenodo, tmp_path: Path
) -> None:
    """A folder that has the release already gets index, card and citation with the DOI, once."""
    out = tmp_path / "out"
    publish(prepare(tiny.dataset), str(out))
    archive(tiny, zenodo, at=AT)
    done = publish(prepare(tiny.dataset), str(out))
    assert files(out) == files(tiny.dataset)
    release = sum(name.startswith("releases/0.1.0/") for name in files(out))
    assert done.sent == len(files(out)) - release
    with pytest.raises(InputError, match=r"Version 0\.1\.0 is published there already\."):
        publish(prepare(tiny.dataset), str(out))


@pytest.mark.long
@pytest.mark.filterwarnings("ignore:Use 'content=<...>'")
def test_a_doi_reaches_the_hub(
    tiny: Corpus, zenodo: Zenodo, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It goes there as one more commit; the tag of the release stays where it was."""
    import fake_hub
    from huggingface_hub import constants

    monkeypatch.setenv("HF_TOKEN", fake_hub.TOKEN)
    monkeypatch.setattr(constants, "HF_HUB_DISABLE_XET", True)
    hub, server = fake_hub.serve()
    target = f"hf://datasets/{fake_hub.REPO}"
    first = publish(prepare(tiny.dataset), target, endpoint=hub.url)
    archive(tiny, zenodo, at=AT)
    plan = prepare(tiny.dataset)
    publish(plan, target, endpoint=hub.url)
    assert hub.files == files(tiny.dataset)
    assert [c["summary"] for c in hub.commits] == ["Release 0.1.0", "Release 0.1.0, with its DOI"]
    assert hub.tags == {"v0.1.0": first.commit}
    with pytest.raises(InputError, match=r"the tag v0\.1\.0 exists"):
        publish(plan, target, endpoint=hub.url)
    server.shutdown()
    server.server_close()


def test_writing_the_doi_is_finished(tiny: Corpus, there: fake.Archive, zenodo: Zenodo) -> None:
    """Killed while the DOI was written, the next run writes the rest, and asks nothing."""
    before = files(tiny.root)
    done = archive(tiny, zenodo, at=AT)
    after, asked = files(tiny.root), len(there.requests)
    names = ["dataset/releases/index.json", "dataset/README.md", "CITATION.cff"]
    for written in range(4):
        for name in ("dataset/CITATION.cff", *names[written:]):
            (tiny.root / name).write_bytes(before[name])
        (tiny.private / "published.jsonl").unlink()
        state = {
            "url": there.url,
            "version": "0.1.0",
            "deposit": 1002,
            "at": "2026-03-05T09:30:00Z",
        }
        dois = {"doi": DOI, "concept_doi": "10.1234/zenodo.1001"}
        (tiny.private / "archive.json").write_text(dump_json(state | dois))
        assert archive(tiny, zenodo, at=AT) == done
        assert files(tiny.root) == after
    assert len(there.requests) == asked


def test_an_entry_that_archives_nothing(tiny: Corpus, zenodo: Zenodo) -> None:
    """An index that gives a DOI to a release which it does not have is not valid."""
    archive(tiny, zenodo, at=AT)
    index = read_index(tiny.dataset)
    entry = {k: str(v) for k, v in index.lines[-1].items() if k != "before"}
    append_entries(tiny.dataset, index, {**entry, "version": "0.0.9", "doi": "10.1234/zenodo.9"})
    assert findings(tiny) == ["index-rewritten: Entry 3 archives 0.0.9, which was not there."]


def test_persons_are_named_as_zenodo_names_them() -> None:
    """Family name first, with the number of an ORCID; markup in an abstract is no markup."""
    citation = {
        "title": "News",
        "abstract": "Sentences <with> labels",
        "license": ["CC-BY-4.0", "MIT"],
        "authors": [
            {"given-names": "Ada", "family-names": "Crane", "name-particle": "van"},
            {
                "name": "The desk",
                "affiliation": "A house",
                "orcid": "https://orcid.org/0000-0002-1825-0097",
            },
        ],
    }
    found = metadata(citation, corpus="news", version="1.0.0", date="2026-03-05")
    assert found["creators"] == [
        {"name": "van Crane, Ada"},
        {"name": "The desk", "affiliation": "A house", "orcid": "0000-0002-1825-0097"},
    ]
    assert found["license"] == "cc-by-4.0"
    assert found["description"].startswith("<p>Sentences &lt;with&gt; labels</p>")
    for broken in ({}, {"title": "News"}, {"title": "News", "authors": []}):
        with pytest.raises(InputError, match="no title or no authors"):
            metadata(broken, corpus="news", version="1.0.0", date="2026-03-05")
