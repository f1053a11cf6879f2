"""``python -m allaprima``, and the command ``allaprima``."""

import os
import sys

# threads that have nothing to do sleep: spinning, they take the processor from other programs, and from one another
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")


def main() -> None:
    """Run the command line; a Ctrl-C while it is still being imported is no traceback either."""
    try:
        from .app.cli import main as run
    except KeyboardInterrupt:
        sys.exit(130)
    run()


if __name__ == "__main__":
    main()
