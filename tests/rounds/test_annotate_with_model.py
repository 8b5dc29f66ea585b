"""A model behind an OpenAI-compatible endpoint, which here is a small server of the test's own."""

from __future__ import annotations

import http.server
import json
import re
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from copydesk.backends.files import Files, folder
from copydesk.corpus import Corpus
from copydesk.rounds.choose import Overlap
from copydesk.rounds.new import Options, Selection, new_round
from copydesk.rounds.opened import Round, open_round
from copydesk.rounds.plan import FILES, Annotator
from copydesk.rounds.pull import pull
from copydesk.rounds.push import push

SCRIPT = Path(__file__).resolve().parents[2] / "scripts" / "annotate_with_model.py"


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


def annotate(corpus: Corpus, address: str, *more: str) -> tuple[int, str]:
    """Run the script on the round, with hardly any waiting: its exit code and its last line."""
    prompt = corpus.root / "prompt.txt"
    prompt.write_text("Label.", encoding="utf-8")
    done = subprocess.run(
        [
            *(sys.executable, str(SCRIPT), "r", "--corpus", str(corpus.root), "--annotator", "m-1"),
            *("--endpoint", address, "--model", "tiny", "--prompt", str(prompt)),
            *("--wait", "0.01", "--timeout", "5", *more),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Traceback" not in done.stderr
    return done.returncode, done.stderr.splitlines()[-1]


@pytest.mark.long
def test_a_model_answers_and_its_answers_are_pulled(corpus: Corpus, endpoint: Endpoint) -> None:
    """One request for an article; labels, confidence and raw answer are kept, none asked twice."""
    round = pushed(corpus)
    endpoint.answers = [content("background", "background", "claim")]
    assert annotate(corpus, endpoint.url) == (
        0,
        "3 sentences answered, 0 left open; 100 tokens in, 10 out. Next: copydesk round pull r",
    )
    found = pull(corpus, "r", [Files()])
    assert [(a.label, a.confidence) for a in found.changes.new] == [
        ("background", 0.9),
        ("background", 0.9),
        ("claim", 0.9),
    ]
    assert found.findings == ()
    (call,) = map(json.loads, (folder(round, "m-1") / "calls.jsonl").read_text().splitlines())
    assert (call["model"], call["temperature"], call["prompt"]) == ("tiny", 0.0, "Label.")
    assert annotate(corpus, endpoint.url)[1].startswith("0 sentences answered, 0 left open;")
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
    corpus: Corpus, endpoint: Endpoint, answers: list[int | str], answered: int
) -> None:
    """What is malformed or a label of nobody's is left open, which the exit code tells; a busy
    endpoint is asked again."""
    endpoint.answers = answers
    pushed(corpus)
    code, said = annotate(corpus, endpoint.url)
    assert said.startswith(f"{answered} sentences answered, {3 - answered} left open;")
    assert code == (0 if answered == 3 else 1)
    assert endpoint.answers == []


@pytest.mark.long
def test_an_endpoint_that_fails_or_refuses_is_named(corpus: Corpus, endpoint: Endpoint) -> None:
    """Five failures, a refusal, and nobody there: each is a sentence, and nothing is lost."""
    pushed(corpus)
    for answers, address, sentence in (
        ([503] * 5, endpoint.url, "failed 5 times, last with status 503"),
        ([401], endpoint.url, "The endpoint refuses: status 401"),
        ([], "http://127.0.0.1:1", "last with ConnectError"),
    ):
        endpoint.answers = list(answers)
        code, said = annotate(corpus, address)
        assert (code, sentence in said) == (2, True), said


@pytest.mark.long
def test_withheld_text_is_sent_only_where_that_is_allowed(
    make_corpus: Callable[..., Corpus], endpoint: Endpoint
) -> None:
    """Without 'send = true' nothing leaves the machine."""
    corpus = make_corpus(withheld=("mill",))
    pushed(corpus)
    code, said = annotate(corpus, endpoint.url)
    assert (code, endpoint.asked) == (2, [])
    assert "The text of 'mill' is withheld and may not be sent" in said
    with (corpus.root / "copydesk.toml").open("a") as stream:
        stream.write("[rights]\nsend = true\n")
    endpoint.answers = [content("quote", "quote", "quote")]
    assert annotate(corpus, endpoint.url)[0] == 0


def test_a_dry_run_says_what_it_would_cost(corpus: Corpus, endpoint: Endpoint) -> None:
    """Tasks and tokens are counted, and nothing is sent: 60 tokens out at 1 each are 60."""
    pushed(corpus)
    prices = ("--price-in", "0", "--price-out", "1000000")
    code, said = annotate(corpus, endpoint.url, "--dry-run", *prices)
    assert (code, endpoint.asked) == (0, [])
    found = re.fullmatch(r"1 tasks, about (\d+) tokens in and 60 out: 60\.00", said)
    assert found
    assert int(found[1]) > 100
