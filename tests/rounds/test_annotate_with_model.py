"""A model behind an OpenAI-compatible endpoint, which here is a small server of the test's own."""

from __future__ import annotations

import http.server
import json
import os
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
from copydesk.rounds.new import Options, new_round
from copydesk.rounds.opened import Round, open_round
from copydesk.rounds.plan import FILES, Annotator
from copydesk.rounds.pull import pull
from copydesk.rounds.push import push
from copydesk.rounds.selection import Selection

SCRIPT = Path(__file__).resolve().parents[2] / "scripts" / "annotate_with_model.py"


class Endpoint:
    """Answers requests from a list, or from that of the first sentence that is asked about.

    An answer is a status, the content of the model's message, the whole body as bytes, or such a
    body of which half is sent before the connection is closed, as a tuple.
    """

    def __init__(self) -> None:
        self.answers: list[Any] = []
        self.by_sentence: dict[str, list[Any]] = {}
        self.headers: dict[str, str] = {}
        self.paths: list[str] = []
        self.asked: list[dict[str, Any]] = []
        endpoint = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                size = int(self.headers["Content-Length"])
                endpoint.asked.append(json.loads(self.rfile.read(size)))
                endpoint.paths.append(self.path)
                asked = re.search(r'"sentence_id": "([^"]+)", "text"', str(endpoint.asked[-1]))
                queue = endpoint.by_sentence.get(asked[1] if asked else "", endpoint.answers)
                answer = queue.pop(0) if queue else 400
                status = answer if isinstance(answer, int) else 200
                usage = {"prompt_tokens": 100, "completion_tokens": 10}
                message = {"message": {"role": "assistant", "content": answer}}
                if isinstance(answer, int):
                    body = b'{"error": {"message": "No such key: secret-1"}}'
                elif isinstance(answer, bytes | tuple):
                    body = answer if isinstance(answer, bytes) else answer[0]
                else:
                    body = json.dumps({"choices": [message], "usage": usage}).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                for name, value in endpoint.headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body[: len(body) // 2] if isinstance(answer, tuple) else body)

            def log_message(self, *words: Any) -> None:
                """Say nothing."""

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/v1"
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()


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


def annotate(corpus: Corpus, address: str, *more: str, key: str = "") -> tuple[int, str]:
    """Run the script on the round: its exit code and its last line."""
    code, said = annotate_all(corpus, address, *more, key=key)
    return code, said[-1]


def annotate_all(corpus: Corpus, address: str, *more: str, key: str = "") -> tuple[int, list[str]]:
    """Run the script on the round, with hardly any waiting: its exit code and all its lines."""
    prompt = corpus.root / "prompt.txt"
    prompt.write_text("Label.", encoding="utf-8")
    done = subprocess.run(
        [
            *(sys.executable, str(SCRIPT), "r", "--corpus", str(corpus.root), "--annotator", "m-1"),
            *("--endpoint", address, "--model", "tiny", "--prompt", str(prompt)),
            *("--wait", "0.01", "--timeout", "60", *more),
        ],
        env=os.environ | {"COPYDESK_MODEL_KEY": key},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Traceback" not in done.stderr
    return done.returncode, done.stderr.splitlines()


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
    ("answers", "answered", "lack"),
    [
        (["no JSON at all", content("quote", "quote", "quote")], 3, ""),
        (["{", "[]"], 0, "the model's message has no answers in it (calls.jsonl keeps it)"),
        (
            [content("quote", None, "irony"), content(None, "claim", "irony")],
            2,
            "labels that the round does not have: 1 of its 2 answers (calls.jsonl keeps them)",
        ),
        ([429, 500, content("quote", "quote", "quote")], 3, ""),
    ],
)
def test_bad_answers_are_asked_for_once_more_and_then_left_open(
    corpus: Corpus, endpoint: Endpoint, answers: list[int | str], answered: int, lack: str
) -> None:
    """What is malformed or a label of nobody's is left open, which the exit code tells, and the
    reason is said; a busy endpoint is asked again."""
    endpoint.answers = answers
    pushed(corpus)
    code, (*_, article, said) = annotate_all(corpus, endpoint.url)
    assert article == f"mill: {answered} of 3 sentences answered{'; ' if lack else ''}{lack}"
    assert said.startswith(f"{answered} sentences answered, {3 - answered} left open;")
    assert code == (0 if answered == 3 else 1)
    assert endpoint.answers == []


def good(sentence: str, *more: Any, **fields: Any) -> str:
    """A message that gives a sentence the label quote, and has other lines besides."""
    line = {"sentence_id": sentence, "label": "quote", **fields}
    return json.dumps({"answers": [line, *more]})


def by_sentence(corpus: Corpus, *articles: str) -> Round:
    """A round of one model on the sentences of some articles, a task each, pushed."""
    options = Options(
        round="r",
        annotators=(Annotator(annotator="m-1", kind="model", backend=FILES),),
        overlap=Overlap(base=1),
        selection=Selection(articles=articles),
        unit="sentence",
    )
    new_round(corpus, options)
    push(corpus, "r", [Files()])
    return open_round(corpus, "r")


def test_what_a_model_writes_around_its_answer_is_not_read(
    corpus: Corpus, endpoint: Endpoint
) -> None:
    """Prose, braces, parts and strange lines spoil nothing; what is cut short or contradicts
    itself is asked for once more and then left open; a confidence out of range is left out."""
    by_sentence(corpus, "mill", "tram", "weir", "harbour")
    m, t, w, h = (
        [f"{name}.{n:03d}" for n in range(1, 6)] for name in ("mill", "tram", "weir", "harbour")
    )
    parts = [{"type": "text", "text": part} for part in (good(m[2])[:30], good(m[2])[30:])]
    other = {"sentence_id": w[0], "label": "claim"}
    endpoint.by_sentence = {
        m[0]: [f"{{Note}} that {{I}} am sure \ud83d. {good(m[0])} Set {{x | x > 0}} aside."],
        m[1]: [f'First {{"answers": []}} and {{"answers": "{{}}"}}, then {good(m[1])}'],
        m[2]: [parts],
        t[0]: [good(t[0])[:-4], good(t[0])],
        t[1]: [good(t[1])[:-4]] * 2,
        t[2]: ['{"a":' * 5000] * 2,
        w[0]: [good(w[0], other)] * 2,
        w[1]: [good(w[1], {"sentence_id": [w[1]], "label": "claim"}, {"label": "claim"})],
        w[2]: [good(w[2], {"sentence_id": w[2], "label": {"claim": 1}}, w[2], None)],
        h[0]: [good(h[0], confidence=1.5)],
        h[1]: [good(h[1], confidence=float("nan"))],
        h[2]: [good(h[2], confidence=10**400)],
        h[3]: [f'Here:\n{{"sentence_id": "{h[3]}", "label": "quote"}}\n{{"sentence_id": "{h[0]}'],
        h[4]: [f'[{{"sentence_id": "{h[4]}", "label": "quote", "confidence": 1}}]'],
    }
    assert annotate(corpus, endpoint.url) == (
        1,
        "11 sentences answered, 3 left open; 1,800 tokens in, 180 out. Next: copydesk round pull r",
    )
    assert not any(endpoint.by_sentence.values())
    found = pull(corpus, "r", [Files()])
    assert {a.sentence_id: (a.label, a.confidence) for a in found.changes.new} == {
        name: ("quote", 1 if name == h[4] else None) for name in (*m[:3], t[0], w[1], w[2], *h)
    }
    assert found.findings == ()


def test_what_is_no_chat_completion_is_asked_for_again(corpus: Corpus, endpoint: Endpoint) -> None:
    """A page, a stream, half an answer, a cut connection: a later attempt brings the answer, and
    strange counts of tokens are none."""
    by_sentence(corpus, "mill")

    def whole(sentence: str, usage: Any) -> bytes:
        choices = [{"message": {"content": good(sentence)}}]
        return json.dumps({"choices": choices, "usage": usage}).encode()

    endpoint.headers = {"Retry-After": "0"}
    endpoint.by_sentence = {
        "mill.001": [
            b"<!doctype html><title>Sign in</title>",
            b'{"choices": [{"mess',
            b'data: {"choices": []}\n\ndata: [DONE]\n\n',
            whole("mill.001", {"prompt_tokens": "many", "completion_tokens": -3}),
        ],
        "mill.002": [b'{"error": "busy"}', b"[1, 2]", b"", whole("mill.002", [7])],
        "mill.003": [b"[" * 100_000, (whole("mill.003", None),), 429, whole("mill.003", 7)],
    }
    assert annotate(corpus, endpoint.url) == (
        0,
        "3 sentences answered, 0 left open; 0 tokens in, 0 out. Next: copydesk round pull r",
    )
    assert [a.label for a in pull(corpus, "r", [Files()]).changes.new] == ["quote"] * 3


@pytest.mark.long
def test_what_cannot_be_sent_is_refused_in_a_sentence(corpus: Corpus, endpoint: Endpoint) -> None:
    """An endpoint that is none, a key that is none, and files that were changed since the push."""
    round = pushed(corpus)
    for address, key, sentence in (
        ("tiny.example/v1", "", "The endpoint 'tiny.example/v1' is not an http address."),
        ("http://[::1", "", "The endpoint is not an address: Invalid port: ':1'."),
        ("http://me:secret-1@x/v1", "", "The endpoint's address holds a name or a password."),
        (endpoint.url, "ключ", "The key in COPYDESK_MODEL_KEY holds characters that no key has."),
    ):
        code, said = annotate(corpus, address, key=key)
        assert (code, sentence in said, "secret" in said) == (2, True, False), said
    tasks = folder(round, "m-1") / "tasks.jsonl"
    tasks.write_text(tasks.read_text().replace("noon", "night"))
    code, said = annotate(corpus, endpoint.url)
    assert (code, "tasks.jsonl of m-1 is not as it was pushed" in said) == (2, True)
    assert endpoint.asked == []


def test_a_refusal_gives_the_endpoints_reason_without_the_key(
    corpus: Corpus, endpoint: Endpoint
) -> None:
    """The query of an address stays a query, and is not printed."""
    pushed(corpus)
    endpoint.answers = [401]
    code, said = annotate(corpus, f"{endpoint.url}/?api-version=3&token=secret-2", key="secret-1")
    assert (code, endpoint.paths) == (2, ["/v1/chat/completions?api-version=3&token=secret-2"])
    assert "/v1/chat/completions: The endpoint refuses: status 401 (No such key: …)." in said
    assert "secret" not in said


def test_lines_that_a_kill_or_an_editor_left_are_asked_for_again(
    corpus: Corpus, endpoint: Endpoint
) -> None:
    """A line with a BOM counts; half a line and a label of nobody's are asked for again."""
    round = pushed(corpus)
    text = (
        '\ufeff{"sentence_id": "mill.001", "label": "claim"}\r\n'
        '{"sentence_id": "mill.002", "label": "irony"}\n{"sentence_id": "mill.003", "la'
    )
    (folder(round, "m-1") / "answers.jsonl").write_bytes(text.encode())
    endpoint.answers = [content("quote", "quote", "quote")]
    assert annotate(corpus, endpoint.url)[1].startswith("2 sentences answered, 0 left open;")
    found = pull(corpus, "r", [Files()])
    assert [a.label for a in found.changes.new] == ["claim", "quote", "quote"]
    assert [f.detail for f in found.findings] == ["it is not JSON"]


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
