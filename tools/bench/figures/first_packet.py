# SPDX-License-Identifier: GPL-2.0
"""New flows: how long their first packet takes, and how many may begin at once."""

import statistics
import subprocess

from core.daemons import Static, smcroute
from core.figure import Ratio, Value, figure
from core.flows import FIRST_SOURCE
from core.network import Hosts, Network
from core.pace import settled
from core.pktgen import Generator, last_cpu
from core.sides import Ipmr, Kernel, Mgm, program

FLOWS = 1000
BURST = 10000
LOST = 5e6


def percentiles(times):
    """The 50th and the 99th, of at least two."""
    cuts = statistics.quantiles(times, n=100, method="inclusive")
    return {"p50": cuts[49], "p99": cuts[98]}


def latency(*words):
    """Run the program that measures; return microseconds, a number a packet."""
    done = subprocess.run([program("latency"), *map(str, words)], check=True, text=True,
                          stdout=subprocess.PIPE)
    return [LOST if word == "lost" else int(word) / 1000 for word in done.stdout.split()]


def turn(bench, network, side):
    """A function that has one of them meet new flows, one after the other."""
    count = bench.size(FLOWS)

    def measure():
        with side(network.router, network.incoming, network.outgoing):
            times = latency("flow", network.source.path, "eth0", network.host.path,
                            "eth0", 0, count)
        return percentiles(times)
    return measure


def both(limit, peer):
    """One goal for the two percentiles."""
    return {(peer, name): Ratio(most=limit) for name in ("p50", "p99")}


@figure("first", "First packet of a new flow")
def first_packet(bench):
    """Multicast Latency of the first packet of a flow that has no entry yet: from the
    moment before it is sent on the source's link until it has arrived on the receiver's.
    1,000 flows, one after the other, 2 ms apart; half of them take no longer than the
    50th percentile, 99 of 100 no longer than the 99th. What is lost counts as 5 s.

    In the kernel: a protocol that is asked for every flow's way in and ways out, against
    an owner of ipmr in C which answers each upcall with an entry at once. In user space:
    mgm-static, on libmgm, against smcroute, each with one (*,G) route. mgm-static is asked
    where a flow comes in, as its file says that. Beside it stands another protocol on libmgm,
    which has said beforehand what it wants, and leaves the way in to the unicast routes."""
    with Hosts() as network:
        bench.compare("in the kernel", "µs", turn(bench, network, Kernel),
                      {"ipmr": turn(bench, network, Ipmr)}, both(0.5, "ipmr"))
        for case, ours in (("mgm-static", Static), ("a protocol on libmgm", Mgm)):
            bench.compare(f"in user space, {case}", "µs", turn(bench, network, ours),
                          {"smcroute": turn(bench, network, smcroute)},
                          both(0.3, "smcroute"))


@figure("burst", "First packets delivered of 10,000 flows that begin at once")
def burst(bench):
    """10,000 sources send a packet each, as fast as pktgen can: how many of those packets
    leave. ipmr's owner answers its upcalls as it gets them, with the socket buffer that
    a socket has by default; no packet is sent twice."""
    count = bench.size(BURST)

    def delivered(side):
        generator = Generator(network.source).stream(
            "eth0", last_cpu(), count, sources=(FIRST_SOURCE, count))
        before = network.sent(network.outgoing)[0]
        with side(network.router, network.incoming, network.outgoing):
            generator.send()
            return settled(lambda: network.sent(network.outgoing)[0], still=1) - before
    with Network(1) as network:
        bench.compare(f"{count:,} flows", "packets", lambda: delivered(Mgm),
                      {"ipmr": lambda: delivered(Ipmr)}, {"ipmr": Value(count)})
