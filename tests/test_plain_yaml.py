"""YAML that people write is read; what could fill the memory, or the stack, is refused."""

from __future__ import annotations

import datetime

import pytest
import yaml

from copydesk.errors import InputError
from copydesk.guidelines import version_of
from copydesk.ingest.markdown import front_matter
from copydesk.plain_yaml import read_yaml
from copydesk.release.card import front_matter as card_front_matter

BOMB = "\n".join(f"x{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12))
BOMB = f"a: &a0 [x]\n{BOMB}\nversion: *a11\ntitle: *a11"
DEEP = f"version: {'[' * 5000}{']' * 5000}"
NO_DATE = "version: 2026-02-31"


def test_what_people_write_is_read() -> None:
    """Numbers, dates and lists have their types; an anchor that nothing refers to is no harm."""
    read = read_yaml("a: 1\nb: 2026-02-28\nc: &here [x, 'y: z']\n")

    assert read == {"a": 1, "b": datetime.date(2026, 2, 28), "c": ["x", "y: z"]}


@pytest.mark.parametrize("text", [BOMB, DEEP, NO_DATE], ids=["bomb", "deep", "date"])
def test_a_document_that_is_larger_than_it_looks_is_refused(text: str) -> None:
    """Eleven lines of aliases would be a hundred thousand million words."""
    with pytest.raises(yaml.YAMLError):
        read_yaml(text)
    with pytest.raises(InputError, match="The front matter is not YAML"):
        card_front_matter(f"---\n{text}\n---\n")
    with pytest.raises(InputError, match="The guidelines have no version"):
        version_of(f"---\n{text}\n---\n")
    page = f"---\n{text}\n---\n# A title\n"
    assert front_matter(page) == ({}, page)
