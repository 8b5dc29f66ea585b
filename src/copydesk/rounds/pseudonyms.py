"""The person behind a pseudonym: Label Studio's e-mail addresses, in a private file."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final

from copydesk.contract.conformance import read_document
from copydesk.corpus import Corpus
from copydesk.errors import InputError
from copydesk.files import atomic_write, dump_json
from copydesk.rounds.paths import RoundFolder
from copydesk.rounds.plan import Annotator, Plan

PSEUDONYMS: Final = r"^[a-z]+(-[a-z]+)*-?[0-9]+$|^[a-z]$"
"""What a person's pseudonym looks like where ``[checks]`` of ``copydesk.toml`` says nothing."""


def check_names(corpus: Corpus, annotators: Iterable[Annotator]) -> None:
    """Refuse names by which a person could be known; they are published.

    Raises:
        InputError: a person's pseudonym is neither a word and a number nor what the corpus
            prescribes.
    """
    pattern = str(corpus.config.get("checks", {}).get("pseudonyms", PSEUDONYMS))
    for who in annotators:
        if who.kind == "human" and not re.search(pattern, who.annotator):
            raise InputError(
                f"'{who.annotator}' could be a person's name, and pseudonyms are published.",
                hint="Use a word and a number, such as a1 or reader-2; another form is set with "
                "'pseudonyms' under [checks] in copydesk.toml.",
            )


def write(folder: RoundFolder, plan: Plan, emails: Mapping[str, str]) -> None:
    """Keep the addresses of a round's annotators, readable by their owner alone.

    Raises:
        InputError: an address belongs to nobody in the round, or to two annotators.
    """
    for name in emails:
        if name not in plan.kinds:
            raise InputError(f"'{name}' is not an annotator of round '{plan.round}'.")
    owners: dict[str, str] = {}
    for name, email in emails.items():
        other = owners.setdefault(email.lower(), name)
        if other != name:
            raise InputError(f"'{other}' and '{name}' have the same address.")
    _check_persons(folder, emails)
    folder.private.mkdir(parents=True, exist_ok=True)
    folder.private.chmod(0o700)
    atomic_write(folder.people, dump_json(dict(emails)))
    folder.people.chmod(0o600)


def add(folder: RoundFolder, emails: Mapping[str, str]) -> None:
    """Add the addresses of further annotators; those that are there stay.

    Raises:
        InputError: an address is that of another annotator here or in another round.
    """
    if not emails:
        return
    known = read_document(folder.people, "people") if folder.people.is_file() else {}
    owners = {str(mail).lower(): name for name, mail in known.items()}
    for name, email in emails.items():
        if other := owners.get(email.lower()):
            raise InputError(f"'{other}' and '{name}' have the same address.")
    _check_persons(folder, emails)
    atomic_write(folder.people, dump_json({**known, **emails}))
    folder.people.chmod(0o600)


def _check_persons(folder: RoundFolder, emails: Mapping[str, str]) -> None:
    """Refuse a person under two pseudonyms, or two under one, over all rounds of the corpus."""
    for path in sorted(folder.private.parent.glob("*/people.json")):
        known = {
            str(name): str(mail).lower() for name, mail in read_document(path, "people").items()
        }
        owners = {mail: name for name, mail in known.items()}
        for name, email in emails.items():
            other, mail = owners.get(email.lower(), name), email.lower()
            same = other == name and known.get(name, mail) == mail
            if same or path.parent == folder.private:
                continue
            what = (
                f"The person called '{name}' is '{other}' in round '{path.parent.name}'."
                if other != name
                else f"'{name}' is another person in round '{path.parent.name}'."
            )
            raise InputError(
                what,
                where=str(path),
                hint="Each person has one pseudonym in a corpus, and each pseudonym one person.",
            )


def read(folder: RoundFolder, names: Iterable[str]) -> dict[str, str]:
    """The address of each of these annotators, in lower case.

    Raises:
        InputError: somebody's address is missing, or two have the same address.
    """
    emails = read_document(folder.people, "people") if folder.people.is_file() else {}
    wanted = list(names)
    missing = sorted(set(wanted) - set(emails))
    if missing:
        raise InputError(
            f"The Label Studio address of {', '.join(missing)} is not known.",
            where=str(folder.people),
            hint='Write it there, as {"pseudonym": "e-mail"}.',
        )
    return {name: str(emails[name]).lower() for name in wanted}
