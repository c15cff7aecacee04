# SPDX-License-Identifier: GPL-2.0
"""What large tables cost: their end, reading them, and their memory."""

import contextlib
import time

from core import flows
from core.figure import Ratio, Value, figure
from core.flows import FIRST_GROUP, FIRST_SOURCE, address
from core.network import Network
from core.pace import settled
from core.pktgen import Generator, last_cpu, moved
from core.sides import Ipmr, Mgm
from core.table import fill, fill_ipmr, number_of

COUNT = 100000
RATE = 2000
OTHER = FIRST_SOURCE + (1 << 20)


@contextlib.contextmanager
def other_flow(network, lost):
    """A flow that comes in on r2, at a steady rate, while the "with" block runs; then
    lost has the number of its packets that did not leave."""
    generator = Generator(network.source).stream(
        "eth1", last_cpu(), rate=RATE, sources=(OTHER, 1), groups=(FIRST_GROUP, 1))
    device = network.outgoing[:1]
    with generator.running():
        moved(network, device, network.sent(device))
    left, sent = settled(lambda: network.sent(device)[0]), generator.sent()
    with generator.running():
        moved(network, device, [left])
        yield
        time.sleep(0.2)
    left = settled(lambda: network.sent(device)[0]) - left
    lost.append(generator.sent() - sent - left)


@figure("release", "Giving up an interface tied to 100,000 entries")
def release(bench):
    """How long mgm_interface_release() of an interface takes that 100,000 entries come
    in on, all of which go with it; against close() of the socket that owns an ipmr with
    as many. Meanwhile another flow comes in on another interface, 2,000 packets a
    second: how many of its packets are lost. An ipmr without its owner forwards no
    flow at all."""
    count = bench.size(COUNT)

    def turn(side, fill_it, verb):
        lost = []
        with side(network.router, network.incoming, network.outgoing) as it:
            fill_it(it)
            with other_flow(network, lost):
                seconds = it.side.tell(*verb)[0]
        return {"time": 1000 * seconds, "lost": lost[0]}
    with Network(1, links=2) as network:
        network.router.rtnl.route(address(OTHER), 32, "10.0.2.2")
        bench.compare(
            f"{number_of(count):,} entries", {"time": "ms", "lost": "packets"},
            lambda: turn(lambda *devices: Mgm(*devices, room=2 * COUNT),
                         lambda mgm: fill(bench, network, mgm, count), ("release", "r1")),
            {"ipmr": lambda: turn(Ipmr, lambda ipmr: fill_ipmr(ipmr, count), ("close",))},
            {("ipmr", "time"): Ratio(most=1), ("ipmr", "lost"): Value(most=0)})


@figure("dump", "Reading a table of 100,000 entries")
def dump(bench):
    """All entries, each with 4 outgoing interfaces, read over netlink: mgm_mfes() of
    libmgm, which reads the table and calls back for each row, against a dump of
    RTM_GETROUTE for ipmr, whose messages are counted. In entries a second."""
    count = bench.size(COUNT)
    with contextlib.ExitStack() as stack:
        ours, theirs = (stack.enter_context(Network(4)) for _ in range(2))
        mgm = stack.enter_context(Mgm(ours.router, ours.incoming, ours.outgoing,
                                      room=8 * COUNT))
        fill(bench, ours, mgm, count)
        ipmr = stack.enter_context(Ipmr(theirs.router, theirs.incoming,
                                        theirs.outgoing))
        fill_ipmr(ipmr, count)

        def rate(side):
            seconds, found = side.tell("dump")
            if found != number_of(count):
                raise RuntimeError(f"{found} entries read")
            return found / seconds
        bench.compare(f"{number_of(count):,} entries", "entries/s",
                      lambda: rate(mgm.side), {"ipmr": lambda: rate(ipmr.side)},
                      {"ipmr": Ratio(2)})


def memory():
    """What is in use, in bytes: of all memory, and of what the slabs have. What can be
    had again is dropped before."""
    def read():
        with open("/proc/meminfo", encoding="ascii") as file:
            lines = dict(line.split(":") for line in file)
        return {name: 1024 * int(lines[name].split()[0]) for name in ("MemFree", "Slab")}
    with open("/proc/sys/vm/drop_caches", "w", encoding="ascii") as file:
        file.write("3")
    settled(lambda: read()["MemFree"], near=256 << 10)
    return {"in all": -read()["MemFree"], "in slabs": read()["Slab"]}


@figure("memory", "Memory")
def memory_of(bench):
    """Bytes for one of 100,000 entries with 4 outgoing interfaces, and for one of 100,000
    (S,G) memberships, against ipmr's entries with as many interfaces: by how much less
    memory is free, caches dropped, than before they were made, and by how much more the
    slab caches have, divided by their number. The first has hash tables in it."""
    count = bench.size(COUNT)

    def each(before):
        after = memory()
        return {name: (after[name] - value) / number_of(count)
                for name, value in before.items()}

    def entries():
        with Mgm(network.router, network.incoming, network.outgoing,
                 room=8 * COUNT) as mgm:
            before = memory()
            fill(bench, network, mgm, count)
            return each(before)

    def memberships():
        with Mgm(network.router, [], network.outgoing, room=8 * COUNT,
                 receivers=False) as mgm:
            before = memory()
            mgm.side.tell("batch", network.outgoing[0], flows.wide(count), 0,
                          number_of(count))
            return each(before)

    def theirs(outgoing):
        with Ipmr(network.router, network.incoming, network.outgoing[:outgoing]) as ipmr:
            before = memory()
            fill_ipmr(ipmr, count)
            return each(before)
    with Network(4) as network:
        for case, ours, outgoing, most in (
                ("an entry with 4 outgoing interfaces", entries, 4, 512),
                ("a membership", memberships, 1, 200)):
            bench.compare(case, "bytes", ours,
                          {"mfc_cache": lambda n=outgoing: theirs(n)},
                          {("mfc_cache", kind): Value(most=most)
                           for kind in ("in all", "in slabs")})
