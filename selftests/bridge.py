#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""An interface that is a bridge, with its packets shown to iptables or not.

	h1 10.0.1.2 --- p1 [br0     ]
	                   [ router ] r3 --- 10.0.3.2 h3
	h2 10.0.1.3 --- p2 [br0     ]

br0, 10.0.1.1, has the ports p1 and p2. A protocol owns br0 and r3. What h1 sends
is bridged to h2, as it is, and forwarded to h3."""

import os
import subprocess

from lib.tap import Skip, case, equal, run, wait
from lib.topology import Lab
from lib.traffic import Receiver, Sender, Wire, ip_packet, one_cpu, stream

S, G = "10.0.1.2", "239.11.1.1"
OTHER_STATION = b"\x02\xaa\xaa\xaa\xaa\xaa"


def setup():
    """All of the drawing."""
    lab = Lab()
    lab.router = lab.new_router()
    lab.h1, lab.h2, lab.h3 = (lab.netns(name) for name in ("h1", "h2", "h3"))
    lab.router.ip("link add br0 type bridge mcast_snooping 0\n"
                  f"link add p1 type veth peer name eth0 netns {lab.h1.name}\n"
                  f"link add p2 type veth peer name eth0 netns {lab.h2.name}\n"
                  f"link add r3 type veth peer name eth0 netns {lab.h3.name}\n"
                  "link set p1 up master br0\nlink set p2 up master br0\n"
                  "link set r3 up\nlink set br0 up\n"
                  "addr add 10.0.1.1/24 dev br0\naddr add 10.0.3.1/24 dev r3")
    for host, address, gateway in ((lab.h1, "10.0.1.2", "10.0.1.1"),
                                   (lab.h2, "10.0.1.3", "10.0.1.1"),
                                   (lab.h3, "10.0.3.2", "10.0.3.1")):
        host.address, host.device = address, "eth0"
        host.ip(f"link set lo up\naddr add {address}/24 dev eth0\n"
                f"link set eth0 up\nroute add default via {gateway}")
    lab.ready((lab.router, "p1"), (lab.router, "p2"), (lab.router, "r3"),
              (lab.router, "br0"), (lab.h1, "eth0"), (lab.h2, "eth0"),
              (lab.h3, "eth0"))
    return lab


def call_iptables(lab, value):
    """Whether iptables sees bridged packets."""
    knob = "net/bridge/bridge-nf-call-iptables"
    if not os.path.exists("/proc/sys/" + knob):
        if not value:
            return
        subprocess.run(["modprobe", "br_netfilter"], check=False,
                       stderr=subprocess.DEVNULL)
        if not os.path.exists("/proc/sys/" + knob):
            raise Skip("no br_netfilter")
    lab.router.sysctl(knob, value)


def bridged_and_forwarded(lab):
    """h2 and h3 each get every packet once."""
    lab.protocol(lab.router, 100).take("br0", "r3").join("r3", G)
    beside, beyond = lab.closing(Receiver(lab.h2, G)), lab.closing(Receiver(lab.h3, G))
    sender = lab.closing(Sender(lab.h1, G))
    sender.send(10)
    stream(sender, [beside, beyond], 40)
    equal(beside.arrived(sender), sender.numbers, "bridged to h2")
    equal(beyond.arrived(sender), sender.numbers, "forwarded to h3")
    equal(({p.ttl for p in beside.of(sender)}, {p.ttl for p in beyond.of(sender)}),
          ({8}, {7}), "TTL at h2 and h3")
    mfe = lab.router.mfe(G, S)
    equal((mfe["iif"], mfe["in_packets"]), (lab.router.ifindex("br0"), 50), "entry")


@case("bridged to the other port and forwarded once")
def plain(lab):
    call_iptables(lab, 0)
    bridged_and_forwarded(lab)


@case("the same with br_netfilter showing bridged packets to iptables")
def with_netfilter(lab):
    call_iptables(lab, 1)
    bridged_and_forwarded(lab)


@case("with br_netfilter, a negative entry does not stop the bridge")
def negative_entry(lab):
    call_iptables(lab, 1)
    lab.protocol(lab.router, 100).take("br0", "r3")
    beside = lab.closing(Receiver(lab.h2, G))
    sender = lab.closing(Sender(lab.h1, G))
    sender.send(10)
    stream(sender, [beside], 20)
    equal(beside.arrived(sender), sender.numbers, "bridged to h2")


@case("with br_netfilter, a member on the bridge device gets each packet once")
def member(lab):
    call_iptables(lab, 1)
    lab.protocol(lab.router, 100).take("br0", "r3").join("r3", G)
    beside, beyond = lab.closing(Receiver(lab.h2, G)), lab.closing(Receiver(lab.h3, G))
    here = lab.closing(Receiver(lab.router, G, "br0", address="10.0.1.1"))
    sender = lab.closing(Sender(lab.h1, G))
    sender.send(10)
    equal(here.arrived(sender), sender.numbers, "on the router")
    equal(beside.arrived(sender), sender.numbers, "bridged to h2")
    equal(beyond.arrived(sender), sender.numbers, "forwarded to h3")


@case("with br_netfilter, a frame to another station is bridged and not forwarded")
def other_station(lab):
    call_iptables(lab, 1)
    lab.protocol(lab.router, 100).take("br0", "r3").join("r3", G)
    beside, wire = lab.closing(Wire(lab.h2)), lab.closing(Wire(lab.h1))
    wire.send(ip_packet(S, G, b"MGM lost"), OTHER_STATION)
    wait(lambda: any(frame[:6] == OTHER_STATION for _, frame in beside.read()),
         "it is not bridged")
    beyond, sender = lab.closing(Receiver(lab.h3, G)), lab.closing(Sender(lab.h1, G))
    equal((beyond.arrived(sender, 0), lab.router.client.dump("mfe_get")), ([], []),
          "packets, and entries")
    sender.send(1)
    equal(beyond.arrived(sender), [0], "the group's own link address")


@case("as an outgoing interface the bridge reaches both of its ports, once each")
def outgoing(lab):
    call_iptables(lab, 1)
    lab.protocol(lab.router, 100).take("br0", "r3").join("br0", G)
    first, second = lab.closing(Receiver(lab.h1, G)), lab.closing(Receiver(lab.h2, G))
    sender = lab.closing(Sender(lab.h3, G))
    sender.send(10)
    stream(sender, [first, second], 40)
    equal(first.arrived(sender), sender.numbers, "at h1")
    equal(second.arrived(sender), sender.numbers, "at h2")


if __name__ == "__main__":
    one_cpu()
    run(setup)
