"""Run Label Studio, and end when standard input ends. Run by its own interpreter, never imported.

The starter holds the other end of the pipe and writes nothing. If the starter is killed, the system
closes the pipe, so a server never outlives the process that knows its address and its folder. Every
page gets the script ``annotate.js``, and redirects lead below the server's sub-path: Label Studio
leaves it out on the way to its log-in page and back.

A transaction takes SQLite's lock when it begins. Otherwise two that read before they write cannot
both go on: one fails at once, and Label Studio repeats its whole request, which makes a project
twice and imports tasks without their predictions.
"""

import os
import threading
from pathlib import Path

from label_studio import server  # type: ignore[import-not-found]  # in its own env

_SCRIPT = Path(__file__).with_name("annotate.js").read_text(encoding="utf-8")
_TAG = f"<script>{_SCRIPT}</script></body>".encode()
_LOCKED_SECONDS = 60
_set_up = server._setup_env


def with_script(get_response):  # type: ignore[no-untyped-def]  # in terms of Django, which is not here
    """A middleware that adds the script to whole pages."""

    def answer(request):  # type: ignore[no-untyped-def]  # the same
        response = get_response(request)
        is_page = response.get("Content-Type", "").startswith("text/html")
        if is_page and not response.streaming and b"</body>" in response.content:
            head, _, tail = response.content.rpartition(b"</body>")
            response.content = head + _TAG + tail
        return response

    return answer


def below_sub_path(get_response):  # type: ignore[no-untyped-def]  # the same
    """A middleware that adds the sub-path to redirects that lack it."""
    from django.conf import settings  # type: ignore[import-not-found]  # in its own env

    prefix = (settings.FORCE_SCRIPT_NAME or "").rstrip("/")

    def answer(request):  # type: ignore[no-untyped-def]  # the same
        response = get_response(request)
        target = response.get("Location", "")
        if target.startswith("/") and not f"{target}/".startswith((f"{prefix}/", "//")):
            response["Location"] = prefix + target
        return response

    return answer


def _set_up_with_ours() -> None:
    _set_up()
    from django.conf import settings
    from django.db import connections  # type: ignore[import-not-found]  # the same

    options = {"transaction_mode": "IMMEDIATE", "timeout": _LOCKED_SECONDS}
    connections.settings["default"].setdefault("OPTIONS", {}).update(options)
    ours = ("__main__.below_sub_path", "__main__.with_script")
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, *ours]


def _end_with_starter() -> None:
    while os.read(0, 1):
        pass
    os._exit(0)


if __name__ == "__main__":
    threading.Thread(target=_end_with_starter, daemon=True).start()
    server._setup_env = _set_up_with_ours
    server.main()
