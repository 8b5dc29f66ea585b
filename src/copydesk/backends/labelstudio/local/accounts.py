"""The people of a server: the administrator, and annotators who come by invitation.

Passwords and tokens of a server that `copydesk studio` runs are in one file of its data folder,
``accounts.json`` (mode 600 in a folder of mode 700). The database beside it holds the same tokens
and signs its sessions with a key that is there too, so this file reveals nothing that the others do
not. Nothing is written anywhere else, and no log or message holds a password or a token.
"""

from __future__ import annotations

import dataclasses
import secrets
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from copydesk.backends.labelstudio import connection
from copydesk.errors import InputError, ServerError
from copydesk.extras import needs
from copydesk.files import atomic_write, dump_json, read_json

with needs("rounds", "Talking to Label Studio"):
    import httpx

_HOST: Final = "copydesk.localhost"  # .localhost is reserved: no mail can go there
_HOTKEYS: Final = {
    # one key to the next sentence, beside Label Studio's own two
    "regions:region:cycle": {"key": "alt+.,.", "active": True},
    # the sentences of an article are given: a slip must not remove one
    "regions:region:delete": {"key": "backspace", "active": False},
    "regions:region:delete-all": {"key": "ctrl+backspace", "active": False},
    "regions:region:duplicate": {"key": "ctrl+d", "active": False},
    # the key of the flag "unsure"
    "regions:region:unselect": {"key": "u", "active": False},
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Person:
    """Someone with an account. ``token`` is empty until the account is made on the server."""

    email: str
    password: str = field(repr=False)
    token: str = field(repr=False, default="")


def new_administrator() -> Person:
    """An administrator with a random password and a legacy token, for a server not yet started."""
    return Person(
        email=f"admin@{_HOST}", password=secrets.token_urlsafe(18), token=secrets.token_hex(20)
    )


def annotator_email(number: int) -> str:
    """The address under which annotator ``number`` (from 1) logs in."""
    return f"annotator-{number}@{_HOST}"


def load(data_dir: Path) -> list[Person]:
    """The accounts of a data folder, the administrator first; none if it was never started.

    Raises:
        InputError: the file of accounts cannot be read.
    """
    path = _accounts(data_dir)
    if not path.exists():
        return []
    try:
        return [Person(**entry) for entry in read_json(path)["accounts"]]
    except (KeyError, TypeError) as error:
        raise InputError(
            "This file does not list accounts.",
            where=str(path),
            hint="Restore it from a backup, or choose another folder with --data-dir.",
        ) from error


def save(data_dir: Path, people: list[Person]) -> None:
    """Write the accounts of a data folder, readable by its owner alone."""
    path = _accounts(data_dir)
    document = {"accounts": [dataclasses.asdict(person) for person in people]}
    atomic_write(path, dump_json(document))
    path.chmod(0o600)


def invitation(url: str, token: str, public: str = "") -> str:
    """The address under which a person signs up at a server; whoever has it can make an account.

    Args:
        url: of the server.
        token: of its administrator.
        public: its address as those who are invited know it; ``url`` by default.

    Raises:
        ServerError: the server is not there or refuses the token.
    """
    with connection.http(url, token) as client:
        path = str(client.get("api/invite").json()["invite_url"])
    # the path given is absolute and leaves a sub-path out
    return connection.canonical_url(public or url) + path.lstrip("/")


def invite(data_dir: Path, url: str, count: int) -> list[Person]:
    """Make sure that annotators 1 to ``count`` have accounts; those who have keep them.

    A password is on the disk before its account is made, so the next run completes one that was cut
    off anywhere.

    Args:
        data_dir: of the running server.
        url: of the running server.

    Returns:
        The first ``count`` annotators, each with a token.

    Raises:
        ServerError: the server is not there, or refuses to make an account.
    """
    people = load(data_dir)
    known = {person.email for person in people}
    wanted = [annotator_email(number) for number in range(1, count + 1)]
    people += [
        Person(email=email, password=secrets.token_urlsafe(12))
        for email in wanted
        if email not in known
    ]
    save(data_dir, people)
    link = invitation(url, people[0].token)
    for at, person in enumerate(people):
        if not person.token and person.email in wanted:
            token = join(link, person.email, person.password)
            set_hotkeys(url, token)
            people[at] = dataclasses.replace(person, token=token)
            save(data_dir, people)
    return [person for person in people if person.email in wanted]


def join(link: str, email: str, password: str) -> str:
    """Sign up by invitation as a browser would, or log in to the account if it is there.

    `users.create` of the API makes users without an organisation, who can do nothing.

    Returns:
        The person's own legacy token.

    Raises:
        ServerError: neither signing up nor logging in is possible.
    """
    base = link.partition("user/signup/")[0]
    with connection.http(base) as client:
        fields = {"email": email, "password": password}
        if not (_submit(client, link, fields) or _submit(client, "user/login/", fields)):
            raise ServerError(
                f"The server made no account for {email}, and none of that name has this password.",
                where=base,
                hint="Make the account by hand from the invitation link.",
            )
        return str(client.get("api/current-user/token").json()["token"])


def set_hotkeys(url: str, token: str) -> None:
    """Give an account keys for labelling sentences: full stop moves on, nothing deletes.

    Args:
        url: of the server.
        token: of the account, a legacy one.

    Raises:
        ServerError: the server is not there or refuses.
    """
    with connection.http(url, token) as client:
        client.patch("api/current-user/hotkeys/", json={"custom_hotkeys": _HOTKEYS})


def _submit(client: httpx.Client, address: str, fields: dict[str, str]) -> bool:
    """Send a form of the server's pages; it redirects when it accepts, shows itself when not."""
    client.get(address)
    hidden = {"csrfmiddlewaretoken": client.cookies.get("csrftoken", "")}
    answer = client.post(address, data=fields | hidden, follow_redirects=False)
    return answer.is_redirect


def _accounts(data_dir: Path) -> Path:
    return data_dir / "accounts.json"
