"""What holds for all tests."""

from __future__ import annotations

import signal

# a job started in the background of a shell ignores Ctrl-C, and so would every process that it starts and interrupts
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
