"""One page for each annotator: all their work, how far it is, and where it goes on."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

from copydesk.backends.labelstudio.client import Server
from copydesk.backends.labelstudio.connection import PUBLIC_VARIABLE
from copydesk.corpus import Corpus
from copydesk.rounds.backend import Backend, Page
from copydesk.rounds.choose import Overlap
from copydesk.rounds.landing import write_landing
from copydesk.rounds.log import Answer, Changes, append
from copydesk.rounds.new import Options, new_round
from copydesk.rounds.opened import Round, open_round
from copydesk.rounds.paths import RoundFolder
from copydesk.rounds.plan import FILES, Annotator
from copydesk.rounds.selection import Selection
from copydesk.rounds.streams import Stream


class Desk:
    """What the pages ask of Label Studio."""

    name = "labelstudio"
    url = "https://labels.example.org/"

    def pages(self, round: Round, streams: Sequence[Stream]) -> list[Page]:
        """A project for each queue."""
        return [
            Page(arm=s.arm, annotators=s.annotators, url=f"{self.url}projects/{n}/data?labeling=1")
            for n, s in enumerate(streams, start=1)
        ]


def planned(corpus: Corpus, name: str, article: str) -> Round:
    """A round of two people and a model."""
    people = [Annotator(annotator=who, kind="human") for who in ("a1", "a2")]
    model = Annotator(annotator="model-1", kind="model", backend=FILES)
    new_round(
        corpus,
        Options(
            round=name,
            annotators=(*people, model),
            overlap=Overlap(base=3),
            selection=Selection(articles=(article,)),
        ),
    )
    return open_round(corpus, name)


def test_a_page_holds_all_work_of_one_annotator(corpus: Corpus) -> None:
    """Two rounds, one begun: figures and addresses are there, others' and models' are not."""

    class Both(Desk):
        name = "files"

    backends = [cast(Backend, Desk()), cast(Backend, Both())]
    first = planned(corpus, "spring", "mill")
    places = write_landing(first, backends)
    assert sorted(places) == ["a1", "a2"]
    second = planned(corpus, "summer", "tram")
    answers = tuple(
        Answer(
            annotator="a1",
            sentence_id=f"mill.00{n}",
            arm="blind",
            label="claim",
            created_at="2026-01-01T00:00:00Z",
            lead_time_s=None,
            source=n,
        )
        for n in (1, 2, 3)
    )
    append(first.folder.annotations, Changes(answers, (), (), 0), "p")
    assert write_landing(second, backends) == places
    page = places["a1"].read_text()
    assert "3 sentences to answer in 1 round." in page
    assert "0 of 3 sentences answered, as of the last pull." in page
    assert '<a href="https://labels.example.org/projects/1/data?labeling=1">Go on answering' in page
    assert page.index("Round summer") < page.index(">Done<") < page.index(">spring<")
    assert "6 sentences to answer in 2 rounds." in places["a2"].read_text()
    assert places["a1"].parent == corpus.private / "desk"
    assert len(places["a1"].stem) == len("a1-") + 24


def test_what_is_sent_to_people_names_the_server_as_they_know_it(monkeypatch: Any) -> None:
    """The public address is taken for pages and invitations, the other one for requests."""

    class Wrapper:
        httpx_client = None

        def get_base_url(self) -> str:
            return "http://127.0.0.1:8080/"

    class Client:
        _client_wrapper = Wrapper()

    client: Any = Client()
    assert Server(client).public == "http://127.0.0.1:8080/"
    monkeypatch.setenv(PUBLIC_VARIABLE, "https://labels.example.org/desk")
    server = Server(client)
    assert (server.url, server.public) == (
        "http://127.0.0.1:8080/",
        "https://labels.example.org/desk/",
    )
    monkeypatch.setattr(server, "_ask", lambda *_: {"invite_url": "/user/signup/?token=x"})
    assert server.invitation() == "https://labels.example.org/desk/user/signup/?token=x"


def test_the_folder_of_pages_is_private(corpus: Corpus) -> None:
    """Pages are about single persons: nothing of them is in the round's published folder."""
    round = planned(corpus, "spring", "mill")
    both = [cast(Backend, Desk()), cast(Backend, type("Other", (Desk,), {"name": "files"})())]
    write_landing(round, both)
    held = [p for p in RoundFolder(corpus, "spring").path.rglob("*") if p.is_file()]
    assert [p.name for p in held] == ["round.json"]
    assert all(Path(p).is_relative_to(corpus.private) for p in corpus.private.rglob("*.html"))
