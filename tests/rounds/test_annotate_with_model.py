"""A model behind an OpenAI-compatible endpoint, which here is a small server of the test's own."""

from __future__ import annotations

import http.server
import importlib.util
import json
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from copydesk.backends.files import Files, folder
from copydesk.corpus import Corpus
from copydesk.errors import InputError, ServerError
from copydesk.rounds.choose import Overlap
from copydesk.rounds.new import Options, Selection, new_round
from copydesk.rounds.opened import Round, open_round
from copydesk.rounds.plan import FILES, Annotator
from copydesk.rounds.pull import pull
from copydesk.rounds.push import push

ROOT = Path(__file__).resolve().parents[2]


class Endpoint:
    """Answers requests from a list: a status, or the content of the model's message."""

    def __init__(self) -> None:
        self.answers: list[int | str] = []
        self.asked: list[dict[str, Any]] = []
        endpoint = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                size = int(self.headers["Content-Length"])
                endpoint.asked.append(json.loads(self.rfile.read(size)))
                answer = endpoint.answers.pop(0) if endpoint.answers else 400
                status = answer if isinstance(answer, int) else 200
                usage = {"prompt_tokens": 100, "completion_tokens": 10}
                message = {"message": {"role": "assistant", "content": answer}}
                body = json.dumps({"choices": [message], "usage": usage}).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *words: Any) -> None:
                """Say nothing."""

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/v1"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    """A running endpoint that has no answers yet."""
    made = Endpoint()
    yield made
    made.server.shutdown()
    made.server.server_close()


@pytest.fixture
def script() -> Any:
    """The script as a module."""
    path = ROOT / "scripts" / "annotate_with_model.py"
    spec = importlib.util.spec_from_file_location("annotate_with_model", path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # its dataclasses look themselves up there
    spec.loader.exec_module(module)
    return module


def pushed(corpus: Corpus) -> Round:
    """A round of one model on the mill's three sentences, pushed."""
    options = Options(
        round="r",
        annotators=(Annotator(annotator="m-1", kind="model", backend=FILES),),
        overlap=Overlap(base=1),
        selection=Selection(articles=("mill",)),
    )
    new_round(corpus, options)
    push(corpus, "r", [Files()])
    return open_round(corpus, "r")


def content(*labels: str | None) -> str:
    """A model's message that gives the mill's sentences labels; None leaves one out."""
    lines = [
        {"sentence_id": f"mill.{number:03d}", "label": label, "confidence": 0.9}
        for number, label in enumerate(labels, start=1)
        if label
    ]
    return f"Here you are:\n```json\n{json.dumps({'answers': lines})}\n```"


def model(script: Any, endpoint: Endpoint) -> Any:
    """What is asked, with hardly any waiting."""
    return script.Model(endpoint=endpoint.url, name="tiny", prompt="Label.", wait=0.01, timeout=5.0)


def test_a_model_answers_and_its_answers_are_pulled(
    corpus: Corpus, script: Any, endpoint: Endpoint
) -> None:
    """One request for an article; labels, confidence and raw answer are kept, none asked twice."""
    round = pushed(corpus)
    endpoint.answers = [content("background", "background", "claim")]
    tally = script.annotate(round, "m-1", model(script, endpoint))
    assert (tally.answered, tally.open, tally.tokens_in, tally.tokens_out) == (3, 0, 100, 10)
    found = pull(corpus, "r", [Files()])
    assert [(a.label, a.confidence) for a in found.changes.new] == [
        ("background", 0.9),
        ("background", 0.9),
        ("claim", 0.9),
    ]
    assert found.findings == ()
    (call,) = map(json.loads, (folder(round, "m-1") / "calls.jsonl").read_text().splitlines())
    assert (call["model"], call["temperature"], call["prompt"]) == ("tiny", 0.0, "Label.")
    assert script.annotate(round, "m-1", model(script, endpoint)).answered == 0
    (request,) = endpoint.asked
    assert "Press **1** to 4." in request["messages"][0]["content"]
    assert "The mill closed at noon." in request["messages"][1]["content"]


@pytest.mark.parametrize(
    ("answers", "answered"),
    [
        (["no JSON at all", content("quote", "quote", "quote")], 3),
        (["{", "[]"], 0),
        ([content("quote", None, "irony"), content(None, "claim", None)], 2),
        ([429, 500, content("quote", "quote", "quote")], 3),
    ],
)
def test_bad_answers_are_asked_for_once_more_and_then_left_open(
    corpus: Corpus, script: Any, endpoint: Endpoint, answers: list[int | str], answered: int
) -> None:
    """What is malformed or a label of nobody's is left open; a busy endpoint is asked again."""
    endpoint.answers = answers
    tally = script.annotate(pushed(corpus), "m-1", model(script, endpoint))
    assert (tally.answered, tally.open) == (answered, 3 - answered)
    assert endpoint.answers == []


def test_an_endpoint_that_fails_or_refuses_is_named(
    corpus: Corpus, script: Any, endpoint: Endpoint
) -> None:
    """Five failures, a refusal, and nobody there: each is a sentence, and nothing is lost."""
    round = pushed(corpus)
    endpoint.answers = [503] * 5
    with pytest.raises(ServerError, match="failed 5 times, last with status 503"):
        script.annotate(round, "m-1", model(script, endpoint))
    endpoint.answers = [401]
    with pytest.raises(ServerError, match="The endpoint refuses: status 401"):
        script.annotate(round, "m-1", model(script, endpoint))
    nobody = script.Model(endpoint="http://127.0.0.1:1", name="x", prompt="x", wait=0.001)
    with pytest.raises(ServerError, match="last with ConnectError"):
        script.annotate(round, "m-1", nobody)


def test_withheld_text_is_sent_only_where_that_is_allowed(
    make_corpus: Callable[..., Corpus], script: Any, endpoint: Endpoint
) -> None:
    """Without 'send = true' nothing leaves the machine."""
    corpus = make_corpus(withheld=("mill",))
    round = pushed(corpus)
    with pytest.raises(InputError, match="The text of 'mill' is withheld and may not be sent"):
        script.annotate(round, "m-1", model(script, endpoint))
    assert endpoint.asked == []
    with (corpus.root / "copydesk.toml").open("a") as stream:
        stream.write("[rights]\nsend = true\n")
    endpoint.answers = [content("quote", "quote", "quote")]
    assert script.annotate(open_round(corpus, "r"), "m-1", model(script, endpoint)).answered == 3


def test_a_dry_run_says_what_it_would_cost(corpus: Corpus, script: Any, endpoint: Endpoint) -> None:
    """Tasks and tokens are counted, and nothing is sent."""
    tasks, sent, got = script.estimate(pushed(corpus), "m-1", model(script, endpoint))
    assert (tasks, got, endpoint.asked) == (1, 60, [])
    assert sent > 100
