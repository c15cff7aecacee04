#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""When IGMP asks, how long it remembers, and that it comes to an end.

	h1 10.0.1.2 --- r1 [ router ] r2 --- 10.0.2.2 h2

Times are those that the kernel notes on the frames. How late something may come
depends on how much else the machine has to do; and what comes in time after
something that was late has come early, though not by much."""

import collections
import itertools
import socket
import struct
import time

from lib import module
from lib.bench import refused
from lib.igmp import ALL_HOSTS, ALLOW, ANY, BLOCK, EXCLUDE, INCLUDE, IS_EX, QUERY, \
    IgmpRouter, Message, Station, Talk, parse, record, v1_report, v2_leave, \
    v2_report, v3_report, state as state_of
from lib.netlink import IFF_UP
from lib.tap import case, check, equal, run, wait
from lib.topology import Netns, star
from lib.traffic import ETH_P_IP, Receiver, Sender, one_cpu

S, T, U = "10.0.9.1", "10.0.9.2", "10.0.9.3"
A, B, C, D, E = (f"239.34.1.{n}" for n in range(1, 6))
SO_TIMESTAMPNS = 35
EARLY, LATE = 0.15, 5.0
ENOENT, ENETDOWN = 2, 100

# Asked once, and not again within a case.
SLOW = {"query_interval": 600000, "last_member_query_interval": 100}


Query = collections.namedtuple("Query", Message._fields + ("time",))


class Listener:
    """Hears the queries on a host's link, with the times at which they came in."""

    def __init__(self, host):
        with host:
            self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW,
                                        socket.htons(ETH_P_IP))
        self.socket.bind((host.device, ETH_P_IP))
        self.socket.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
        self.socket.setblocking(False)
        self._queries = []

    def close(self):
        """Close the socket."""
        self.socket.close()

    def queries(self, group=ANY):
        """Those about a group that have come in; by default, general ones."""
        while True:
            try:
                frame, ancillary, _, address = self.socket.recvmsg(65535, 64)
            except BlockingIOError:
                return [query for query in self._queries if query.group == group]
            except OSError as error:
                # Told once, when the device goes down.
                equal(error.errno, ENETDOWN, "errno")
                continue
            message = parse(frame)
            if address[2] != socket.PACKET_OUTGOING and message and \
               message.kind == QUERY:
                seconds, nanoseconds = struct.unpack("@qq", ancillary[0][2])
                self._queries.append(Query(*message, seconds + nanoseconds / 1e9))

    def wait(self, count, group=ANY, limit=30):
        """Wait until so many have come in; return them."""
        return wait(lambda: len(self.queries(group)) >= count and
                    self.queries(group)[:count],
                    f"not {count} queries about {group}: {self.queries(group)}", limit)


def start(lab, *devices, **settings):
    """Somebody who listens on each link, IGMP on the devices, and stations."""
    lab.ears = [lab.closing(Listener(host)) for host in (lab.h1, lab.h2)]
    igmp = lab.closing(IgmpRouter(lab.router))
    igmp.enable(*devices, **settings)
    lab.stations = [lab.closing(Station(host)) for host in (lab.h1, lab.h2)]
    return igmp


def spaced(queries, *intervals):
    """Fail unless these are the seconds between each query and the next."""
    times = [query.time for query in queries]
    gaps = [later - time for time, later in zip(times, times[1:])]
    check(len(gaps) == len(intervals) and
          all(wanted - EARLY <= gap <= wanted + LATE
              for gap, wanted in zip(gaps, intervals)),
          f"queries come {gaps} s after each other, not {intervals}")


def after(since, until, seconds, what):
    """Fail unless so many seconds lie between these two."""
    check(seconds - EARLY <= until - since <= seconds + LATE,
          f"{what} {until - since:.3f} s later, not {seconds}")


# --- queries ---------------------------------------------------------------

@case("general queries: the first ones sooner, then one each query interval")
def general(lab):
    igmp = start(lab, "r1", query_interval=2000, query_response_interval=500,
                 startup_query_interval=1000, startup_query_count=3)
    igmp.enable("r2", query_interval=4000, query_response_interval=3300, robustness=3)
    one = lab.ears[0].wait(4)
    two = lab.ears[1].wait(3)
    spaced(one, 1, 1, 2)
    spaced(two, 1, 1)
    # The fourth one comes after four seconds, not after one.
    equal([query for query in lab.ears[1].queries()[3:]
           if query.time < two[-1].time + 4 - EARLY], [], "more queries")
    for queries, source, max_resp, robustness, interval in (
            (one, "10.0.1.1", 500, 2, 2000), (two, "10.0.2.1", 3300, 3, 4000)):
        for query in queries:
            equal(query[:12], (QUERY, 3, source, ALL_HOSTS, 1, True, ANY, (), max_resp,
                               False, robustness, interval), "query")
    equal(igmp.stats("r1")["out_general_queries"], len(lab.ears[0].queries()),
          "queries counted")
    equal(igmp.stats("r1")["out_errors"], 0, "queries that could not be sent")


# Settings; version, time to respond, robustness variable and interval in the query.
CODES = (
    ({"query_interval": 127000, "query_response_interval": 12700},
     (3, 12700, 2, 127000)),
    ({"query_interval": 128000, "query_response_interval": 12800, "robustness": 7},
     (3, 12800, 7, 128000)),
    ({"query_interval": 1023000, "query_response_interval": 102300},
     (3, 99200, 2, 992000)),
    ({"query_interval": 31744000, "query_response_interval": 3174400},
     (3, 3174400, 2, 31744000)),
    ({"query_interval": 1000, "query_response_interval": 100, "robustness": 1},
     (3, 100, 1, 1000)),
    ({"version": 2, "query_interval": 60000, "query_response_interval": 25500},
     (2, 25500, None, None)),
    ({"version": 2, "query_interval": 60000, "query_response_interval": 30000},
     (2, 25500, None, None)),
    ({"version": 1}, (1, 0, None, None)),
)


@case("queries say what is set, as near as their codes can")
def codes(lab):
    igmp = start(lab)
    for settings, wanted in CODES:
        before = len(lab.ears[0].queries())
        igmp.enable("r1", **settings)
        query = lab.ears[0].wait(before + 1)[before]
        equal((query.version, query.max_resp, query.robustness, query.interval), wanted,
              f"query with {settings}")
        equal((query.ttl, query.alert), (1, True), "TTL, and Router Alert option")
        igmp.disable("r1")


# --- how long something is remembered -----------------------------------------

@case("groups, sources and older hosts are forgotten when their time is over")
def lifetimes(lab):
    igmp = start(lab, "r1", query_interval=1000, query_response_interval=900)
    interval = 2.9
    station = lab.stations[0]
    first = time.monotonic()
    for data in (v2_report(A),
                 v3_report(record(ALLOW, B, [S, T])),
                 v3_report(record(IS_EX, C, [S]), record(ALLOW, C, [T])),
                 v1_report(D),
                 v3_report(record(IS_EX, E), record(ALLOW, E, [U]))):
        station.say(data)
    igmp.wait_state("r1", E, EXCLUDE, [U])
    wait(lambda: time.monotonic() >= first + 0.5, "time stands still")
    second = time.monotonic()
    station.say(v3_report(record(ALLOW, B, [T]), record(ALLOW, C, [T]),
                          record(IS_EX, D), record(IS_EX, E, [U])))

    seen = {}
    while len(seen) < 9:
        groups = igmp.groups("r1")
        now = time.monotonic()
        check(now < second + interval + 30, f"not all is forgotten: {groups}")

        def state(group):
            return group in groups and state_of(groups[group])
        for what, true in (
                ("A", A not in groups),
                ("B without S", B in groups and state(B) == (INCLUDE, [T], [])),
                ("B", B not in groups),
                ("C included", state(C) == (INCLUDE, [T], [])),
                ("C", C not in groups),
                ("D v1", D in groups and "v1_host_expires" not in groups[D]),
                ("D", D not in groups),
                ("E excluded", state(E) == (EXCLUDE, [], [U])),
                ("E", E not in groups)):
            if true:
                seen.setdefault(what, now)
    for what, since in (("A", first), ("B without S", first), ("B", second),
                        ("C included", first), ("C", second), ("D v1", first),
                        ("D", second), ("E excluded", first), ("E", second)):
        after(since, seen[what], interval, what)
    equal(igmp.memberships("r1"), [], "memberships")


@case("who is left is asked for as often as is set, a time for an answer apart")
def last_member(lab):
    igmp = start(lab, "r1", query_interval=60000, last_member_query_interval=600,
                 last_member_query_count=3)
    station, ear = lab.stations[0], lab.ears[0]
    station.say(v3_report(record(IS_EX, A), record(IS_EX, B), record(ALLOW, C, [S, T])))
    station.fence(igmp, "r1")
    began, began_there = time.monotonic(), time.time()
    station.say(v2_leave(A))
    station.say(v2_leave(B))
    station.say(v3_report(record(BLOCK, C, [S, T])))
    ear.wait(1, B)
    station.say(v3_report(record(IS_EX, B)))
    ear.wait(1, C)
    station.say(v3_report(record(ALLOW, C, [T])))
    igmp.wait_no_group("r1", A)
    after(began, time.monotonic(), 1.8, "A is gone")
    igmp.wait_state("r1", C, INCLUDE, [T])
    after(began, time.monotonic(), 1.8, "S of C is gone")

    asked = ear.wait(3, A)
    spaced(asked, 0.6, 0.6)
    after(began_there, asked[0].time, 0, "A is asked for")
    equal([(q.destination, q.sources, q.max_resp, q.suppress) for q in asked],
          [(A, (), 600, False)] * 3, "queries about A")

    asked = ear.wait(3, B)
    spaced(asked, 0.6, 0.6)
    equal([q.suppress for q in asked], [False, True, True], "S flags of those about B")
    check(igmp.group("r1", B)["expires"] > 1800, "B goes though it was answered")

    asked = ear.wait(5, C)
    equal(sorted((q.suppress, q.sources) for q in asked),
          [(False, (S,)), (False, (S,)), (False, (S, T)), (True, (T,)), (True, (T,))],
          "S flags and sources of those about C")
    equal(len(ear.queries(A)), 3, "queries about A")
    equal(igmp.stats("r1")["out_group_queries"], 6, "queries about groups counted")
    equal(igmp.stats("r1")["out_source_queries"], 5, "about sources")


@case("with immediate leave nobody is asked, and nothing is waited for")
def immediate(lab):
    igmp = start(lab, "r1", **dict(SLOW, immediate_leave=1,
                                   last_member_query_interval=30000))
    station = lab.stations[0]
    station.say(v3_report(record(IS_EX, A), record(ALLOW, C, [S, T])))
    igmp.wait_state("r1", C, INCLUDE, [S, T])
    station.say(v2_leave(A))
    station.say(v3_report(record(BLOCK, C, [S])))
    igmp.wait_state("r1", C, INCLUDE, [T], limit=15)
    igmp.wait_no_group("r1", A, limit=15)
    equal(lab.ears[0].queries(A) + lab.ears[0].queries(C), [], "queries")


# --- the end --------------------------------------------------------------------

def nothing_left(lab, igmp=None):
    """MGM knows of no IGMP; nor does IGMP know of an interface."""
    equal(lab.router.client.dump("protocol_get"), [], "protocols")
    equal(lab.router.client.dump("interface_get"), [], "interfaces of MGM")
    equal(lab.router.client.dump("membership_get"), [], "memberships")
    if igmp:
        equal(igmp.client.dump("interface_get"), [], "interfaces of IGMP")
        equal(igmp.client.dump("group_get"), [], "groups")


@case("after it is disabled an interface asks nothing and has no group, others do")
def disabled(lab):
    igmp = start(lab, "r1", "r2", query_interval=1000, query_response_interval=500,
                 robustness=7)
    for station in lab.stations:
        station.say(v2_report(A))
    for device in "r1", "r2":
        igmp.wait_state(device, A, EXCLUDE)
    igmp.disable("r1")
    lab.stations[0].say(v2_report(B))
    heard = len(lab.ears[0].queries())
    lab.ears[1].wait(len(lab.ears[1].queries()) + 2)
    equal(len(lab.ears[0].queries()), heard, "queries on r1")
    equal(igmp.memberships("r1"), [], "memberships on r1")
    equal(igmp.memberships("r2"), [(A, None, 1)], "memberships on r2")
    refused(ENOENT, igmp.interface, "r1")
    check(igmp.group("r2", A), "the group on r2 is gone")
    igmp.disable("r2")
    nothing_left(lab, igmp)
    refused(ENOENT, igmp.disable, "r2")
    # And from the start again: nothing is remembered.
    igmp.enable("r1", **SLOW)
    equal(igmp.groups("r1"), {}, "groups on r1")


@case("the module goes with all in use, under reports, and comes again")
def unloaded(lab):
    igmp = IgmpRouter(lab.router).enable("r1", "r2", **SLOW)
    receiver = lab.closing(Receiver(lab.h2, A))
    sender = lab.closing(Sender(lab.h1, A))
    station = lab.closing(Station(lab.h1))
    igmp.wait_state("r2", A, EXCLUDE)
    sender.send(3)
    equal(receiver.arrived(sender), sender.numbers, "packets before")
    igmp.client.close()
    with Talk(station, itertools.cycle(v2_report(f"239.34.2.{n}") for n in range(250))):
        module.unload("mgm_igmp")
        nothing_left(lab)
        again = lab.closing(IgmpRouter(lab.router)).enable("r1", "r2", **SLOW)
        again.wait_stat("r1", "in_v2_reports", 5)
    again.wait_state("r2", A, EXCLUDE)
    sender.send(3)
    equal(receiver.arrived(sender), sender.numbers, "packets afterwards")


@case("a namespace is made and ends while the module is loaded")
def namespace(lab):
    start(lab, "r1", **SLOW)
    other = Netns("other")
    other.rtnl.up("lo")
    other.ip("link add d1 type dummy\nlink set d1 up")
    lab.h1.rtnl.veth("w1", other, "w2")
    other.close()
    wait(lambda: not lab.h1.ifindex("w1"), "the namespace does not go away")


@case("a namespace ends with IGMP enabled and members present, under reports")
def namespace_ends(lab):
    mine = lab.closing(star(2))
    igmp = IgmpRouter(mine.router).enable("r1", "r2", **SLOW)
    station = mine.closing(Station(mine.h1))
    igmp.join("r2", B)
    with Talk(station, itertools.cycle(v2_report(f"239.34.2.{n}") for n in range(250))):
        igmp.wait_stat("r1", "in_v2_reports", 20)
        igmp.client.close()
        mine.router.close()
        wait(lambda: not mine.h1.ifindex("eth0"), "the namespace does not go away")
    nothing_left(lab)


@case("a device that goes takes along what was known there, and nothing else")
def device_deleted(lab):
    mine = lab.closing(star(2))
    igmp = mine.closing(IgmpRouter(mine.router)).enable("r1", "r2", **SLOW)
    stations = [mine.closing(Station(host)) for host in (mine.h1, mine.h2)]
    for station, device in zip(stations, ("r1", "r2")):
        station.say(v2_report(A))
        igmp.wait_state(device, A, EXCLUDE)
    left = mine.router.ifindex("r2")
    with Talk(stations[0], itertools.cycle([v2_report(A), v2_leave(A)])):
        mine.router.rtnl.remove("r1")
        wait(lambda: [i["ifindex"]
                      for i in igmp.client.dump("interface_get")] == [left],
             "IGMP still has the device")
    wait(lambda: [i["ifindex"] for i in mine.router.client.dump("interface_get")] ==
         [left], "MGM still has the device")
    equal(igmp.memberships("r2"), [(A, None, 1)], "memberships on the other")
    equal([g["ifindex"] for g in igmp.client.dump("group_get")], [left],
          "the interfaces of groups")
    # The last one: IGMP ends its registration.
    mine.router.rtnl.remove("r2")
    wait(lambda: not mine.router.client.dump("protocol_get"),
         "IGMP is still registered")


@case("a device that moves to another namespace has IGMP in neither, until enabled")
def device_moved(lab):
    mine = lab.closing(star(1))
    other = mine.new_router("other")
    igmp = mine.closing(IgmpRouter(mine.router)).enable("r1", **SLOW)
    station = mine.closing(Station(mine.h1))
    station.say(v2_report(A))
    igmp.wait_state("r1", A, EXCLUDE)
    mine.router.ip(f"link set r1 netns {other.name}")
    wait(lambda: not mine.router.client.dump("protocol_get"),
         "IGMP is still registered")
    equal(igmp.client.dump("interface_get"), [], "interfaces")
    there = mine.closing(IgmpRouter(other))
    equal(there.client.dump("interface_get"), [], "interfaces in the other")
    other.rtnl.address("r1", "10.0.1.1")
    other.rtnl.up("r1")
    mine.ready((other, "r1"), (mine.h1, "eth0"))
    there.enable("r1", **SLOW)
    station.say(v2_report(B))
    there.wait_state("r1", B, EXCLUDE)
    equal(list(there.groups("r1")), [B], "groups in the other")


@case("a link that is up again is asked at once, and its groups outlive that")
def down_and_up(lab):
    igmp = start(lab, "r1", **SLOW)
    lab.ears[0].wait(1)
    lab.stations[0].say(v2_report(A))
    igmp.wait_state("r1", A, EXCLUDE)
    lab.router.rtnl.up("r1", False, IFF_UP)
    lab.router.rtnl.up("r1")
    lab.ready((lab.router, "r1"), (lab.h1, "eth0"))
    lab.ears[0].wait(2)
    equal(igmp.memberships("r1"), [(A, None, 1)], "memberships")
    # So it is if it is the other end that was down.
    lab.h1.rtnl.up("eth0", False, IFF_UP)
    wait(lambda: not lab.router.running("r1"), "r1 has a carrier still")
    lab.h1.rtnl.up("eth0")
    lab.ready((lab.router, "r1"), (lab.h1, "eth0"))
    lab.h1.rtnl.route("0.0.0.0", 0, "10.0.1.1", replace=True)
    lab.ears[0].wait(3)
    equal(igmp.stats("r1")["out_general_queries"] >= 3, True, "queries counted")


@case("an interface that gets its first address asks at once, not in a while")
def first_address(lab):
    lab.router.rtnl.address("r1", "10.0.1.1", remove=True)
    try:
        igmp = start(lab, "r1", **SLOW)
        igmp.wait_stat("r1", "out_errors", 1)
        equal(igmp.querier("r1"), (None, True), "querier without an address")
        equal(lab.ears[0].queries(), [], "queries without an address")
    finally:
        lab.router.rtnl.address("r1", "10.0.1.1")
    equal(lab.ears[0].wait(1)[0].source, "10.0.1.1", "source of the query")
    equal(igmp.querier("r1"), ("10.0.1.1", True), "querier")


@case("a tunnel without an address is asked from another interface's, and heard")
def unnumbered(lab):
    for netns, local, remote in ((lab.router, "10.0.1.1", "10.0.1.2"),
                                 (lab.h1, "10.0.1.2", "10.0.1.1")):
        netns.ip(f"link add t1 type gre local {local} remote {remote} ttl 64\n"
                 "link set t1 up")
        lab.case.callback(netns.ip, "link del t1")
    igmp = start(lab, "t1", **SLOW)
    igmp.wait_stat("t1", "out_general_queries", 1)
    equal(igmp.querier("t1")[1], True, "querier")
    check(igmp.querier("t1")[0] in ("10.0.1.1", "10.0.2.1"), "the querier's address")
    lab.closing(Receiver(lab.h1, A, device="t1"))
    igmp.wait_state("t1", A, EXCLUDE)
    equal(igmp.memberships("t1"), [(A, None, 1)], "memberships")


if __name__ == "__main__":
    one_cpu()
    run(lambda: star(2))
