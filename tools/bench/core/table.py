# SPDX-License-Identifier: GPL-2.0
"""Tables of many entries, made by traffic or by an owner's calls."""

from core import flows
from core.pktgen import Generator, last_cpu
from lib.tap import Failure

TRIES = 100


def flows_of(network, count, random=False, **more):
    """A generator of the flows of flows.wide(count), each once or at random."""
    wide = flows.wide(count)
    return Generator(network.source).stream(
        "eth0", last_cpu(), 0 if random else wide * (wide + 1),
        sources=(flows.FIRST_SOURCE, wide), groups=(flows.FIRST_GROUP, wide + 1),
        random=random, **more)


def number_of(count):
    """How many flows that makes."""
    wide = flows.wide(count)
    return wide * (wide + 1)


def fill(bench, network, mgm, count):
    """Have MGM make the entries: send a packet of each flow, and of those that found no
    room to wait in, again."""
    wanted = number_of(count)
    generator = flows_of(network, count)
    for _ in range(TRIES):
        generator.send()
        used = mgm.entries()
        bench.say(f"{used:,} of {wanted:,} entries are made")
        if used >= wanted:
            return
    raise Failure("MGM does not make an entry of every flow")


def fill_ipmr(ipmr, count):
    """Have ipmr's owner make them; return how many seconds that took."""
    return ipmr.side.tell("add", flows.wide(count), 0, number_of(count))[0]
