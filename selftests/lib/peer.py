# SPDX-License-Identifier: GPL-2.0
"""Routing daemons that run beside MGM: installed, or unpacked by tools/vm/fetch-peers
under ${MGM_CACHE:-~/.cache/mgm}/peers."""

import os
import shutil

from lib.tap import Skip


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
