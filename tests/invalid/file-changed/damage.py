"""Another process writes to a file at the moment when it is read."""

from __future__ import annotations

import builtins
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock

from specimens import Specimen

from copydesk.validate import untrusted_folder


def damage(specimen: Specimen) -> None:
    """Nothing is wrong before the validation begins."""


@contextmanager
def during(specimen: Specimen) -> Iterator[None]:
    """Whenever a file is opened to be read, croissant.json has just grown."""

    def open_later(handle: int, *args: Any, **options: Any) -> Any:
        with (specimen.release / "croissant.json").open("a") as stream:
            stream.write(" ")
        return builtins.open(handle, *args, **options)

    with mock.patch.object(untrusted_folder, "open", open_later, create=True):
        yield
