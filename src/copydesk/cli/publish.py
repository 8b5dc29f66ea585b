"""``copydesk release publish``: to the Hugging Face Hub, a directory or an fsspec URL."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

import typer

from copydesk.cli.common import CorpusDir, data, find_corpus, many, words


def publish(
    target: Annotated[
        str | None,
        typer.Argument(
            help="hf://datasets/ORG/NAME, a directory, or a URL such as s3://…; with --archive, "
            "the version."
        ),
    ] = None,
    corpus: CorpusDir = None,
    yes: Annotated[
        bool, typer.Option("--yes", help="Publish; without it, only say what would be sent.")
    ] = False,
    endpoint: Annotated[
        str | None,
        typer.Option(envvar="HF_ENDPOINT", help="The Hub's address, if not the public one."),
    ] = None,
    archive: Annotated[
        bool, typer.Option("--archive", help="Deposit the newest release at Zenodo, with a DOI.")
    ] = False,
    reserve: Annotated[
        bool, typer.Option("--reserve", help="Only reserve the DOI of a version to be cut.")
    ] = False,
    archive_url: Annotated[
        str | None,
        typer.Option(
            envvar="COPYDESK_ARCHIVE_URL",
            help="The archive's address, if not Zenodo's or that in copydesk.toml.",
        ),
    ] = None,
) -> None:
    """Publish the data set with its newest release; a dry run unless --yes is given.

    On the Hub that is one commit and one tag. The token is taken from HF_TOKEN, or from where
    'hf auth login' put it; the one of an archive from COPYDESK_ARCHIVE_TOKEN.
    """
    if archive:
        from copydesk.cli.archive import archive as deposit

        deposit(find_corpus(corpus), target, url=archive_url, reserving=reserve, yes=yes)
    elif reserve:
        raise typer.BadParameter("--reserve goes with --archive")
    elif target is None:
        raise typer.BadParameter("say where to publish, or give --archive")
    else:
        _publish(target, corpus, yes, endpoint)


def _publish(target: str, corpus: CorpusDir, yes: bool, endpoint: str | None) -> None:
    from datetime import UTC, datetime

    from copydesk.publish import prepare, shown
    from copydesk.publish import publish as send
    from copydesk.release.reach import beyond_target
    from copydesk.release.retract import record_published
    from copydesk.withdrawals import read_withdrawals

    found = find_corpus(corpus)
    plan = prepare(found.dataset)
    console, total = words(), sum(plan.files.values())
    if yes:
        done = send(plan, target, endpoint=endpoint)
        record_published(found, done.version, shown(target), datetime.now(UTC))
        console.print(
            f"Release {done.version} is published: {done.sent:,} files at {done.url}"
            + (f", commit {done.commit[:12]}, tag {plan.tag}" if done.commit else "")
            + (
                f"; {len(done.removed):,} files that it no longer holds are removed there"
                * bool(done.removed)
            )
            + ".",
            markup=False,
        )
        if read_withdrawals(found.dataset):
            console.print("Copies of what was withdrawn that copydesk cannot reach:")
            for line in beyond_target(shown(target)):
                console.print(f"  {line}", markup=False)
        return
    out = data()
    for folder, sizes in _by_folder(plan.files).items():
        held = f" ({many(len(sizes), 'file')})" if folder.endswith("/") else ""
        out.print(f"{sum(sizes):>12,}  {folder}{held}", markup=False, soft_wrap=True)
    console.print(
        f"Nothing was sent. Release {plan.version} would go to {shown(target)}: "
        f"{len(plan.files):,} files of {total:,} bytes. The card is "
        f"{found.dataset / 'README.md'}. Publish it with --yes.",
        markup=False,
    )


def _by_folder(files: Mapping[str, int]) -> dict[str, list[int]]:
    """The sizes of files by their folder, where a release is one; others by their name."""
    folders: dict[str, list[int]] = {}
    for path, size in files.items():
        parts = path.split("/")[:-1]
        folder = "/".join(parts[:2]) + "/" if parts else path
        folders.setdefault(folder, []).append(size)
    return folders
