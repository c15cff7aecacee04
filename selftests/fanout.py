#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Many outgoing interfaces.

	h1 10.0.1.2 --- r1 [ router ] o1 ---- i1 [       ]
	                   [        ]    ...     [ hosts ]
	                   [        ] oN ---- iN [       ]

One socket in "hosts" joins on every i<k>. MGM_FANOUT says how many there are."""

import os
import socket
import struct

from lib.tap import case, equal, run
from lib.topology import star
from lib.traffic import IP_ADD_MEMBERSHIP, Receiver, Sender, one_cpu

S, G, H = "10.0.1.2", "239.9.1.1", "239.9.1.2"
COUNT = int(os.environ.get("MGM_FANOUT", 100))


def setup():
    """The router, its source, and many links without addresses."""
    lab = star(1)
    lab.far = lab.netns("hosts")
    lab.far.sysctl("net/ipv4/igmp_max_memberships", 2 * COUNT)
    numbers = range(1, COUNT + 1)
    lab.router.ip("\n".join(
        f"link add o{i} up type veth peer name i{i} netns {lab.far.name}"
        for i in numbers))
    # The hosts have an address for the fence, on a link that is like the others.
    lab.far.ip("\n".join(f"link set i{i} up" for i in numbers) +
               "\naddr add 10.99.0.2/24 dev i1")
    lab.router.ip("addr add 10.99.0.1/24 dev o1")
    lab.far.ip("route add default via 10.99.0.1")
    lab.ready(*((lab.router, f"o{i}") for i in numbers))
    with lab.far:
        lab.inside = {i: socket.if_nametoindex(f"i{i}") for i in numbers}
    return lab


def start(lab, inside, *groups):
    """A protocol that has receivers of the groups on the links, and the receiver."""
    protocol = lab.protocol(lab.router, 100).take("r1")
    receiver = lab.closing(Receiver(lab.far, address="10.99.0.2"))
    for i, ifindex in inside.items():
        protocol.take(f"o{i}")
        for group in groups:
            protocol.join(f"o{i}", group)
            receiver.socket.setsockopt(socket.SOL_IP, IP_ADD_MEMBERSHIP, struct.pack(
                "=4s4si", socket.inet_aton(group), bytes(4), ifindex))
    return protocol, receiver


def some(lab):
    """A few of the links are enough for what their number does not matter to."""
    return {i: ifindex for i, ifindex in lab.inside.items() if i <= 20}


def everywhere(receiver, sender, numbers, inside):
    """The numbers arrived on each of the interfaces, in order."""
    receiver.wait(sender, len(numbers) * len(inside), limit=60)
    sender.fence(receiver)
    receiver.read()
    got = {}
    for packet in receiver.of(sender):
        got.setdefault(packet.ifindex, []).append(packet.number)
    for i, ifindex in inside.items():
        equal(got.pop(ifindex, []), numbers, f"packets on i{i}")
    equal(got, {}, "packets on interfaces that want none")


@case(f"each of {COUNT} outgoing interfaces sends each packet once, from the first on")
def all_of_them(lab):
    _, receiver = start(lab, lab.inside, G)
    sender = lab.closing(Sender(lab.h1, G))
    sender.send(3)
    everywhere(receiver, sender, sender.numbers, lab.inside)
    for _ in range(7):
        sender.send()
        receiver.wait(sender, len(sender.numbers) * COUNT, limit=60)
    everywhere(receiver, sender, sender.numbers, lab.inside)
    mfe = lab.router.mfe(G, S)
    equal((mfe["oif_count"], len(mfe["oif"])), (COUNT, COUNT), "outgoing interfaces")
    equal({oif["out_packets"] for oif in mfe["oif"]}, {10}, "packets out")


@case("every second one closed, the others go on")
def half_of_them(lab):
    inside = some(lab)
    protocol, receiver = start(lab, inside, G)
    sender = lab.closing(Sender(lab.h1, G))
    sender.send()
    everywhere(receiver, sender, [0], inside)
    for i in inside:
        if i % 2 == 0:
            protocol.leave(f"o{i}", G)
    receiver.packets.clear()
    numbers = sender.send(3)
    odd = {i: ifindex for i, ifindex in inside.items() if i % 2}
    everywhere(receiver, sender, numbers, odd)
    equal(lab.router.mfe(G, S)["oif_count"], len(odd), "outgoing interfaces")


@case("two flows at once, each to all that want it")
def two_flows(lab):
    inside = some(lab)
    _, receiver = start(lab, inside, G, H)
    senders = [lab.closing(Sender(lab.h1, group)) for group in (G, H)]
    for _ in range(3):
        for sender in senders:
            sender.send()
    for sender in senders:
        everywhere(receiver, sender, [0, 1, 2], inside)


if __name__ == "__main__":
    one_cpu()
    run(setup)
