"""The file of a suggester: a line of JSON that says what it is, and a table of small numbers.

Three parts: a line that names the format and its version, a line of JSON
(``schema/suggester.schema.json``), and one byte for each bucket and label, bucket by bucket: a
signed number to be multiplied by the label's scale. Reading it runs no code of the file, and takes
memory in proportion to the file's size, which is limited.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from copydesk.contract.conformance import check_document
from copydesk.errors import InputError
from copydesk.files import atomic_write, dump_line

FORMAT: Final = 1
SUFFIX: Final = ".suggester"
LIMIT: Final = 2_000_000
"""The largest file, in bytes."""

_MAGIC: Final = "copydesk suggester "
_HINT: Final = "Train it again with 'copydesk suggester train', or get an intact copy."


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Weights:
    """A trained model as it stands in its file.

    Args:
        head: what the file says of itself, by ``schema/suggester.schema.json``.
        table: signed 8-bit numbers, a row for each bucket, a column for each of ``labels``.
        digest: SHA-256 of the whole file.
    """

    head: Mapping[str, Any]
    table: npt.NDArray[np.int8]
    digest: str

    @property
    def name(self) -> str:
        """The suggester's name."""
        return str(self.head["name"])

    @property
    def annotator(self) -> str:
        """Its pseudonym as an annotator: its name and the beginning of its file's digest."""
        return f"{self.name}-{self.digest[:12]}"

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels that it can give, in the order of the table's columns."""
        return tuple(self.head["labels"])

    @property
    def scheme(self) -> tuple[str, ...]:
        """The names of the labels of the scheme that it was trained for, in order."""
        return tuple(self.head["scheme"])

    @property
    def bits(self) -> int:
        """There are ``2 ** bits`` buckets."""
        return int(self.head["bits"])

    def knows(self, language: str) -> bool:
        """Whether it has learnt from articles in a language, by its BCP 47 tag."""
        return primary(language) in self.head["languages"]

    def check_scheme(self, names: tuple[str, ...]) -> None:
        """Refuse to be used for other labels.

        Raises:
            InputError: saying which.
        """
        if self.scheme != names:
            raise InputError(
                f"The suggester '{self.name}' is for other labels ({', '.join(self.scheme)}) than "
                f"this corpus has ({', '.join(names)}).",
                hint="Train one on this corpus's own answers with 'copydesk suggester train'.",
            )


def primary(language: str) -> str:
    """The primary subtag of a BCP 47 tag, in small letters: ``en`` of ``en-GB``."""
    return language.replace("_", "-").partition("-")[0].lower()


def pack(head: Mapping[str, Any], table: npt.NDArray[np.int8]) -> Weights:
    """Weights of a table, with all that their file says.

    Args:
        head: without ``table_sha256``, which is added.
    """
    whole = {**head, "table_sha256": hashlib.sha256(table.tobytes()).hexdigest()}
    return Weights(head=whole, table=table, digest=_sha256(_dump(whole, table)))


def write_weights(path: Path, weights: Weights) -> None:
    """Write the file of a suggester; the same weights give the same bytes."""
    atomic_write(path, _dump(weights.head, weights.table))


def _dump(head: Mapping[str, Any], table: npt.NDArray[np.int8]) -> bytes:
    lines = f"{_MAGIC}{FORMAT}\n{dump_line(dict(head))}\n"
    return lines.encode() + table.tobytes()


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def read_weights(path: Path) -> Weights:
    """Read the file of a suggester; safe on an untrusted file.

    Raises:
        InputError: it is absent, too large, of a later format, not a suggester, or damaged.
    """
    where = str(path)
    try:
        with path.open("rb") as file:
            data = file.read(LIMIT + 1)
    except OSError as error:
        raise InputError(
            f"The suggester cannot be read: {error.strerror}.",
            where=where,
            hint="Train one with 'copydesk suggester train'.",
        ) from error
    if len(data) > LIMIT:
        raise InputError(
            f"This file is not a suggester: it has more than {LIMIT:,} bytes.", where=where
        )
    magic, _, rest = data.partition(b"\n")
    line, _, body = rest.partition(b"\n")
    _check_magic(magic, where)
    head = _head(line, where)
    shape = (1 << head["bits"], len(head["labels"]))
    if len(body) != shape[0] * shape[1] or _sha256(body) != head["table_sha256"]:
        raise InputError(
            "This suggester is damaged: its numbers are not those that it was written with.",
            where=where,
            hint=_HINT,
        )
    table = np.frombuffer(body, dtype=np.int8).reshape(shape)
    return Weights(head=head, table=table, digest=_sha256(data))


def _check_magic(magic: bytes, where: str) -> None:
    name = _MAGIC.encode()
    version = magic.removeprefix(name)
    if not magic.startswith(name) or not version.isdigit() or len(version) > 6:
        raise InputError(
            "This file is not a suggester.",
            where=where,
            hint="Name a file that 'copydesk suggester train' wrote.",
        )
    if int(version) != FORMAT:
        raise InputError(
            f"This suggester has format {int(version)}; this copydesk knows format {FORMAT}.",
            where=where,
            hint="Use the copydesk that wrote it or a later one, or train it again.",
        )


def _no_number(name: str) -> float:
    raise ValueError(f"{name} is not a number of JSON")


def _head(line: bytes, where: str) -> dict[str, Any]:
    try:
        head = json.loads(line, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise InputError(
            "This suggester is damaged: its description is not JSON.", where=where, hint=_HINT
        ) from error
    check_document(head, "suggester", where=where)
    if len(head["scales"]) != len(head["labels"]) or len(head["biases"]) != len(head["labels"]):
        raise InputError(
            "This suggester is damaged: it does not have one scale and one bias for each label.",
            where=where,
            hint=_HINT,
        )
    found: dict[str, Any] = head
    return found
