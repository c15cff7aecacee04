#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Packets made to do harm: what a host on a link, or any user on the router, can
send, and the forwarder has to survive.

	h1 10.0.1.2 --- r1 [ router ] r2 --- 10.0.2.2 h2
	                   [        ] r3 --- 10.0.3.2 h3

A protocol owns all three and has receivers on r2."""

import itertools
import os

from lib import rules
from lib.tap import case, check, equal, run, wait
from lib.topology import star
from lib.traffic import (Receiver, Sender, Wire, checksum, ethernet, ip_packet,
                         one_cpu)

# Each with room for two: the sender fills in the first, and a router the second.
RECORD_ROUTE = bytes((7, 11, 4)) + bytes(8) + bytes(1)
TIME_AND_ADDRESS = bytes((68, 20, 5, 1)) + bytes(16)
OPTIONS = (RECORD_ROUTE, TIME_AND_ADDRESS)
# Tunnels that one packet goes into. Each that comes out of one goes into all again.
TUNNELS = int(os.environ.get("MGM_TUNNELS", 2))

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


@case("options with something behind their end leave with a right checksum")
def end_in_the_middle(lab):
    group, _, _ = start(lab)
    wire = lab.closing(Wire(lab.h2))
    # A socket of Linux would wipe that itself.
    lab.closing(Wire(lab.h1)).send(
        ip_packet("10.0.1.2", group, bytes(16), options=bytes((0, 1, 255, 0))),
        ethernet(group))
    lab.closing(Sender(lab.h1, group)).send(1)
    wait(lambda: len(wire.udp_to(group)) >= 2, "the packets do not come through")
    for frame in wire.udp_to(group):
        header = frame[14:14 + (frame[14] & 15) * 4]
        equal(checksum(header), 0, f"checksum of {header.hex()}")
    # The options are as long as before.
    equal([frame[14] & 15 for frame in wire.udp_to(group)], [6, 5], "header lengths")


@case("a header that is too short, as a rule of netfilter can make it")
def short_header(lab):
    group, _, there = start(lab)
    sender = lab.closing(Sender(lab.h1, group))
    sender.send(2)
    equal(there.arrived(sender), sender.numbers, "packets before")
    for count, words in enumerate((0, 1, 4), 1):
        rules.load(lab, f"""
            flush ruleset
            table ip spoil {{
                chain prerouting {{
                    type filter hook prerouting priority 0;
                    ip daddr {group} @nh,0,8 set {0x40 | words}
                }}
            }}""")
        sender.send()
        wait(lambda count=count:
             lab.router.oif(group, "10.0.1.2", "r2")["discards"] == count,
             f"a copy with {words} words of header is not discarded")
    lab.router.program(["nft", "flush", "ruleset"])
    good = lab.closing(Sender(lab.h1, group))
    good.send(2)
    equal(there.arrived(good), good.numbers, "packets after")


@case("tunnels whose outer packets are of the group that goes into them do not go on")
def tunnel_into_itself(lab):
    group, protocol, there = start(lab)
    names = [f"gre{i}" for i in range(1, TUNNELS + 1)]
    lab.router.ip("\n".join(
        f"link add {name} type gre local 10.0.1.1 remote {group} key {i} dev r1 ttl 9\n"
        f"link set {name} up multicast on"
        for i, name in enumerate(names, 1)))
    try:
        for name in names:
            protocol.take(name).join(name, group)
        sender = lab.closing(Sender(lab.router, group, device="r1"))
        sender.send(1)
        equal(there.arrived(sender), sender.numbers, "the packet itself")
        wait(lambda: lab.router.oifs(group, "10.0.1.1"), "what it made does not end")
        before = lab.router.mfe(group, "10.0.1.1")["in_packets"]
        sender.send(1)
        equal(there.arrived(sender), sender.numbers, "one when the entry is there")
        more = lab.router.mfe(group, "10.0.1.1")["in_packets"] - before
        check(more <= 1 + 2 * TUNNELS, f"one packet made {more}")
    finally:
        lab.router.ip("\n".join(f"link del {name}" for name in names))


if __name__ == "__main__":
    one_cpu()
    run(lambda: star(3))
