# SPDX-License-Identifier: GPL-2.0
"""mgm-static: where it is, and one that runs in a router until the end of the case."""

import contextlib
import fcntl
import os
import signal
import socket
import subprocess
import tempfile

from lib.tap import Skip, check, equal, wait

_TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def program():
    """The program: beside the directory of $MGM, or in the tree; or Skip."""
    mgm = os.environ.get("MGM") or os.path.join(_TOP, "tools/mgm/mgm")
    path = os.path.join(os.path.dirname(os.path.dirname(mgm)), "static/mgm-static")
    if os.access(path, os.X_OK):
        return path
    raise Skip("no mgm-static: make -C tools/static builds it")


class Static:
    """One that runs, with what it says, and what it tells systemd."""

    def __init__(self, router, text, component=0, *options):
        self.router = router
        self._directory = tempfile.TemporaryDirectory(prefix="mgm-")
        self.path = os.path.join(self._directory.name, "static.conf")
        self.write(text)
        self._notify = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        path = os.path.join(self._directory.name, "notify")
        self._notify.bind(path)
        self._said = ""
        self._states = []
        with router:
            self.process = subprocess.Popen(
                [program(), "-c", str(component), "-f", self.path, *options],
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE, env={"NOTIFY_SOCKET": path})
        fcntl.fcntl(self.process.stderr, fcntl.F_SETFL, os.O_NONBLOCK)
        self._notify.setblocking(False)

    def write(self, text):
        """Write its file."""
        with open(self.path, "w", encoding="utf-8") as file:
            file.write(text)

    def states(self):
        """What it has told systemd so far, first words only."""
        with contextlib.suppress(BlockingIOError):
            while True:
                self._states.append(self._notify.recv(4096).decode().split("\n")[0])
        return self._states

    def said(self):
        """What it has said so far, without the place of its file."""
        text = self.process.stderr.read()
        if text:
            self._said += text.decode().replace(self.path, "FILE")
        return self._said

    def ready(self, times=1):
        """Wait until it is ready, or is so again."""
        def is_ready():
            check(self.process.poll() is None, f"it has ended: {self.said()}")
            return self.states().count("READY=1") >= times
        wait(is_ready, f"mgm-static is not ready: {self.said()}")
        return self

    def reload(self, text):
        """Give it another file, and wait until it has read that."""
        times = self.states().count("READY=1") + 1
        self.write(text)
        self.process.send_signal(signal.SIGHUP)
        return self.ready(times)

    def wait_said(self, words):
        """Wait until it says this."""
        wait(lambda: words in self.said(), f"mgm-static does not say '{words}'")

    def end(self, number=signal.SIGTERM):
        """End it; return its exit status."""
        self.process.send_signal(number)
        return self.process.wait()

    def close(self):
        """End it, if it is there, and forget it."""
        if self.process.poll() is None:
            equal(self.end(), 0, "exit status of mgm-static")
        self.process.stderr.close()
        self._notify.close()
        self._directory.cleanup()
