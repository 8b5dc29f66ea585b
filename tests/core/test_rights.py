"""Text is given by licence, and by nothing else."""

from __future__ import annotations

import pytest

from copydesk.errors import InputError
from copydesk.rights import OPEN_LICENCES, Policy, spdx


@pytest.mark.parametrize(
    ("licence", "collection", "given"),
    [
        ("CC-BY-4.0", "own", True),
        ("CC-BY-2.5", "own", True),
        ("CC-BY-NC-4.0", "own", False),
        ("CC-BY-ND-4.0", "own", False),
        (None, "own", False),
        ("CC-BY-4.0", "kept", False),
    ],
)
def test_a_policy_gives_open_text(licence: str | None, collection: str, given: bool) -> None:
    """Open licences are given; no licence, a closed one or a withheld collection is not."""
    assert Policy(withhold=["kept"]).gives(licence, collection) is given


def test_every_open_licence_is_spelt_as_spdx_spells_it() -> None:
    """The list of a new corpus compares equal to what `spdx` returns."""
    assert [spdx(name) for name in OPEN_LICENCES] == list(OPEN_LICENCES)


def test_a_licence_is_brought_into_spdx_spelling() -> None:
    """Case is mended; no licence stays none."""
    assert spdx("cc-by-sa-4.0") == "CC-BY-SA-4.0"
    assert spdx(None) is None


def test_an_unknown_licence_is_refused() -> None:
    """What is no SPDX id is a sentence that says what to write."""
    with pytest.raises(InputError) as caught:
        spdx("all rights reserved")

    assert str(caught.value) == (
        "'all rights reserved' is not an SPDX licence identifier. "
        "Write one such as CC-BY-4.0 (see spdx.org/licenses), or null if there is none."
    )
