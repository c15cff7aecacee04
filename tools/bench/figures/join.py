# SPDX-License-Identifier: GPL-2.0
"""Hosts that join a group."""

import statistics

from core.daemons import Igmp, frr, pimd
from core.figure import Ratio, figure
from core.flows import FIRST_GROUP
from core.network import Hosts
from core.pktgen import Generator, last_cpu
from lib.tap import wait

from figures.first_packet import LOST, latency

GROUPS = 10
RATE = 20000
# On the router's link: daemons of PIM want a source there, or another such router.
SOURCE = 0x0a000102


@figure("join", "From an IGMP report to the first packet at the host")
def join(bench):
    """Group Join Delay of a router that has the host on one link and the source on
    another, while all groups are being sent to already: from the moment before a host's
    IGMPv2 report goes on the link until a packet of the group has come to it. 10 groups
    in turn, each sent to some 2,000 times a second: half a millisecond of a delay, at
    most, is the wait for the next packet. In ms, the median of the groups.

    MGM with its own IGMP, and a protocol that owns both interfaces; pimd; FRR's zebra
    and pimd. Those two are the rendezvous point themselves."""
    count = 3 if bench.quick else GROUPS
    rate = RATE * count // GROUPS

    def joined(first, number):
        return statistics.median(latency("join", network.host.path, "eth0",
                                         network.address, first, number))

    def turn(side):
        def measure():
            generator = Generator(network.source).stream(
                "eth0", last_cpu(), rate=rate, sources=(SOURCE, 1),
                groups=(FIRST_GROUP, count + 1))
            with side(network.router, network.incoming, network.outgoing), \
                 generator.running():
                # Daemons take their time before they heed hosts: one group is for that.
                wait(lambda: joined(count, 1) < LOST,
                     "no packet comes to a host that has joined", 120)
                return joined(0, count) / 1000
        return measure
    with Hosts() as network:
        # pimd takes a quarter of a minute to come up.
        peers = {"FRR": frr} if bench.quick else {"pimd": pimd, "FRR": frr}
        bench.compare(f"{count} groups", "ms", turn(Igmp),
                      {name: turn(side) for name, side in peers.items()},
                      {name: Ratio(most=0.5) for name in peers})
