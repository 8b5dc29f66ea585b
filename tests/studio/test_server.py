"""A server of one's own, started for real."""

from __future__ import annotations

import os
import signal
import socket
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from copydesk.backends.labelstudio import connection
from copydesk.backends.labelstudio.local import accounts, install, server
from copydesk.errors import InputError, ServerError

pytestmark = pytest.mark.studio


def alive(pid: int) -> bool:
    """Whether a process is there and no zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_the_version_stands_in_the_constraints_alone() -> None:
    """The pinned version of Label Studio is written in one file of the package and nowhere else."""
    source = Path(install.__file__).parent.parent
    version = install.pinned_version()

    holders = [
        path.name
        for path in source.rglob("*.*")
        if version in path.read_bytes().decode("utf-8", "ignore")
    ]

    assert holders == ["constraints.txt"]


def test_the_template_holds_nobody_and_no_secret() -> None:
    """A database that is copied for every new folder has no user, and no key lies beside it."""
    import sqlite3

    template = install.install().template
    with sqlite3.connect(f"file:{template}?mode=ro&immutable=1", uri=True) as database:
        users = database.execute("select count(*) from htx_user").fetchone()
    database.close()

    assert users == (0,)
    assert [path.name for path in template.parent.iterdir()] == [install.DATABASE]


def test_a_server_is_private_survives_a_kill_and_is_gone_after_stop(tmp_path: Path) -> None:
    """It listens on loopback only, and its files are its owner's. Killed and started again on the
    same folder and port, it has the same accounts and data. Stopping ends every process."""
    folder = tmp_path / "data"
    said: list[str] = []
    with server.start(folder, say=said.append) as studio:
        first = studio.annotators(2)
        with connection.connect(studio.url, studio.admin.token) as client:
            assert studio.admin.email == client.users.whoami().email
            client.projects.create(title="A project that stays")
        listening = subprocess.run(
            [sys.executable, "-c", LISTENERS, str(studio.port)],
            capture_output=True,
            text=True,
            check=True,
        ).stdout.split()
        assert alive(studio.process.pid)
        os.killpg(studio.process.pid, signal.SIGKILL)
        studio.process.wait()
        while not_free(studio.port):  # the rest of the group may end a moment later
            time.sleep(0.05)

    assert listening == ["0100007F"]
    assert any("is starting" in sentence for sentence in said)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    private = [folder / "accounts.json", folder / install.DATABASE, folder / ".env"]
    assert [stat.S_IMODE(path.stat().st_mode) for path in private] == [0o600] * 3
    with server.start(folder, port=studio.port) as again:
        assert studio.url == again.url
        assert studio.admin == again.admin
        assert first == again.annotators(2)
        with connection.connect(again.url, again.admin.token) as client:
            titles = [project.title for project in client.projects.list()]
        assert titles == ["A project that stays"]
        pid = again.process.pid
        assert alive(pid)

    assert not alive(pid)
    with (
        pytest.raises(ServerError, match=r"^http://127\.0\.0\.1:\d+/: Nothing answers"),
        connection.http(again.url) as client,
    ):
        client.get("health/")


def not_free(port: int) -> bool:
    """Whether somebody still listens there."""
    with socket.socket() as probe:
        return probe.connect_ex((server.HOST, port)) == 0


LISTENERS = """
import sys
port = f"{int(sys.argv[1]):04X}"
for name in ("/proc/net/tcp", "/proc/net/tcp6"):
    for line in open(name).readlines()[1:]:
        address, at = line.split()[1].split(":")
        if at == port and line.split()[3] == "0A":
            print(address)
"""


def test_a_killed_starter_takes_its_server_along(tmp_path: Path) -> None:
    """When the process that started a server is killed, the server ends and its folder is free."""
    code = (
        "import pathlib, sys, time\n"
        "from copydesk.backends.labelstudio.local import server\n"
        "studio = server.start(pathlib.Path(sys.argv[1]))\n"
        "print(studio.process.pid, flush=True)\n"
        "time.sleep(600)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE, text=True
    ) as starter:
        assert starter.stdout
        pid = int(starter.stdout.readline())
        assert alive(pid)
        starter.kill()
    deadline = time.monotonic() + 300
    while alive(pid) and time.monotonic() < deadline:
        time.sleep(0.05)

    assert not alive(pid)


def test_a_busy_port_is_refused(tmp_path: Path) -> None:
    """Label Studio would move to the next port in silence; here the port asked for or none."""
    with socket.socket() as other:
        other.bind((server.HOST, 0))
        other.listen()
        port = other.getsockname()[1]

        with pytest.raises(InputError) as refused:
            server.start(tmp_path, port=port)

    assert (
        f"Port {port} of 127.0.0.1 cannot be used: Address already in use. "
        "Choose another with --port or --host, or stop what listens there."
    ) == str(refused.value)


def test_a_port_taken_meanwhile_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A port that somebody takes between our look and Label Studio's is no silent move."""
    with socket.socket() as other:
        other.bind((server.HOST, 0))
        other.listen()
        port = other.getsockname()[1]
        monkeypatch.setattr(server, "_free_port", lambda: port)

        with pytest.raises(ServerError, match="Another program took the port while"):
            server.start(tmp_path)


def test_a_folder_serves_one_server_at_a_time(studio, tmp_path: Path) -> None:
    """A second server on the same database is refused while the first runs."""
    with pytest.raises(InputError) as refused:
        server.start(studio.data_dir)

    assert (
        f"{studio.data_dir}: Another 'copydesk studio' is running on this folder. "
        "Use that one, stop it, or choose another folder with --data-dir."
    ) == str(refused.value)


def test_a_server_that_ends_while_starting_says_its_last_words(tmp_path: Path) -> None:
    """A database that is none is reported with Label Studio's own words, and nothing is left."""
    (tmp_path / install.DATABASE).write_text("This is no database at all.\n" * 50)

    with pytest.raises(ServerError, match=r"ended while starting.*file is not a database"):
        server.start(tmp_path)
    with server._occupy(tmp_path):  # the folder is free again
        pass


def test_a_server_that_is_not_ready_in_time_is_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A time-out is an error, and the process that took too long does not stay behind."""
    ended: list[subprocess.Popen[bytes]] = []
    end = server._end
    monkeypatch.setattr(server, "_end", lambda p, grace: (end(p, grace), ended.append(p)))

    with pytest.raises(ServerError, match=r"was not ready after 1 seconds\."):
        server.start(tmp_path, timeout=1)

    assert [alive(process.pid) for process in ended] == [False]
    with server._occupy(tmp_path):
        pass


def test_signing_up_needs_an_invitation(studio) -> None:
    """The sign-up page without the invitation's token makes no account."""
    link = f"{studio.url}user/signup/?token=not-the-token"

    with pytest.raises(ServerError, match="The server forbids POST /user/signup/ to this account"):
        accounts.join(link, "stranger@copydesk.localhost", "a-long-password-1")


def test_annotators_keep_their_accounts(studio, tmp_path: Path) -> None:
    """Inviting again makes nobody twice, and makes good what was cut off before the sign-up."""
    before = accounts.load(studio.data_dir)
    # In a folder of its own: other tests read the accounts of the shared server's meanwhile.
    accounts.save(tmp_path, [*before[:2], *(p_without_token(p) for p in before[2:])])

    again = accounts.invite(tmp_path, studio.url, 3)

    assert before[1:4] == again
    assert before == accounts.load(tmp_path)


def p_without_token(person: accounts.Person) -> accounts.Person:
    """The person as saved before the sign-up."""
    return accounts.Person(email=person.email, password=person.password)


def test_secrets_are_not_shown_by_accident(studio) -> None:
    """Neither a password nor a token is in what Python shows of a person."""
    shown = repr(studio.admin) + repr(studio)

    assert studio.admin.password not in shown
    assert studio.admin.token not in shown


def test_nothing_of_our_environment_reaches_the_server(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A stray DJANGO_DB or SENTRY_DSN of the user's shell does not steer the server."""
    monkeypatch.setenv("DJANGO_DB", "default")
    monkeypatch.setenv("LABEL_STUDIO_DATABASE_NAME", "elsewhere.sqlite3")
    monkeypatch.setenv("SENTRY_DSN", "https://key@errors.example.org/1")
    variables = install.environment(tmp_path)

    assert variables["DJANGO_DB"] == "sqlite"
    assert "" == variables["SENTRY_DSN"] == variables["FRONTEND_SENTRY_DSN"]
    assert "LABEL_STUDIO_DATABASE_NAME" not in variables
