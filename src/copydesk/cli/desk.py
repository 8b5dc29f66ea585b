"""Adjudication at the terminal: a sentence in its context, a label, a reason."""

from __future__ import annotations

from copydesk.cli.common import words
from copydesk.corpus import Corpus


def decide_here(
    corpus: Corpus, round_id: str, *, by: str, kind: str, show_answers: bool, disputed: bool
) -> None:
    """Ask for a decision on each open sentence; each is on the disk before the next is shown."""
    from rich.prompt import Prompt
    from rich.text import Text

    from copydesk.labels import HOTKEYS, LABELS
    from copydesk.rounds.decisions import UNRESOLVED, Decision, decide, open_sentences
    from copydesk.rounds.tasks import context

    console = words()
    articles = {article.article_id: article for article in corpus.articles()}
    keys = {HOTKEYS[label]: label for label in LABELS}
    options = ", ".join(f"{key} {label}" for key, label in keys.items())
    left = open_sentences(corpus, round_id, disputed=disputed)
    for number, item in enumerate(left, start=1):
        text = corpus.text(articles[item.article.article_id])
        around = context(text, item.anchor.start, item.anchor.end, reach=800)
        console.rule(f"{number} of {len(left)}: {item.anchor.sentence_id} ({item.anchor.zone})")
        console.print(
            Text(around["before"], style="dim"),
            Text(around["text"], style="bold reverse"),
            Text(around["after"], style="dim"),
            sep="",
        )
        if show_answers:
            console.print(", ".join(f"{label} {n}" for label, n in item.votes.items() if n))
        chosen = Prompt.ask(
            f"{options}, u {UNRESOLVED}, s skip, q quit",
            choices=[*keys, "u", "s", "q"],
            show_choices=False,
            console=console,
        )
        if chosen == "q":
            break
        if chosen == "s":
            continue
        reason = ""
        while not reason.strip():
            reason = Prompt.ask("Reason (published; no words of the article)", console=console)
        decision = Decision(
            sentence_id=item.anchor.sentence_id,
            label=keys.get(chosen),
            by=by,
            by_kind=kind,
            reason=reason.strip(),
        )
        decide(corpus, round_id, [decision], via="terminal")
    console.print(f"{len(open_sentences(corpus, round_id, disputed=disputed))} sentences are open.")
