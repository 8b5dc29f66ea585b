"""Laying out the rooms of a new corpus."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from copydesk.contract.labels import NEWS, adopt_scheme
from copydesk.corpus import CONFIG_NAME, Corpus
from copydesk.errors import InputError
from copydesk.files import atomic_write, dump_json
from copydesk.ingest.names import slug
from copydesk.rights import OPEN_LICENCES
from copydesk.skeletons import annotation_files

_CONFIG: Final = """\
# What this corpus decides for itself. The schema is schema/corpus.schema.json of copydesk.

[corpus]
name = "{name}"
title = "{title}"
licence = "CC-BY-4.0"          # of labels and offsets; each article keeps its own

[rights]
# Text is given in a release under these licences only (SPDX ids); all other text is withheld.
allow = [
{allow}
]
# Collections whose text is withheld in spite of their licence.
withhold = []

[splits]
train = 0.6
validation = 0.2
test = 0.2
seed = "{name}"
"""

_IGNORED: Final = """\
# Withheld texts, and who the annotators are: never publish these.
/private/
# Made anew by 'copydesk build' and 'copydesk explore'.
/build/
/explore/
"""


_ATTRIBUTES: Final = """\
# Logs that are only appended to: two checkouts that both pulled merge without a conflict.
annotations/rounds/*/*.jsonl merge=union
annotations/rounds/*/pulls/*.gz binary
"""


def lay_out(folder: Path, *, title: str | None = None, labels: Path | None = None) -> Corpus:
    """Make the rooms of a corpus: its configuration, labels, guidelines and label configs.

    Files that are there are left as they are.

    Args:
        folder: made if it is not there.
        title: the data set's title; from the folder's name by default.
        labels: the corpus's own labels, for its ``labels.json``; the news labels by default.

    Raises:
        InputError: there is a corpus already, the folder refuses, or the labels cannot be used.
    """
    corpus = Corpus(folder.resolve())
    scheme = NEWS if labels is None else adopt_scheme(labels)
    if (corpus.root / CONFIG_NAME).exists():
        raise InputError(
            "There is a corpus here already.",
            where=str(corpus.root),
            hint="Use it as it is, or choose another folder.",
        )
    name = slug(corpus.root.name)
    allow = "\n".join(f'  "{licence}",' for licence in OPEN_LICENCES)
    for room in (corpus.raw, corpus.releases, corpus.rounds, corpus.private):
        room.mkdir(parents=True, exist_ok=True)
    made = {corpus.root / "schema" / "labels.json": dump_json(scheme.as_document())}
    made |= {corpus.annotations / name: text for name, text in annotation_files(scheme).items()}
    for path, text in made.items():
        if not path.exists():
            atomic_write(path, text)
    if not (corpus.root / ".gitignore").exists():
        atomic_write(corpus.root / ".gitignore", _IGNORED)
    if not (corpus.root / ".gitattributes").exists():
        atomic_write(corpus.root / ".gitattributes", _ATTRIBUTES)
    stated = _one_line(title or corpus.root.name)
    atomic_write(corpus.root / CONFIG_NAME, _CONFIG.format(name=name, title=stated, allow=allow))
    return corpus


def _one_line(title: str) -> str:
    """A title as it stands between the quotation marks of a string in TOML."""
    line = "".join(c for c in " ".join(title.split()) if c.isprintable())
    return line.replace("\\", "\\\\").replace('"', '\\"')
