"""Groups of verbs that name the nearest verb where an unknown one is given."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from typer.core import TyperGroup

from copydesk.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


class Verbs(TyperGroup):
    """A group of verbs, or the root of all."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """The verb that the arguments begin with.

        Raises:
            InputError: there is none of this name; the sentence names the nearest one.
        """
        if args and not args[0].startswith("-") and self.get_command(ctx, args[0]) is None:
            raise InputError(
                f"'{ctx.command_path}' has no verb '{args[0]}'.",
                hint=self._nearest(ctx, args[0]) + f"'{ctx.command_path} --help' lists all.",
            )
        return super().resolve_command(ctx, args)

    def _nearest(self, ctx: Any, name: str) -> str:
        """The nearest verb of this group, or else of any, as a question."""
        root = ctx.find_root()
        for first, commands in (
            (ctx.command_path, self.commands),
            (root.command_path, root.command.commands),
        ):
            verbs = list(_paths(first, commands))
            last = [verb.rpartition(" ")[2] for verb in verbs]
            near = get_close_matches(name, last, n=1)
            if near:
                return f"Did you mean '{verbs[last.index(near[0])]}'? "
        return ""


def _paths(first: str, commands: Mapping[str, Any]) -> Iterator[str]:
    """The verbs of a group in full, those of groups in it after its own."""
    for name in commands:
        yield f"{first} {name}"
    for name, command in commands.items():
        yield from _paths(f"{first} {name}", getattr(command, "commands", {}))
