# SPDX-License-Identifier: GPL-2.0
"""A program that netfilter asks what to do with packets (NFQUEUE)."""

import collections
import socket
import struct

from lib.netlink import Netlink, attribute, attributes

NETLINK_NETFILTER = 12
PACKET, VERDICT, CONFIG = (3 << 8 | message for message in range(3))
NFQA_PACKET_HDR, NFQA_VERDICT_HDR = 1, 2
NFQA_CFG_CMD, NFQA_CFG_PARAMS = 1, 2
BIND, COPY_META = 1, 1
NF_ACCEPT = 1


class Queue(Netlink):
    """One queue of a network namespace."""

    def __init__(self, netns, number):
        super().__init__(netns, NETLINK_NETFILTER)
        self.header = struct.pack("!BBH", socket.AF_UNSPEC, 0, number)
        self._tell(CONFIG, NFQA_CFG_CMD, struct.pack("!BxH", BIND, socket.AF_INET))
        self._tell(CONFIG, NFQA_CFG_PARAMS, struct.pack("!IB", 0, COPY_META))

    def _tell(self, kind, number, data):
        self.request(kind, 0, self.header + attribute(number, data))

    def let_pass(self, count):
        """Wait for so many packets and let them go on; return how many of them each hook
        has asked about."""
        hooks = collections.Counter()
        while hooks.total() < count:
            if not self.aside:
                self.aside += [(kind, body) for kind, _, _, body in self.read()]
            for kind, body in [self.aside.pop(0) for _ in self.aside[:]]:
                if kind != PACKET:
                    continue
                header = dict(attributes(body[4:]))[NFQA_PACKET_HDR]
                number, hook = struct.unpack_from("!IxxB", header)
                hooks[hook] += 1
                self._tell(VERDICT, NFQA_VERDICT_HDR,
                           struct.pack("!II", NF_ACCEPT, number))
        return dict(hooks)
