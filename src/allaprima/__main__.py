"""``python -m allaprima``, and the command ``allaprima``."""

import os
import signal


def main() -> None:
    """Run the command line. A Ctrl-C while it is still being imported ends the process at once: as an exception it may
    fall into a callback of Python's import, where it is dropped, and the command would go on.
    """
    before = signal.getsignal(signal.SIGINT)
    signal.signal(signal.SIGINT, lambda *_: os._exit(130))
    from .app.cli import main as run

    signal.signal(signal.SIGINT, before)
    run()


if __name__ == "__main__":
    main()
