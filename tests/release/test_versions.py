"""Versions of the data."""

from __future__ import annotations

import pytest

from copydesk.errors import InputError
from copydesk.release.versions import Bump, Version


@pytest.mark.parametrize(
    ("bump", "expected"),
    [(Bump.PATCH, "1.2.4"), (Bump.MINOR, "1.3.0"), (Bump.MAJOR, "2.0.0")],
)
def test_raised(bump: Bump, expected: str) -> None:
    """A bump raises its number and sets those after it to nought."""
    assert expected == str(Version.parse("1.2.3").raised(bump))


@pytest.mark.parametrize(
    ("bump", "expected"),
    [(Bump.PATCH, "1.2.4"), (Bump.MINOR, "1.3.0"), (Bump.MAJOR, "2.0.0")],
)
def test_nothing_was_withdrawn_from_a_raised_version(bump: Bump, expected: str) -> None:
    """The release after one from which something was withdrawn has a plain version."""
    assert expected == str(Version.parse("1.2.3+w2").raised(bump))


def test_order() -> None:
    """Versions are ordered as numbers, not as text."""
    assert Version.parse("1.9.0") < Version.parse("1.10.0") < Version.parse("2.0.0")


@pytest.mark.parametrize(
    "text",
    [
        *("1.2", "1.2.3.4", "v1.2.3", "01.2.3", "1.02.3", "1.2.03", "1.2.3-rc1", "1.2.3\n", ""),
        *("1.2.-3", "１.2.3", "1.2.3+w0", "1.2.3+w01", "1.2.3+"),
    ],
)
def test_no_version(text: str) -> None:
    """Anything but three plain numbers is refused with the text and an example."""
    with pytest.raises(InputError) as caught:
        Version.parse(text)
    said = f"'{text}' is not the version of a release. Write three whole numbers, such as 1.2.0."
    assert said == str(caught.value)
