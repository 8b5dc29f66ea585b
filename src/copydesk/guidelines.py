"""The annotators' guidelines: which version they are."""

from __future__ import annotations

import yaml

from copydesk.corpus import Corpus
from copydesk.errors import InputError
from copydesk.files import sha256_text


def read_guidelines(corpus: Corpus) -> tuple[str, str]:
    """The version in the front matter of the corpus's guidelines, and the file's SHA-256.

    Raises:
        InputError: there is no such file, or no ``version`` in it.
    """
    try:
        text = corpus.guidelines.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(
            "The guidelines cannot be read.",
            where=str(corpus.guidelines),
            hint="Write them, with 'version:' in their front matter.",
        ) from error
    try:
        return version_of(text), sha256_text(text)
    except InputError as error:
        raise error.at(str(corpus.guidelines)) from error


def version_of(text: str) -> str:
    """The version in the front matter of guidelines.

    Raises:
        InputError: there is none.
    """
    front = text.split("---\n", 2)
    try:
        meta = yaml.safe_load(front[1]) if len(front) == 3 and not front[0].strip() else None
    except yaml.YAMLError:
        meta = None
    if not isinstance(meta, dict) or not meta.get("version"):
        raise InputError(
            "The guidelines have no version.",
            hint="Begin the file with '---', a line 'version: \"1.0\"' and '---'.",
        )
    return str(meta["version"])
