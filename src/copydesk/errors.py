"""Errors as sentences: what is wrong, where, and what to do."""

from __future__ import annotations

_KEPT = "\n\u00a0\u2009\u202f"
"""Line ends and blanks, which cannot steer a terminal."""


def printable(text: str) -> str:
    """A text with its control characters escaped, so that no name can steer a terminal."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() or c in _KEPT else _escaped(c) for c in text)


def _escaped(character: str) -> str:
    return character.encode("unicode_escape", "backslashreplace").decode("ascii")


class CopydeskError(Exception):
    """A fault that a person can fix; the command line prints it and exits with 2.

    Args:
        message: what is wrong, as a sentence.
        where: the address of the fault, such as ``articles.jsonl:12`` or ``release.json::$.files``.
        hint: what to do about it, as a sentence.
    """

    def __init__(self, message: str, *, where: str = "", hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.where = where
        self.hint = hint

    def __str__(self) -> str:
        address = f"{self.where}: " if self.where else ""
        advice = f" {self.hint}" if self.hint else ""
        return printable(f"{address}{self.message}{advice}")

    def __reduce__(self) -> tuple[object, ...]:
        # BaseException pickles positional arguments only; workers send these between processes.
        return _rebuild, (type(self), self.message, self.where, self.hint)

    def at(self, where: str) -> CopydeskError:
        """The same fault with another address before its own."""
        address = f"{where}: {self.where}" if self.where else where
        return type(self)(self.message, where=address, hint=self.hint)


class InputError(CopydeskError):
    """The user's input cannot be used."""


class ServerError(CopydeskError):
    """A server (Label Studio, a hub) refused, could not be reached, or answered unexpectedly."""


class IntegrityError(CopydeskError):
    """Files that copydesk wrote contradict each other."""


def _rebuild(kind: type[CopydeskError], message: str, where: str, hint: str) -> CopydeskError:
    return kind(message, where=where, hint=hint)
