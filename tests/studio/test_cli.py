"""``copydesk studio`` as a person at a terminal runs it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from copydesk.backends.labelstudio import connection
from copydesk.backends.labelstudio.local import accounts, server
from copydesk.errors import ServerError

pytestmark = pytest.mark.studio
COMMAND = [sys.executable, "-c", "from copydesk.cli.main import main; main()", "studio"]


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM])
def test_it_runs_until_it_is_told_to_stop(tmp_path: Path, sign: signal.Signals) -> None:
    """It says where it answers, `env` lets copydesk use it, and Ctrl+C or SIGTERM end it with 0."""
    with subprocess.Popen(
        [*COMMAND, "--data-dir", tmp_path, "--annotators", "1", "--port", str(server._free_port())],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as running:
        assert running.stderr
        first = running.stderr.readline()
        env = subprocess.run(
            [*COMMAND, "env", "--data-dir", tmp_path], capture_output=True, text=True, check=True
        )
        running.send_signal(sign)
        out, err = running.communicate(timeout=300)

    url, admin = first.split()[4], accounts.load(tmp_path)[0]
    assert first == f"Label Studio answers at {url} until Ctrl+C.\n"
    assert env.stdout == (
        f"export COPYDESK_STUDIO_URL={url}\nexport COPYDESK_STUDIO_TOKEN={admin.token}\n"
    )
    assert out == ""
    assert err.endswith("Label Studio has stopped.\n")
    assert running.returncode == 0
    secrets = [
        secret for person in accounts.load(tmp_path) for secret in (person.password, person.token)
    ]
    assert len(secrets) == 4
    assert not [secret for secret in secrets if secret in first + err]
    with pytest.raises(
        ServerError, match=r"No Label Studio that copydesk started is running on this folder\."
    ):
        server.running(tmp_path)


def test_a_stale_address_is_not_sent_the_token(studio, tmp_path: Path) -> None:
    """After a crash another program may listen at the address; it is not asked for anything."""
    accounts.save(tmp_path, accounts.load(studio.data_dir))
    (tmp_path / "address").write_text(studio.url)

    with pytest.raises(
        ServerError, match=r"No Label Studio that copydesk started is running on this folder\."
    ):
        server.running(tmp_path)


def test_people_shows_what_annotators_need(studio) -> None:
    """The accounts and the invitation link are shown when asked for, on standard output."""
    shown = subprocess.run(
        [*COMMAND, "people", "--data-dir", studio.data_dir],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | {"COLUMNS": "200"},
    ).stdout

    assert [person.password in shown for person in accounts.load(studio.data_dir)] == [True] * 4
    assert accounts.invitation(studio.url, studio.admin.token) in shown


def test_env_without_a_server(tmp_path: Path) -> None:
    """A sentence and exit code 2, nothing for the shell to evaluate."""
    done = subprocess.run(
        [*COMMAND, "env", "--data-dir", tmp_path], capture_output=True, text=True, check=False
    )

    assert (done.returncode, done.stdout) == (2, "")
    assert "No Label Studio that copydesk started is running on this folder." in done.stderr


def test_the_server_is_found_by_those_who_know_its_folder(studio) -> None:
    """A second process learns address and administrator from the folder."""
    assert server.running(studio.data_dir) == (studio.url, studio.url, studio.admin)
    with connection.http(studio.url, studio.admin.token) as client:
        assert client.get("health/").json() == {"status": "UP"}
