"""Where the command ``kingmaker`` begins and ends: nothing heavy is imported before Ctrl-C is listened for.

Exit codes: 0 done, 1 done and the answer is no (a rerun that differs, a test that fails), 2 a mistake or a fault, which
is told in a sentence, 130 stopped (Ctrl-C, SIGTERM, or the terminal closed).
"""

import gc
import sys

# New objects after which Python looks for rings of objects that hold each other: a command imports and builds much that
# stays, through which the usual 700 make it look again and again.
OBJECTS = 10_000


def main() -> None:
    """Run the command; every way in which it can end is told in words."""
    gc.set_threshold(OBJECTS)
    try:
        from kingmaker.experiments.commands import ending

        with ending.told(last=True):
            from kingmaker.experiments.commands.cli import app

            app()
    except KeyboardInterrupt:  # before the sentence above could be prepared
        print("kingmaker: stopped, nothing half-written.", file=sys.stderr)
        exec("")
        raise SystemExit(130) from None
