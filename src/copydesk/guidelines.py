"""The annotators' guidelines: which version they are, and what each version changed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import yaml

from copydesk.contract.conformance import check_document
from copydesk.corpus import Corpus
from copydesk.errors import InputError
from copydesk.files import read_json, sha256_text
from copydesk.plain_yaml import read_yaml

CHANGES: Final = "changes.json"
"""Beside the guidelines: which rules each version changed; `schema/changes.schema.json`."""

_VERSION: Final = re.compile(r"^version[ \t]*:", re.MULTILINE)
_MARKS: Final = str.maketrans("‘’“”", "''\"\"")


@dataclass(frozen=True, kw_only=True, slots=True)
class Rule:
    """A rule that a version changed.

    Args:
        rule: what changed, in a phrase.
        labels: it applies to answers with one of these labels; empty means any.
        cues: it applies to sentences with one of these words or phrases; empty means any.
    """

    rule: str
    labels: tuple[str, ...] = ()
    cues: tuple[str, ...] = ()

    def applies(self, label: str | None, sentence: str) -> bool:
        """Whether an answer with this label to this sentence may be different under the rule.

        Cues are found as whole words, in any case, with any white space between them and
        quotation marks of any form.
        """
        if self.labels and label not in self.labels:
            return False
        return not self.cues or any(
            _as_words(cue).search(sentence.translate(_MARKS)) for cue in self.cues
        )


def _as_words(cue: str) -> re.Pattern[str]:
    cue = cue.strip().translate(_MARKS)
    words = r"\s+".join(map(re.escape, cue.split()))
    before = r"(?<!\w)" if re.match(r"\w", cue) else ""
    after = r"(?!\w)" if re.search(r"\w$", cue) else ""
    return re.compile(before + words + after, re.IGNORECASE)


@dataclass(frozen=True, kw_only=True, slots=True)
class Version:
    """A version of the guidelines with the rules that it changed in the previous one."""

    version: str
    previous: str
    rules: tuple[Rule, ...]


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
        InputError: there is none, or there are two.
    """
    front = text.split("---\n", 2)
    try:
        meta = read_yaml(front[1]) if len(front) == 3 and not front[0].strip() else None
    except yaml.YAMLError:
        meta = None
    if len(front) == 3 and len(_VERSION.findall(front[1])) > 1:
        raise InputError("The guidelines state their version twice.", hint="Keep one of the two.")
    if not isinstance(meta, dict) or not meta.get("version"):
        raise InputError(
            "The guidelines have no version.",
            hint="Begin the file with '---', a line 'version: \"1.0\"' and '---'.",
        )
    return str(meta["version"])


def read_changes(corpus: Corpus) -> tuple[Version, ...]:
    """What each version of the guidelines changed, the oldest change first.

    Raises:
        InputError: there is no list of changes, it breaks its schema, a version does not follow
            the one before, or a rule names a label that the corpus does not have.
    """
    path = corpus.annotations / CHANGES
    where = str(path)
    if not path.is_file():
        raise InputError(
            "There is no list of what each version of the guidelines changed.",
            where=where,
            hint="Write it; docs/rounds.md shows its form.",
        )
    document = read_json(path)
    check_document(document, "changes", where=where)
    return changes_of(document, corpus.scheme.names, where=where)


def changes_of(document: Any, labels: Sequence[str], *, where: str) -> tuple[Version, ...]:
    """A list of changes that obeys its schema, as values.

    Raises:
        InputError: a version does not follow the one before, is named twice, or a rule names a
            label that is not one of ``labels``.
    """
    found: list[Version] = []
    seen: set[str] = set()
    for place, entry in enumerate(document["versions"]):
        at = f"{where}::$.versions[{place}]"
        seen.add(entry["previous"])
        if found and entry["previous"] != found[-1].version:
            raise InputError(
                f"Version {entry['version']} follows {entry['previous']}, but the version before "
                f"it is {found[-1].version}.",
                where=at,
                hint="List the versions in their order, none left out.",
            )
        if entry["version"] in seen:
            raise InputError(f"Version {entry['version']} is named twice.", where=at)
        seen.add(entry["version"])
        rules = tuple(
            Rule(
                rule=rule["rule"],
                labels=tuple(rule.get("labels", ())),
                cues=tuple(rule.get("cues", ())),
            )
            for rule in entry["rules"]
        )
        for rule in rules:
            if unknown := [label for label in rule.labels if label not in labels]:
                raise InputError(
                    f"The rule '{rule.rule}' names '{unknown[0]}', which is not a label.",
                    where=at,
                    hint=f"Labels are {', '.join(labels)}.",
                )
        found.append(Version(version=entry["version"], previous=entry["previous"], rules=rules))
    return tuple(found)


def rules_since(changes: Sequence[Version], then: str, now: str) -> tuple[Rule, ...]:
    """The rules that changed between two versions; none if they are the same.

    Raises:
        InputError: the list of changes does not lead from one to the other.
    """
    if then == now:
        return ()
    after = [place for place, version in enumerate(changes) if version.previous == then]
    upto = [place for place, version in enumerate(changes) if version.version == now]
    if not after or not upto or upto[0] < after[0]:
        raise InputError(
            f"The list of changes does not say what changed from version {then} of the guidelines "
            f"to version {now}.",
            where=CHANGES,
            hint="Add the versions that are missing.",
        )
    return tuple(rule for version in changes[after[0] : upto[0] + 1] for rule in version.rules)
