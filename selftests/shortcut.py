#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""The short way of a copy, past the IP layer's output and the neighbours: what it
leaves out makes no difference to anybody.

	h1 10.0.1.2 --- r1 [ router ] r2 --- 10.0.2.2 h2
	                   [        ] r3 --- 10.0.3.2 h3

A protocol owns all three and has receivers on r2 and r3."""

import json
import socket
import struct

from lib import rules
from lib.tap import case, check, equal, run, wait
from lib.topology import star
from lib.traffic import Sender, Wire, checksum

S, G, H = "10.0.1.2", "239.67.1.1", "239.67.1.2"
COUNTERS = "ForwDatagrams OutDiscards OutMcastPkts OutMcastOctets OutOctets".split()
IP_MTU_DISCOVER = 10
# To a station of its own, as for a switch that treats multicast badly.
STATION = "02:00:00:00:99:99"


def start(lab, group=G):
    """The protocol, a sender, and who sees the frames on both links."""
    protocol = lab.protocol(lab.router, 100).take("r1", "r2", "r3")
    protocol.join("r2", group).join("r3", group)
    return (lab.closing(Sender(lab.h1, group, ttl=8, size=200)),
            [lab.closing(Wire(host)) for host in (lab.h2, lab.h3)])


def look(lab, rule=""):
    """Have netfilter look at POST_ROUTING until the end of the case."""
    rules.load(lab, f"""
        table ip t {{
            counter seen {{}}
            chain c {{
                type filter hook postrouting priority 0;
                ip daddr {G} counter name seen
                {rule}
            }}
        }}""")


def snmp(lab):
    """The counters of IP that are about what leaves."""
    counts = {}
    for path in "snmp", "netstat":
        lines = lab.router.read(path).splitlines()
        for names, values in zip(lines[::2], lines[1::2]):
            counts.update(zip(names.split()[1:], values.split()[1:]))
    return {name: int(counts[name]) for name in COUNTERS}


def frames(wires, count, group=G):
    """The frames of the group on each link, when there are so many."""
    return [wait(lambda wire=wire: wire.udp_to(group)[count - 1:] and wire.udp_to(group),
                 f"{count} frames of {group}") for wire in wires]


def neighbours(lab):
    """The addresses in the router's table of neighbours."""
    return [entry["dst"] for entry in
            json.loads(lab.router.program(["ip", "-j", "neigh", "show", "nud", "all"]))]


def difference(lab, sender, wires, count):
    """Send some, and tell what the counters have moved by."""
    sent = len(frames(wires, 1)[0])
    before = snmp(lab)
    sender.send(count)
    frames(wires, sent + count)
    after = snmp(lab)
    return {name: after[name] - before[name] for name in COUNTERS}


@case("the counters of IP say the same as of ipmr, and netfilter sees every copy")
def counters(lab):
    sender, wires = start(lab)
    look(lab)
    sender.send()
    octets = 20 * (200 + 28)
    equal(difference(lab, sender, wires, 10),
          {"ForwDatagrams": 20, "OutDiscards": 0, "OutMcastPkts": 20,
           "OutMcastOctets": octets, "OutOctets": 2 * octets}, "counted")
    equal(rules.counters(lab), {"seen": 22}, "copies in POST_ROUTING")


@case("frames are as RFC 1112 wants them")
def header(lab):
    sender, wires = start(lab)
    sender.send()
    for number, seen in enumerate(frames(wires, 1), 2):
        wanted = (b"\x01\0\x5e" + bytes((67, 1, 1)) + lab.router.mac(f"r{number}") +
                  b"\x08\0")
        equal(seen[0][:14], wanted, "Ethernet header")
        equal(checksum(seen[0][14:34]), 0, "checksum of the header")
        equal(seen[0][22], 7, "TTL")


@case("a packet that POST_ROUTING makes another one of goes where that one goes")
def rerouted(lab):
    sender, wires = start(lab)
    look(lab, "ip daddr " + G + " ip daddr set " + H)
    sender.send(2)
    frames(wires, 2, H)
    equal(wires[0].udp_to(G), [], f"packets that are still to {G}")


@case("a packet that POST_ROUTING sends to a host gets to that host")
def rerouted_to_host(lab):
    sender, wires = start(lab)
    host = socket.inet_aton(lab.h2.address)
    look(lab, f'oifname "r2" ip daddr {G} ip daddr set {lab.h2.address}')
    sender.send(2)
    seen = wait(lambda: [frame for _, frame in wires[0].read()
                         if frame[30:34] == host and frame[23] == 17][1:], "it does not")
    equal(seen[0][:6], lab.h2.mac("eth0"), "to whom")
    frames(wires[1:], 2)


@case("a group makes no neighbour")
def no_neighbour(lab):
    sender, wires = start(lab, H)
    sender.send(3)
    frames(wires, 3, H)
    check(H not in neighbours(lab), f"neighbours: {neighbours(lab)}")


@case("a neighbour that somebody has set for a group is heeded")
def set_neighbour(lab):
    lab.router.ip(f"neigh replace {G} lladdr {STATION} nud permanent dev r2")
    lab.case.callback(lab.router.ip, f"neigh del {G} dev r2")
    sender, wires = start(lab)
    lab.h2.ip("link set eth0 promisc on")
    lab.case.callback(lab.h2.ip, "link set eth0 promisc off")
    sender.send(2)
    seen = frames(wires, 2)
    station = bytes.fromhex(STATION.replace(":", ""))
    equal([frame[:6] for frame in seen[0]], [station] * 2, "to whom, on r2")
    equal([frame[:3] for frame in seen[1]], [b"\x01\0\x5e"] * 2, "to whom, on r3")


@case("a packet longer than the link bears is cut, and the rest go on short")
def too_long(lab):
    sender, wires = start(lab)
    sender.socket.setsockopt(socket.SOL_IP, IP_MTU_DISCOVER, 0)
    lab.router.ip("link set r2 mtu 600")
    lab.case.callback(lab.router.ip, "link set r2 mtu 1500")
    sender.send(1, size=1000)
    pieces, whole = frames(wires[:1], 2)[0], frames(wires[1:], 1)[0]
    equal([bool(struct.unpack("!H", frame[20:22])[0] & 0x3fff) for frame in pieces],
          [True] * 2, "fragments on r2")
    equal(len(whole), 1, "packets on r3")


if __name__ == "__main__":
    run(lambda: star(3))
