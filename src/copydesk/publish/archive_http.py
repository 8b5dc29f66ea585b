"""Requests to an archive, for one account: failures are sentences, and the token is not shown."""

from __future__ import annotations

import ipaddress
from typing import Any, Final, Self
from urllib.parse import urlsplit

import httpx

from copydesk.errors import InputError, ServerError

ZENODO: Final = "https://zenodo.org"
TOKEN_VARIABLE: Final = "COPYDESK_ARCHIVE_TOKEN"
URL_VARIABLE: Final = "COPYDESK_ARCHIVE_URL"

_AGAIN: Final = "Run the same command again: what is there already is found and continued."
_SCOPES: Final = "the scopes deposit:write and deposit:actions"
_HINTS: Final = {
    401: f"Put a token of this archive into {TOKEN_VARIABLE}.",
    403: f"Use a token with {_SCOPES}, of the account that owns the deposit.",
    404: "Correct the archive's address, or use the token of the account that owns the deposit.",
    413: "Ask the archive for a larger quota, or archive a smaller release.",
}


class RefusedError(ServerError):
    """An answer that is not a success, with its status."""

    status: int = 0


def check_address(url: str) -> str:
    """The address of an archive without a slash at its end.

    Raises:
        InputError: it is not https (http only for this machine itself), or has a user, query or
            fragment.
    """
    parts = urlsplit(url.strip())
    example = f"Write it like {ZENODO} or https://sandbox.zenodo.org."
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise InputError("The archive's address is not an https address.", hint=example)
    if parts.username is not None or parts.password is not None or parts.query or parts.fragment:
        raise InputError(
            "The archive's address has a user, a query or a fragment.",
            where=f"{parts.scheme}://{parts.hostname}",
            hint=f"{example} The token goes into {TOKEN_VARIABLE}.",
        )
    if parts.scheme == "http" and not _is_loopback(parts.hostname):
        raise InputError(
            "A token is not sent over http, where everybody on the way can read it.",
            where=url,
            hint="Write https.",
        )
    return url.strip().rstrip("/")


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


class Connection:
    """Sends requests below an archive's address.

    Nothing is tried again, no redirect is followed, and the token goes to the archive's own address
    only.

    Args:
        url: of the archive, see `check_address`.
        token: of the account; no message contains it.
        timeout: seconds to wait for the archive in each step.

    Raises:
        InputError: the address or the token cannot be used.
    """

    def __init__(self, url: str, token: str, *, timeout: float = 120.0) -> None:
        self.url = check_address(url)
        if not token.strip():
            raise InputError(
                f"There is no token for {self.url}.",
                hint=f"Make one there with {_SCOPES}, and put it into {TOKEN_VARIABLE}.",
            )
        self._token = token.strip()
        if not self._token.isascii() or not self._token.isprintable() or " " in self._token:
            raise InputError(
                "The token holds characters that no token has.",
                hint=f"Copy it again from {self.url}.",
            )
        self._http = httpx.Client(
            headers={"Authorization": f"Bearer {self._token}", "Accept": "application/json"},
            timeout=timeout,
            follow_redirects=False,
            trust_env=not _is_loopback(urlsplit(self.url).hostname or ""),
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *raised: object) -> None:
        self._http.close()

    def json(self, method: str, path: str, **options: Any) -> Any:
        """The JSON of the answer to a request.

        Raises:
            ServerError: see `send`; or the answer is not JSON.
        """
        answer = self.send(method, path, **options)
        try:
            return answer.json()
        except ValueError as error:
            raise self.odd("JSON") from error

    def send(self, method: str, target: str, **options: Any) -> httpx.Response:
        """The answer to a request, if it is a success.

        Args:
            target: a path below the archive's address, or an address that the archive gave.
            options: of httpx.

        Raises:
            ServerError: the target is not at the archive, it cannot be reached, or it refuses.
        """
        url = target if "://" in target else f"{self.url}{target}"
        there, own = urlsplit(url), urlsplit(self.url)
        if (there.scheme, there.netloc) != (own.scheme, own.netloc):
            raise ServerError(
                f"The archive names {there.scheme}://{there.hostname} for what is next, and the "
                "token is not sent to another address.",
                where=self.url,
                hint="Check the archive's address.",
            )
        doing = f"{method} {there.path}"
        try:
            answer = self._http.request(method, url, **options)
        except httpx.TimeoutException as error:
            raise ServerError(
                f"The archive did not answer {doing} in time; it may still be at work.",
                where=self.url,
                hint=f"Wait a little. {_AGAIN}",
            ) from error
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            here = isinstance(error, httpx.ConnectError)
            what = "The archive cannot be reached" if here else f"The connection broke at {doing}"
            raise ServerError(
                f"{what}: {self._careful(str(error)) or type(error).__name__}.",
                where=self.url,
                hint=f"Check its address and the network. {_AGAIN}" if here else _AGAIN,
            ) from error
        if not answer.is_success:
            raise self._refused(answer, doing)
        return answer

    def _refused(self, answer: httpx.Response, doing: str) -> RefusedError:
        status, said = answer.status_code, self._careful(_reason(answer))
        message = f"The archive refuses {doing} (HTTP {status}){f': {said}' if said else ''}"
        hint = _HINTS.get(status, "")
        if 300 <= status < 400:
            message = f"The archive sends {doing} on to another address, which is not followed"
            hint = "Give the address at which it answers itself."
        elif status == 429:
            message = f"The archive asks for fewer requests (HTTP 429 at {doing})"
            wait = answer.headers.get("Retry-After", "")
            hint = f"Wait {f'{wait} seconds' if wait.isdigit() else 'a minute'}. {_AGAIN}"
        elif status >= 500 or status == 408:
            message = (
                f"The archive failed at {doing} (HTTP {status}); it may have acted all the same"
            )
            hint = f"Wait a little. {_AGAIN}"
        refused = RefusedError(f"{message.rstrip('.')}.", where=self.url, hint=hint)
        refused.status = status
        return refused

    def _careful(self, text: str) -> str:
        """What a server or a library says, shortened, without the token."""
        return " ".join(text.replace(self._token, "…").split())[:300].rstrip(".")

    def odd(self, what: str) -> ServerError:
        """The error of an answer that is not what was asked for."""
        return ServerError(
            f"The archive's answer is not {what}.",
            where=self.url,
            hint="Check its address. The deposit API of Zenodo is what is spoken here.",
        )


def _reason(answer: httpx.Response) -> str:
    """What an answer gives as its reason."""
    try:
        body = answer.json()
    except ValueError:
        return ""
    if not isinstance(body, dict):
        return ""
    errors = body.get("errors") or ()
    told = [
        f"{e.get('field')}: {e.get('message') or e.get('messages')}"
        for e in errors
        if isinstance(e, dict)
    ]
    return "; ".join([str(body.get("message") or ""), *told]).strip("; ")
