#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""What is forwarded, and what never is.

	h1 10.0.1.2 --- r1 [ router ] r2 --- 10.0.2.2 h2
	                   [        ] r3 --- 10.0.3.2 h3

One protocol owns r1 and r2, and r3 where a case says so."""

import socket
import struct

from lib.netlink import IFF_PROMISC
from lib.tap import case, equal, run
from lib.topology import star
from lib.traffic import (RawFlow, Receiver, Sender, Wire, ethernet, ip_packet,
                         one_cpu, stream)

S, G = "10.0.1.2", "239.1.1.1"


def start(lab, *devices, group=G, **options):
    """A protocol that owns r1 and the devices, and has receivers on the latter."""
    protocol = lab.protocol(lab.router, 100).take("r1")
    for device in devices:
        protocol.take(device, **options).join(device, group)
    return protocol


@case("a new flow arrives complete, once and in order, its first packets included")
def new_flow(lab):
    start(lab, "r2")
    receiver = lab.closing(Receiver(lab.h2, G))
    sender = lab.closing(Sender(lab.h1, G))
    sender.send(10)
    equal(receiver.arrived(sender), sender.numbers, "packets that waited for the entry")
    stream(sender, [receiver], 500)
    equal(receiver.arrived(sender), sender.numbers, "packets in all")


@case("TTL falls by one")
def ttl_falls(lab):
    start(lab, "r2")
    receiver = lab.closing(Receiver(lab.h2, G))
    for ttl in (255, 64, 2):
        sender = lab.closing(Sender(lab.h1, G, ttl=ttl))
        sender.send(3)
        receiver.arrived(sender)
        equal([p.ttl for p in receiver.of(sender)], 3 * [ttl - 1], f"TTL sent as {ttl}")


@case("a packet with TTL 1 goes nowhere and makes no entry")
def ttl_one(lab):
    start(lab, "r2")
    receiver = lab.closing(Receiver(lab.h2, G))
    dying = lab.closing(Sender(lab.h1, G, ttl=1))
    dying.send(3)
    equal(receiver.arrived(dying, 0), [], "packets with TTL 1")
    equal(lab.router.client.dump("mfe_get"), [], "entries")
    living = lab.closing(Sender(lab.h1, G, ttl=2))
    living.send(3)
    equal(receiver.arrived(living), living.numbers, "packets with TTL 2")
    # Nor with the entry there.
    dying.send(3)
    equal(receiver.arrived(dying, 0), [], "packets with TTL 1, beside an entry")


@case("a packet leaves an interface only if its TTL is above the threshold there")
def ttl_threshold(lab):
    protocol = start(lab, "r2", ttl=16)
    protocol.take("r3").join("r3", G)
    far = lab.closing(Receiver(lab.h2, G))
    near = lab.closing(Receiver(lab.h3, G))
    low = lab.closing(Sender(lab.h1, G, ttl=16))
    high = lab.closing(Sender(lab.h1, G, ttl=17))
    low.send(5)
    high.send(4)
    equal(near.arrived(low), low.numbers, "TTL 16 where the threshold is 1")
    equal(near.arrived(high), high.numbers, "TTL 17 where the threshold is 1")
    equal(far.arrived(high), high.numbers, "TTL 17 where the threshold is 16")
    equal(far.arrived(low, 0), [], "TTL 16 where the threshold is 16")
    oif = lab.router.oif(G, S, "r2")
    equal((oif["ttl_too_low"], oif["out_packets"]), (5, 4), "TTL too low, and sent")
    equal(lab.router.oif(G, S, "r3")["ttl_too_low"], 0, "TTL too low on the other")


@case("224.0.0.x stays on its link, whatever is wished")
def link_local_group(lab):
    start(lab, "r2", group=None)
    group = "224.0.0.199"
    receiver = lab.closing(Receiver(lab.h2, group))
    sender = lab.closing(Sender(lab.h1, group))
    sender.send(3)
    equal(receiver.arrived(sender, 0), [], "packets")
    equal(lab.router.mfe(group, S), None, "entry")


@case("IGMP packets are not forwarded, whatever their group and TTL")
def igmp_packets(lab):
    start(lab, "r2", group=None)
    receiver = lab.closing(Receiver(lab.h2, G))
    wire = lab.closing(Wire(lab.h2))
    source = lab.closing(Wire(lab.h1))
    sender = lab.closing(Sender(lab.h1, G))
    report = struct.pack("!BBH4s", 0x16, 0, 0, socket.inet_aton(G))
    source.send(ip_packet(S, G, report, protocol=socket.IPPROTO_IGMP), ethernet(G))
    # Once without an entry, and once with one.
    sender.send()
    equal(receiver.arrived(sender), sender.numbers, "datagrams of the same flow")
    source.send(ip_packet(S, G, report, protocol=socket.IPPROTO_IGMP), ethernet(G))
    sender.send()
    equal(receiver.arrived(sender), sender.numbers, "datagrams of the same flow")
    foreign = [frame for _, frame in wire.read()
               if frame[23] == socket.IPPROTO_IGMP and
               frame[26:30] == socket.inet_aton(S)]
    equal(foreign, [], "IGMP packets from beyond the router")


@case("an interface that nobody took is left alone, until somebody takes it")
def not_taken(lab):
    protocol = start(lab, "r2")
    receiver = lab.closing(Receiver(lab.h2, G))
    sender = lab.closing(Sender(lab.h3, G))
    sender.send(3)
    equal(receiver.arrived(sender, 0), [], "packets that came in on r3")
    equal(lab.router.client.dump("mfe_get"), [], "entries")
    protocol.take("r3")
    sender.send(3)
    equal(receiver.arrived(sender, 3), [3, 4, 5], "packets once r3 is taken")


@case("net.ipv4.ip_forward is not needed")
def without_ip_forward(lab):
    start(lab, "r2")
    receiver = lab.closing(Receiver(lab.h2, G))
    sender = lab.closing(Sender(lab.h1, G))
    lab.router.sysctl("net/ipv4/ip_forward", 0)
    try:
        sender.send(5)
        equal(receiver.wait(sender), sender.numbers, "packets")
    finally:
        lab.router.sysctl("net/ipv4/ip_forward", 1)


@case("each source of a group, and each group of a source, has its own entry")
def entries_apart(lab):
    protocol = start(lab, "r2")
    protocol.take("r3").join("r3", G, S)
    protocol.join("r3", "239.1.1.2")
    lab.h1.rtnl.address("eth0", "10.0.1.3")
    second = lab.closing(Receiver(lab.h2, G))
    third = lab.closing(Receiver(lab.h3, G).join("239.1.1.2"))
    flows = {key: lab.closing(Sender(lab.h1, key[1], source=key[0]))
             for key in ((S, G), ("10.0.1.3", G), (S, "239.1.1.2"))}
    for sender in flows.values():
        sender.send(5)
    every, none = [0, 1, 2, 3, 4], []
    for key, on_second, on_third in (((S, G), every, every),
                                     (("10.0.1.3", G), every, none),
                                     ((S, "239.1.1.2"), none, every)):
        equal(second.arrived(flows[key], len(on_second)), on_second, f"{key} on r2")
        equal(third.arrived(flows[key], len(on_third)), on_third, f"{key} on r3")
    equal(sorted((mfe["source"], mfe["group"])
                 for mfe in lab.router.client.dump("mfe_get")),
          sorted(flows), "entries")
    lab.h1.rtnl.address("eth0", "10.0.1.3", remove=True)


@case("packets and octets are counted, on the entry and on both interfaces")
def counters(lab):
    start(lab, "r2")
    receiver = lab.closing(Receiver(lab.h2, G))
    sender = lab.closing(Sender(lab.h1, G, size=100))
    sender.send(8)
    receiver.wait(sender)
    stream(sender, [receiver], 12)
    equal(receiver.arrived(sender), sender.numbers, "packets")
    mfe = lab.router.mfe(G, S)
    octets = 20 * (20 + 8 + 100)
    equal((mfe["in_packets"], mfe["in_octets"]), (20, octets), "entry, in")
    equal(mfe["wrong_if_packets"], 0, "entry, wrong interface")
    equal((mfe["oif"][0]["out_packets"], mfe["oif"][0]["out_octets"]), (20, octets),
          "entry, out")
    shown = {i["ifindex"]: i for i in lab.router.client.dump("interface_get")}
    r1, r2 = (shown[lab.router.ifindex(device)] for device in ("r1", "r2"))
    equal((r1["in_packets"], r1["in_octets"]), (20, octets), "r1, in")
    equal((r2["out_packets"], r2["out_octets"]), (20, octets), "r2, out")
    equal((r1["out_packets"], r2["in_packets"]), (0, 0), "the other ways")


@case("sources that no host on another network can answer are never forwarded")
def bad_sources(lab):
    start(lab, "r2")
    lab.router.rtnl.route("0.0.0.0", 0, "10.0.1.2")
    receiver = lab.closing(Receiver(lab.h2, G))
    wire = lab.closing(Wire(lab.h1))
    sender = lab.closing(Sender(lab.h1, G))
    sources = ("0.0.0.0", "127.0.0.5", "169.254.7.7", "224.1.1.1",
               "255.255.255.255")
    flows = [RawFlow(wire, source, G) for source in sources]
    good = RawFlow(wire, "198.51.100.7", G)
    for flow in [*flows, good]:
        flow.send(3)
    sender.send()
    receiver.arrived(sender)
    lab.router.rtnl.no_route("0.0.0.0", 0)
    equal(receiver.wait(good), good.numbers, "a raw packet from an ordinary source")
    for flow in flows:
        equal(receiver.numbers(flow), [], f"packets from {flow.source}")
        equal(lab.router.mfe(G, flow.source), None, f"entry for {flow.source}")


@case("a frame to another station's link address is not forwarded")
def other_station(lab):
    start(lab, "r2")
    receiver = lab.closing(Receiver(lab.h2, G))
    wire = lab.closing(Wire(lab.h1))
    lab.router.rtnl.up("r1", flag=IFF_PROMISC)
    lost = RawFlow(wire, S, G)
    wire.send(ip_packet(S, G, b"MGM lost"), b"\x02\xaa\xaa\xaa\xaa\xaa")
    sender = lab.closing(Sender(lab.h1, G))
    equal(receiver.arrived(sender, 0), [], "packets")
    equal(lab.router.client.dump("mfe_get"), [], "entries")
    lost.send()
    equal(receiver.arrived(sender, 0) or receiver.wait(lost), [0],
          "the same packet to the group's link address")
    lab.router.rtnl.up("r1", False, flag=IFF_PROMISC)


@case("while an interface is owned it takes in all multicast, and no longer")
def all_multicast(lab):
    equal(lab.router.rtnl.all_multicast("r1"), 0, "before the interface is taken")
    protocol = start(lab, "r2")
    equal(lab.router.rtnl.all_multicast("r1"), 1, "while the interface is owned")
    protocol.release("r1")
    equal(lab.router.rtnl.all_multicast("r1"), 0, "after it was released")


if __name__ == "__main__":
    one_cpu()
    run(lambda: star(3))
