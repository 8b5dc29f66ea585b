"""Where annotators work, and those who cannot yet."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any

import pytest
from typer.testing import CliRunner

from copydesk.backends.labelstudio import projects
from copydesk.backends.labelstudio.backend import LabelStudio
from copydesk.backends.labelstudio.local import accounts
from copydesk.cli.round import app
from copydesk.corpus import Corpus
from copydesk.rounds.paths import RoundFolder
from copydesk.rounds.plan import read_plan
from copydesk.rounds.pull import pull
from copydesk.rounds.streams import streams

pytestmark = pytest.mark.studio


def test_a_push_says_where_annotators_work_and_who_has_no_account(
    corpus: Corpus, studio: Any, server_for: Callable[..., Any]
) -> None:
    """Each gets the page of a project; who has no account is named until the invitation is used."""
    name = f"p-{secrets.token_hex(6)}"
    anna, ben = studio.annotators[0].email, f"{name}@copydesk.localhost"
    environment = {
        "COPYDESK_STUDIO_URL": studio.url,
        "COPYDESK_STUDIO_TOKEN": studio.admin.token,
    }

    def run(*words: str) -> str:
        done = CliRunner().invoke(app, [*words, "--corpus", str(corpus.root)], env=environment)
        assert done.exit_code == 0, done.output
        return done.output

    planned = run("new", name, "--annotator", f"anna={anna}", "--annotator", f"ben={ben}")
    assert "4 articles, 14 sentences, 28 answers asked for" in planned
    with server_for() as server:
        said = run("push", name)
        queues = streams(read_plan(RoundFolder(corpus, name)))
        found = projects.find(server, queues, {})
        for stream in queues:
            (who,) = stream.annotators
            page = f"{studio.url}projects/{found[stream.key]}/data?labeling=1"
            assert f"{who} (blind) answers at {page}\n" in said
        stranger = "The server has no account with the address of ben"
        assert f"{stranger}; an account is made at {studio.link}" in said
        (finding,) = pull(corpus, name, [LabelStudio(server)]).findings
        assert (finding.rule, finding.annotator) == ("account-missing", "ben")
        accounts.join(studio.link, ben, "a-long-password-1")
        assert stranger not in run("push", name)
        assert pull(corpus, name, [LabelStudio(server)]).findings == ()
