#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""What the documentation says can be followed, is: commands of the pages are run as they
stand, print what stands there, and packets arrive.

	h1 10.0.1.2 --- eth1 [ router ] eth2 --- 10.0.2.2 h2
	                     [        ] eth3 --- 10.0.3.2 h3

VPNs have a branch at each of ppp0, ppp1, ... instead of h2 and h3."""

import collections
import os
import socket
import struct

from lib import abi
from lib.document import Reader, mentioned, readme, sections
from lib.peer import find
from lib.tap import case, check, equal, run, wait
from lib.topology import Lab, star
from lib.traffic import (ETH_P_IP, IP_ADD_MEMBERSHIP, SO_RCVBUFFORCE, RawFlow, Receiver,
                         Sender, Stream, Wire, one_cpu)

S = "10.0.1.2"
HOWTO = sections("mgm-howto.rst")
TROUBLE = sections("mgm-troubleshooting.rst")
IGMP = sections("mgm-igmp.rst")
# Beside that of the pages.
PORT = 5001
TUNNELS = 500


def begin(lab, hosts=3):
    """Machines for a case, and who follows the pages there."""
    there = lab.closing(star(hosts, "eth"))
    machines = {"router": there.router}
    machines.update((f"h{i}", host) for i, host in there.hosts.items())
    return there, Reader(there, machines)


def receives(there, host, *groups):
    """Who receives on a host."""
    receiver = there.closing(Receiver(there.hosts[host], port=PORT))
    for group in groups:
        receiver.join(group)
    return receiver


def sends(there, group, host=1, **options):
    """Who sends from a host."""
    return there.closing(Sender(there.hosts[host], group, port=PORT, **options))


def arrives(sender, receiver, group, count=3):
    """Packets of a flow arrive, all of them, as soon as the way is there."""
    def one():
        sender.send()
        return receiver.wait(sender, 1, 0.2)
    wait(one, f"nothing of {group} arrives")
    had = receiver.arrived(sender, 0)
    equal(receiver.arrived(sender, len(had) + len(sender.send(count)))[len(had):],
          sender.numbers[-count:], f"packets of {group}")


@case("the pages have the chapters that are followed here, and in the others no command")
def chapters(_):
    followed = {"Two protocols on one router", "The end of one of them",
                "IPTV with IGMP at the edge", "Channels only while somebody watches",
                "What all branches are to get", "What some branches ask for",
                "Coming from smcroute", "No packets arrive", "The reason is ttl-expired",
                "The reason is negative", "The reason is no-rpf",
                "The reason is wrong-if", "Using it",
                "A host has joined, and there is no membership",
                "The first packets of a flow are lost",
                "A protocol cannot start, or take an interface",
                "A protocol is not told of something"}
    equal({heading for page in (HOWTO, TROUBLE, IGMP) for heading, blocks in page.items()
           if blocks}, followed, "chapters with commands")


@case("README: what its first screen says makes a router, and a querier")
def first_screen(lab):
    there, reader = begin(lab)
    group = "239.1.1.1"
    reader.follow(readme("mgm", "modprobe"))
    at2 = receives(there, 2, group)
    arrives(sends(there, group), at2, group)
    equal(there.router.oifs(group, S), ["eth2"], "outgoing interfaces")
    router = reader.terminal("router")
    began = router.type("mgm igmp show\n")
    check("eth2" in router.text[began:], f"no querier: {router.text[began:]}")


@case("two protocols on one router; at the end of one the other's stream loses nothing")
def two(lab):
    there, reader = begin(lab)
    group = "239.1.1.1"
    reader.follow(HOWTO["Two protocols on one router"])
    at2, at3 = receives(there, 2, group), receives(there, 3, group)
    sender = sends(there, group)
    for receiver in at2, at3:
        arrives(sender, receiver, group)
    with Stream(sender, 0.01) as stream:
        stream.wait_sent(5)
        reader.follow(HOWTO["The end of one of them"])
        ended = len(sender.numbers)
        stream.wait_sent(5)
    equal(at2.arrived(sender), sender.numbers, "packets for who stays")
    check(not [n for n in at3.numbers(sender) if n >= ended],
          "packets for who has gone")
    equal(there.router.oifs(group, S), ["eth2"], "outgoing interfaces")


@case("IPTV: who asks by IGMP gets the channel, nobody else does; who leaves gets no "
      "more")
def iptv(lab):
    there, reader = begin(lab)
    reader.follow(HOWTO["IPTV with IGMP at the edge"])
    group = "239.10.0.3"
    at2, others = receives(there, 2, group), there.closing(Wire(there.h3))
    sender = sends(there, group)
    arrives(sender, at2, group)
    equal(others.udp_to(group), [], "packets for who has not asked")
    check("239.10.0.15" in joined(there), "the channels are not joined on eth1")
    at2.leave(group)
    there.router.wait_oifs(group, S)

    reader.follow(HOWTO["Channels only while somebody watches"])
    check("239.10.0.15" not in joined(there), "a channel that nobody watches is joined")
    group = "239.10.0.4"
    at3 = receives(there, 3, group)
    wait(lambda: group in joined(there), "the channel is not joined on eth1")
    arrives(sends(there, group), at3, group)
    at3.leave(group)
    wait(lambda: group not in joined(there), "the channel is still joined on eth1")


def joined(there, device="eth1"):
    """The groups that the router has joined on a device."""
    groups, here = set(), False
    for line in there.router.read("igmp").splitlines()[1:]:
        words = line.split()
        if line[0].isdigit():
            here = words[1] == device
        elif here:
            groups.add(socket.inet_ntoa(struct.pack("=I", int(words[0], 16))))
    return groups


def branches(there):
    """A namespace with the other ends of all tunnels."""
    far = there.netns("branches")
    far.sysctl("net/ipv4/igmp_max_memberships", TUNNELS)
    there.router.ip("\n".join(
        f"link add ppp{i} up type veth peer name b{i} netns {far.name}"
        for i in range(TUNNELS)))
    far.ip("\n".join(f"link set b{i} up" for i in range(TUNNELS)))
    there.ready(*((there.router, f"ppp{i}") for i in range(TUNNELS)))
    return far


class Branches:
    """Sees what comes in at all of them."""

    def __init__(self, far):
        with far:
            self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM,
                                        socket.htons(ETH_P_IP))
        self.socket.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 32 << 20)
        self.socket.setblocking(False)
        self.close = self.socket.close
        self._counts = collections.defaultdict(collections.Counter)

    def got(self, group):
        """How many packets to the group have come in, by device."""
        while True:
            try:
                packet, address = self.socket.recvfrom(2048)
            except BlockingIOError:
                return self._counts[group]
            if address[2] != socket.PACKET_OUTGOING:
                self._counts[socket.inet_ntoa(packet[16:20])][address[0]] += 1

    def check(self, group, wanted):
        """So many, no less and no more, have come in."""
        wait(lambda: self.got(group).total() >= sum(wanted.values()),
             f"packets of {group} are missing")
        equal(self.got(group), wanted, f"packets of {group}")


def later(there, reader):
    """A tunnel that comes up as pppd(8) tells the script of it."""
    there.router.ip(f"link add ppp{TUNNELS} up multicast on type dummy")
    reader.terminal("router").type(f"PPP_IFACE=ppp{TUNNELS} /etc/ppp/ip-up.d/mgm\n")
    ifindex = there.router.ifindex(f"ppp{TUNNELS}")
    wait(lambda: [i for i in there.router.client.dump("interface_get")
                  if i["ifindex"] == ifindex and "owner_handle" in i and
                  i["flags"] & abi.MGM_INTERFACE_F_IGMP],
         "the new tunnel has not both of the owners")


@case("IGMP for routers: enabled on two links, as its page says, it is all that it takes")
def igmp(lab):
    there, reader = begin(lab)
    reader.follow(IGMP["Using it"])
    group = "239.1.1.1"
    arrives(sends(there, group), receives(there, 2, group), group)


@case("a VPN concentrator: 500 tunnels get what is for all, and two of them what only "
      "they ask for")
def vpn(lab):
    there, reader = begin(lab, 1)
    far = branches(there)
    reader.follow(HOWTO["What all branches are to get"])
    seen = there.closing(Branches(far))
    sender = sends(there, "239.20.0.1")
    for count in 1, 2, 3:
        sender.send()
        seen.check(sender.group, {f"b{i}": count for i in range(TUNNELS)})

    reader.follow(HOWTO["What some branches ask for"])
    later(there, reader)
    group, some = "239.20.0.2", {"ppp7": "b7", "ppp499": "b499"}
    with far:
        host = there.closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
    for device in some.values():
        host.setsockopt(socket.SOL_IP, IP_ADD_MEMBERSHIP, struct.pack(
            "=4s4si", socket.inet_aton(group), bytes(4), far.ifindex(device)))
    wait(lambda: len([m for m in there.router.client.dump("membership_get")
                      if m.get("group") == group]) == 2, "no membership by IGMP")
    sender = sends(there, group)
    sender.send()
    there.router.wait_oifs(group, S, *some)
    seen.check(group, {device: 1 for device in some.values()})


@case("coming from smcroute: its file does the same, and a route that is added disturbs "
      "nobody")
def smcroute(lab):
    daemon = find("smcroute", "usr/sbin/smcrouted")
    there, reader = begin(lab)
    blocks = HOWTO["Coming from smcroute"]
    reader.follow(blocks[:1])
    router = reader.terminal("router")
    router.type(f"{daemon} -n -s -f {blocks[0].where} -P /run/smcroute.pid "
                "-u /run/smcroute.sock &\n")
    wait(lambda: "eth3" in there.router.read("ip_mr_vif"), "smcroute does not start")
    wait(lambda: os.path.exists("/run/smcroute.pid"), "smcroute writes no pid")
    at2, at3 = receives(there, 2, "239.30.1.1"), receives(there, 3, "239.30.1.2")
    one, other = sends(there, "239.30.1.1"), sends(there, "239.30.1.2")
    arrives(one, at2, one.group)

    with_add = next(i for i, block in enumerate(blocks) if "239.30.1.3" in block.text)
    reader.follow(blocks[1:with_add])
    wait(lambda: "eth3" not in there.router.read("ip_mr_vif"), "smcroute does not end")
    arrives(other, at3, other.group)
    had = len(at2.arrived(one, 0))
    first = len(one.numbers)
    with Stream(one, 0.01) as stream:
        stream.wait_sent(5)
        reader.follow(blocks[with_add:])
        stream.wait_sent(5)
    equal(at2.arrived(one)[had:], one.numbers[first:], "packets while the file changes")
    at2.join("239.30.1.3")
    arrives(sends(there, "239.30.1.3"), at2, "239.30.1.3")


@case("troubleshooting: each symptom shows where the page says that it does")
def trouble(lab):
    there, reader = begin(lab)
    group = "239.1.1.1"
    protocol = there.protocol(there.router, 30).take("eth1", "eth2")
    sender = sends(there, group)
    with Stream(sender, 0.05):
        reader.follow(TROUBLE["No packets arrive"])
        reader.follow(TROUBLE["The reason is negative"])
    local = sends(there, "239.1.1.9", ttl=1)
    local.send(3)
    reader.follow(TROUBLE["The reason is ttl-expired"])
    protocol.join("eth2", local.group)
    arrives(local, receives(there, 2, local.group), local.group)
    far = RawFlow(there.closing(Wire(there.h1)), "172.16.0.9", group)
    with Stream(far, 0.05):
        reader.follow(TROUBLE["The reason is no-rpf"])
    protocol.join("eth2", group)
    arrives(sender, receives(there, 2, group), group)
    RawFlow(there.closing(Wire(there.h2)), S, group).send()
    reader.follow(TROUBLE["The reason is wrong-if"])
    reader.follow(TROUBLE["The first packets of a flow are lost"])
    reader.follow(TROUBLE["A protocol cannot start, or take an interface"])


@case("troubleshooting: IGMP's counters, and the tracepoint of changes; commands that are "
      "only mentioned")
def trouble_igmp(lab):
    there, reader = begin(lab)
    router = reader.terminal("router")
    router.type("modprobe mgm_igmp\nmgm igmp enable dev eth2\n"
                "handle=$(mgm protocol register id 31 persist)\n"
                "mgm interface take dev eth2 handle $handle\n")
    receives(there, 2, "239.1.1.1")
    reader.follow(TROUBLE["A host has joined, and there is no membership"])
    reader.follow(TROUBLE["A protocol is not told of something"])
    for command in mentioned("mgm-howto.rst") | mentioned("mgm-troubleshooting.rst"):
        router.type(command + "\n")
    router.type("mgm interface release dev eth2 handle $handle\n"
                "mgm protocol deregister handle $handle\nmgm igmp disable dev eth2\n")


if __name__ == "__main__":
    one_cpu()
    run(Lab)
