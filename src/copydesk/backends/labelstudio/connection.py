"""A connection to a Label Studio server, on which every failure is a sentence.

The address and the token come from the caller, the environment (COPYDESK_STUDIO_URL,
COPYDESK_STUDIO_TOKEN) or the keyring (service ``copydesk``, user name = the address), and are never
written to a file. A personal access token and a legacy token are equally good.
"""

from __future__ import annotations

import contextlib
import ipaddress
import json
import os
import socket
import ssl
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from packaging.version import InvalidVersion, Version

from copydesk.errors import InputError, ServerError
from copydesk.extras import needs

with needs("rounds", "Talking to Label Studio"):
    import httpx

if TYPE_CHECKING:
    from label_studio_sdk import LabelStudio

URL_VARIABLE: Final = "COPYDESK_STUDIO_URL"
PUBLIC_VARIABLE: Final = "COPYDESK_STUDIO_PUBLIC_URL"
"""The address that annotators use, if it is not the one that we connect to."""
TOKEN_VARIABLE: Final = "COPYDESK_STUDIO_TOKEN"
KEYRING_SERVICE: Final = "copydesk"
OLDEST: Final = Version("1.23")
_AGAIN: Final = "Run the same command again: what has arrived is found and not sent twice."


class RequestError(ServerError):
    """A request that failed.

    Attributes:
        status: the HTTP status of the answer; None if no whole answer came.
        maybe_done: whether the server may have acted on the request all the same.
    """

    status: int | None = None
    maybe_done: bool = True


@contextlib.contextmanager
def connect(
    url: str | None = None, token: str | None = None, *, timeout: float = 60.0
) -> Iterator[LabelStudio]:
    """Label Studio's own SDK client, checked to reach a server that accepts the token.

    It retries nothing: the SDK's own retries send a POST again after a gateway's time-out or a
    lost connection, when the server may have acted already. Its failures are `RequestError`;
    only a JSON 404 (no such project or task, or no further page) is left as the SDK's ApiError.

    Args:
        url: of the server, with its sub-path if it has one; by default COPYDESK_STUDIO_URL.
        token: by default COPYDESK_STUDIO_TOKEN, or else from the keyring.
        timeout: seconds for one request; a single request may be given its own.

    Raises:
        InputError: there is no address or no token, or the address is invalid.
        ServerError: nothing answers there, it is not a Label Studio or too old a one, or it
            refuses the token.
    """
    address = canonical_url(url if url is not None else os.environ.get(URL_VARIABLE, ""))
    secret = _token(address, token)
    with http(address, timeout=timeout) as client:
        _check_version(client, address)
        yield _sdk(client, address, secret, timeout)


def _sdk(client: httpx.Client, address: str, secret: str, timeout: float) -> LabelStudio:
    with needs("rounds", "Talking to Label Studio"):
        from label_studio_sdk import LabelStudio
        from label_studio_sdk.core.api_error import ApiError

    try:
        sdk = LabelStudio(  # type: ignore[no-untyped-call]  # its own constructor has no hints
            base_url=address,
            api_key=secret,
            timeout=timeout,
            max_retries=0,
            httpx_client=client,
        )
        sdk.users.whoami()
    except ApiError as error:  # the SDK itself finds that a token has expired
        detail = error.body.get("detail", "") if isinstance(error.body, dict) else ""
        raise _refused_token(address, detail) from error
    return sdk


def canonical_url(url: str) -> str:
    """The address of a server as everything here uses it: with a scheme and a trailing slash.

    Raises:
        InputError: it is empty or no http(s) address.
    """
    text = url.strip()
    if not text:
        raise InputError(
            "No Label Studio server is given.",
            hint=f"Set {URL_VARIABLE} to its address, or start one with 'copydesk studio'.",
        )
    try:
        parsed = httpx.URL(text)
    except httpx.InvalidURL as error:
        raise InputError(f"'{text}' is not an address: {error}.", hint=_EXAMPLE) from error
    if parsed.scheme not in ("http", "https") or not parsed.host:
        raise InputError(f"'{text}' is not an http address.", hint=_EXAMPLE)
    if parsed.query or parsed.fragment or parsed.userinfo:
        raise InputError(
            f"'{parsed.copy_with(userinfo=b'')}' is more than a server's address.", hint=_EXAMPLE
        )
    return text.rstrip("/") + "/"


_EXAMPLE: Final = "Write it like http://127.0.0.1:8080/ or https://example.org/label-studio/."


def http(url: str, token: str | None = None, *, timeout: float = 60.0) -> httpx.Client:
    """An HTTP client for paths below a server's address, whose failures are `RequestError`.

    Args:
        token: a legacy token to send with each request; a personal access token needs `connect`.
        timeout: seconds for one request.
    """
    base = canonical_url(url)
    return _Client(
        base_url=base,
        headers={"Authorization": f"Token {token}"} if token else {},
        timeout=timeout,
        follow_redirects=True,
        verify=httpx.create_ssl_context(),  # knows SSL_CERT_FILE, whatever the next line says
        trust_env=not _is_loopback(base),  # a proxy of the environment cannot reach loopback
    )


class _Client(httpx.Client):
    """Turns connection failures and refusals into `RequestError`."""

    def send(self, request: httpx.Request, **options: Any) -> httpx.Response:
        base = str(self.base_url)
        try:
            response = super().send(request, **options)
            if response.is_error:
                response.read()
        except httpx.HTTPError as error:
            raise _lost(error, request, base) from error
        if response.is_error:
            _refuse(response, base)
        if options.get("stream"):
            assert isinstance(response.stream, httpx.SyncByteStream)
            response.stream = _Stream(response.stream, request, base)
        return response


class _Stream(httpx.SyncByteStream):
    """A body that is read piece by piece after `_Client.send` has returned."""

    def __init__(self, inner: httpx.SyncByteStream, request: httpx.Request, base: str) -> None:
        self._inner, self._request, self._base = inner, request, base

    def __iter__(self) -> Iterator[bytes]:
        try:
            yield from self._inner
        except httpx.HTTPError as error:
            raise _lost(error, self._request, self._base) from error

    def close(self) -> None:
        self._inner.close()


def _failure(
    message: str, where: str, hint: str, *, status: int | None = None, maybe_done: bool = False
) -> RequestError:
    error = RequestError(message, where=where, hint=hint)
    error.status, error.maybe_done = status, maybe_done
    return error


def _lost(error: httpx.HTTPError, request: httpx.Request, base: str) -> RequestError:
    """No whole answer came: the server may have acted on the request, unless it was never sent."""
    if isinstance(error, httpx.ConnectError | httpx.ConnectTimeout):
        return _failure(*_unreachable(error, base))
    doing = f"{request.method} {request.url.path}"
    if isinstance(error, httpx.TimeoutException):
        seconds = request.extensions.get("timeout", {}).get("read")
        waited = f"within {seconds:g} seconds" if seconds else "in time"
        return _failure(
            f"The server did not answer {doing} {waited}; it may still be at work.",
            base,
            f"Wait a little. {_AGAIN}",
            maybe_done=True,
        )
    return _failure(
        f"The connection broke during {doing} ({type(error).__name__}: {error}).",
        base,
        _AGAIN,
        maybe_done=True,
    )


def _unreachable(error: Exception, base: str) -> tuple[str, str, str]:
    causes = list(_causes(error))
    if any(isinstance(cause, socket.gaierror) for cause in causes):
        host = httpx.URL(base).host
        return f"No machine has the name '{host}'.", base, f"Correct {URL_VARIABLE}."
    if any(isinstance(cause, ssl.SSLError) for cause in causes):
        return (
            f"There is no secure connection to this server ({causes[-1]}).",
            base,
            "Correct http or https in the address, or name its certificate in SSL_CERT_FILE.",
        )
    return (
        "Nothing answers at this address.",
        base,
        f"Start the server ('copydesk studio' starts one), or correct {URL_VARIABLE}.",
    )


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _refuse(response: httpx.Response, base: str) -> None:
    """Raise what a status means; a JSON 404 is left to the caller, who knows what was requested."""
    status = response.status_code
    doing = f"{response.request.method} {response.request.url.path}"
    detail = _detail(response)
    if status == 401:
        raise _refused_token(base, detail or "")
    if status == 404 and detail is not None:
        return
    if status == 404:
        message = f"The server has no page {response.request.url.path}."
        hint = (
            "Either the address is not the root of a Label Studio (a sub-path missing, or too "
            "long), or only the enterprise edition can do this."
        )
    elif status == 403:
        message = f"The server forbids {doing} to this account: {detail or 'no reason given'}"
        hint = "Use the token of an account that may, such as the administrator's."
    elif status == 429:
        message = f"The server asks to slow down (429 for {doing})."
        hint = f"Wait {response.headers.get('retry-after', 'some')} seconds. {_AGAIN}"
    elif status >= 500 or status == 408:
        message = f"The server, or a proxy before it, failed at {doing} ({status})."
        hint = f"It may have acted all the same. {_AGAIN}"
    else:
        message = f"The server refuses {doing} ({status}): {detail or 'no reason given'}"
        hint = ""
    raise _failure(message, base, hint, status=status, maybe_done=status >= 500 or status == 408)


def _refused_token(base: str, detail: str) -> RequestError:
    if "legacy token" in detail:
        hint = (
            "Make a personal access token in Label Studio (Account & Settings), or allow legacy "
            "tokens (Organization, API tokens settings)."
        )
    else:
        hint = (
            "Make a new token in Label Studio (Account & Settings) and put it into "
            f"{TOKEN_VARIABLE}."
        )
    said = f" ({detail.rstrip('.')})" if detail else ""
    return _failure(f"The server refuses the token{said}.", base, hint, status=401)


def _detail(response: httpx.Response) -> str | None:
    """What a JSON answer gives as its reason, in at most 300 characters; None if it is not JSON."""
    try:
        body = response.json()
    except ValueError:
        return None
    if not isinstance(body, dict):
        return json.dumps(body, ensure_ascii=False)[:300]
    reason = body.get("validation_errors") or body.get("detail") or body
    return (reason if isinstance(reason, str) else json.dumps(reason, ensure_ascii=False))[:300]


def _check_version(client: httpx.Client, address: str) -> None:
    answer = client.get("api/version")
    try:
        found = Version(answer.json()["release"])
    except (ValueError, KeyError, TypeError, InvalidVersion) as error:
        raise _failure(
            "What answers at this address is not Label Studio.",
            address,
            f"Correct {URL_VARIABLE}: the address ends where Label Studio's own paths begin.",
        ) from error
    if answer.history:  # a POST that is sent on becomes a GET
        there = str(answer.url).partition("api/version")[0]
        raise _failure(
            f"This address redirects to {there}, and anything written would be lost on the way.",
            address,
            f"Set {URL_VARIABLE} to {there}.",
        )
    if found < OLDEST:
        raise _failure(
            f"This Label Studio is {found}; copydesk needs {OLDEST} or newer.",
            address,
            "Have it updated, or start one of your own with 'copydesk studio'.",
        )


def _token(address: str, given: str | None) -> str:
    token = given if given is not None else os.environ.get(TOKEN_VARIABLE, "")
    token = token.strip() or _from_keyring(address)
    if not token:
        raise InputError(
            f"There is no token for {address}.",
            hint=f"Put it into {TOKEN_VARIABLE}, or store it with "
            f"'keyring set {KEYRING_SERVICE} {address}'.",
        )
    if not token.isascii() or not token.isprintable() or " " in token:
        raise InputError(
            "The token holds characters that no token has.",
            hint="Copy it again from Label Studio (Account & Settings).",
        )
    return token


def _from_keyring(address: str) -> str:
    with needs("rounds", "Reading a token from the keyring"):
        import keyring
        from keyring.errors import KeyringError

    try:
        return keyring.get_password(KEYRING_SERVICE, address) or ""
    except KeyringError:  # a machine without a keyring, or a locked one, has no token for us
        return ""


def _is_loopback(url: str) -> bool:
    host = httpx.URL(url).host
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
