# SPDX-License-Identifier: GPL-2.0
"""One interpreter that has imported the library, from which every test in Python is
forked: to start one anew takes seconds on an emulated debug kernel.

	python3 -m lib.nursery DIRECTORY

DIRECTORY has two FIFOs. "stand-in", beside this file, writes its process id and the
name of a test into "jobs", and reads the exit status from "status". The test writes
where the stand-in would, and does not outlive it. The end of "jobs" is the end of this.
"""

import contextlib
import importlib
import os
import pkgutil
import runpy
import select
import signal
import sys

import lib

# What many tests import besides.
ALSO = """collections ctypes errno fcntl itertools json random re shutil socket struct
subprocess tempfile threading time traceback"""


def preload():
    """Import what tests do. Whatever is wrong with it is theirs to say."""
    names = [module.name for module in pkgutil.iter_modules(lib.__path__, "lib.")]
    names.remove("lib.nursery")
    for name in names + ALSO.split():
        with contextlib.suppress(Exception):
            importlib.import_module(name)


def become(stand_in):
    """In the process of a test: write where the stand-in would."""
    os.setpgid(0, 0)
    for number, theirs in (1, 3), (2, 2):
        there = os.open(f"/proc/{stand_in}/fd/{theirs}", os.O_WRONLY | os.O_APPEND)
        os.dup2(there, number)
        os.close(there)


def exit_status(test, left):
    """Wait for the end of a test; bring it about if the stand-in has left."""
    ended = os.pidfd_open(test)
    if ended not in select.select([ended, left], [], [])[0]:
        os.killpg(test, signal.SIGKILL)
    code = os.waitstatus_to_exitcode(os.waitpid(test, 0)[1])
    os.close(ended)
    return code if code >= 0 else 128 - code


def serve(directory):
    """Fork; return in the process of a test, with the test's name."""
    with open(os.path.join(directory, "jobs")) as jobs:
        # Open for both ways: neither this nor a write waits for a reader.
        status = os.open(os.path.join(directory, "status"), os.O_RDWR | os.O_NONBLOCK)
        for line in jobs:
            stand_in, name = line.split()
            try:
                left = os.pidfd_open(int(stand_in))
            except ProcessLookupError:
                continue
            # What somebody did not live to read is not for others.
            with contextlib.suppress(BlockingIOError):
                os.read(status, 100)
            test = os.fork()
            if not test:
                become(stand_in)
                os.close(status)
                os.close(left)
                return name
            # Whichever comes first, there is a group to be killed.
            os.setpgid(test, test)
            os.write(status, f"{exit_status(test, left)}\n".encode())
            os.close(left)
    return None


def main():
    """Be the server, and then perhaps a test."""
    preload()
    name = serve(sys.argv[1])
    if name:
        # The current directory is that of the tests.
        sys.argv = [os.path.join(os.getcwd(), name)]
        runpy.run_path(sys.argv[0], run_name="__main__")


if __name__ == "__main__":
    main()
