"""``copydesk prelabel``."""

from __future__ import annotations

import json
import sys

from copydesk.cli.common import CorpusDir, find_corpus


def prelabel(corpus: CorpusDir = None) -> None:
    """Print the label that the rules suggest for each sentence, and the cues, as JSON Lines."""
    from copydesk.build import read_built

    names = ["sentence_id", "suggestion", "cues"]
    for row in read_built(find_corpus(corpus), "sentences").select(names).iter_rows(named=True):
        line = {"sentence_id": row["sentence_id"], "label": row["suggestion"], "cues": row["cues"]}
        sys.stdout.write(json.dumps(line, ensure_ascii=False) + "\n")
