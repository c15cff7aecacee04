#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Interfaces in a VRF.

	h1 10.0.1.2 --- r1 [ red    ] r2 --- 10.0.2.2 h2
	                   [ router ] r3 --- 10.0.3.2 h3

r1 and r2 are in the VRF "red", whose table is 10; r3 is not. In the main table the
route to h1's network leads out of r3: whoever asks that one is wrong."""

from lib.tap import Skip, case, equal, run
from lib.topology import star
from lib.traffic import Receiver, Sender, one_cpu, stream

S, G = "10.0.1.2", "239.10.1.1"


def setup():
    """The hosts, and two of the router's interfaces in the VRF."""
    lab = star(3)
    try:
        lab.router.ip("link add red type vrf table 10\nlink set red up")
    except RuntimeError as error:
        lab.close()
        raise Skip("no VRF devices") from error
    # A move of a device into a VRF flushes its routes; its addresses make new ones.
    lab.router.ip("link set r1 master red\nlink set r2 master red\n"
                  "route add 10.0.1.0/24 via 10.0.3.2\n"
                  "route add unreachable default metric 4278198272 table 10")
    lab.ready((lab.router, "r1"), (lab.router, "r2"))
    return lab


def start(lab):
    """A protocol that owns r1 and r2, and has receivers on r2."""
    return lab.protocol(lab.router, 100).take("r1", "r2").join("r2", G)


@case("a flow within the VRF arrives complete, and the VRF's routes find its way in")
def within(lab):
    start(lab)
    receiver = lab.closing(Receiver(lab.h2, G))
    sender = lab.closing(Sender(lab.h1, G))
    sender.send(10)
    stream(sender, [receiver], 40)
    equal(receiver.arrived(sender), sender.numbers, "packets")
    equal({p.ttl for p in receiver.of(sender)}, {7}, "TTL")
    mfe = lab.router.mfe(G, S)
    equal(mfe["iif"], lab.router.ifindex("r1"), "incoming interface")
    equal((mfe["in_packets"], mfe["wrong_if_packets"]), (50, 0), "in, wrong")
    equal((mfe["rpf_prefix"], mfe["rpf_len"]), ("10.0.1.0", 24), "route")


@case("and the other way")
def other_way(lab):
    start(lab).join("r1", G)
    receiver = lab.closing(Receiver(lab.h1, G))
    sender = lab.closing(Sender(lab.h2, G))
    sender.send(5)
    equal(receiver.arrived(sender), sender.numbers, "packets")


@case("a member that joined on the slave, or on the VRF device, gets its copy too")
def members(lab):
    start(lab)
    there = lab.closing(Receiver(lab.h2, G))
    lab.router.sysctl("net/ipv4/udp_l3mdev_accept", 1)
    sender = lab.closing(Sender(lab.h1, G))
    for device in ("r1", "red"):
        here = lab.closing(Receiver(lab.router, address="10.0.1.1"))
        here.join(G, device)
        numbers = sender.send(5)
        equal(there.arrived(sender), sender.numbers, "at h2")
        # No fence for this one: unicast to the router is not in its VRF.
        equal(here.wait(sender, 5), numbers, f"on the router, joined on {device}")
        here.close()


@case("an interface beside the VRF has routes of its own")
def beside(lab):
    start(lab).take("r3")
    lab.h3.rtnl.address("lo", S, 32)
    sender = lab.closing(Sender(lab.h3, G, source=S))
    sender.send(3)
    mfe = lab.router.wait_mfe(G, S)
    equal(mfe["iif"], lab.router.ifindex("r3"), "incoming interface")
    lab.h3.rtnl.address("lo", S, 32, remove=True)


@case("what the router sends in the VRF is forwarded within it")
def own_packets(lab):
    start(lab)
    receiver = lab.closing(Receiver(lab.h2, G))
    sender = lab.closing(Sender(lab.router, G, "r1"))
    sender.send(5)
    equal(receiver.wait(sender), sender.numbers, "packets")


if __name__ == "__main__":
    one_cpu()
    run(setup)
