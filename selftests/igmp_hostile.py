#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""A LAN whose hosts mean no good: messages that are wrong, too many, or lies.

	[ attacker ] h1 10.0.1.2 --- r1 [ router ] r2 --- 10.0.2.2 h2	[ member ]
	                                [        ] r3 --- 10.0.3.2 h3	[ sender ]

IGMP runs on all three. Whatever h1 does is counted for what it is and stays within
bounds, and the stream from h3 to h2 loses no packet. MGM_FLOOD says how many groups
there are to be had, twice over."""

import errno
import os
import random
import re
import socket
import struct
import time

from lib import abi
from lib.bench import limit
from lib.igmp import ALL_REPORTS, ALL_ROUTERS, ALLOW, ANY, BLOCK, EXCLUDE, INCLUDE, \
    IS_EX, TO_EX, TO_IN, IgmpRouter, Station, message, record, v1_query, v1_report, \
    v2_leave, v2_query, v2_report, v3_query, v3_report
from lib.schedule import without_control_path
from lib.tap import case, check, equal, run, wait
from lib.topology import star
from lib.traffic import Receiver, Sender, checksum, ethernet, ip_packet, one_cpu

G, H = "239.35.1.1", "239.35.1.2"
S, T = "10.0.9.1", "10.0.9.2"
JOIN = abi.MGM_MEMBERSHIP_F_JOIN
LOWEST = "10.0.1.0"
GROUPS = int(os.environ.get("MGM_FLOOD", 200000)) // 2
RANDOM = max(min(GROUPS // 25, 4000), 500)

# What goes into one packet of 1500 octets.
RECORDS, SOURCES = 183, 365

SLOW = {"query_interval": 600000, "last_member_query_interval": 100}


class Town:
    """The drawing, with everything at work. At the end of the case the stream must
    be whole."""

    def __init__(self, lab, **settings):
        self.lab = lab
        self.igmp = lab.closing(IgmpRouter(lab.router))
        self.igmp.enable("r2", "r3", **SLOW)
        self.igmp.enable("r1", **{**SLOW, **settings})
        self.attacker = lab.closing(Station(lab.h1))
        self.receiver = lab.closing(Receiver(lab.h2, G))
        self.sender = lab.closing(Sender(lab.h3, G))
        self.igmp.wait_state("r2", G, EXCLUDE)
        self.sender.send(2)
        equal(self.receiver.arrived(self.sender), [0, 1], "packets at the start")

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        if kind:
            return
        self.sender.send(2)
        equal(self.receiver.arrived(self.sender), self.sender.numbers,
              "packets on the other LAN")
        # A member there is heard as before.
        station = self.lab.closing(Station(self.lab.h2))
        station.fence(self.igmp, "r2")
        equal(self.igmp.memberships("r2", G), [(G, None, JOIN)],
              "memberships on the other LAN")

    def frames(self, messages):
        """Messages as frames, made before they are sent."""
        return [ethernet(to) + b"\x02\0\0\0\0\x01\x08\x00" +
                self.attacker.packet(data, to)
                for data, to in ((data, ALL_REPORTS if data[0] == 0x22 else
                                  socket.inet_ntoa(data[4:8])) for data in messages)]

    def flood(self, frames, each=100):
        """Send them as fast as can be; now and then a packet of the stream."""
        for begin in range(0, len(frames), each):
            for frame in frames[begin:begin + each]:
                self.attacker.socket.send(frame)
            self.sender.send()
            self.receiver.wait(self.sender)

    def changed(self, before):
        """The counters of r1 that are not as they were, and by how much."""
        after = self.igmp.stats("r1")
        return {name: after[name] - before[name] for name in after
                if after[name] != before[name]}


def raw(data, size=None, count=None):
    """A message with a right checksum, cut off, or with another number in it."""
    if count is not None:
        data = data[:count[0]] + struct.pack("!H", count[1]) + data[count[0] + 2:]
    return message((data[:2] + b"\0\0" + data[4:])[:size])


def fragment(data):
    """A message in what says that it is the first fragment."""
    packet = ip_packet("10.0.1.2", ALL_REPORTS, data, 1, socket.IPPROTO_IGMP,
                       b"\x94\x04\0\0")
    header = packet[:6] + b"\x20\0" + packet[8:10] + b"\0\0" + packet[12:24]
    return header[:10] + struct.pack("!H", checksum(header)) + header[12:] + data


GOOD = v3_report(record(ALLOW, H, [S, T]))

# What is said, and how; the counters that this moves by one.
WRONG = (
    ("a checksum", v2_report(H)[:3] + b"\0" + v2_report(H)[4:], {}, "in_malformed"),
    ("a checksum of version 3", GOOD[:2] + b"\0\0" + GOOD[4:], {}, "in_malformed"),
    ("seven octets", raw(v2_report(H), 7), {"to": H}, "in_malformed"),
    ("four octets", raw(v2_report(H), 4), {"to": H}, "in_malformed"),
    ("a query of ten octets", raw(v3_query(), 10), {"to": "224.0.0.1"}, "in_malformed"),
    ("a general query to a group", v2_query(), {"to": H}, "in_malformed"),
    ("a query with fewer sources than it says", raw(v3_query(H, [S]), count=(10, 2)),
     {}, "in_malformed"),
    ("a query with far fewer sources", raw(v3_query(H, [S]), count=(10, 65535)),
     {}, "in_malformed"),
    ("a report with fewer records", raw(GOOD, count=(6, 2)), {}, "in_malformed"),
    ("a report with far fewer records", raw(GOOD, count=(6, 65535)), {},
     "in_malformed"),
    ("a record with fewer sources", raw(GOOD, count=(10, 3)), {}, "in_malformed"),
    ("a record with far fewer sources", raw(GOOD, count=(10, 65535)), {},
     "in_malformed"),
    ("a record with less auxiliary data", raw(GOOD, count=(8, ALLOW << 8 | 255)), {},
     "in_malformed"),
    ("a second record that is cut off",
     raw(v3_report(record(ALLOW, H, [S]), record(ALLOW, H, [T])), -2), {},
     "in_malformed"),
    ("a report cut off before its records", raw(GOOD, 8), {}, "in_malformed"),
    ("a report of seven octets", raw(GOOD, 7), {}, "in_malformed"),
    ("a type of another protocol", raw(b"\x14" + v2_report(H)[1:]), {"to": H},
     "in_unknown_type"),
    ("type 0", raw(b"\0" + v2_report(H)[1:]), {"to": H}, "in_unknown_type"),
    ("type 255", raw(b"\xff" + v2_report(H)[1:]), {"to": H}, "in_unknown_type"),
    ("TTL 2", GOOD, {"ttl": 2}, "in_bad_ttl"),
    ("TTL 0", GOOD, {"ttl": 0}, "in_bad_ttl"),
    ("TTL 255", v2_report(H), {"ttl": 255}, "in_bad_ttl"),
    ("a query with TTL 2", v3_query(), {"ttl": 2}, "in_bad_ttl"),
    ("no Router Alert option", GOOD, {"alert": False}, "in_no_router_alert"),
    ("none in version 2", v2_report(H), {"alert": False}, "in_no_router_alert"),
    ("none in a leave message", v2_leave(H), {"alert": False}, "in_no_router_alert"),
    ("none in a query", v2_query(), {"alert": False}, "in_no_router_alert"),
    ("a source off the link", GOOD, {"source": "192.0.2.1"}, "in_bad_source"),
    ("a source off the link, version 1", v1_report(H), {"source": "10.0.2.2"},
     "in_bad_source"),
    ("a query from off the link", v3_query(), {"source": "10.0.0.1"}, "in_bad_source"),
    ("a multicast source", GOOD, {"source": G}, "in_bad_source"),
    ("a loopback source", GOOD, {"source": "127.0.0.1"}, "in_bad_source"),
    ("a broadcast source", GOOD, {"source": "255.255.255.255"}, "in_bad_source"),
    ("a group that is none", v2_report("10.0.1.7"), {"to": ALL_ROUTERS},
     "in_bad_group"),
    ("group 0.0.0.0", v2_report(ANY), {"to": ALL_ROUTERS}, "in_bad_group"),
    ("group 240.0.0.1", v1_report("240.0.0.1"), {"to": ALL_ROUTERS}, "in_bad_group"),
    ("a leave of a group that is none", v2_leave("10.0.1.7"), {}, "in_bad_group"),
    ("another group in its address", v2_report(H), {"to": G}, "in_bad_group"),
    ("a record with a group that is none", v3_report(record(IS_EX, "10.0.1.7")), {},
     "in_v3_reports in_bad_group"),
    ("a group of the link", v2_report("224.0.0.251"), {}, "in_v2_reports"),
    ("a record with a group of the link", v3_report(record(IS_EX, "224.0.0.5")), {},
     "in_v3_reports"),
    ("a type of record yet to come", v3_report(record(7, H, [S])), {},
     "in_v3_reports"),
    ("type of record 0", v3_report(record(0, H, [S])), {}, "in_v3_reports"),
    ("no record at all", v3_report(), {}, "in_v3_reports"),
)


@case("a message that is wrong is counted for what is wrong, and does nothing")
def wrong(lab):
    with Town(lab) as town:
        for what, data, how, counters in WRONG:
            before = town.igmp.stats("r1")
            town.attacker.say(data, **how)
            wait(lambda b=before: town.changed(b), f"{what}: it is not counted")
            equal(town.changed(before), dict.fromkeys(counters.split(), 1), what)
            equal(town.igmp.interface("r1")["groups"], 0, f"{what}: groups")
        before = town.igmp.stats("r1")
        town.attacker.send(fragment(GOOD), ethernet(ALL_REPORTS))
        wait(lambda: town.changed(before), "a fragment is not counted")
        equal(town.changed(before), {"in_malformed": 1}, "a fragment")
        equal(town.igmp.querier("r1"), ("10.0.1.1", True), "querier")


# Options, and whether Router Alert is among them as RFC 2113 has it.
OPTIONS = (
    (b"\x94\x04\0\0", True),
    (b"\x01\x01\x01\x01\x94\x04\0\0", True),
    (b"\x07\x03\x04\x01\x94\x04\0\0", True),
    (b"\x01\x01\x01\x01", False),		# nothing but padding
    (b"\0\0\0\0\x94\x04\0\0", False),	# behind the end
    (b"\x01\x01\x94\x04", False),		# cut off
    (b"\x01\x01\x01\x94", False),
    (b"\x94\x03\0\0", False),		# of another length
    (b"\x94\x05\0\0\0\0\0\0", False),
    (b"\x01\x01\x01\x07", False),		# another one without a length
    (b"\x07\0\x94\x04\0\0\0\0", False),	# with one that makes no sense
    (b"\x07\x01\x94\x04\0\0\0\0", False),
    (b"\x07\xff\x94\x04\0\0\0\0", False),
)


@case("the Router Alert option is found wherever it may stand, and nowhere else")
def where_alert_stands(lab):
    with Town(lab) as town:
        for options, found in OPTIONS:
            before = town.igmp.stats("r1")
            town.attacker.send(ip_packet("10.0.1.2", ALL_ROUTERS, v2_leave(H), 1,
                                         socket.IPPROTO_IGMP, options),
                               ethernet(ALL_ROUTERS))
            wait(lambda b=before: town.changed(b), f"{options}: not counted")
            equal(town.changed(before),
                  {"in_leaves" if found else "in_no_router_alert": 1}, f"{options}")


@case("what is sent to the router's own address is heard, as to the group's")
def to_the_router(lab):
    with Town(lab) as town:
        town.attacker.say(v2_report(H), to="10.0.1.1")
        town.igmp.wait_state("r1", H, EXCLUDE)


@case("what is asked for to be let through without the option is, and no more")
def without_alert(lab):
    with Town(lab, router_alert=0) as town:
        town.attacker.say(v2_report(G), alert=False)
        town.igmp.wait_state("r1", G, EXCLUDE)
        town.attacker.say(v2_report(H), alert=False, ttl=2)
        town.igmp.wait_stat("r1", "in_bad_ttl", 1)
        equal(list(town.igmp.groups("r1")), [G], "groups")


def noise(chance):
    """A message with something wrong, or with everything."""
    sources = [f"10.0.9.{chance.randrange(256)}" for _ in range(chance.randrange(5))]
    group = f"{chance.choice((224, 232, 239))}.{chance.randrange(2)}.0." \
            f"{chance.randrange(256)}"
    data = chance.choice((
        lambda: v1_report(group), lambda: v2_report(group), lambda: v2_leave(group),
        lambda: v2_query(group, chance.randrange(25500)),
        lambda: v3_query(group, sources, chance.randrange(1000000),
                         chance.randrange(2), chance.randrange(8)),
        lambda: v3_report(*(record(chance.randrange(8), group, sources,
                                   bytes(4 * chance.randrange(3)))
                            for _ in range(chance.randrange(4)))),
        lambda: chance.randbytes(chance.randrange(60))))()
    data = bytearray(data)
    for _ in range(chance.choice((0, 0, 1, 3))):
        if data:
            data[chance.randrange(len(data))] = chance.randrange(256)
    if chance.random() < 0.3:
        del data[chance.randrange(len(data) + 1):]
    return raw(bytes(data)) if len(data) >= 4 and chance.random() < 0.9 else bytes(data)


@case(f"{RANDOM} messages at random, right and cut off: all counted, none does harm")
def at_random(lab):
    chance = random.Random(3376)
    options = (b"\x94\x04\0\0",) * 6 + (b"", b"\x94\x00\0\0", b"\x01\x01\x94\x04",
                                        b"\x07\xff\x04\0")
    packets = [ip_packet(chance.choice(("10.0.1.2", "10.0.1.7", ANY, "192.0.2.1")),
                         chance.choice(("224.0.0.1", ALL_ROUTERS, ALL_REPORTS, G)),
                         noise(chance), chance.choice((1, 1, 1, 1, 2)),
                         socket.IPPROTO_IGMP, chance.choice(options))
               for _ in range(RANDOM)]
    with Town(lab, rate_max=1000000, groups_max=50, sources_max=10) as town:
        before = town.igmp.stats("r1")
        frames = [ethernet(G) + b"\x02\0\0\0\0\x01\x08\x00" + packet
                  for packet in packets]
        for begin in range(0, RANDOM, 500):
            town.flood(frames[begin:begin + 500])
            wait(lambda n=min(begin + 500, RANDOM): heard(town.changed(before)) >= n,
                 "not all is counted")
        found = town.changed(before)
        check(all(found.get(name, 0) for name in HEARD if name != "rate_exceeded"),
              f"of some kind there was nothing: {found}")
        groups = town.igmp.groups("r1").values()
        check(len(groups) <= 50, f"{len(groups)} groups")
        check(all(len(group.get("source", [])) <= 10 for group in groups),
              "more sources than the bound")


HEARD = ("in_queries", "in_v1_reports", "in_v2_reports", "in_v3_reports", "in_leaves",
         "in_malformed", "in_unknown_type", "in_bad_ttl", "in_no_router_alert",
         "in_bad_source", "in_bad_group", "rate_exceeded")


def heard(counters):
    """How many messages these are, and some of them twice: for their records."""
    return sum(counters.get(name, 0) for name in HEARD)


# --- too much --------------------------------------------------------------------

def reports_of(count, per=RECORDS):
    """Reports of so many groups of one host."""
    groups = [f"239.{64 + (n >> 16)}.{n >> 8 & 255}.{n & 255}" for n in range(count)]
    return [v3_report(*(record(IS_EX, group) for group in groups[begin:begin + per]))
            for begin in range(0, count, per)]


@case(f"of {GROUPS} groups that one host wants there are as many as the bound says")
def many_groups(lab):
    bound = min(4096, GROUPS // 4)
    with Town(lab, groups_max=bound) as town:
        frames = town.frames(reports_of(GROUPS))
        for begin in range(0, len(frames), 200):
            town.flood(frames[begin:begin + 200], each=20)
            town.igmp.wait_stat("r1", "in_v3_reports", min(begin + 200, len(frames)))
        town.igmp.wait_stat("r1", "groups_exceeded", GROUPS - bound)
        equal(town.igmp.interface("r1")["groups"], bound, "groups")
        stats = town.igmp.stats("r1")
        equal((stats["joins"], stats["groups_exceeded"], stats["rate_exceeded"]),
              (bound, GROUPS - bound, 0), "groups counted")
        # The other LAN has room for its own.
        station = lab.closing(Station(lab.h2))
        station.say(v2_report(H))
        town.igmp.wait_state("r2", H, EXCLUDE)


@case("MGM's bound on memberships holds, and what it refused is told it later")
def mgm_bound(lab):
    count = min(GROUPS // 10, 2000)
    with Town(lab, groups_max=count) as town:
        frames = town.frames(reports_of(count))
        used = lab.router.client.limit("memberships")["used"]
        limit(lab, "memberships", used + count // 2)
        town.flood(frames, each=10)
        town.igmp.wait_stat("r1", "not_reported", count - count // 2)
        equal(town.igmp.interface("r1")["groups"], count, "groups")
        equal(lab.router.client.limit("memberships")["used"], used + count // 2,
              "memberships")
        # Nothing more is reported.
        limit(lab, "memberships", used + count)
        wait(lambda: lab.router.client.limit("memberships")["used"] == used + count,
             "not all is told later")


@case("a source that MGM was told of is taken back, though it could not be told of all")
def bound_and_source(lab):
    with Town(lab) as town:
        def told():
            return town.igmp.memberships("r1", H)

        def no_room_for_all():
            town.attacker.say(v3_report(record(ALLOW, H, [S])))
            wait(lambda: told() == [(H, S, JOIN)], "not told of the source")
            town.attacker.say(v3_report(record(TO_EX, H)))
            town.igmp.wait_state("r1", H, EXCLUDE)
            equal(told(), [(H, S, JOIN)], "what goes on while there is no room")

        used = lab.router.client.limit("memberships")["used"]
        limit(lab, "memberships", used + 1)
        no_room_for_all()
        town.attacker.say(v3_report(record(TO_IN, H)))
        town.igmp.wait_no_group("r1", H)
        equal(told(), [], "when nobody wants anything")
        no_room_for_all()
        limit(lab, "memberships", used + 2)
        wait(lambda: told() == [(H, None, JOIN)], "not told of all when there is room")


@case("sources of a group stay within their bound, in either mode")
def many_sources(lab):
    with Town(lab) as town:
        bound = town.igmp.interface("r1")["sources_max"]
        sources = [f"10.9.{n >> 8}.{n & 255}" for n in range(20 * SOURCES)]
        reports = [sources[begin:begin + SOURCES]
                   for begin in range(0, len(sources), SOURCES)]
        town.flood(town.frames(v3_report(record(ALLOW, G, part)) for part in reports))
        town.igmp.wait_stat("r1", "sources_exceeded", len(sources) - bound)
        mode, wanted, _ = town.igmp.state("r1", G)
        equal((mode, len(wanted)), (INCLUDE, bound), "mode, and sources wanted")
        town.flood(town.frames([v3_report(record(IS_EX, H, reports[0]))]))
        town.igmp.wait_stat("r1", "sources_exceeded",
                            len(sources) - bound + SOURCES - bound)
        mode, _, excluded = town.igmp.state("r1", H)
        equal((mode, len(excluded)), (EXCLUDE, bound), "mode, and sources excluded")
        # Asked about, they fit into few queries.
        town.flood(town.frames(v3_report(record(BLOCK, G, part)) for part in reports))
        town.igmp.wait_no_group("r1", G)
        asked = town.attacker.queries(G)
        equal({query.sources for query in asked if len(query.sources) > 512}, set(),
              "queries about very many")
        equal(len(set(sum((query.sources for query in asked), ()))), bound,
              "sources asked about")
        check(len(asked) <= 10, f"{len(asked)} queries")


@case("what waits to be looked at stays within its bounds, and the rest is counted")
def queue(lab):
    for host, device in (lab.router, "r1"), (lab.h1, "eth0"):
        host.ip(f"link set {device} mtu 9000")
        lab.case.callback(host.ip, f"link set {device} mtu 1500")
    many = [v2_report(H)] * 1500
    # They reach the bound in octets before that in messages.
    large = [v3_report(*[record(ALLOW, H, [T] * 500)] * 4)] * 800
    with Town(lab, rate_max=1000000) as town:
        for messages, name in (many, "in_v2_reports"), (large, "in_v3_reports"):
            frames = town.frames(messages)
            before = town.igmp.stats("r1")
            with without_control_path():
                for frame in frames:
                    town.attacker.socket.send(frame)

            def all_counted(before=before, name=name, count=len(messages)):
                found = town.changed(before)
                return found.get(name, 0) + found.get("rate_exceeded", 0) == count
            wait(all_counted, "not all is counted")
            check(town.changed(before).get("rate_exceeded"), "it was never full")


@case("more messages in a second than the bound are not looked at, and counted")
def rate(lab):
    with Town(lab, rate_max=50) as town:
        frames = town.frames([v2_report(H)]) * 2000
        before = town.igmp.stats("r1")
        began = time.monotonic()
        town.flood(frames)
        wait(lambda: heard(town.changed(before)) >= 2000, "not all is counted")
        seconds = time.monotonic() - began
        found = town.changed(before)
        equal(found["in_v2_reports"] + found["rate_exceeded"], 2000, "messages counted")
        check(50 <= found["in_v2_reports"] + 1 and
              found["in_v2_reports"] <= 50 * (seconds + 2),
              f"{found['in_v2_reports']} looked at in {seconds:.1f} s")
        # After a while, messages are heard again.
        def again():
            town.attacker.say(v2_report(G))
            return town.igmp.group("r1", G)
        wait(again, "nothing is heard any more")


# --- lies --------------------------------------------------------------------------

# A forged query's robustness variable and interval; what is in force then.
FORGED = (
    ({"robustness": 0, "interval": 0}, 2, 600000),
    ({"robustness": 0, "interval": 60000}, 2, 60000),
    ({"robustness": 3, "interval": 0}, 3, 600000),
    ({"robustness": 7, "interval": 31744000}, 7, 31744000),
    ({"robustness": 1, "interval": 1000, "max_resp": 0}, 1, 1000),
)


@case("forged queries leave members the time to answer, whatever they say")
def forged_queries(lab):
    with Town(lab) as town:
        igmp, attacker = town.igmp, town.attacker
        attacker.say(v3_report(record(IS_EX, H), record(ALLOW, G, [S])))
        igmp.wait_state("r1", G, INCLUDE, [S])
        for number, (query, robustness, interval) in enumerate(FORGED, 1):
            attacker.say(v3_query(**query), source=LOWEST)
            igmp.wait_stat("r1", "in_queries", number)
            found = igmp.interface("r1")
            equal((found["querier"], found["active_robustness"],
                   found["active_query_interval"]), (LOWEST, robustness, interval),
                  f"in force after {query}")
            equal((found["robustness"], found["query_interval"]), (2, 600000),
                  "what is set")
        check(igmp.group("r1", H)["expires"] > 600000, "a group's time was changed")
        equal(igmp.querier("r2"), ("10.0.2.1", True), "querier on the other LAN")

@case("with no time to answer in a query that is heard, it is ours")
def forged_time(lab):
    with Town(lab, last_member_query_interval=30000, robustness=2) as town:
        igmp, attacker = town.igmp, town.attacker
        attacker.say(v3_report(record(IS_EX, H), record(ALLOW, G, [S])))
        igmp.wait_state("r1", G, INCLUDE, [S])
        for number, data in enumerate((v3_query(H, max_resp=0),
                                       v3_query(G, [S], max_resp=0), v2_query(H, 0),
                                       v1_query()), 1):
            attacker.say(data, source=LOWEST)
            igmp.wait_stat("r1", "in_queries", number)
        left = (igmp.group("r1", H)["expires"], igmp.sources("r1", G)[S]["expires"])
        check(min(left) > 30000 and max(left) <= 60000, f"{left} ms are left")


@case("queries from nowhere, or about what nobody wants, change nothing")
def forged_nothing(lab):
    with Town(lab) as town:
        igmp, attacker = town.igmp, town.attacker
        attacker.say(v2_report(H))
        igmp.wait_state("r1", H, EXCLUDE)
        before = igmp.group("r1", H)["expires"]
        for number, data in enumerate((v3_query(H, max_resp=0, robustness=7),
                                       v3_query(), v2_query(H, 100)), 1):
            attacker.say(data, source=ANY)
            igmp.wait_stat("r1", "in_queries", number)
        attacker.say(v3_query(G, [S, T]), source="10.0.1.200")
        igmp.wait_stat("r1", "in_queries", 4)
        check(igmp.group("r1", H)["expires"] > before - 60000, "the group's time runs")
        equal(list(igmp.groups("r1")), [H], "groups")
        equal(igmp.querier("r1"), ("10.0.1.1", True), "querier")
        equal(igmp.interface("r1")["active_robustness"], 2, "robustness variable")


class Log:
    """What the kernel logs from here on."""

    def __init__(self):
        self.file = os.open("/dev/kmsg", os.O_RDONLY | os.O_NONBLOCK)
        os.lseek(self.file, 0, os.SEEK_END)

    def lines(self):
        """The lines of it that are about IGMP, or say that some are left out."""
        lines = []
        while True:
            try:
                text = os.read(self.file, 8192).decode("ascii", "replace")
            except OSError as error:
                if error.errno == errno.EAGAIN:
                    os.close(self.file)
                    return lines
                check(error.errno == errno.EPIPE, error)
                lines += ["some were lost"] * 1000
                continue
            if re.search("igmp|suppressed", text, re.I):
                lines.append(text)


@case("of many queries of a wrong version a few are logged, and all are counted")
def log(lab):
    with Town(lab) as town:
        data = town.attacker.packet(v2_query(), "224.0.0.1", source=LOWEST)
        frames = [ethernet("224.0.0.1") + b"\x02\0\0\0\0\x01\x08\x00" + data] * 500
        kernel = Log()
        began = time.monotonic()
        town.flood(frames)
        town.igmp.wait_stat("r1", "wrong_version_queries", 500)
        # Ten in five seconds, and one that says how many were not; others may
        # have had some.
        most = 11 * (2 + (time.monotonic() - began) // 5)
        lines = kernel.lines()
        check(1 <= len([line for line in lines if LOWEST in line]) and
              len(lines) <= most, f"{len(lines)} lines in the log: {lines[:3]}")


if __name__ == "__main__":
    one_cpu()
    run(lambda: star(3))
