"""``copydesk round``: its verbs, one module each."""

from __future__ import annotations

import typer

from copydesk.cli.groups import Verbs
from copydesk.cli.round import adjudicate, agree, amend, close, new, pull, push, review, status

app = typer.Typer(
    cls=Verbs,
    help="Annotation rounds: in Label Studio, or through files.",
    no_args_is_help=True,
    rich_markup_mode="markdown",
)
app.command("new")(new.new)
app.command("push")(push.push)
app.command("status")(status.status)
app.command("pull")(pull.pull)
app.command("agree")(agree.agree)
app.command("adjudicate")(adjudicate.adjudicate)
app.command("amend")(amend.amend)
app.command("review")(review.review)
app.command("close")(close.close)
