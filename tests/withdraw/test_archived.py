"""After a withdrawal, the release that takes the place of an archived one is its next version."""

from __future__ import annotations

from collections.abc import Iterator

import fake_zenodo as fake
import pytest
from leftovers import AT, REASON
from typer.testing import CliRunner

from copydesk.cli.main import app
from copydesk.corpus import Corpus
from copydesk.files import read_json
from copydesk.publish.archive import archive, reserve
from copydesk.publish.archive_http import TOKEN_VARIABLE, Connection
from copydesk.publish.zenodo import Zenodo
from copydesk.release.cut import Options, cut
from copydesk.release.reach import beyond
from copydesk.release.withdraw import withdraw
from copydesk.validate import validate


@pytest.fixture
def there(monkeypatch: pytest.MonkeyPatch) -> Iterator[fake.Archive]:
    """An empty archive on a free port, whose token the environment has."""
    monkeypatch.setenv(TOKEN_VARIABLE, fake.TOKEN)
    found, server = fake.serve()
    yield found
    server.shutdown()
    server.server_close()


@pytest.mark.slow
def test_a_new_version_is_deposited_and_the_old_one_named(
    corpus: Corpus, there: fake.Archive
) -> None:
    """The archive keeps the old version: both verbs say so, and nothing of its DOI is left over."""
    with Connection(there.url, fake.TOKEN) as connection:
        zenodo = Zenodo(connection)
        doi = reserve(corpus, zenodo, "1.2.0", at=AT)
        cut(corpus, Options(version="1.2.0", created=AT, doi=doi))
        assert archive(corpus, zenodo, at=AT).doi == doi
    withdraw(corpus, "mill-day", reason=REASON, at=AT)
    assert (
        f"https://doi.org/{doi}: an archive keeps every version. Ask its support to remove this "
        "one's files, and deposit the release that takes its place with 'copydesk release "
        "publish --archive'." in list(beyond(corpus))
    )
    release = corpus.releases / "1.2.0+w1"
    assert "doi" not in read_json(release / "release.json")
    assert doi not in (release / "croissant.json").read_text()
    assert doi not in (corpus.dataset / "README.md").read_text()
    assert doi not in (corpus.dataset / "CITATION.cff").read_text()

    arguments = ["release", "publish", "--archive", "--yes", "--archive-url", there.url]
    done = CliRunner().invoke(app, [*arguments, "--corpus", str(corpus.root)])

    assert done.exit_code == 0
    assert [d["metadata"]["version"] for d in there.published] == ["1.2.0", "1.2.0+w1"]
    assert {d["conceptrecid"] for d in there.published} == {"1001"}
    name = corpus.config["corpus"]["name"]
    assert list(there.buckets[1003]) == [f"{name}-1.2.0+w1.zip"]
    assert f"  https://doi.org/{doi}: an archive keeps every version." in done.output
    assert validate(corpus.root).findings == ()
