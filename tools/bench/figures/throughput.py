# SPDX-License-Identifier: GPL-2.0
"""The data path: packets a second."""

import os

from core.figure import Ratio, figure
from core.flows import FIRST_SOURCE, address
from core.network import Network
from core.pktgen import Generator, last_cpu, throughput
from core.sides import Ipmr, Mgm, Tc
from lib.tap import Skip

GOALS = {1: 1.8, 8: 2.5, 30: 3}
MANY = 300
SECOND = FIRST_SOURCE + 1
RULES = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))),
                     "core/ruleset.nft")


def one_flow(network):
    """A generator of one flow, as fast as it can."""
    return Generator(network.source).stream("eth0", last_cpu())


def turn(bench, network, generator, side, count):
    """A function that has one of them forward out of so many devices."""
    devices = network.outlet(count)

    def measure():
        with side(network.router, network.incoming[:1], devices):
            return throughput(generator, network, devices, bench.seconds)
    return measure


@figure("throughput", "Packets a second, by the number of outgoing interfaces")
def by_outgoing(bench):
    """Aggregated Multicast Throughput: one flow of 100-byte frames comes in on one
    interface and leaves on 1, 8 or 30, at the highest rate at which every packet leaves
    on every one of them. The rate is counted once a packet, not once a copy. The
    outgoing interfaces are dummies, so that nobody's receiving is measured.

    ipmr is the kernel's own forwarder, with an owner in C that answered its upcall. tc
    is a flower filter with a mirred action an outgoing interface, which lowers no TTL
    and is seen by no netfilter hook: the practical limit."""
    goals = {2: 1} if bench.quick else GOALS
    with Network(max(goals)) as network:
        generator = one_flow(network)
        for count, least in goals.items():
            bench.compare(
                f"{count} outgoing", "packets/s",
                turn(bench, network, generator, Mgm, count),
                {side.name: turn(bench, network, generator, side, count)
                 for side in (Ipmr, Tc)},
                {"ipmr": Ratio(least), "tc": Ratio(0.8)}, x=count, plot="outgoing")


@figure("fanout", "Cost of a copy with 300 outgoing interfaces")
def many(bench):
    """The same with 300 outgoing interfaces, against itself with 30: what one packet
    takes, divided by the number of its copies. ipmr cannot have more than 32."""
    count = 40 if bench.quick else MANY

    def cost(copies):
        measure = turn(bench, network, generator, Mgm, copies)
        return lambda: 1e9 / measure() / copies
    with Network(count) as network:
        generator = one_flow(network)
        bench.compare(f"{count} outgoing", "ns/copy", cost(count),
                      {"itself at 30": cost(30)}, {"itself at 30": Ratio(most=1)},
                      x=count, plot="outgoing")


@figure("ruleset", "Packets a second with a rule set in FORWARD")
def with_rules(bench):
    """Throughput with 8 outgoing interfaces while nftables has a router's rule set in
    the forward hook (tools/bench/core/ruleset.nft): connections tracked, sets, chains,
    counters. Every copy runs through it, with both forwarders."""
    count = 8
    with Network(count) as network:
        network.router.program(["nft", "-f", RULES])
        generator = one_flow(network)
        bench.compare(f"{count} outgoing", "packets/s",
                      turn(bench, network, generator, Mgm, count),
                      {"ipmr": turn(bench, network, generator, Ipmr, count)},
                      {"ipmr": Ratio(1.2)})


@figure("processors", "Packets a second from two senders on two processors")
def two_senders(bench):
    """Throughput of two flows, from two links, each sent and forwarded on a processor of
    its own, out of the same 8 interfaces; against one of them alone. In packets a second
    of both together. Without two processors of its own the machine cannot show it."""
    count = 8
    if os.cpu_count() < 2:
        raise Skip("one processor")
    with Network(count, links=2) as network:
        network.router.rtnl.route(address(SECOND), 32, "10.0.2.2")

        def measure(senders):
            generator = one_flow(network)
            if senders == 2:
                generator.stream("eth1", last_cpu(1), sources=(SECOND, 1))
            with Mgm(network.router, network.incoming, network.outgoing):
                return throughput(generator, network, network.outgoing, bench.seconds)
        bench.compare(f"{count} outgoing", "packets/s", lambda: measure(2),
                      {"one sender": lambda: measure(1)}, {"one sender": Ratio(1.8)})
