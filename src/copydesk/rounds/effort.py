"""What a round cost its annotators: hours and pay, from lead times with pauses cut off.

It is about single persons and stays in the private folder.
"""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Final

from copydesk.files import atomic_write
from copydesk.rounds.opened import Round
from copydesk.rounds.record import read_state

PAUSE_S: Final = 300.0
"""No sentence counts for longer than this: the annotator was probably away."""

COLUMNS: Final = (
    *("annotator", "article_id", "sentences", "sentences_timed", "hours"),
    *("sentences_per_hour", "cost"),
)


def effort(round: Round, *, rate: float = 0.0, pause_s: float = PAUSE_S) -> list[dict[str, object]]:
    """A row for each annotator and article, by name; see `COLUMNS`.

    Args:
        rate: pay for an hour.
        pause_s: the longest time that counts for a sentence, in seconds.

    Raises:
        IntegrityError: the log is damaged.
    """
    articles = {anchor.sentence_id: article.article_id for article, anchor in round.plan.anchors()}
    times: dict[tuple[str, str], list[float | None]] = {}
    for answer in read_state(round).answers.values():
        key = answer.annotator, articles[answer.sentence_id]
        times.setdefault(key, []).append(answer.lead_time_s)
    rows: list[dict[str, object]] = []
    for (annotator, article), seconds in sorted(times.items()):
        known = [min(s, pause_s) for s in seconds if s is not None]
        hours = sum(known) / 3600
        rows.append(
            {
                "annotator": annotator,
                "article_id": article,
                "sentences": len(seconds),
                "sentences_timed": len(known),
                "hours": round_to(hours, 4),
                "sentences_per_hour": round_to(len(known) / hours, 1) if hours else "",
                "cost": round_to(hours * rate, 2),
            }
        )
    return rows


def round_to(value: float, digits: int) -> float:
    """A number as the table shows it."""
    return float(f"{value:.{digits}f}")


def write_effort(round: Round, rows: list[dict[str, object]]) -> Path:
    """Write the rows as ``effort.csv`` into the round's private folder."""
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    path = round.folder.private / "effort.csv"
    atomic_write(path, text.getvalue())
    path.chmod(0o600)
    return path
