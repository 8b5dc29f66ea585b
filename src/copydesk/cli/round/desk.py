"""Adjudication at the terminal: a sentence in its context, a key for its label, a reason."""

from __future__ import annotations

import contextlib
import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import typer

from copydesk.cli.common import many, words
from copydesk.errors import InputError

if TYPE_CHECKING:
    from rich.console import Console

    from copydesk.contract.labels import Scheme
    from copydesk.corpus import Corpus
    from copydesk.rounds.decisions import OpenSentence

_MOVES: Final = {
    "u": "unresolved",
    "s": "skip",
    "b": "back",
    "q": "quit",
    "x": "badly-cut",
    "n": "not-a-unit",
}
"""Where a scheme uses one of these letters for a label, the move is made with Shift."""
_WAIT: Final = 60.0
"""Seconds that a decision waits for another process, such as a pull, to finish with the round."""


@dataclass(frozen=True, slots=True)
class Sitting:
    """Who decides in which round, and what they are shown."""

    corpus: Corpus
    round: str
    by: str
    kind: str
    email: str
    show_answers: bool
    disputed: bool
    also: tuple[str, ...] = ()


def decide_here(sitting: Sitting) -> None:
    """Ask for a decision on each open sentence; each is on the disk before the next is shown.

    Sentences that were left unresolved before come last.

    Raises:
        InputError: the round is unknown, closed or without answers, or the name cannot be used.
    """
    from copydesk.rounds.decisions import check_adjudicator, decisions_of, open_sentences
    from copydesk.rounds.opened import open_round

    corpus, disputed, also = sitting.corpus, sitting.disputed, sitting.also
    round = open_round(corpus, sitting.round)
    folder, plan = round.folder, round.plan
    folder.refuse_closed()
    check_adjudicator(plan, sitting.by, sitting.kind)
    decided = {line["sentence_id"]: line for line in decisions_of(folder)}
    queue = open_sentences(corpus, sitting.round, disputed=disputed, also=also)
    rank = {name: at for at, name in enumerate(also, start=1)}
    queue.sort(
        key=lambda item: (
            item.anchor.sentence_id in decided,
            rank.get(item.anchor.sentence_id, 0),
        )
    )
    console = words()
    if queue:
        console.print(
            f"{_open(len(queue))} What the labels mean (version {plan.guidelines_version}): "
            f"{corpus.guidelines}"
        )
        desk = _Desk(sitting, round.scheme, console)
        # Ctrl+C and Ctrl+D are ways to quit: whatever was decided is on the disk.
        with contextlib.suppress(EOFError, KeyboardInterrupt):
            desk.work(queue, decided)
        console.rule()
        console.print(f"{many(desk.made, 'decision')} written.")
    left = len(open_sentences(corpus, sitting.round, disputed=disputed, also=also))
    console.print(_open(left) + (" Run this again to go on." if left else ""))


def _open(count: int) -> str:
    return f"{many(count, 'sentence is', 'sentences are')} open."


class _Desk:
    """One person's session; ``made`` counts its new decisions."""

    def __init__(self, sitting: Sitting, scheme: Scheme, console: Console) -> None:
        self._sitting, self._console = sitting, console
        self._articles = {article.article_id: article for article in sitting.corpus.articles()}
        self._labels = scheme.names
        keys = {label.hotkey: label.name for label in scheme.labels}
        moves = {(key.upper() if key in keys else key): meaning for key, meaning in _MOVES.items()}
        self._keys = keys | moves
        self.made = 0

    def work(self, queue: list[OpenSentence], decided: dict[str, dict[str, Any]]) -> None:
        """Go through the sentences until the end or until the person quits."""
        at = 0
        while at < len(queue):
            item = queue[at]
            self._show(item, f"{at + 1} of {len(queue)}", decided.get(item.anchor.sentence_id))
            chosen = self._key()
            if chosen == "quit":
                return
            if chosen == "back":
                at = max(0, at - 1)
            elif chosen == "skip":
                at += 1
            elif line := self._settle(item, chosen):
                decided[item.anchor.sentence_id] = line
                at += 1

    def _show(self, item: OpenSentence, place: str, line: dict[str, Any] | None) -> None:
        from rich.text import Text

        from copydesk.rounds.decisions import in_context

        # As much context on either side as the screen has room for.
        reach = max(200, (self._console.height - 8) // 2 * self._console.width)
        around = in_context(self._sitting.corpus, self._articles, item, reach=reach)
        self._console.rule(f"{place}: {item.anchor.sentence_id} ({item.anchor.zone})")
        # The sign is for terminals and eyes that do not show a difference in style.
        for text, style in (
            (around["before"].strip(), "dim"),
            (f"▶ {around['text']}", "bold reverse"),
            (around["after"].strip(), "dim"),
        ):
            self._console.print(Text(text, style=style), soft_wrap=False)
        self._console.rule(style="dim")
        if item.flags:
            flags = ", ".join(f"{flag} {count}" for flag, count in item.flags.items())
            self._console.print(f"Annotators say: {flags}")
        if item.flags or self._sitting.show_answers:
            for _, comment in item.comments:
                self._console.print(f"A comment: {comment}", markup=False)
        if self._sitting.show_answers:
            given = ", ".join(f"{label} {count}" for label, count in item.votes.items() if count)
            self._console.print(f"Answers: {given}")
        if line and (line["by"] == self._sitting.by or self._sitting.show_answers):
            said = line["label"] or line.get("flag") or "unresolved"
            self._console.print(f"{line['by']} said: {said} ({line['reason']})", markup=False)

    def _key(self) -> str:
        self._console.print("  ".join(f"{key} {meaning}" for key, meaning in self._keys.items()))
        while True:
            pressed = typer.getchar()
            if (key := pressed if pressed in self._keys else pressed.lower()) in self._keys:
                return self._keys[key]
            if pressed.strip():
                self._console.print(f"No label has this key. Press one of {', '.join(self._keys)}.")

    def _settle(self, item: OpenSentence, said: str) -> dict[str, Any] | None:
        """Ask for the reason and write the decision; None if the person takes it back."""
        from copydesk.rounds.decisions import decide, decision_of

        self._console.print(f"{said}, because (your own words, they are published; - goes back)")
        while (reason := _read()) != "-":
            decision = decision_of(
                item.anchor.sentence_id,
                said,
                by=self._sitting.by,
                by_kind=self._sitting.kind,
                reason=reason,
            )
            try:
                self.made += decide(
                    self._sitting.corpus,
                    self._sitting.round,
                    [decision],
                    via="terminal",
                    wait=_WAIT,
                )
            except InputError as error:
                self._console.print(str(error), markup=False)
            else:
                return dataclasses.asdict(decision)
        return None


def _read() -> str:
    # Imported, it lets a person correct what was typed, and get earlier reasons back.
    with contextlib.suppress(ImportError):
        import readline  # noqa: F401
    return input("> ").strip()
