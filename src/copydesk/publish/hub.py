"""Sending a plan to the Hugging Face Hub: one commit and one tag a version.

The tests run huggingface-hub's own client against a small local server with the endpoints used
(``tests/support/fake_hub.py``); it was never tried on the public Hub itself.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from copydesk.errors import CopydeskError, InputError, ServerError
from copydesk.publish.prepare import Plan, Published, has_news, read_entries, settled
from copydesk.scope import INDEX, is_transport

if TYPE_CHECKING:
    from huggingface_hub import HfApi


def send(plan: Plan, repo: str, endpoint: str | None) -> Published:
    """Send a plan to the data set ``ORG/NAME`` of a Hub.

    Raises:
        InputError: the version exists already, or the name is invalid.
        ServerError: the Hub refused or cannot be reached.
    """
    from huggingface_hub import CommitOperationAdd, CommitOperationDelete, HfApi
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError

    api = HfApi(endpoint=endpoint)
    where = f"{api.endpoint}/datasets/{repo}"
    try:
        head, tagged = _head(api, repo, plan)
        there = _there(api, repo, head)
        _refuse_another_past(plan, _entries(api, repo, head, there, where), tagged, where)
        removed = sorted(n for n in there if n not in plan.files and not is_transport(n))
        commit = api.create_commit(
            repo,
            [
                *(CommitOperationAdd(name, plan.read(name)) for name in plan.files),
                *(CommitOperationDelete(name) for name in removed),
            ],
            commit_message=f"Release {plan.version}{', with its DOI' if tagged else ''}",
            repo_type="dataset",
            parent_commit=head,
        )
        if not tagged:
            api.create_tag(
                repo,
                tag=plan.tag,
                tag_message=f"Release {plan.version}",
                revision=commit.oid,
                repo_type="dataset",
            )
    except HFValidationError as error:
        raise InputError(f"'{repo}' is not the name of a data set: {error}", where=where) from error
    except HfHubHTTPError as error:
        raise _refused(error, where) from error
    except CopydeskError:
        raise
    except (OSError, ValueError, RuntimeError) as error:
        raise ServerError(f"The Hub could not be used: {error}", where=where) from error
    except Exception as error:
        # The HTTP client's own errors share no base with OSError.
        if not type(error).__module__.startswith("http"):
            raise
        raise ServerError(
            f"The Hub cannot be reached: {error}.", where=where, hint="Try again later."
        ) from error
    return Published(
        url=where,
        version=plan.version,
        sent=len(plan.files),
        removed=tuple(removed),
        commit=commit.oid,
    )


def _there(api: HfApi, repo: str, head: str | None) -> list[str]:
    """The files of the data set on the Hub, at a commit."""
    return api.list_repo_files(repo, revision=head, repo_type="dataset") if head else []


def _entries(
    api: HfApi, repo: str, head: str | None, there: list[str], where: str
) -> list[dict[str, Any]]:
    """The entries of the Hub's index."""
    if INDEX not in there:
        return []
    path = f"{where}/resolve/{head}/{INDEX}"
    with tempfile.TemporaryDirectory() as folder:
        local = api.hf_hub_download(
            repo, INDEX, revision=head, repo_type="dataset", local_dir=folder
        )
        return read_entries(Path(local).read_bytes(), path)


def _refuse_another_past(
    plan: Plan, entries: list[dict[str, Any]], tagged: bool, where: str
) -> None:
    """The releases that the Hub's index names are those of the plan: nothing was rolled back."""
    if tagged and not (entries and has_news(plan, entries)):
        raise InputError(
            f"Version {plan.latest} is published there already: the tag {plan.tag} exists.",
            where=where,
            hint="A release never changes; cut and publish the next version.",
        )
    if not tagged:  # publishing it was broken off
        entries = [entry for entry in entries if entry["version"] != plan.latest]
    list(settled(plan, entries, where))


def _head(api: HfApi, repo: str, plan: Plan) -> tuple[str | None, bool]:
    """The parent of the new commit, so that nobody's work in between is overwritten.

    Also returned: whether the Hub has the tag of what would be published.
    """
    refs = api.list_repo_refs(repo, repo_type="dataset")
    tagged = plan.tag in {tag.name for tag in refs.tags}
    head = next((b.target_commit for b in refs.branches if b.name == "main"), None)
    return head, tagged


def _refused(error: Any, where: str) -> ServerError:
    status = int(error.response.status_code)
    hints = {
        401: "Give a token with write access in HF_TOKEN, or run 'hf auth login'.",
        403: "Use a token with write access to this data set.",
        404: "Make the data set on the Hub first, or give a token that may see it.",
        409: "Somebody else published at the same time: look, then run this again.",
        412: "Somebody else published at the same time: look, then run this again.",
    }
    said = error.server_message or str(error).splitlines()[0]
    return ServerError(
        f"The Hub refuses (HTTP {status}): {said}", where=where, hint=hints.get(status, "")
    )
