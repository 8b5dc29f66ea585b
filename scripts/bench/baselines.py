"""How well simple baselines label the test split of a release: a floor for trained models.

    python scripts/bench/baselines.py dataset [--version X.Y.Z]

Prints a table, writes ``dataset/baselines/X.Y.Z.json`` and, for the newest release, brings the card
in step with it. Needs the extra ``train``.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from copydesk.release.baselines import write_baselines
from copydesk.release.card import write_card
from copydesk.release.contents import Contents
from copydesk.release.index import find_release, read_index


def main() -> None:
    """Compute the baselines of a release, write them down and print them."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("dataset", type=Path)
    options.add_argument("--version", help="the newest by default")
    given = options.parse_args()
    release = find_release(given.dataset, given.version)
    document = write_baselines(given.dataset, Contents.read(release))
    if release.name == read_index(given.dataset).versions[-1]:
        write_card(given.dataset, release)
    for model in document["models"]:
        interval = f"{model['low']:.3f} to {model['high']:.3f}"
        print(f"{model['name']:<44} {model['macro_f1']:.3f}  ({interval})")
    print(document["method"])


if __name__ == "__main__":
    main()
