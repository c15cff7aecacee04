#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""The router itself as a member, and as a source.

	h1 10.0.1.2 --- r1 [ router ] r2 --- 10.0.2.2 h2
	                   [        ] r3 --- 10.0.3.2 h3

A protocol owns all three."""

import socket
import struct

from lib.tap import case, equal, run
from lib.topology import star
from lib.traffic import IP_PMTUDISC_WANT, Receiver, Sender, Wire, one_cpu, stream

S, G = "10.0.1.2", "239.6.1.1"


def start(lab, *devices):
    """A protocol that owns all interfaces and has receivers on some."""
    protocol = lab.protocol(lab.router, 100).take("r1", "r2", "r3")
    for device in devices:
        protocol.join(device, G)
    return protocol


def member(lab, *devices):
    """A socket on the router that has joined on the devices."""
    receiver = lab.closing(Receiver(lab.router, address="10.0.1.1"))
    for device in devices:
        receiver.join(G, device)
    return receiver


def place(group):
    """Where the kernel's hash of a device's groups has one (hash_32(), 9 bits)."""
    number = struct.unpack("=I", socket.inet_aton(group))[0]
    return (number * 0x61C88647 & 0xffffffff) >> 32 - 9


def same_place(group):
    """Another group in the same place."""
    others = (f"239.6.{n >> 8}.{n & 255}" for n in range(1024, 65536))
    return next(other for other in others if place(other) == place(group))


def only_numbers(sender, receiver, devices, what):
    """Each packet arrived exactly once on each of the devices."""
    arrived = receiver.arrived(sender, len(sender.numbers) * len(devices))
    equal(len(arrived), len(sender.numbers) * len(devices), f"{what}: all copies")
    for device in devices:
        equal(receiver.numbers(sender, receiver.host.ifindex(device)),
              sender.numbers, f"{what}: copies on {device}")


@case("a member on the incoming interface gets each packet once, and so do others")
def member_incoming(lab):
    start(lab, "r2")
    here, there = member(lab, "r1"), lab.closing(Receiver(lab.h2, G))
    sender = lab.closing(Sender(lab.h1, G))
    sender.send(10)
    stream(sender, [here, there], 40)
    only_numbers(sender, here, ["r1"], "on the router")
    equal(there.arrived(sender), sender.numbers, "at h2")
    equal({p.ttl for p in here.of(sender)}, {8}, "TTL on the router")
    equal({p.ttl for p in there.of(sender)}, {7}, "TTL at h2")


@case("a member on the incoming interface gets what nobody else wants")
def member_of_unwanted(lab):
    start(lab)
    here = member(lab, "r1")
    sender = lab.closing(Sender(lab.h1, G))
    sender.send(10)
    stream(sender, [here], 40)
    only_numbers(sender, here, ["r1"], "on the router")


@case("the same of a member of many groups, two of which share a place in the hash")
def member_of_many(lab):
    twin = same_place(G)
    start(lab, "r2").join("r2", twin)
    here = member(lab, "r1")
    there = lab.closing(Receiver(lab.h2, G).join(twin))
    for last in range(10):
        here.join(f"239.6.2.{last}", "r1")
    here.join(twin, "r1")
    for group in (G, twin):
        sender = lab.closing(Sender(lab.h1, group))
        sender.send(10)
        only_numbers(sender, here, ["r1"], f"{group} on the router")
        equal(there.arrived(sender), sender.numbers, f"{group} at h2")
    # The one that is left is the router's no more.
    here.leave(G, "r1")
    sender = lab.closing(Sender(lab.h1, G))
    sender.send(10)
    equal(there.arrived(sender), sender.numbers, "at h2")
    equal(here.arrived(sender, 0), [], "on the router, when it has left")


@case("a member on the wrong interface gets its copy, though none is forwarded")
def member_wrong_interface(lab):
    start(lab, "r2")
    lab.h3.rtnl.address("lo", S, 32)
    here, there = member(lab, "r3"), lab.closing(Receiver(lab.h2, G))
    sender = lab.closing(Sender(lab.h3, G, source=S))
    sender.send(5)
    here.wait(sender)
    fence = lab.closing(Sender(lab.h3, G))
    fence.fence(here)
    here.read()
    fence.fence(there)
    there.read()
    lab.h3.rtnl.address("lo", S, 32, remove=True)
    equal(here.numbers(sender), sender.numbers, "on the router")
    equal(there.numbers(sender), [], "at h2")


@case("a member on the outgoing interface gets each packet once, and so do others")
def member_outgoing(lab):
    start(lab, "r2", "r3")
    here, there = member(lab, "r2"), lab.closing(Receiver(lab.h2, G))
    other = lab.closing(Receiver(lab.h3, G))
    sender = lab.closing(Sender(lab.h1, G))
    sender.send(10)
    stream(sender, [here, there, other], 40)
    only_numbers(sender, here, ["r2"], "on the router")
    equal(there.arrived(sender), sender.numbers, "at h2")
    equal(other.arrived(sender), sender.numbers, "at h3")


@case("a member on both gets a copy on each")
def member_both(lab):
    start(lab, "r2", "r3")
    here, there = member(lab, "r1", "r2"), lab.closing(Receiver(lab.h2, G))
    sender = lab.closing(Sender(lab.h1, G))
    sender.send(10)
    only_numbers(sender, here, ["r1", "r2"], "on the router")
    equal(there.arrived(sender), sender.numbers, "at h2")


@case("a member that comes and goes while packets flow changes nothing for others")
def member_comes(lab):
    start(lab, "r2", "r3")
    there, other = lab.closing(Receiver(lab.h2, G)), lab.closing(Receiver(lab.h3, G))
    sender = lab.closing(Sender(lab.h1, G))
    for device in ("r1", "r2"):
        stream(sender, [there], 10)
        here = member(lab, device)
        numbers = sender.send(10)
        equal(here.arrived(sender, 10), numbers, f"on the router, on {device}")
        here.close()
        stream(sender, [there], 10)
    equal(there.arrived(sender), sender.numbers, "at h2")
    equal(other.arrived(sender), sender.numbers, "at h3")


@case("what the router sends goes out as it is, and to the others with TTL less 1")
def own_packets(lab):
    start(lab, "r2", "r3")
    at = [lab.closing(Receiver(host, G)) for host in (lab.h1, lab.h2, lab.h3)]
    sender = lab.closing(Sender(lab.router, G, "r1", ttl=8))
    sender.send(10)
    stream(sender, at, 40)
    for receiver, ttl in zip(at, (8, 7, 7)):
        where = f"at {receiver.host.address}"
        equal(receiver.arrived(sender), sender.numbers, where)
        equal({p.ttl for p in receiver.of(sender)}, {ttl}, f"TTL {where}")
    mfe = lab.router.mfe(G, "10.0.1.1")
    equal(mfe["iif"], lab.router.ifindex("r1"), "incoming interface")
    equal(mfe["in_packets"], 50, "packets in")


@case("what the router sends without caring for its way is cut where a link is narrow")
def own_packets_cut(lab):
    start(lab, "r2", "r3")
    lab.router.ip("link set r2 mtu 600")
    lab.case.callback(lab.router.ip, "link set r2 mtu 1500")
    at = [lab.closing(Receiver(host, G)) for host in (lab.h1, lab.h2, lab.h3)]
    wire = lab.closing(Wire(lab.h2))
    # Its header says that it is not to be cut, its socket that it may be.
    sender = lab.closing(Sender(lab.router, G, "r1", size=1000,
                                discover=IP_PMTUDISC_WANT))
    sender.send(3)
    for receiver in at:
        equal(receiver.arrived(sender), sender.numbers, f"at {receiver.host.address}")
    equal(len([frame for _, frame in wire.read() if frame[30:34] == socket.inet_aton(G)]),
          6, "pieces on r2's link")
    equal(lab.router.oif(G, "10.0.1.1", "r2")["frag_needed"], 0, "found too large")


@case("what the router sends with TTL 1 stays on the link that it goes out to")
def own_packets_ttl_one(lab):
    start(lab, "r2")
    near, far = lab.closing(Receiver(lab.h1, G)), lab.closing(Receiver(lab.h2, G))
    sender = lab.closing(Sender(lab.router, G, "r1", ttl=1))
    sender.send(5)
    equal(near.arrived(sender), sender.numbers, "at h1")
    equal(far.arrived(sender, 0), [], "at h2")


@case("what the router sends on an interface that nobody took is not forwarded")
def own_packets_untaken(lab):
    protocol = start(lab, "r2")
    protocol.release("r1")
    near, far = lab.closing(Receiver(lab.h1, G)), lab.closing(Receiver(lab.h2, G))
    sender = lab.closing(Sender(lab.router, G, "r1"))
    sender.send(5)
    equal(near.arrived(sender), sender.numbers, "at h1")
    equal(far.arrived(sender, 0), [], "at h2")


@case("the router hears its own packets once, if it joined where they go out")
def own_packets_looped(lab):
    start(lab, "r2")
    here = member(lab, "r1")
    there = lab.closing(Receiver(lab.h2, G))
    sender = lab.closing(Sender(lab.router, G, "r1", loop=True))
    sender.send(10)
    only_numbers(sender, here, ["r1"], "on the router")
    equal(there.arrived(sender), sender.numbers, "at h2")


if __name__ == "__main__":
    one_cpu()
    run(lambda: star(3))
