# SPDX-License-Identifier: GPL-2.0
"""Flows, by their number: side_flow() in programs/side.c has the same addresses.

The flows of so many sources and one group more: as the two numbers have no divisor in
common, counting both up at once comes by every pair of them, which is what pktgen does,
too."""

import math
import socket
import struct

FIRST_SOURCE = 0x0a400001
FIRST_GROUP = 0xef400001


def address(number):
    """An IPv4 address."""
    return socket.inet_ntoa(struct.pack("!I", number))


def wide(count):
    """For at least so many flows."""
    return math.isqrt(count - 1) + 1 if count > 1 else 1
