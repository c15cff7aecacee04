#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Packets too big, packets in pieces, packets with options.

	h1 10.0.1.2 --- r1 [ router ] r2 --- 10.0.2.2 h2	MTU 1000
	                   [        ] r3 --- 10.0.3.2 h3

A protocol owns all three and has receivers on r2 and r3."""

import socket

from lib.tap import case, check, equal, run
from lib.topology import star
from lib.traffic import (IP_PMTUDISC_DO, IP_PMTUDISC_DONT, Receiver, Sender, Wire,
                         one_cpu)

S, G = "10.0.1.2", "239.7.1.1"
ROUTER_ALERT = bytes((148, 4, 0, 0))
RECORD_ROUTE = bytes((7, 11, 4)) + bytes(8) + bytes(1)
TIMESTAMP = bytes((68, 12, 5, 0)) + bytes(8)


def setup():
    """The hosts, and the narrow link."""
    lab = star(3)
    lab.router.ip("link set r2 mtu 1000")
    lab.h2.ip("link set eth0 mtu 1000")
    return lab


def start(lab):
    """The protocol, and the receivers at h2 and h3."""
    lab.protocol(lab.router, 100).take("r1", "r2", "r3").join("r2", G).join("r3", G)
    return lab.closing(Receiver(lab.h2, G)), lab.closing(Receiver(lab.h3, G))


def counted(lab, device):
    """What the entry has counted for an interface: sent, too big, discarded."""
    oif = lab.router.oif(G, S, device)
    return oif["out_packets"], oif["frag_needed"], oif["discards"]


@case("too big, and not to be fragmented: dropped there, counted, no ICMP sent")
def too_big(lab):
    narrow, wide = start(lab)
    with lab.h1:
        icmp = lab.closing(socket.socket(socket.AF_INET, socket.SOCK_RAW,
                                         socket.IPPROTO_ICMP))
    icmp.setblocking(False)
    sender = lab.closing(Sender(lab.h1, G, size=1200, discover=IP_PMTUDISC_DO))
    sender.send(5)
    equal(wide.arrived(sender), sender.numbers, "at the wide end")
    equal(narrow.arrived(sender, 0), [], "at the narrow end")
    equal(counted(lab, "r2"), (0, 5, 0), "sent, too big, discarded on r2")
    equal(counted(lab, "r3"), (5, 0, 0), "sent, too big, discarded on r3")
    try:
        answer = icmp.recv(2000)
    except BlockingIOError:
        answer = None
    equal(answer, None, "ICMP packet at the source")
    sender.send(1, size=972)
    equal(narrow.arrived(sender, 1), [5], "a packet of just the MTU")


@case("too big, but may be fragmented: arrives whole through both links")
def fragmented(lab):
    narrow, wide = start(lab)
    wire = lab.closing(Wire(lab.h2))
    sender = lab.closing(Sender(lab.h1, G, size=1400, discover=IP_PMTUDISC_DONT))
    sender.send(5)
    equal(wide.arrived(sender), sender.numbers, "at the wide end")
    equal(narrow.arrived(sender), sender.numbers, "at the narrow end")
    equal([p.size for p in narrow.of(sender)], 5 * [1400], "sizes")
    equal(len(wire.udp_to(G)), 10, "fragments on the narrow link")
    check(max(len(frame) for _, frame in wire.frames) <= 1014,
          "a frame was bigger than the link's MTU")
    equal(counted(lab, "r2"), (5, 0, 0), "sent, too big, discarded on r2")


@case("what comes in as fragments goes out as fragments, the first flow's too")
def fragments_in(lab):
    narrow, wide = start(lab)
    sender = lab.closing(Sender(lab.h1, G, size=4000, discover=IP_PMTUDISC_DONT))
    sender.send(3)
    equal(wide.arrived(sender), sender.numbers, "at the wide end")
    equal(narrow.arrived(sender), sender.numbers, "at the narrow end")
    sender.send(5)
    equal(wide.arrived(sender), sender.numbers, "at the wide end")
    equal(narrow.arrived(sender), sender.numbers, "at the narrow end")
    equal({p.size for p in narrow.of(sender)}, {4000}, "sizes")


@case("one large datagram that the sender's kernel segments arrives as its parts")
def segments(lab):
    narrow, wide = start(lab)
    arriving = lab.closing(Wire(lab.router, "r1"))
    sender = lab.closing(Sender(lab.h1, G))
    # The first is held for its entry, the others are not.
    for _ in range(4):
        sender.send_segments(10, 900)
        equal(wide.arrived(sender), sender.numbers, "at the wide end")
        equal(narrow.arrived(sender), sender.numbers, "at the narrow end")
    check(max(len(frame) for frame in arriving.udp_to(G)) > 9000,
          "the router never saw a large packet: the case proves nothing")
    equal({p.ttl for p in wide.of(sender) + narrow.of(sender)}, {7}, "TTL")


@case("parts too big for a link are fragmented there and arrive whole")
def segments_fragmented(lab):
    narrow, wide = start(lab)
    sender = lab.closing(Sender(lab.h1, G, discover=IP_PMTUDISC_DONT))
    for _ in range(2):
        sender.send_segments(10, 1300)
        equal(wide.arrived(sender), sender.numbers, "at the wide end")
        equal(narrow.arrived(sender), sender.numbers, "at the narrow end")


@case("parts too big for a link, not to be fragmented, are dropped there")
def segments_too_big(lab):
    narrow, wide = start(lab)
    sender = lab.closing(Sender(lab.h1, G, discover=IP_PMTUDISC_DO))
    sender.send_segments(10, 1300)
    equal(wide.arrived(sender), sender.numbers, "at the wide end")
    equal(narrow.arrived(sender, 0), [], "at the narrow end")
    check(counted(lab, "r2")[1] > 0, "not counted as too big")


@case("a packet with a router alert is forwarded, option and all")
def router_alert(lab):
    narrow, _ = start(lab)
    wire = lab.closing(Wire(lab.h2))
    sender = lab.closing(Sender(lab.h1, G, options=ROUTER_ALERT))
    sender.send(5)
    equal(narrow.arrived(sender), sender.numbers, "packets")
    equal([frame[34:38] for frame in wire.udp_to(G)], 5 * [ROUTER_ALERT], "option")


@case("a packet with an option that a router must fill in is discarded, counted")
def filled_options(lab):
    narrow, _ = start(lab)
    good = lab.closing(Sender(lab.h1, G))
    good.send()
    equal(narrow.arrived(good), good.numbers, "a packet without an option")
    for count, option in ((3, RECORD_ROUTE), (6, TIMESTAMP)):
        sender = lab.closing(Sender(lab.h1, G, options=option))
        sender.send(3)
        equal(narrow.arrived(sender, 0), [], f"packets with option {option[0]}")
        equal(counted(lab, "r2"), (1, 0, count), "sent, too big, discarded on r2")


if __name__ == "__main__":
    one_cpu()
    run(setup)
