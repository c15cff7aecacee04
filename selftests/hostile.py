#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Packets made to do harm: what a host on a link, or any user on the router, can
send, and the forwarder has to survive.

	h1 10.0.1.2 --- r1 [ router ] r2 --- 10.0.2.2 h2
	                   [        ] r3 --- 10.0.3.2 h3

A protocol owns all three and has receivers on r2."""

import itertools

from lib.tap import case, equal, run, wait
from lib.topology import star
from lib.traffic import Receiver, Sender, one_cpu

# Each with room for two: the sender fills in the first, and a router the second.
RECORD_ROUTE = bytes((7, 11, 4)) + bytes(8) + bytes(1)
TIME_AND_ADDRESS = bytes((68, 20, 5, 1)) + bytes(16)
OPTIONS = (RECORD_ROUTE, TIME_AND_ADDRESS)

_groups = (f"239.66.1.{i}" for i in itertools.count(1))


def start(lab):
    """A group, a protocol with receivers of it, and a receiver at h2."""
    group = next(_groups)
    protocol = lab.protocol(lab.router, 100).take("r1", "r2", "r3").join("r2", group)
    return group, protocol, lab.closing(Receiver(lab.h2, group))


def option_first(lab, host, device, source):
    """A packet with an option that a router must fill in begins the flow."""
    for option in OPTIONS:
        group, protocol, there = start(lab)
        bad = lab.closing(Sender(host, group, device=device, options=option))
        bad.send(2)
        oif = wait(lambda: lab.router.oif(group, source, "r2"), "no entry was made")
        wait(lambda: lab.router.oif(group, source, "r2")["discards"] == 2,
             f"the copies are not discarded: {oif}")
        good = lab.closing(Sender(host, group, device=device))
        good.send(2)
        equal(there.arrived(good), good.numbers, "packets without the option")
        protocol.close()


@case("an option that a router must fill in, in the first packet of a flow")
def option_first_of_host(lab):
    option_first(lab, lab.h1, None, "10.0.1.2")


@case("the same in a packet that the router itself sends")
def option_first_of_router(lab):
    option_first(lab, lab.router, "r1", "10.0.1.1")


if __name__ == "__main__":
    one_cpu()
    run(lambda: star(3))
