"""What holds for all tests."""

import signal

# A shell that starts the suite in the background has it ignore Ctrl-C, and so would every process
# that the tests start; some of them wait for it.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
