"""Sending a plan to a directory or an fsspec URL, or handing it to the Hub.

``releases/index.json`` is written last, so that a reader of the index never sees half a release.
Files that the data set no longer has are removed at the target, if its index shows that they are
ours.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit, urlunsplit

from copydesk.errors import CopydeskError, InputError, ServerError
from copydesk.publish.prepare import Plan, Published, read_entries, settled
from copydesk.scope import INDEX, is_transport

_HUB: Final = re.compile(r"hf://datasets/([^/\s]+/[^/\s]+?)/?")


def publish(
    plan: Plan,
    target: str,
    *,
    endpoint: str | None = None,
    options: Mapping[str, Any] | None = None,
) -> Published:
    """Send everything in a plan to its target.

    Args:
        target: ``hf://datasets/ORG/NAME`` for the Hub, else a directory or an fsspec URL such as
            ``s3://bucket/name``.
        endpoint: of the Hub; ``HF_ENDPOINT`` or the public Hub by default. The token is where
            huggingface-hub keeps it: ``HF_TOKEN``, or what ``hf auth login`` stored.
        options: of the fsspec file system.

    Raises:
        InputError: the version is published there already, or the target is not an address.
        IntegrityError: an earlier release there is not the one of this folder, or a file changed
            since it was judged.
        ServerError: the server refused or cannot be reached.
    """
    hub = _HUB.fullmatch(target)
    if hub:
        from copydesk.publish.hub import send

        return send(plan, hub[1], endpoint)
    if target.startswith("hf:"):
        raise InputError(
            f"'{shown(target)}' is not a data set.", hint="Write hf://datasets/ORG/NAME."
        )
    return _to_files(plan, target, dict(options or {}))


def shown(target: str) -> str:
    """An address that is safe to print: without user name and password, or a signed query."""
    parts = urlsplit(target)
    if not parts.scheme or not parts.netloc:
        return target
    place = parts.netloc.rpartition("@")[2]
    return urlunsplit((parts.scheme, place, parts.path, "…" if parts.query else "", ""))


def _to_files(plan: Plan, target: str, options: dict[str, Any]) -> Published:
    import fsspec

    where = shown(target)
    try:
        files, root = fsspec.core.url_to_fs(target, **options)
    except (ValueError, ImportError) as error:
        raise InputError(
            f"No library here can write to '{where}': {_without(str(error), target)}.",
            hint="Name a directory, or an fsspec URL whose package is installed, such as s3fs.",
        ) from error
    root = root.rstrip("/")
    if files.protocol in ("file", ("file", "local")):
        place = Path(root).resolve()
        if place == plan.dataset.resolve() or plan.dataset.resolve() in place.parents:
            raise InputError("A data set cannot be published onto itself.", where=where)
    try:
        there = _there(files, root, where)
        known = set(settled(plan, there, where))
        old = _strays(plan, _found(files, root))
        if old and not there:
            raise InputError(
                f"The target holds files that are not of this data set, such as {old[0]}, and no "
                "index that would show that they were published from here.",
                where=where,
                hint="Choose an empty folder, or empty this one.",
            )
        sent = 0
        for name in _order(plan.files):
            if name == INDEX:
                for stray in old:
                    files.rm_file(f"{root}/{stray}")
            if not any(name.startswith(f"releases/{version}/") for version in known):
                remote = f"{root}/{name}"
                files.makedirs(remote.rpartition("/")[0], exist_ok=True)
                files.pipe_file(remote, plan.read(name))
                sent += 1
    except CopydeskError:
        raise
    except Exception as error:
        # File systems raise what their client raises: botocore's errors share no base with ours.
        raise ServerError(
            f"The file system refuses ({type(error).__name__}: {_without(str(error), target)}).",
            where=where,
            hint="What was sent is not yet named in its index; run this again.",
        ) from error
    return Published(url=where, version=plan.version, sent=sent, removed=tuple(old))


def _without(message: str, target: str) -> str:
    """A client's message without the secret part of the address."""
    return message.replace(target, shown(target))


def _order(names: Iterable[str]) -> list[str]:
    return sorted(names, key=lambda name: name == INDEX)


def _found(files: Any, root: str) -> list[str]:
    """The files at the target, by their path in it."""
    try:
        paths = files.find(root)
    except FileNotFoundError:
        return []
    base = files._strip_protocol(root).rstrip("/") + "/"
    names = (files._strip_protocol(path) for path in paths)
    return [name.removeprefix(base) for name in names if name.startswith(base)]


def _strays(plan: Plan, there: Iterable[str]) -> list[str]:
    return sorted(name for name in there if name not in plan.files and not is_transport(name))


def _there(files: Any, root: str, where: str) -> list[dict[str, Any]]:
    """The entries of the target's index."""
    try:
        content = files.cat_file(f"{root}/{INDEX}")
    except FileNotFoundError:
        return []
    return read_entries(content, f"{where}/{INDEX}")
