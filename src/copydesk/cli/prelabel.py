"""``copydesk prelabel``."""

from __future__ import annotations

import json
import sys

from copydesk.cli.common import CorpusDir, find_corpus, words


def prelabel(corpus: CorpusDir = None) -> None:
    """Print the labels that the rules suggest.

    One JSON object a line: the sentence, the label, and the cues that gave it.
    """
    from copydesk.build import read_built

    names = ["sentence_id", "suggestion", "cues"]
    silent = 0
    for row in read_built(find_corpus(corpus), "sentences").select(names).iter_rows(named=True):
        if row["suggestion"] is None:
            silent += 1
            continue
        line = {"sentence_id": row["sentence_id"], "label": row["suggestion"], "cues": row["cues"]}
        sys.stdout.write(json.dumps(line, ensure_ascii=False) + "\n")
    if silent:
        words().print(
            f"{silent} sentences have no suggestion: there are no rules for their language."
        )
