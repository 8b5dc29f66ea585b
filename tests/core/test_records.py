"""A document that its schema refuses is refused with its place; formats are assertions."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest

from copydesk.contract.conformance import check_document
from copydesk.errors import InputError

ARTICLE: dict[str, Any] = {"article_id": "a", "file": "a.txt"}
ENTRY: dict[str, Any] = {"version": "1.0.0", "created": "2026-03-01T12:00:00Z", "digest": "0" * 64}


@pytest.mark.parametrize(
    ("document", "schema", "sentence"),
    [
        (ARTICLE | {"published": "May 3"}, "article", "$.published: 'May 3' is not a 'date'."),
        (ARTICLE | {"url": "a b"}, "article", "$.url: 'a b' is not a 'uri'."),
        (
            {"releases": [ENTRY | {"created": "noonZ"}]},
            "index",
            "$.releases[0].created: 'noonZ' is not a 'date-time'.",
        ),
    ],
)
def test_every_format_is_asserted(document: object, schema: str, sentence: str) -> None:
    """JSON Schema leaves `format` open; here a value against it is a fault with its place."""
    with pytest.raises(InputError) as caught:
        check_document(document, schema, where="x")

    assert str(caught.value) == f"x::{sentence} See schema/{schema}.schema.json."


def test_documents_with_right_formats_pass() -> None:
    """A date, an address and a moment in UTC are what the formats ask for."""
    check_document(
        ARTICLE | {"published": "2026-03-01", "url": "https://example.org/a"}, "article", where="x"
    )
    check_document({"releases": [ENTRY]}, "index", where="x")


def test_checking_documents_loads_no_grammar_compiler() -> None:
    """The library that takes seconds to import is not on the way of any verb."""
    code = "import sys, copydesk.contract.conformance; print('rfc3987_syntax' in sys.modules)"

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout == "False\n"
