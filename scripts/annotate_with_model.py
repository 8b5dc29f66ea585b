"""Let a language model answer its part of a round, article by article, through the files backend.

    python scripts/annotate_with_model.py ROUND --annotator model-1 --endpoint URL --model NAME \
        --prompt FILE [--corpus DIR] [--temperature 0] [--dry-run --price-in 1.5 --price-out 6]

The endpoint is any that speaks OpenAI's chat completions (``URL/chat/completions``); a key, if one
is needed, is in COPYDESK_MODEL_KEY. The prompt, the model's name, the temperature and every raw
answer are kept in the annotator's private folder (``calls.jsonl``). Text that is withheld is sent
only where ``send = true`` under ``[rights]`` in copydesk.toml allows it. A malformed answer is
asked for once more, and its sentences are then left open. Kill it at any time and run it again:
what was answered is not asked for twice. Exit: 0 all answered, 1 sentences are left open, 2 could
not run.

It was tried against a small local server; no commercial endpoint was reached.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import re
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import httpx

from copydesk.backends.files import ANSWERS, TASKS, Files, folder, read_answers
from copydesk.contract.columns import STANDS_ALONE
from copydesk.corpus import Corpus
from copydesk.errors import CopydeskError, InputError, ServerError
from copydesk.files import append_lines, dump_line, read_jsonl, sha256_text
from copydesk.rounds.opened import Round, open_round
from copydesk.rounds.plan import now
from copydesk.rounds.qualify import queues

CALLS: Final = "calls.jsonl"
_ATTEMPTS: Final = 5
_LONGEST_WAIT: Final = 300.0
"""Seconds before a repetition, whatever the endpoint asks for."""
_OPENING: Final = re.compile(r"[{\[]")
_FORM: Final = (
    "Label every sentence. Answer with one JSON object and nothing else: "
    '{"answers": [{"sentence_id": "…", "label": "…", "confidence": 0.0}]}. '
    "The confidence is a number from 0 to 1. Labels: "
)


@dataclass(frozen=True, kw_only=True)
class Model:
    """What is asked, and where.

    Args:
        wait: seconds before the first repetition after a failure, doubled each time.
    """

    endpoint: str
    name: str
    prompt: str
    temperature: float = 0.0
    key: str = ""
    wait: float = 2.0
    timeout: float = 120.0

    @property
    def url(self) -> httpx.URL:
        """Where requests go.

        Raises:
            InputError: the endpoint is not an http address, or holds a password.
        """
        hint = "Write it like http://127.0.0.1:8000/v1."
        try:
            found = httpx.URL(self.endpoint.strip())
        except httpx.InvalidURL as error:
            raise InputError(f"The endpoint is not an address: {error}.", hint=hint) from error
        if found.userinfo:
            raise InputError(
                "The endpoint's address holds a name or a password.",
                hint="Put the key into COPYDESK_MODEL_KEY.",
            )
        if found.scheme not in ("http", "https") or not found.host:
            raise InputError(f"The endpoint '{self.endpoint}' is not an http address.", hint=hint)
        return found.copy_with(path=f"{found.path.rstrip('/')}/chat/completions")


@dataclass
class Tally:
    """What was done: sentences answered and left open, and tokens as the endpoint counts them."""

    answered: int = 0
    open: int = 0
    tokens_in: int = 0
    tokens_out: int = 0


def say(words: str) -> None:
    """One line for whoever runs this."""
    print(words, file=sys.stderr)


def annotate(round: Round, annotator: str, model: Model) -> Tally:
    """Ask for every sentence of the annotator that has no answer yet.

    Raises:
        InputError: the annotator is not a model of the round, was given no tasks, or an article's
            text may not be sent.
        ServerError: the endpoint refuses, or fails again and again.
    """
    place = folder(round, annotator)
    tasks = to_do(round, annotator)
    refuse_withheld(round, tasks)
    labels, url = list(round.plan.labels), model.url
    guidelines = (place / "guidelines.md").read_text(encoding="utf-8")
    tally = Tally()
    if not (model.key.isascii() and model.key.isprintable()):
        raise InputError(
            "The key in COPYDESK_MODEL_KEY holds characters that no key has.", hint="Copy it again."
        )
    headers = {"Authorization": f"Bearer {model.key}"} if model.key else {}
    with httpx.Client(timeout=model.timeout, headers=headers) as client:
        for task in tasks:
            asked = messages(model, guidelines, labels, task)
            _one(client, url, model, task, asked, labels, place, tally)
    return tally


def to_do(round: Round, annotator: str) -> list[dict[str, Any]]:
    """The annotator's tasks with the sentences that have no answer yet.

    Raises:
        InputError: the annotator is not a model that answers through files, or what it was given
            is not there as it was pushed.
    """
    if round.plan.kinds.get(annotator) != "model":
        raise InputError(
            f"'{annotator}' is not a model of round '{round.plan.round}'.",
            hint="Plan it with --annotator NAME:model.",
        )
    place = folder(round, annotator)
    if not (place / TASKS).is_file():
        raise InputError("There are no tasks yet.", where=str(place), hint="Push the round first.")
    mine = [stream for stream in queues(round) if stream.annotators == (annotator,)]
    if differing := Files().show(round, mine).differing:
        raise InputError(
            f"{differing[0]} is not as it was pushed.",
            where=str(place),
            hint="Push the round again: it is written again, and what was changed is kept.",
        )
    (_, given), _ = read_answers(round, annotator, mine)
    done = {
        name
        for name, line in given.items()
        if line.get("label") in round.plan.labels or line.get("flag") in STANDS_ALONE
    }
    tasks = []
    for _, task in read_jsonl(place / TASKS):
        left = [s for s in task["sentences"] if s["sentence_id"] not in done]
        if left:
            tasks.append(task | {"left": [s["sentence_id"] for s in left]})
    return tasks


def refuse_withheld(round: Round, tasks: list[dict[str, Any]]) -> None:
    """Raises InputError when a text would be sent that the corpus does not allow to be."""
    if round.corpus.policy.send:
        return
    for task in tasks:
        if task["article_id"] not in round.given:
            raise InputError(
                f"The text of '{task['article_id']}' is withheld and may not be sent to a model.",
                where=str(round.corpus.root / "copydesk.toml"),
                hint="If you have the right to, write 'send = true' under [rights].",
            )


def messages(
    model: Model, guidelines: str, labels: list[str], task: Mapping[str, Any]
) -> list[dict[str, str]]:
    """What is asked about one task."""
    shown = {
        "title": task["title"],
        "before": task.get("before", ""),
        "sentences": [
            {"sentence_id": s["sentence_id"], "text": s["text"]} for s in task["sentences"]
        ],
        "after": task.get("after", ""),
    }
    return [
        {"role": "system", "content": f"{model.prompt}\n\n{guidelines}"},
        {"role": "user", "content": f"{_FORM}{', '.join(labels)}.\n{json.dumps(shown)}"},
    ]


def _one(
    client: httpx.Client,
    url: httpx.URL,
    model: Model,
    task: Mapping[str, Any],
    asked: list[dict[str, str]],
    labels: list[str],
    place: Path,
    tally: Tally,
) -> None:
    given: dict[str, dict[str, Any]] = {}
    began = time.monotonic()
    for _ in range(2):
        answer = _ask(client, url, model, asked)
        tally.tokens_in += _tokens(answer, "prompt_tokens")
        tally.tokens_out += _tokens(answer, "completion_tokens")
        _keep(place, model, task, answer)
        given |= usable(answer, set(task["left"]) - given.keys(), labels)
        if len(given) == len(task["left"]):
            break
    seconds = round(time.monotonic() - began, 3)
    lines = [
        dump_line({**line, "at": now(), "lead_time_s": round(seconds / len(given), 3)})
        for line in given.values()
    ]
    append_lines(place / ANSWERS, lines)
    tally.answered += len(given)
    tally.open += len(task["left"]) - len(given)
    said = f"{task['article_id']}: {len(given)} of {len(task['left'])} sentences answered"
    say(said if len(given) == len(task["left"]) else f"{said}; {_lack(answer, labels)}")


def _keep(place: Path, model: Model, task: Mapping[str, Any], answer: Mapping[str, Any]) -> None:
    line = {
        "at": now(),
        "task": task["task"],
        "model": model.name,
        "temperature": model.temperature,
        "prompt": model.prompt,
        "prompt_sha256": sha256_text(model.prompt),
        "answer": answer,
    }
    append_lines(place / CALLS, [dump_line(line)])


def usable(
    answer: Mapping[str, Any], wanted: set[str], labels: list[str]
) -> dict[str, dict[str, Any]]:
    """What of a model's answer is an answer to a sentence that was asked for, by sentence_id."""
    good: dict[str, dict[str, Any]] = {}
    contradicted = set()
    for line in _lines(_content(answer)):
        name, label, sure = line.get("sentence_id"), line.get("label"), line.get("confidence")
        if not isinstance(name, str) or name not in wanted or label not in labels:
            continue
        if name in good and good[name]["label"] != label:
            contradicted.add(name)
        good[name] = {"sentence_id": name, "label": label}
        if isinstance(sure, int | float) and not isinstance(sure, bool) and 0 <= sure <= 1:
            good[name]["confidence"] = sure
    return {name: line for name, line in good.items() if name not in contradicted}


def _lack(answer: Mapping[str, Any], labels: list[str]) -> str:
    """What a model's last answer lacks, for somebody who writes its prompt."""
    if not (lines := _lines(_content(answer))):
        return f"the model's message has no answers in it ({CALLS} keeps it)"
    strange = [line for line in lines if line.get("label") not in labels]
    if strange:
        count = f"{len(strange)} of its {len(lines)} answers"
        return f"labels that the round does not have: {count} ({CALLS} keeps them)"
    return f"its other sentences have no answer, or two that differ ({CALLS} keeps the message)"


def _content(answer: Mapping[str, Any]) -> str:
    """The text of a model's message; some endpoints give it in parts."""
    try:
        content = answer["choices"][0]["message"]["content"]
    except (KeyError, IndexError, TypeError):
        return ""
    parts = content if isinstance(content, list) else [content]
    texts = [part.get("text") if isinstance(part, dict) else part for part in parts]
    return "".join(text for text in texts if isinstance(text, str))


def _lines(text: str) -> list[dict[str, Any]]:
    """The answers in a message: the last ones, as an object with "answers", a list, or lines.

    Around them models write prose, examples and their thoughts, with braces in them. Of a message
    that is cut short the answers that are whole are taken.
    """
    found: list[dict[str, Any]] = []
    loose: list[dict[str, Any]] = []
    decoder, start = json.JSONDecoder(), _OPENING.search(text)
    while start:
        try:
            value, end = decoder.raw_decode(text, start.start())
        except (ValueError, RecursionError):
            end = start.end()
        else:
            many = value.get("answers") if isinstance(value, dict) else value
            if isinstance(many, list):
                found, loose = [line for line in many if isinstance(line, dict)] or found, []
            elif "sentence_id" in value:
                loose.append(value)
                found = loose
        start = _OPENING.search(text, end)
    return found


def _tokens(answer: Mapping[str, Any], name: str) -> int:
    """How many tokens the endpoint counted; 0 where it says nothing that is a number."""
    usage = answer.get("usage")
    count = usage.get(name) if isinstance(usage, dict) else 0
    return count if isinstance(count, int) and count > 0 else 0


def _ask(
    client: httpx.Client, url: httpx.URL, model: Model, asked: list[dict[str, str]]
) -> dict[str, Any]:
    """One request; repeated after a time-out, a lost connection, 429, 5xx and what is no answer."""
    body = {"model": model.name, "temperature": model.temperature, "messages": asked}
    wait, wrong, where = model.wait, "", str(url.copy_with(query=None))
    for attempt in range(_ATTEMPTS):
        if attempt:
            say(f"The endpoint failed with {wrong}; it is asked again in {wait:g} seconds.")
            time.sleep(wait)
            wait = min(2 * wait, _LONGEST_WAIT)
        try:
            response = client.post(url, json=body)
        except httpx.HTTPError as error:
            wrong = f"{type(error).__name__}"
            continue
        if response.status_code == 429 or response.status_code >= 500:
            wrong = f"status {response.status_code}"
            after = response.headers.get("Retry-After", "")
            wait = min(float(after), _LONGEST_WAIT) if after.isdecimal() else wait
            continue
        if response.status_code != 200:
            raise ServerError(
                f"The endpoint refuses: status {response.status_code}{_reason(response, model)}.",
                where=where,
                hint="Check the endpoint's address, the model's name, and the key in "
                "COPYDESK_MODEL_KEY.",
            )
        try:
            found = response.json()
        except (ValueError, RecursionError):
            found = None
        if isinstance(found, dict) and "choices" in found:
            return found
        wrong = "an answer that is not a chat completion"
    raise ServerError(
        f"The endpoint failed {_ATTEMPTS} times, last with {wrong}.",
        where=where,
        hint="Run this again later; what was answered is kept.",
    )


def _reason(response: httpx.Response, model: Model) -> str:
    """What a refusal says of itself, in brackets, without the key; empty if it says nothing."""
    try:
        said = response.json()["error"]
        words = str(said["message"] if isinstance(said, dict) else said)
    except (ValueError, KeyError, TypeError, RecursionError):
        return ""
    words = words.replace(model.key, "…") if model.key else words
    return f" ({''.join(c if c.isprintable() else ' ' for c in words)[:200].rstrip('. ')})"


def estimate(round: Round, annotator: str, model: Model) -> tuple[int, int, int]:
    """Tasks to do, and about how many tokens go in and come out, four characters each."""
    tasks, labels = to_do(round, annotator), list(round.plan.labels)
    guidelines = (folder(round, annotator) / "guidelines.md").read_text(encoding="utf-8")
    sent = sum(
        len(m["content"]) for task in tasks for m in messages(model, guidelines, labels, task)
    )
    return len(tasks), sent // 4, sum(20 * len(task["left"]) for task in tasks)


def _prompt(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(
            f"Byte {error.start} of the prompt is not UTF-8.",
            where=str(path),
            hint="Save the file as UTF-8.",
        ) from error


def _number(text: str) -> float:
    """A finite number that is not negative, as an option's value."""
    found = float(text)
    if not math.isfinite(found) or found < 0:
        raise ValueError(text)
    return found


def main() -> int:
    """Parse the arguments and annotate."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("round")
    parser.add_argument("--annotator", required=True)
    parser.add_argument("--endpoint", required=True)
    parser.add_argument("--model", required=True)
    parser.add_argument("--prompt", type=Path, required=True)
    parser.add_argument("--corpus", type=Path)
    parser.add_argument("--temperature", type=_number, default=0.0)
    parser.add_argument("--wait", type=_number, default=2.0, help="seconds before a repetition")
    parser.add_argument("--timeout", type=_number, default=120.0, help="seconds for an answer")
    parser.add_argument("--dry-run", action="store_true")
    parser.add_argument("--price-in", type=float, default=0.0, help="for a million tokens")
    parser.add_argument("--price-out", type=float, default=0.0, help="for a million tokens")
    options = parser.parse_args()
    try:
        round = open_round(Corpus.find(options.corpus), options.round)
        model = Model(
            endpoint=options.endpoint,
            name=options.model,
            prompt=_prompt(options.prompt),
            temperature=options.temperature,
            key=os.environ.get("COPYDESK_MODEL_KEY", "").strip(),
            wait=options.wait,
            timeout=options.timeout,
        )
        if options.dry_run:
            count, sent, got = estimate(round, options.annotator, model)
            cost = (sent * options.price_in + got * options.price_out) / 1_000_000
            say(f"{count} tasks, about {sent:,} tokens in and {got:,} out: {cost:.2f}")
            return 0
        tally = annotate(round, options.annotator, model)
    except (CopydeskError, OSError) as error:
        say(f"annotate_with_model: {error}")
        return 2
    except KeyboardInterrupt:
        say("annotate_with_model: Stopped. What was answered is kept; run this again to go on.")
        return 2
    say(
        f"{tally.answered} sentences answered, {tally.open} left open; {tally.tokens_in:,} tokens "
        f"in, {tally.tokens_out:,} out. Next: copydesk round pull {options.round}"
    )
    return 1 if tally.open else 0


if __name__ == "__main__":
    raise SystemExit(main())
