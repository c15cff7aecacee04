# SPDX-License-Identifier: GPL-2.0
"""Routing daemons that run beside MGM: installed, or unpacked by tools/vm/fetch-peers
under ${MGM_CACHE:-~/.cache/mgm}/peers."""

import contextlib
import os
import shutil
import subprocess
import tempfile

from lib.tap import Skip, check, wait


def find(package, path):
    """The program that a package of Debian's has at this path, or Skip."""
    cache = os.environ.get("MGM_CACHE") or os.path.join(
        os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"), "mgm")
    unpacked = os.path.join(cache, "peers", package, path)
    found = unpacked if os.access(unpacked, os.X_OK) else \
        shutil.which(os.path.basename(path))
    if not found:
        raise Skip(f"no {package}: tools/vm/fetch-peers gets it")
    return found


@contextlib.contextmanager
def running(router, words, vif, **more):
    """A daemon with the kernel's own forwarder runs in a router for the length of the
    "with" block, from when it has made its interface for a device."""
    with router:
        daemon = subprocess.Popen(words, stdin=subprocess.DEVNULL,
                                  stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                  **more)
    try:
        wait(lambda: vif in router.read("ip_mr_vif"),
             f"{words[0]} does not take its interfaces", 60)
        yield daemon
        check(daemon.poll() is None, f"{words[0]} has ended by itself")
    finally:
        daemon.terminate()
        daemon.wait()


@contextlib.contextmanager
def smcroute(router, text, vif):
    """smcroute, with this for its file, runs in a router; Skip if there is none."""
    program = find("smcroute", "usr/sbin/smcrouted")
    with tempfile.TemporaryDirectory(prefix="mgm-") as directory:
        config = os.path.join(directory, "smcroute.conf")
        with open(config, "w", encoding="utf-8") as file:
            file.write(text)
        with running(router, [program, "-n", "-N", "-s", "-f", config,
                              "-u", os.path.join(directory, "socket"),
                              "-P", os.path.join(directory, "pid")], vif) as daemon:
            yield daemon
