# SPDX-License-Identifier: GPL-2.0
"""Waiting for a machine to have come to rest."""

import time


def settled(read, near=0, still=0.3, limit=60):
    """Call read() until what it gives stays the same, or that near, for a while; return
    that."""
    end = time.monotonic() + limit
    last, since = read(), time.monotonic()
    while time.monotonic() < min(end, since + still):
        time.sleep(0.02)
        value = read()
        if abs(value - last) > near:
            last, since = value, time.monotonic()
    return last
