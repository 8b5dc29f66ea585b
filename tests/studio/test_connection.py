"""What a connection says when something is wrong, tried on a real server where one can be."""

from __future__ import annotations

import http.server
import threading
import time
from collections.abc import Callable, Iterator

import httpx
import keyring
import keyring.backend
import pytest

from copydesk.backends.labelstudio import connection
from copydesk.errors import InputError, ServerError

Answer = Callable[[http.server.BaseHTTPRequestHandler], None]
Serve = Callable[[Answer], str]


@pytest.fixture(autouse=True)
def no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """No address, token or keyring of the machine plays a part."""
    monkeypatch.delenv(connection.URL_VARIABLE, raising=False)
    monkeypatch.delenv(connection.TOKEN_VARIABLE, raising=False)
    monkeypatch.setattr(keyring, "get_password", lambda service, name: None)


@pytest.fixture
def serve() -> Iterator[Serve]:
    """A web server that is not Label Studio, such as the proxies that stand before one."""
    servers: list[http.server.ThreadingHTTPServer] = []

    def start(answer: Answer) -> str:
        def handle(self: http.server.BaseHTTPRequestHandler) -> None:
            self.rfile.read(int(self.headers.get("content-length", 0)))
            answer(self)

        methods = {"do_GET": handle, "do_POST": handle, "log_message": lambda *_: None}
        handler = type("Handler", (http.server.BaseHTTPRequestHandler,), methods)
        servers.append(http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler))
        threading.Thread(target=servers[-1].serve_forever, args=(0.02,), daemon=True).start()
        return f"http://127.0.0.1:{servers[-1].server_port}/"

    yield start
    for one in servers:
        one.shutdown()
        one.server_close()


def attempt(*arguments: str) -> None:
    """Connect and go away again."""
    with connection.connect(*arguments):
        pass


def reply(status: int, body: str, kind: str = "text/html", **headers: str) -> Answer:
    """Answer everything alike."""

    def answer(request: http.server.BaseHTTPRequestHandler) -> None:
        request.send_response(status)
        request.send_header("content-type", kind)
        request.send_header("content-length", str(len(body)))
        for name, value in headers.items():
            request.send_header(name.replace("_", "-"), value)
        request.end_headers()
        request.wfile.write(body.encode())

    return answer


@pytest.mark.parametrize(
    ("given", "canonical"),
    [
        ("http://localhost:8080", "http://localhost:8080/"),
        (" https://example.org/label-studio ", "https://example.org/label-studio/"),
        ("https://example.org/a/b//", "https://example.org/a/b/"),
    ],
)
def test_an_address_ends_with_a_slash(given: str, canonical: str) -> None:
    """Without it, a token of a server below a sub-path would be refreshed at the wrong place."""
    assert canonical == connection.canonical_url(given)


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        (
            "",
            "No Label Studio server is given. Set COPYDESK_STUDIO_URL to its address, or start "
            "one with 'copydesk studio'.",
        ),
        ("localhost:8080", "'localhost:8080' is not an http address. " + connection._EXAMPLE),
        ("ftp://localhost", "'ftp://localhost' is not an http address. " + connection._EXAMPLE),
        (
            "http://a:b@example.org/",
            "'http://example.org/' is more than a server's address. " + connection._EXAMPLE,
        ),
        (
            "http://example.org/projects/1/data?tab=2",
            "'http://example.org/projects/1/data?tab=2' is more than a server's address. "
            + connection._EXAMPLE,
        ),
    ],
)
def test_an_address_that_is_none(given: str, sentence: str) -> None:
    """Each is refused with how to write it, and no password is repeated."""
    with pytest.raises(InputError) as refused:
        attempt(given, "t")

    assert sentence == str(refused.value)


def test_no_token() -> None:
    """The sentence names both places where a token may be put."""
    with pytest.raises(InputError) as refused:
        attempt("http://127.0.0.1:1")

    assert str(refused.value) == (
        "There is no token for http://127.0.0.1:1/. Put it into COPYDESK_STUDIO_TOKEN, or store "
        "it with 'keyring set copydesk http://127.0.0.1:1/'."
    )


def test_a_token_with_a_line_break_inside() -> None:
    """A token copied with a line break cannot be a header: said before anything is sent."""
    with pytest.raises(InputError, match=r"^The token holds characters that no token has\."):
        attempt("http://127.0.0.1:1", "abc\ndef")


def test_a_dead_server() -> None:
    """Nothing listens: the request was certainly not acted on."""
    with pytest.raises(connection.RequestError) as lost:
        attempt("http://127.0.0.1:1", "t")

    assert str(lost.value) == (
        "http://127.0.0.1:1/: Nothing answers at this address. Start the server ('copydesk "
        "studio' starts one), or correct COPYDESK_STUDIO_URL."
    )
    assert (lost.value.status, lost.value.maybe_done) == (None, False)


def test_an_unknown_host() -> None:
    """A misspelt host is named."""
    with pytest.raises(ServerError, match=r"No machine has the name 'studio\.invalid'\."):
        attempt("http://studio.invalid:8080", "t")


def test_https_where_http_is_spoken(serve: Serve) -> None:
    """The scheme is doubted when TLS fails."""
    url = serve(reply(200, "{}")).replace("http:", "https:")

    with pytest.raises(ServerError, match=r"no secure connection.*Correct http or https"):
        attempt(url, "t")


@pytest.mark.parametrize("status", [200, 404])
def test_another_web_server(serve: Serve, status: int) -> None:
    """A page of something else is not Label Studio, whether it says 200 or 404."""
    url = serve(reply(status, "<html>Welcome</html>"))

    with pytest.raises(ServerError, match=r"is not Label Studio\.|not the root of a Label Studio"):
        attempt(url, "t")


def test_a_label_studio_too_old(serve: Serve) -> None:
    """Its release is read and refused."""
    url = serve(reply(200, '{"release": "1.13.1"}', "application/json"))

    with pytest.raises(ServerError) as refused:
        attempt(url, "t")

    assert (
        f"{url}: This Label Studio is 1.13.1; copydesk needs 1.23 or newer. Have it updated, or "
        "start one of your own with 'copydesk studio'."
    ) == str(refused.value)


def test_an_address_that_sends_on(serve: Serve) -> None:
    """Such as from http to https: the right address is said before anything is written there."""
    right = serve(reply(200, '{"release": "1.23.2"}', "application/json"))
    url = serve(reply(301, "", location=f"{right}api/version"))

    with pytest.raises(ServerError) as refused:
        attempt(url, "t")

    assert str(refused.value) == (
        f"{url}: This address redirects to {right}, and anything written would be lost on the way. "
        f"Set COPYDESK_STUDIO_URL to {right}."
    )


@pytest.mark.parametrize(
    ("status", "sentence", "maybe_done"),
    [
        (
            500,
            "The server, or a proxy before it, failed at POST /x (500). It may have acted all "
            "the same. " + connection._AGAIN,
            True,
        ),
        (
            502,
            "The server, or a proxy before it, failed at POST /x (502). It may have acted all "
            "the same. " + connection._AGAIN,
            True,
        ),
        (
            429,
            "The server asks to slow down (429 for POST /x). Wait 7 seconds. " + connection._AGAIN,
            False,
        ),
    ],
)
def test_a_proxy_that_fails_is_asked_once(
    serve: Serve, status: int, sentence: str, maybe_done: bool
) -> None:
    """A POST is sent once, whatever the answer; the error tells if it may have been acted on."""
    asked: list[str] = []
    answer = reply(status, "<html>bad</html>", retry_after="7")
    url = serve(lambda request: (asked.append(request.command), answer(request))[1])

    with pytest.raises(connection.RequestError) as failed, connection.http(url) as client:
        client.post("x", json={})

    assert f"{url}: {sentence}" == str(failed.value)
    assert (status, maybe_done) == (failed.value.status, failed.value.maybe_done)
    assert asked == ["POST"]


def test_an_answer_that_does_not_come(serve: Serve) -> None:
    """After a time-out the request may still be at work."""
    url = serve(lambda _: time.sleep(1))

    with (
        pytest.raises(connection.RequestError) as late,
        connection.http(url, timeout=0.2) as client,
    ):
        client.post("x")

    assert (
        f"{url}: The server did not answer POST /x within 0.2 seconds; it may still be at work. "
        "Wait a little. " + connection._AGAIN
    ) == str(late.value)
    assert late.value.maybe_done


@pytest.mark.parametrize("how", ["get", "stream"])
def test_a_body_cut_in_half(serve: Serve, how: str) -> None:
    """A body shorter than announced is a broken connection, read whole or piece by piece."""

    def half(request: http.server.BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.send_header("content-length", "100")
        request.end_headers()
        request.wfile.write(b"x" * 50)

    def fetch() -> None:
        with connection.http(url) as client:
            if how == "get":
                client.get("x")
            else:
                with client.stream("GET", "x") as response:
                    response.read()

    url = serve(half)
    with pytest.raises(connection.RequestError, match="The connection broke during GET /x") as cut:
        fetch()

    assert cut.value.maybe_done


@pytest.mark.studio
class TestLabelStudio:
    """On the real server."""

    def test_the_environment_gives_address_and_token(
        self, studio, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """With both variables set, nothing else is needed."""
        monkeypatch.setenv(connection.URL_VARIABLE, studio.url.rstrip("/"))
        monkeypatch.setenv(connection.TOKEN_VARIABLE, studio.admin.token + "\n")

        with connection.connect() as client:
            assert studio.admin.email == client.users.whoami().email

    def test_the_keyring_gives_the_token(self, studio, monkeypatch: pytest.MonkeyPatch) -> None:
        """A token stored under the server's address is found."""
        stored = {("copydesk", studio.url): studio.admin.token}
        monkeypatch.setattr(keyring, "get_password", lambda *key: stored.get(key))

        with connection.connect(studio.url) as client:
            assert studio.admin.email == client.users.whoami().email

    def test_a_locked_keyring_is_no_token(self, studio, monkeypatch: pytest.MonkeyPatch) -> None:
        """A keyring that cannot be opened is like an empty one."""

        def locked(service: str, name: str) -> str:
            raise keyring.errors.KeyringLocked("no")

        monkeypatch.setattr(keyring, "get_password", locked)

        with pytest.raises(InputError, match=r"^There is no token for"):
            attempt(studio.url)

    @pytest.mark.filterwarnings("ignore:The `parse_obj` method:DeprecationWarning")  # the SDK's
    def test_a_personal_access_token(self, studio) -> None:
        """It is exchanged for an access token by the SDK and works alike."""
        newcomer = studio.newcomer()
        with connection.http(studio.url, newcomer.token) as client:
            token = client.post("api/token/").json()["token"]

        with connection.connect(studio.url, token) as client:
            assert newcomer.email == client.users.whoami().email

    def test_a_refused_token(self, studio) -> None:
        """A legacy token that nobody has."""
        with pytest.raises(connection.RequestError) as refused:
            attempt(studio.url, "0" * 40)

        assert (
            f"{studio.url}: The server refuses the token (Invalid token). Make a new token in "
            "Label Studio (Account & Settings) and put it into COPYDESK_STUDIO_TOKEN."
        ) == str(refused.value)
        assert refused.value.status == 401

    def test_a_revoked_personal_access_token(self, studio) -> None:
        """One that was good and has been revoked."""
        newcomer = studio.newcomer()
        with connection.http(studio.url, newcomer.token) as client:
            token = client.post("api/token/").json()["token"]
            client.post("api/token/blacklist/", json={"refresh": token})

        with pytest.raises(ServerError, match=r"The server refuses the token \(.*blacklisted"):
            attempt(studio.url, token)

    def test_an_expired_personal_access_token(self, studio) -> None:
        """One whose time is over, which the SDK sees without asking."""
        import jwt

        token = jwt.encode({"exp": 1_600_000_000, "token_type": "refresh"}, "k" * 32)

        with pytest.raises(
            ServerError, match=r"The server refuses the token \(API key has expired"
        ):
            attempt(studio.url, token)

    def test_legacy_tokens_disallowed(self, studio) -> None:
        """The sentence tells of personal access tokens where legacy ones are not allowed."""
        error = connection._refused_token(studio.url, LEGACY_OFF)

        assert "Make a personal access token in Label Studio" in str(error)

    def test_a_sub_path_that_is_none(self, studio) -> None:
        """The address of a page inside Label Studio is not its root."""
        with pytest.raises(ServerError) as lost:
            attempt(f"{studio.url}projects/1", studio.admin.token)

        assert lost.value.where == f"{studio.url}projects/1/"
        assert lost.value.hint == (
            "Either the address is not the root of a Label Studio (a sub-path missing, or too "
            "long), or only the enterprise edition can do this."
        )

    def test_an_enterprise_only_page(self, studio) -> None:
        """The SDK offers what the open-source server answers with an HTML 404."""
        with (
            connection.connect(studio.url, studio.admin.token) as client,
            pytest.raises(connection.RequestError, match="only the enterprise edition") as none,
        ):
            client.workspaces.list()
        assert none.value.status == 404

    def test_a_missing_project_is_left_to_the_caller(self, studio) -> None:
        """A JSON 404 stays the SDK's own error, which its pages rely on."""
        from label_studio_sdk.core.api_error import ApiError

        with (
            connection.connect(studio.url, studio.admin.token) as client,
            pytest.raises(ApiError) as missing,
        ):
            client.projects.get(id=999_999)
        assert missing.value.status_code == 404

    @pytest.mark.parametrize("status", [408, 409, 429, 500, 502, 504])
    def test_the_sdk_sends_a_post_once(self, studio, serve: Serve, status: int) -> None:
        """Left to itself the SDK sends it three times, though the first may have been acted on."""
        posts: list[str] = []

        def answer(request: http.server.BaseHTTPRequestHandler) -> None:
            if request.command == "POST":
                posts.append(request.path)
                return reply(status, "<html>bad</html>")(request)
            with connection.http(studio.url, studio.admin.token) as client:
                return reply(200, client.get(request.path).text, "application/json")(request)

        with (
            connection.connect(serve(answer), studio.admin.token) as client,
            pytest.raises(connection.RequestError) as failed,
        ):
            client.projects.create(title="A project")
        assert failed.value.status == status
        assert posts == ["/api/projects/"]

    def test_what_the_server_refuses_is_repeated(self, studio) -> None:
        """A refusal carries the server's own reason."""
        with (
            connection.connect(studio.url, studio.admin.token) as client,
            pytest.raises(connection.RequestError, match=r"refuses POST /api/projects/ \(400\)"),
        ):
            client.projects.create(title="ab")


LEGACY_OFF = (
    "Authentication token no longer valid: legacy token authentication has been disabled for this "
    "organization"
)


def test_a_client_sends_no_proxy_traffic_for_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy set in the environment is not asked for a server on this machine."""
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    with (
        connection.http("http://localhost:1") as near,
        connection.http("http://example.org") as far,
    ):
        assert not near.trust_env
        assert far.trust_env
        assert isinstance(near, httpx.Client)
