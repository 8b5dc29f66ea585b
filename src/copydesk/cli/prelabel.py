"""``copydesk prelabel``."""

from __future__ import annotations

import json
import sys

from copydesk.cli.common import CorpusDir, find_corpus, words


def prelabel(corpus: CorpusDir = None) -> None:
    """Print the labels that the rules suggest.

    One JSON object a line: the sentence, the label, and the cues that gave it, with their words.
    """
    from copydesk.build import read_built

    names = ["sentence_id", "suggestion", "cues", "text", "start"]
    silent = 0
    for row in read_built(find_corpus(corpus), "sentences").select(names).iter_rows(named=True):
        if row["suggestion"] is None:
            silent += 1
            continue
        text, first = row["text"], row["start"]
        line = {
            "sentence_id": row["sentence_id"],
            "label": row["suggestion"],
            "text": text,
            "cues": [
                {**cue, "text": text[max(cue["start"] - first, 0) : cue["end"] - first]}
                for cue in row["cues"]
            ],
        }
        sys.stdout.write(json.dumps(line, ensure_ascii=False) + "\n")
    if silent:
        words().print(
            f"{silent} sentences have no suggestion: there are no rules for their language."
        )
