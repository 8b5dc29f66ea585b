"""A verb that there is not: the command line names the nearest one."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from copydesk.cli.main import app
from copydesk.errors import InputError


@pytest.mark.parametrize(
    ("command", "sentence"),
    [
        (
            ["buidl"],
            "'copydesk' has no verb 'buidl'. Did you mean 'copydesk build'? "
            "'copydesk --help' lists all.",
        ),
        (
            ["release", "ct"],
            "'copydesk release' has no verb 'ct'. Did you mean 'copydesk release cut'? "
            "'copydesk release --help' lists all.",
        ),
        (
            ["cut", "1.0.0"],
            "'copydesk' has no verb 'cut'. Did you mean 'copydesk release cut'? "
            "'copydesk --help' lists all.",
        ),
        (["xyzzy"], "'copydesk' has no verb 'xyzzy'. 'copydesk --help' lists all."),
    ],
)
def test_an_unknown_verb_is_answered_with_the_nearest_one(
    command: list[str], sentence: str
) -> None:
    """In the group it was looked for in, or in any other; or with where all are listed."""
    caught = CliRunner().invoke(app, command, prog_name="copydesk").exception

    assert isinstance(caught, InputError)
    assert str(caught) == sentence
