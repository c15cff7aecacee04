#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Many new flows at once, and the bounds on what is held for them.

	h1 10.0.1.2 --- r1 [ router ] r2 --- 10.0.2.2 h2
	   10.13.0.0/16    [        ]

h1 sends from any address of 10.13.0.0/16: each makes a flow of its own. A protocol
owns r1 and r2, and has receivers on r2. MGM_BURST says how many flows begin at once
and find their receivers, MGM_FLOOD how many there are that nobody wants."""

import os
import random
import socket
import struct

from lib import abi
from lib.bench import limit
from lib.flood import Flood
from lib.schedule import without_control_path
from lib.tap import case, check, equal, run, wait
from lib.topology import star
from lib.traffic import IP_PKTINFO, Receiver, Sender, Wire, fill, one_cpu

G = "239.13.1.1"
FLOWS = int(os.environ.get("MGM_BURST", 10000))
SOURCES = int(os.environ.get("MGM_FLOOD", 200000))


def setup():
    """The hosts, and the many addresses of h1."""
    lab = star(2)
    lab.h1.ip("route add local 10.13.0.0/16 dev lo\n"
              "route add local 10.64.0.0/10 dev lo")
    lab.router.rtnl.route("10.13.0.0", 16, "10.0.1.2")
    lab.router.rtnl.route("10.64.0.0", 10, "10.0.1.2")
    return lab


def start(lab):
    """The protocol, a receiver and a sender."""
    lab.protocol(lab.router, 100).take("r1", "r2").join("r2", G)
    return lab.closing(Receiver(lab.h2, G)), lab.closing(Sender(lab.h1, G))


def source(index):
    """One of h1's many addresses."""
    return f"10.13.{index >> 8}.{index & 255}"


def send_from(sender, index, count=1):
    """Send the next few packets from one of h1's many addresses."""
    spec = struct.pack("=i4s4s", 0, socket.inet_aton(source(index)), bytes(4))
    first = len(sender.numbers)
    for number in range(first, first + count):
        sender.socket.sendmsg([fill(sender.flow, number, 64)],
                              [(socket.SOL_IP, IP_PKTINFO, spec)], 0,
                              (sender.group, sender.port))
        sender.numbers.append(number)


def limits(lab):
    """All bounds, by their number."""
    return {each["id"]: each for each in lab.router.client.dump("limit_get")}


def nothing_held(lab):
    """Wait until no packet is held any more."""
    for name in ("pending_flows", "pending_bytes"):
        wait(lambda n=name: lab.router.client.limit(n)["used"] == 0,
             f"{name} does not fall to 0", 60)


@case(f"of {FLOWS} flows that begin at once, every first packet arrives")
def many_flows(lab):
    receiver, sender = start(lab)
    Flood(sender).send(socket.inet_aton(source(index))
                       for index in range(1, FLOWS + 1))
    arrived = receiver.wait(sender, limit=60)
    equal(sorted(arrived), sender.numbers, "packets")
    equal(lab.router.client.limit("mfes")["used"], FLOWS, "entries")
    nothing_held(lab)
    equal({each["hits"] for each in limits(lab).values()}, {0}, "bounds hit")


@case(f"{SOURCES} sources at random: bounded, counted, and no harm to another flow")
def random_sources(lab):
    receiver, sender = start(lab)
    sender.send()
    lab.router.wait_oifs(G, "10.0.1.2", "r2")
    flood = Flood(lab.closing(Sender(lab.h1, "239.13.1.2")))
    chance = random.Random(2715)
    numbers = chance.sample(range(1 << 22), SOURCES)
    bounds = limits(lab)
    bound = bounds[abi.MGM_LIMIT_MFES]["value"]
    if SOURCES <= bound:
        lab.router.client.call("limit_set", id=abi.MGM_LIMIT_MFES,
                               value=SOURCES // 2)
        lab.case.callback(lab.router.client.call, "limit_set",
                          id=abi.MGM_LIMIT_MFES, value=bound)
    for begin in range(0, SOURCES, 2000):
        flood.send(struct.pack("!I", 0x0a400000 + number)
                   for number in numbers[begin:begin + 2000])
        sender.send()
        for each in limits(lab).values():
            check(each.get("used", 0) <= each["value"], f"over a bound: {each}")
    equal(receiver.arrived(sender), sender.numbers, "packets of the other flow")
    nothing_held(lab)

    after = limits(lab)
    hits = {name: after[number]["hits"] - bounds[number]["hits"]
            for name, number in (("mfes", abi.MGM_LIMIT_MFES),
                                 ("flows", abi.MGM_LIMIT_PENDING_FLOWS),
                                 ("bytes", abi.MGM_LIMIT_PENDING_BYTES))}
    drops = next(interface["drops"]
                 for interface in lab.router.client.dump("interface_get")
                 if interface["ifindex"] == lab.router.ifindex("r1"))
    check(hits["mfes"] + hits["flows"] > 0, "no bound was hit")
    # Each packet made an entry, for which an older one may have gone, or found no
    # room for itself.
    equal(drops["negative"], SOURCES - drops["queue_full"], "that made an entry")
    equal(drops["queue_full"], hits["flows"] + hits["bytes"], "that could not wait")
    equal(lab.router.oifs(G, "10.0.1.2"), ["r2"], "where the other flow goes")
    equal(sum(drops.values()), SOURCES, "packets that were dropped")


@case("the packets of each new flow leave in the order in which they came")
def in_order(lab):
    receiver, sender = start(lab)
    wire = lab.closing(Wire(lab.router, "r2"))
    flows, each = 400, 6
    for index in range(flows):
        send_from(sender, 10000 + index, each)
    equal(sorted(receiver.wait(sender, limit=60)), sender.numbers, "packets")
    # On the wire, since behind it each processor has a queue of its own.
    left = {}
    for flow, number, source_address in wire.udp_sent():
        if flow == sender.flow:
            left.setdefault(source_address, []).append(number)
    for index in range(flows):
        equal(left.pop(source(10000 + index), None),
              list(range(index * each, (index + 1) * each)),
              f"packets of flow {index}")


@case("a flow's packets are held up to the bound, in order, and the rest counted")
def one_flow(lab):
    receiver, sender = start(lab)
    bound = lab.router.client.limit("pending_flow_packets")
    index, count = 60000, 4 * bound["value"]
    with without_control_path():
        send_from(sender, index, count)
    lab.router.wait_oifs(G, source(index), "r2")
    nothing_held(lab)
    arrived = receiver.arrived(sender, bound["value"])
    hits = lab.router.client.limit("pending_flow_packets")["hits"] - bound["hits"]
    check(hits > 0, "the bound was never hit: the case proves nothing")
    equal(arrived[:bound["value"]], list(range(bound["value"])), "the first packets")
    # On a slow machine the worker may come up before the last has come in.
    equal(arrived, sorted(set(arrived)), "packets, in order")
    equal(len(arrived) + hits, count, "packets that arrived or were counted")
    send_from(sender, index, 5)
    equal(receiver.arrived(sender, len(arrived) + 5)[len(arrived):],
          sender.numbers[-5:], "packets after that")


@case("of new flows as many wait as the bound says, and the rest is counted")
def waiting_flows(lab):
    receiver, sender = start(lab)
    limit(lab, "pending_flows", 10)
    before = lab.router.client.limit("pending_flows")["hits"]
    with without_control_path():
        for index in range(40):
            send_from(sender, 30000 + index)
    nothing_held(lab)
    hits = lab.router.client.limit("pending_flows")["hits"] - before
    check(0 < hits <= 30, f"{hits} of 40 flows could not wait for one of ten places")
    equal(len(receiver.arrived(sender, 40 - hits)), 40 - hits, "packets that waited")
    # Whoever found no place finds one later.
    send_from(sender, 30039)
    equal(receiver.arrived(sender, 41 - hits)[-1], 40, "the last packet")


@case("what is held in all stays within its bound in bytes, and the rest is counted")
def all_flows(lab):
    receiver, sender = start(lab)
    bound = lab.router.client.limit("pending_bytes")
    # A large datagram for the kernel to segment is held as one, and weighs much.
    parts, size = 44, 1400
    count = 2 * bound["value"] // (parts * size)
    sizes = struct.pack("=H", size)
    data = fill(sender.flow, 0, parts * size)
    used = 0
    with without_control_path():
        for index in range(count):
            spec = struct.pack("=i4s4s", 0, socket.inet_aton(source(20000 + index)),
                               bytes(4))
            sender.socket.sendmsg([data], [(socket.SOL_IP, IP_PKTINFO, spec),
                                           (socket.SOL_UDP, 103, sizes)], 0,
                                  (G, 9))
        used = lab.router.client.limit("pending_bytes")["used"]
    check(used <= bound["value"], f"{used} bytes held")
    nothing_held(lab)
    hits = lab.router.client.limit("pending_bytes")["hits"] - bound["hits"]
    check(hits > 0, "the bound was never hit: the case proves nothing")
    # And it works on.
    send_from(sender, 50000, 5)
    equal(receiver.arrived(sender), sender.numbers, "packets of a flow after that")


if __name__ == "__main__":
    one_cpu()
    run(setup)
