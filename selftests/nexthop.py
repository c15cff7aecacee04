#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Next hops: several links on one device, each with an owner of its own.

	                     gre1 10.8.0.1 [ hub ] r3 ------ 10.0.3.2 h3
	spoke s1 10.8.0.2 ....../ ./       [     ]
	spoke s2 10.8.0.3 ......../        [     ] lan 10.7.0.1
	                                            | (a switch)
	                            n1 10.7.0.2 ----+---- n2 10.7.0.3

gre1 is a multipoint tunnel over 192.168.1.0/24 and 192.168.2.0/24. Protocol 100
owns the links to s1 and n1, protocol 200 those to s2 and n2, and r3."""

from lib.netlink import NetlinkError
from lib.tap import case, check, equal, run
from lib.topology import Lab
from lib.traffic import Receiver, Sender, Wire, ethernet, one_cpu, stream

G1, G2, BOTH = "239.5.1.1", "239.5.1.2", "239.5.1.3"
S3 = "10.0.3.2"
SPOKES = ("10.8.0.2", "10.8.0.3")
NEIGHBOURS = ("10.7.0.2", "10.7.0.3")


def setup():
    """All of the drawing."""
    lab = Lab()
    hub = lab.router = lab.new_router("hub")
    switch = lab.netns("switch")
    lab.h3 = lab.netns("h3")
    lab.h3.address, lab.h3.device = S3, "eth0"
    lab.spokes, lab.neighbours = [], []
    ends = [(hub, "r3"), (hub, "lan"), (lab.h3, "eth0")]
    hub.ip("link set lo up\naddr add 192.168.0.1/32 dev lo\n"
           f"link add r3 type veth peer name eth0 netns {lab.h3.name}\n"
           f"link add lan type veth peer name uplink netns {switch.name}\n"
           "addr add 10.0.3.1/24 dev r3\naddr add 10.7.0.1/24 dev lan\n"
           "link set r3 up\nlink set lan up\n"
           "link add gre1 type gre local 192.168.0.1 ttl 64\n"
           "addr add 10.8.0.1/24 dev gre1\nlink set gre1 up multicast on")
    lab.h3.ip(f"link set lo up\naddr add {S3}/24 dev eth0\nlink set eth0 up\n"
              "route add default via 10.0.3.1")
    switch.ip("link add sw0 type bridge mcast_snooping 0\nlink set sw0 up\n"
              "link set uplink master sw0 up")
    for i in (1, 2):
        spoke = lab.netns(f"s{i}")
        spoke.address, spoke.device = SPOKES[i - 1], "gre1"
        hub.ip(f"link add under{i} type veth peer name eth0 netns {spoke.name}\n"
               f"addr add 192.168.{i}.1/24 dev under{i}\nlink set under{i} up\n"
               f"neigh add {spoke.address} lladdr 192.168.{i}.2 dev gre1")
        spoke.ip(f"addr add 192.168.{i}.2/24 dev eth0\nlink set eth0 up\n"
                 f"route add 192.168.0.1 via 192.168.{i}.1\n"
                 f"link add gre1 type gre local 192.168.{i}.2 remote 192.168.0.1 "
                 "ttl 64\n"
                 f"addr add {spoke.address}/24 dev gre1\n"
                 "link set gre1 up multicast on\nroute add default dev gre1")
        neighbour = lab.netns(f"n{i}")
        neighbour.address, neighbour.device = NEIGHBOURS[i - 1], "eth0"
        switch.ip(f"link add p{i} type veth peer name eth0 netns {neighbour.name}\n"
                  f"link set p{i} up master sw0")
        neighbour.ip(f"addr add {neighbour.address}/24 dev eth0\nlink set eth0 up\n"
                     "route add default via 10.7.0.1")
        lab.spokes.append(spoke)
        lab.neighbours.append(neighbour)
        ends += [(hub, f"under{i}"), (spoke, "eth0"), (neighbour, "eth0"),
                 (switch, f"p{i}")]
    lab.ready(*ends)
    return lab


def protocols(lab, device, nexthops):
    """The two protocols, each with its next hop on the device; 200 has r3, too."""
    a, b = lab.protocol(lab.router, 100), lab.protocol(lab.router, 200).take("r3")
    a.take(device, nexthop=nexthops[0])
    b.take(device, nexthop=nexthops[1])
    for protocol, nexthop, group in ((a, nexthops[0], G1), (b, nexthops[1], G2)):
        protocol.join(device, group, nexthop=nexthop)
        protocol.join(device, BOTH, nexthop=nexthop)
    return a, b


def each_its_own(lab, device, nexthops, hosts):
    """Send to the three groups from h3, and see who gets what."""
    receivers = [lab.closing(Receiver(host).join(G1).join(G2).join(BOTH))
                 for host in hosts]
    for group, wanted in ((G1, {0}), (G2, {1}), (BOTH, {0, 1})):
        sender = lab.closing(Sender(lab.h3, group))
        sender.send(5)
        stream(sender, [receivers[i] for i in wanted], 20)
        for i, receiver in enumerate(receivers):
            numbers = sender.numbers if i in wanted else []
            equal(receiver.arrived(sender, len(numbers)), numbers,
                  f"packets to {group} at {hosts[i].address}")
        for i, nexthop in enumerate(nexthops):
            oif = lab.router.oif(group, S3, device, nexthop)
            equal(oif and oif["out_packets"], 25 if i in wanted else None,
                  f"copies of {group} to {nexthop}")


@case("two spokes of one GRE tunnel, two owners: each gets its own groups, once")
def gre_apart(lab):
    protocols(lab, "gre1", SPOKES)
    each_its_own(lab, "gre1", SPOKES, lab.spokes)


@case("two neighbours on one Ethernet, two owners: each gets its own groups, once")
def ethernet_apart(lab):
    protocols(lab, "lan", NEIGHBOURS)
    each_its_own(lab, "lan", NEIGHBOURS, lab.neighbours)


@case("on Ethernet each copy goes to its neighbour's own address, not the group's")
def ethernet_addresses(lab):
    protocols(lab, "lan", NEIGHBOURS)
    wires = [lab.closing(Wire(host)) for host in lab.neighbours]
    receivers = [lab.closing(Receiver(host, BOTH)) for host in lab.neighbours]
    sender = lab.closing(Sender(lab.h3, BOTH))
    sender.send(5)
    for host, wire, receiver in zip(lab.neighbours, wires, receivers):
        equal(receiver.arrived(sender), sender.numbers, f"at {host.address}")
        mine = host.mac("eth0")
        equal([frame[:6].hex() for frame in wire.udp_to(BOTH)], 5 * [mine.hex()],
              f"link addresses that {host.address} sees")


@case("without a next hop, the copy goes to the group's link address, for all")
def ethernet_whole(lab):
    protocol = lab.protocol(lab.router, 100).take("lan", "r3").join("lan", BOTH)
    wires = [lab.closing(Wire(host)) for host in lab.neighbours]
    receivers = [lab.closing(Receiver(host, BOTH)) for host in lab.neighbours]
    sender = lab.closing(Sender(lab.h3, BOTH))
    sender.send(5)
    for wire, receiver in zip(wires, receivers):
        equal(receiver.arrived(sender), sender.numbers, "packets")
        equal([frame[:6].hex() for frame in wire.udp_to(BOTH)],
              5 * [ethernet(BOTH).hex()], "link addresses")
    protocol.release("lan")


@case("each owner can use its next hop only")
def owners_apart(lab):
    a, b = protocols(lab, "gre1", SPOKES)
    for protocol, theirs in ((a, SPOKES[1]), (b, SPOKES[0])):
        try:
            protocol.join("gre1", "239.5.9.9", nexthop=theirs)
        except NetlinkError as error:
            equal(error.errno, 1, "errno")
        else:
            check(False, "a membership on the other's next hop was accepted")
    owners = {i.get("nexthop"): i["owner_id"]
              for i in lab.router.client.dump("interface_get")}
    equal(owners, {SPOKES[0]: 100, SPOKES[1]: 200, None: 200}, "owners")


@case("releasing one next hop leaves the other on the same device alone")
def release_one(lab):
    a, _ = protocols(lab, "gre1", SPOKES)
    first, second = [lab.closing(Receiver(host, BOTH)) for host in lab.spokes]
    sender = lab.closing(Sender(lab.h3, BOTH))
    sender.send(5)
    equal(first.arrived(sender), sender.numbers, "at s1, before")
    a.release("gre1", nexthop=SPOKES[0])
    stream(sender, [second], 50)
    equal(second.arrived(sender), sender.numbers, "at s2, all the time")
    equal(first.arrived(sender, 5), [0, 1, 2, 3, 4], "at s1")


@case("a next hop that is the router itself gets nothing, which is counted, others do")
def router_itself(lab):
    protocols(lab, "lan", NEIGHBOURS)
    own = lab.protocol(lab.router, 300).take("lan", nexthop="10.7.0.1")
    own.join("lan", BOTH, nexthop="10.7.0.1")
    receivers = [lab.closing(Receiver(host, BOTH)) for host in lab.neighbours]
    sender = lab.closing(Sender(lab.h3, BOTH))
    sender.send(5)
    for receiver in receivers:
        equal(receiver.arrived(sender), sender.numbers, f"at {receiver.host.address}")
    oif = lab.router.oif(BOTH, S3, "lan", "10.7.0.1")
    equal((oif["out_packets"], oif["discards"]), (0, 5), "copies sent, and not")


@case("a packet from one spoke goes to the other spoke, and not back")
def spoke_to_spoke(lab):
    protocols(lab, "gre1", SPOKES)
    first, second = [lab.closing(Receiver(host, BOTH)) for host in lab.spokes]
    sender = lab.closing(Sender(lab.spokes[0], BOTH))
    sender.send(5)
    equal(second.arrived(sender), sender.numbers, "at s2")
    first.read()
    equal(first.numbers(sender), [], "back at s1")
    mfe = lab.router.mfe(BOTH, SPOKES[0])
    equal((mfe["iif"], mfe.get("iif_nexthop")),
          (lab.router.ifindex("gre1"), SPOKES[0]), "incoming interface")
    equal([(oif["ifindex"], oif["nexthop"]) for oif in mfe["oif"]],
          [(lab.router.ifindex("gre1"), SPOKES[1])], "outgoing list")


@case("a packet from a spoke reaches the hub's Ethernet")
def spoke_to_host(lab):
    _, b = protocols(lab, "gre1", SPOKES)
    b.join("r3", G2)
    receiver = lab.closing(Receiver(lab.h3, G2))
    sender = lab.closing(Sender(lab.spokes[0], G2))
    sender.send(5)
    equal(receiver.arrived(sender), sender.numbers, "at h3")


if __name__ == "__main__":
    one_cpu()
    run(setup)
