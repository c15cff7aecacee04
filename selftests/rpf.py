#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""The reverse path: where a source's packets have to come in.

	h1 10.0.1.2 --- r1 [ router ] r2 --- 10.0.2.2 h2
	                   [        ] r3 --- 10.0.3.2 h3

A protocol owns all three and has receivers on r2. h1 and h3 can both send with
the source 10.9.0.5, to which the router has the routes that a case gives it."""

import contextlib

from lib import abi
from lib.netlink import RTPROT_BOOT, RTPROT_STATIC
from lib.tap import case, check, equal, run
from lib.topology import star
from lib.traffic import RawFlow, Receiver, Sender, Wire, one_cpu

S, G = "10.0.1.2", "239.3.1.1"
FAR = "10.9.0.5"


def setup():
    """The hosts; h1 and h3 have the far source's address."""
    lab = star(3)
    for host in (lab.h1, lab.h3):
        host.rtnl.address("lo", FAR, 32)
    return lab


def start(lab, *devices):
    """A protocol that owns the devices, and a receiver at h2."""
    protocol = lab.protocol(lab.router, 100).take("r2", *devices)
    protocol.join("r2", G)
    return protocol, lab.closing(Receiver(lab.h2, G))


@contextlib.contextmanager
def route(lab, *gateways, prefix="10.9.0.0", length=24, protocol=RTPROT_BOOT):
    """For the length of the "with" block, the router has a route."""
    lab.router.rtnl.route(prefix, length, *gateways, protocol=protocol)
    try:
        yield
    finally:
        lab.router.rtnl.no_route(prefix, length)


def sender_at(lab, host, source=None):
    """A sender at a host; its fences go by the host's own address."""
    return lab.closing(Sender(host, G, source=source))


def fence(lab, host, receiver):
    """What the host has sent so far is at the receiver, or lost."""
    lab.closing(Sender(host, G)).fence(receiver)
    receiver.read()


@case("a packet of a known flow on another interface is dropped and counted")
def wrong_interface(lab):
    _, receiver = start(lab, "r1", "r3")
    with route(lab, "10.0.1.2"):
        right = sender_at(lab, lab.h1, FAR)
        wrong = sender_at(lab, lab.h3, FAR)
        right.send(5)
        equal(receiver.wait(right), right.numbers, "packets on r1")
        lab.router.wait_oifs(G, FAR, "r2")
        wrong.send(7)
        fence(lab, lab.h3, receiver)
        equal(receiver.numbers(wrong), [], "packets on r3")
        mfe = lab.router.mfe(G, FAR)
        equal((mfe["in_packets"], mfe["wrong_if_packets"]), (5, 7), "in, wrong")
        equal(mfe["oif"][0]["out_packets"], 5, "sent")


@case("a flow that begins on the wrong interface is dropped there, then flows")
def wrong_first(lab):
    _, receiver = start(lab, "r1", "r3")
    with route(lab, "10.0.1.2"):
        wrong = sender_at(lab, lab.h3, FAR)
        wrong.send(3)
        mfe = lab.router.wait_mfe(G, FAR, lambda m: m["wrong_if_packets"] == 3,
                                  "does not count 3 packets on the wrong interface")
        equal(mfe["iif"], lab.router.ifindex("r1"), "incoming interface")
        right = sender_at(lab, lab.h1, FAR)
        right.send(5)
        equal(receiver.wait(right), right.numbers, "packets on r1")
        fence(lab, lab.h3, receiver)
        equal(receiver.numbers(wrong), [], "packets on r3")


@case("of an interface that nobody took, the wrong packets are not even counted")
def wrong_untaken(lab):
    _, receiver = start(lab, "r1")
    with route(lab, "10.0.1.2"):
        right = sender_at(lab, lab.h1, FAR)
        wrong = sender_at(lab, lab.h3, FAR)
        right.send(2)
        equal(receiver.wait(right), right.numbers, "packets on r1")
        wrong.send(2)
        fence(lab, lab.h3, receiver)
        equal(lab.router.mfe(G, FAR)["wrong_if_packets"], 0, "wrong")
        equal(receiver.numbers(wrong), [], "packets on r3")


@case("a source without a route has an entry that says so, and drops")
def no_route(lab):
    _, receiver = start(lab, "r1", "r3")
    sender = sender_at(lab, lab.h1, FAR)
    sender.send(3)
    mfe = lab.router.wait_mfe(G, FAR)
    check(mfe["flags"] & abi.MGM_MFE_F_NO_RPF, f"no flag: {mfe}")
    equal(mfe.get("oif", []), [], "outgoing list")
    check(not mfe.get("iif"), f"an incoming interface: {mfe}")
    sender.send(3)
    fence(lab, lab.h1, receiver)
    equal(receiver.numbers(sender), [], "packets")


@case("a source behind an interface that nobody took: likewise, until it is taken")
def untaken_route(lab):
    protocol, receiver = start(lab, "r3")
    sender = sender_at(lab, lab.h3, FAR)
    with route(lab, "10.0.1.2"):
        sender.send(3)
        mfe = lab.router.wait_mfe(G, FAR)
        check(mfe["flags"] & abi.MGM_MFE_F_NO_RPF, f"no flag: {mfe}")
        fence(lab, lab.h3, receiver)
        equal(receiver.numbers(sender), [], "packets")
        protocol.take("r1")
        right = sender_at(lab, lab.h1, FAR)
        right.send(3)
        equal(receiver.wait(right), right.numbers, "packets once r1 is taken")


@case("the entry names the upstream neighbour and the route it was found by")
def upstream(lab):
    _, receiver = start(lab, "r1")
    with route(lab, "10.0.1.2", protocol=RTPROT_STATIC):
        sender = sender_at(lab, lab.h1, FAR)
        sender.send()
        receiver.wait(sender)
        mfe = lab.router.wait_mfe(G, FAR)
        equal({key: mfe.get(key) for key in ("upstream", "rpf_prefix", "rpf_len",
                                             "rpf_protocol", "iif")},
              {"upstream": "10.0.1.2", "rpf_prefix": "10.9.0.0", "rpf_len": 24,
               "rpf_protocol": RTPROT_STATIC, "iif": lab.router.ifindex("r1")}, "entry")
    near = sender_at(lab, lab.h1)
    near.send()
    receiver.wait(near)
    mfe = lab.router.wait_mfe(G, S)
    equal((mfe.get("upstream"), mfe["rpf_prefix"], mfe["rpf_len"]),
          (None, "10.0.1.0", 24), "entry of a source on the link")


@case("of several equal routes, the one by which packets come in is good")
def multipath(lab):
    protocol, receiver = start(lab, "r1", "r3")
    with route(lab, "10.0.1.2", "10.0.3.2"):
        # Which of the two a hash would choose, nobody knows: so several groups.
        for host, device in ((lab.h1, "r1"), (lab.h3, "r3")):
            for last in range(4):
                group = f"239.3.{device[1]}.{last + 10}"
                protocol.join("r2", group)
                receiver.join(group)
                sender = lab.closing(Sender(host, group, source=FAR))
                sender.send(2)
                equal(receiver.wait(sender), sender.numbers, f"packets on {device}")
                equal(lab.router.wait_mfe(group, FAR)["iif"],
                      lab.router.ifindex(device), "incoming interface")


@case("of several equal routes, one whose device is down is not the way")
def multipath_dead(lab):
    _, receiver = start(lab, "r1", "r3")
    with route(lab, "10.0.1.2", "10.0.3.2"):
        lab.router.rtnl.up("r1", False)
        try:
            sender = sender_at(lab, lab.h3, FAR)
            sender.send(3)
            equal(receiver.wait(sender), sender.numbers, "packets on r3")
            equal(lab.router.mfe(G, FAR)["iif"], lab.router.ifindex("r3"),
                  "incoming interface")
        finally:
            lab.router.rtnl.up("r1")
            lab.ready((lab.router, "r1"))


@case("the broadcast address of a link is no source that there is a way to")
def broadcast_source(lab):
    start(lab, "r1")
    RawFlow(lab.closing(Wire(lab.h1)), "10.0.1.255", G).send(1)
    mfe = lab.router.wait_mfe(G, "10.0.1.255")
    check(mfe["flags"] & abi.MGM_MFE_F_NO_RPF, f"no flag: {mfe}")


@case("the most specific route decides")
def longest_prefix(lab):
    _, receiver = start(lab, "r1", "r3")
    with route(lab, "10.0.1.2"), route(lab, "10.0.3.2", prefix=FAR, length=32):
        wrong = sender_at(lab, lab.h1, FAR)
        right = sender_at(lab, lab.h3, FAR)
        right.send(3)
        equal(receiver.wait(right), right.numbers, "packets on r3")
        wrong.send(3)
        fence(lab, lab.h1, receiver)
        equal(receiver.numbers(wrong), [], "packets on r1")


if __name__ == "__main__":
    one_cpu()
    run(setup)
