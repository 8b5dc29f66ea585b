"""The README's walk of a round manager, typed as it is written, on a real Label Studio."""

from __future__ import annotations

import os
import pty
import re
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from copydesk.corpus import Corpus
from copydesk.rounds.paths import RoundFolder
from copydesk.rounds.plan import read_plan

pytestmark = pytest.mark.studio

README = Path(__file__).resolve().parents[2] / "README.md"


def walk() -> list[str]:
    """The commands of the round, from the plan to the end."""
    section = README.read_text(encoding="utf-8").partition("## Five minutes as a round manager")[2]
    blocks: list[str] = re.findall(r"^```sh\n(.*?)^```", section, re.DOTALL | re.MULTILINE)
    return next(b for b in blocks if "round new" in b).splitlines()


def test_a_round_manager_gets_from_the_plan_to_a_closed_round(
    corpus: Corpus, studio: Any, server_for: Callable[..., Any], answer: Any
) -> None:
    """Every command ends well once the two annotators have answered at the addresses it gave."""
    people = dict(zip(("a1", "a2"), studio.annotators, strict=False))
    variables = {
        "COPYDESK_STUDIO_URL": studio.url,
        "COPYDESK_STUDIO_TOKEN": studio.admin.token,
    }
    verbs, said = [], {}
    terminal, keyboard = pty.openpty()
    for line in walk():
        args = shlex.split(line, comments=True)[1:]
        done = subprocess.run(
            [str(Path(sys.executable).parent / "copydesk"), *args],
            cwd=corpus.root,
            env=os.environ | variables,
            stdin=keyboard,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"{line}\n{done.stderr}"
        verbs.append(args[1])
        said[args[1]] = done.stdout + done.stderr
        if args[1] == "push":
            plan = read_plan(RoundFolder(corpus, "spring"))
            labels = {anchor.sentence_id: "claim" for _, anchor in plan.anchors()}
            for name, person in people.items():
                with server_for(person.token) as server:
                    answer(corpus, "spring", server, name, labels)
    os.close(keyboard)
    os.close(terminal)
    assert verbs == ["new", "push", "status", "pull", "agree", "adjudicate", "close"]
    assert all(
        f"{name} (blind) answers at {studio.url}projects/" in said["push"] for name in people
    )
    assert RoundFolder(corpus, "spring").closed.is_file()
