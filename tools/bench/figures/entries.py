# SPDX-License-Identifier: GPL-2.0
"""The data path with many entries."""

import contextlib

from core.figure import Ratio, figure
from core.network import Network
from core.pktgen import throughput
from core.sides import Mgm
from core.table import fill, flows_of, number_of

SIZES = (1000, 100000, 1000000)


class Table:
    """A router of its own that has so many entries, all with one outgoing interface."""

    def __init__(self, bench, count):
        self.count = number_of(count)
        self._bench = bench
        self._stack = contextlib.ExitStack()
        self._network = self._stack.enter_context(Network(1))
        side = self._stack.enter_context(
            Mgm(self._network.router, self._network.incoming, self._network.outgoing,
                room=2 * self.count))
        fill(bench, self._network, side, count)
        self._generator = flows_of(self._network, count, random=True)

    def throughput(self):
        """Packets a second, to entries at random."""
        return throughput(self._generator, self._network, self._network.outgoing,
                          self._bench.seconds)

    def close(self):
        """Forget it."""
        self._stack.close()


@figure("entries", "Packets a second, by the number of forwarding entries")
def by_entries(bench):
    """Throughput with one outgoing interface and 1,000 to 1,000,000 entries (a Scaled
    Group Forwarding Matrix of one port), which the packets meet at random: each has a
    source at random, and the next of the groups. Against itself with 1,000. Each number
    has a router of its own, filled by traffic beforehand."""
    with contextlib.ExitStack() as stack:
        tables = {count: stack.enter_context(contextlib.closing(
            Table(bench, bench.size(count)))) for count in SIZES}
        few = tables[SIZES[0]]
        name = f"itself with {few.count:,}"
        for count, full in tables.items():
            if full is not few:
                bench.compare(f"{full.count:,} entries", "packets/s", full.throughput,
                              {name: few.throughput},
                              {name: Ratio(0.8)} if count == SIZES[-1] else None,
                              x=full.count, peer_x=few.count, plot="entries")
