"""Who stands behind a pseudonym: Label Studio's e-mail addresses, in a private file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from copydesk.errors import InputError
from copydesk.files import atomic_write, dump_json, read_json
from copydesk.rounds.folder import RoundFolder
from copydesk.rounds.plan import Plan


def write(folder: RoundFolder, plan: Plan, emails: Mapping[str, str]) -> None:
    """Keep the addresses of a round's annotators, readable by their owner alone.

    Raises:
        InputError: an address is of nobody in the round, or of two annotators.
    """
    for name in emails:
        if name not in plan.kinds:
            raise InputError(f"'{name}' is no annotator of round '{plan.round}'.")
    owners: dict[str, str] = {}
    for name, email in emails.items():
        other = owners.setdefault(email.lower(), name)
        if other != name:
            raise InputError(f"'{other}' and '{name}' have the same address.")
    folder.private.mkdir(parents=True, exist_ok=True)
    folder.private.chmod(0o700)
    atomic_write(folder.people, dump_json(dict(emails)))
    folder.people.chmod(0o600)


def read(folder: RoundFolder, names: Iterable[str]) -> dict[str, str]:
    """The address of each of these annotators, in lower case.

    Raises:
        InputError: somebody's address is missing, or one address is that of two.
    """
    emails = read_json(folder.people) if folder.people.is_file() else {}
    wanted = list(names)
    missing = sorted(set(wanted) - set(emails))
    if missing:
        raise InputError(
            f"The Label Studio address of {', '.join(missing)} is not known.",
            where=str(folder.people),
            hint='Write it there, as {"pseudonym": "e-mail"}.',
        )
    return {name: str(emails[name]).lower() for name in wanted}
