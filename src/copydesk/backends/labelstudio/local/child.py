"""Run Label Studio, and end when standard input ends. Run by its own interpreter, never imported.

The starter holds the other end of the pipe and writes nothing. Should the starter be killed, the
system closes the pipe, so a server never outlives the one who knows its address and its folder.
"""

import os
import threading

from label_studio.server import main  # type: ignore[import-not-found]  # in its own env


def _end_with_starter() -> None:
    while os.read(0, 1):
        pass
    os._exit(0)


if __name__ == "__main__":
    threading.Thread(target=_end_with_starter, daemon=True).start()
    main()
