#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""IGMP's members while the owner of their interface changes.

	h1 10.0.1.2 --- r1 [ router ] r2 --- 10.0.2.2 h2
	                   [        ] r3 --- 10.0.3.2 h3

IGMP runs on r2, where h2 has members: real sockets, and reports made of bytes. A
routing protocol that owns r1 takes r2, releases it, or dies. MGM tells IGMP to stop
before and to go on after; in between all memberships go, and afterwards IGMP reports
what the LAN has, as if nothing had been."""

import errno
import itertools
import random

from lib import abi
from lib.bench import Bench, locally, refused
from lib.genl import Client
from lib.igmp import ALLOW, EXCLUDE, INCLUDE, IS_EX, IgmpRouter, Station, Talk, \
    record, v2_leave, v2_report, v3_report
from lib.kernel import Igmp
from lib.tap import case, check, equal, run, wait
from lib.topology import star
from lib.traffic import Background, Receiver, Sender, Stream, one_cpu

S, T, U = "10.0.1.2", "10.0.1.3", "10.0.1.4"
G, H, K, L = (f"239.33.1.{n}" for n in range(1, 5))
JOIN, EXCLUDED = abi.MGM_MEMBERSHIP_F_JOIN, abi.MGM_MEMBERSHIP_F_EXCLUDE

# What a host no longer wants goes after 0.2 s; nothing else ends by itself.
SETTINGS = {"last_member_query_interval": 100}


class Lan:
    """IGMP on r2, a protocol that owns r1, and h2 with a member of G."""

    def __init__(self, lab, protocol=True):
        self.lab = lab
        self.router = lab.router
        self.igmp = lab.closing(IgmpRouter(lab.router))
        self.protocol = lab.protocol(lab.router, 100).take("r1") if protocol else None
        self.monitor = lab.closing(Client(lab.router))
        self.monitor.subscribe()
        self.igmp.enable("r2", **SETTINGS)
        self.station = lab.closing(Station(lab.h2))
        self.receiver = lab.closing(Receiver(lab.h2, G))
        self.sender = lab.closing(Sender(lab.h1, G))
        self.igmp.wait_state("r2", G, EXCLUDE)

    def say(self, data):
        """h2 says something, and the router has heard it."""
        self.station.say(data)
        self.station.fence(self.igmp, "r2")

    def happened(self, until):
        """What changes were announced about r2, up to one that is: names, of the same
        ones in a row the first."""
        ifindex = self.router.ifindex("r2")
        names = []
        for name, values in self.monitor.events(
                lambda name, values: name == until and
                values.get("ifindex") == ifindex, 30):
            if name.endswith("_ntf") and values.get("ifindex") == ifindex and \
               names[-1:] != [name]:
                names.append(name)
        check(names[-1:] == [until], f"{until} is not announced: {names}")
        return [name.removesuffix("_ntf") for name in names]

    def forget(self):
        """Pass over what was announced so far."""
        self.monitor.events()

    def carried(self, what):
        """What h1 sends to G arrives at h2."""
        self.sender.send(3)
        equal(self.receiver.arrived(self.sender), self.sender.numbers, what)


def handover(verb):
    """What MGM announces around a change of owner, where IGMP has members."""
    return ["igmp_disable", "membership_del", f"interface_{verb}", "igmp_enable",
            "membership_add", "interface_change"]


# --- what is announced, and in which order -----------------------------------

@case("around taking IGMP is told to stop and to go on, and reports its members afresh")
def taken(lab):
    lan = Lan(lab)
    lan.say(v3_report(record(ALLOW, H, [S, T])))
    before = lan.igmp.memberships("r2")
    lan.carried("before")
    lan.forget()
    lan.protocol.take("r2")
    equal(lan.happened("interface_change_ntf"), handover("take"), "announced")
    equal(lan.igmp.memberships("r2"), before, "memberships")
    lan.carried("afterwards")


@case("the same around releasing")
def released(lab):
    lan = Lan(lab)
    lan.protocol.take("r2")
    lan.say(v3_report(record(ALLOW, H, [S, T])))
    before = lan.igmp.memberships("r2")
    lan.carried("before")
    lan.forget()
    lan.protocol.release("r2")
    equal(lan.happened("interface_change_ntf"), handover("release"), "announced")
    equal(lan.igmp.memberships("r2"), before, "memberships")
    lan.carried("afterwards")


@case("the same when the owner dies")
def died(lab):
    lan = Lan(lab)
    lan.say(v3_report(record(ALLOW, H, [S, T])))
    before = lan.igmp.memberships("r2")
    other = lab.protocol(lab.router, 200).take("r2").join("r2", K)
    lan.carried("before")
    lan.forget()
    other.close()
    equal(lan.happened("interface_change_ntf"), handover("release"), "announced")
    equal(lan.igmp.memberships("r2"), before, "memberships")
    equal([m["group"] for m in lab.router.client.dump("membership_get")
           if m["group"] == K], [], "memberships of the one that died")
    lan.carried("afterwards")


# --- what IGMP knows -----------------------------------------------------------

@case("whatever hosts and commands want comes through unchanged, and times go on")
def all_kinds(lab):
    lan = Lan(lab)
    lan.igmp.join("r2", K)
    lan.igmp.join("r2", H, U)
    lan.station.say(v3_report(record(ALLOW, H, [S, T]), record(IS_EX, L, [T, U])))
    lan.station.say(v3_report(record(ALLOW, L, [S])))
    lan.station.say(v2_report("239.33.1.5"))
    lan.station.fence(lan.igmp, "r2")

    def known():
        groups = lan.igmp.groups("r2")
        # The host may report its own again at any time.
        groups.pop(G)
        times = {(g, key): value for g, values in groups.items()
                 for key, value in values.items()
                 if key in ("expires", "v2_host_expires")}
        for g, values in groups.items():
            for key in ("uptime", "expires", "v2_host_expires", "last_reporter"):
                values.pop(key, None)
            for source in values.get("source", []):
                if "expires" in source:
                    times[g, source["source"]] = source.pop("expires")
        return groups, times

    lan.igmp.wait_state("r2", L, EXCLUDE, [S], [T, U])
    groups, times = known()
    told = lan.igmp.memberships("r2")
    equal([m for m in told if m[0] == K], [(K, None, JOIN)], "joined by command")
    for step in (lan.protocol.take, lan.protocol.release):
        step("r2")
        now, left = known()
        equal(now, groups, "groups")
        equal(lan.igmp.memberships("r2"), told, "memberships")
        equal(sorted(left), sorted(times), "timers")
        check(all(left[key] <= times[key] for key in times),
              f"timers begin anew: {times} before, {left} now")


@case("excluded sources are reported afresh as such")
def excluded(lab):
    lan = Lan(lab)
    lan.say(v3_report(record(IS_EX, H, [S, T])))
    lan.igmp.wait_state("r2", H, EXCLUDE, [], [S, T])
    told = [(H, S, EXCLUDED), (H, T, EXCLUDED), (H, None, JOIN)]
    equal(sorted(lan.igmp.memberships("r2", H), key=str), sorted(told, key=str),
          "memberships before")
    for step in (lan.protocol.take, lan.protocol.release):
        step("r2")
        equal(sorted(lan.igmp.memberships("r2", H), key=str), sorted(told, key=str),
              "memberships")


@case("what hosts exclude is wanted as long as it, or the group, is joined by command")
def joined_against_hosts(lab):
    lan = Lan(lab, protocol=False)
    lan.say(v3_report(record(IS_EX, H, [S, T])))
    lan.igmp.wait_state("r2", H, EXCLUDE, [], [S, T])
    excluded_both = [(H, S, EXCLUDED), (H, T, EXCLUDED), (H, None, JOIN)]
    for source, told in ((S, [(H, T, EXCLUDED), (H, None, JOIN)]),
                         (None, [(H, None, JOIN)])):
        lan.igmp.join("r2", H, source)
        equal(lan.igmp.memberships("r2", H), sorted(told, key=str),
              f"memberships while {source or 'the group'} is joined")
        lan.igmp.leave("r2", H, source)
        equal(lan.igmp.memberships("r2", H), sorted(excluded_both, key=str),
              "memberships after it is left")


@case("a member that leaves while it is owned is gone, and stays so after a release")
def leaves_while_owned(lab):
    lan = Lan(lab)
    lan.say(v2_report(H))
    lan.protocol.take("r2")
    lan.receiver.leave(G)
    lan.station.say(v2_leave(H))
    lan.igmp.wait_no_group("r2", G)
    lan.igmp.wait_no_group("r2", H)
    equal(lan.igmp.memberships("r2", G) + lan.igmp.memberships("r2", H), [],
          "memberships")
    lan.protocol.release("r2")
    equal(lan.igmp.memberships("r2", G) + lan.igmp.memberships("r2", H), [],
          "memberships after the release")


def gossip():
    """Reports of all kinds about some groups, without end."""
    chance = random.Random(9776)
    while True:
        group = f"239.33.2.{chance.randrange(40)}"
        sources = chance.sample([S, T, U], chance.randrange(4))
        kind = chance.randrange(-2, 7)
        if kind > 0:
            yield v3_report(record(kind, group, sources))
        else:
            yield v2_report(group) if kind else v2_leave(group)


@case("whatever happens during many hand-overs, MGM knows at last what IGMP does")
def turmoil(lab):
    lan = Lan(lab)
    with Talk(lan.station, gossip()):
        for _ in range(8):
            lan.protocol.take("r2")
            heard = lan.igmp.stats("r2")["in_v3_reports"]
            lan.igmp.wait_stat("r2", "in_v3_reports", heard + 3)
            lan.protocol.release("r2")
    # What was being asked about is answered, or gone.
    lan.station.fence(lan.igmp, "r2")
    wait(lambda: lan.igmp.memberships("r2") == expected(lan.igmp.groups("r2")),
         "what MGM knows is not what IGMP does")
    equal(lan.igmp.stats("r2")["not_reported"], 0, "changes that MGM refused")
    equal(lan.igmp.interface("r2")["flags"] & abi.MGM_IGMP_INTERFACE_F_HANDOVER, 0,
          "in hand-over")


def expected(groups):
    """The memberships that follow from groups; a fence's, too."""
    found = []
    for address, group in groups.items():
        all_joined = group["flags"] & abi.MGM_IGMP_GROUP_F_STATIC
        if group["mode"] == EXCLUDE or all_joined:
            found.append((address, None, JOIN))
        for source in group.get("source", []):
            joined = source["flags"] & abi.MGM_IGMP_SOURCE_F_STATIC
            out = source["flags"] & abi.MGM_IGMP_SOURCE_F_EXCLUDED
            if out and not joined and not all_joined:
                found.append((address, source["source"], EXCLUDED))
            elif group["mode"] == INCLUDE and not all_joined:
                found.append((address, source["source"], JOIN))
    return sorted(found, key=str)


def owners(lab, device):
    """Who owns a device: its protocol number, None for nobody."""
    return [interface.get("owner_id")
            for interface in lab.router.client.dump("interface_get")
            if interface["ifindex"] == lab.router.ifindex(device)]


# --- what the owner hears, and what is forwarded ------------------------------

@case("an owner that wants to hear of members hears of all that are there, and decides")
def deciding(lab):
    bench = Bench(lab)
    owner = bench.protocol("owner", "local_join local_leave").take("r1")
    lan = Lan(lab, protocol=False)
    lan.say(v3_report(record(ALLOW, H, [S])))
    fence = next(m[0] for m in lan.igmp.memberships("r2") if m[0] not in (G, H))
    bench.expect("while it is not the owner")
    owner.take("r2")
    found = bench.told()
    equal({name: sorted(alerts) for name, alerts in found.items()},
          {"owner": sorted([locally("join", "r2", G), locally("join", "r2", H, S),
                            locally("join", "r2", fence)])}, "of the members there")
    lan.sender.send(3)
    lan.router.wait_oifs(G, S)
    equal(lan.receiver.arrived(lan.sender, 0), [], "before the owner's membership")
    owner.join("r2", G)
    lan.sender.send(3)
    equal(lan.receiver.arrived(lan.sender, 3), [3, 4, 5], "with it")

    lan.receiver.join(K)
    lan.igmp.wait_state("r2", K, EXCLUDE)
    bench.expect_in_time("of a new member", owner=[locally("join", "r2", K)])
    lan.receiver.leave(K)
    lan.igmp.wait_no_group("r2", K)
    bench.expect_in_time("of one that left", owner=[locally("leave", "r2", K)])

    # Without an owner, IGMP's members are forwarded to again.
    owner.release("r2")
    bench.flush()
    lan.sender.send(3)
    equal(lan.receiver.arrived(lan.sender, 6), [3, 4, 5, 6, 7, 8],
          "after the release")


@case("IGMP enabled on an interface with an owner, and disabled, is told to that owner")
def enabled_later(lab):
    bench = Bench(lab)
    owner = bench.protocol("owner", "local_join local_leave").take("r1", "r2")
    lan = Lan(lab, protocol=False)
    bench.expect_in_time("of the member", owner=[locally("join", "r2", G)])
    lan.igmp.disable("r2")
    bench.expect_in_time("of its end", owner=[locally("leave", "r2", G)])
    equal(lan.igmp.memberships("r2"), [], "memberships")
    equal(owners(lab, "r2"), [owner.number], "owners")


@case("an owner may give the interface up as soon as it hears of a member")
def released_inside(lab):
    bench = Bench(lab)
    owner = bench.protocol("owner", "local_join local_leave").take("r1")
    lan = Lan(lab, protocol=False)
    owner.take("r2")
    bench.flush()
    owner.on("local_join", "run", "release SELF IF")
    lan.receiver.join(K)
    wait(lambda: bench.grep("inside"), "it does not release it")
    equal([event.line for event in bench.grep("inside")], ["inside release errno=0"],
          "answers")
    equal(owners(lab, "r2"), [None], "owners")
    equal(lan.igmp.memberships("r2"), [(G, None, JOIN), (K, None, JOIN)],
          "memberships")
    lan.carried("afterwards")


@case("a hand-over costs the members of other interfaces no packet")
def beside(lab):
    lan = Lan(lab)
    lan.igmp.enable("r3", **SETTINGS)
    at_h3 = lab.closing(Receiver(lab.h3, G))
    lan.igmp.wait_state("r3", G, EXCLUDE)
    lan.sender.send(5)
    equal(at_h3.arrived(lan.sender), lan.sender.numbers, "packets at the start")
    with Stream(lan.sender) as stream:
        for _ in range(5):
            lan.protocol.take("r2")
            stream.wait_sent(5)
            lan.protocol.release("r2")
            stream.wait_sent(5)
    equal(at_h3.arrived(lan.sender), lan.sender.numbers, "packets at h3")


class Busy(Background):
    """A thread that makes one netlink call after the other, over and over, for as
    long as the "with" block runs. Refusals by the state of things are no fault."""

    usual = {errno.EALREADY, errno.EBUSY, errno.EEXIST, errno.ENOENT, errno.EPERM}

    def __init__(self, client, *calls):
        super().__init__()
        self._client = client
        self._calls = calls
        self.done = 0

    def _run(self):
        for call, command, values in itertools.cycle(self._calls):
            try:
                getattr(self._client, call)(command, **values)
                self.done += 1
            except OSError as error:
                if error.errno not in self.usual:
                    self.error = error
            if self._stop.wait(0.001) or self.error:
                return


@case("commands, owners, links and reports all at once leave IGMP and MGM of one mind")
def at_once(lab):
    lan = Lan(lab)
    there = {"ifindex": lab.router.ifindex("r2")}
    clients = [lab.closing(Client(lab.router, "mgm_igmp")) for _ in range(3)]
    switched = Busy(clients[0], ("call", "interface_disable", there),
                    ("call", "interface_enable", {**there, **SETTINGS}))
    wished = Busy(clients[1], ("call", "join", {**there, "group": K}),
                  ("call", "join", {**there, "group": H, "source4": S}),
                  ("call", "interface_set", {**there, "robustness": 3}),
                  ("call", "leave", {**there, "group": K}),
                  ("call", "leave", {**there, "group": H, "source4": S}))
    read = Busy(clients[2], ("dump", "group_get", {}), ("dump", "interface_get", {}))
    owned = Busy(lan.protocol.client,
                 *(("call", f"interface_{verb}",
                    {**there, "handle": lan.protocol.handle})
                   for verb in ("take", "release")))
    with Talk(lan.station, gossip()), switched, wished, read, owned:
        for number in range(1, 6):
            lab.router.rtnl.up("r2", False)
            lab.router.rtnl.up("r2")
            wait(lambda n=number: min(busy.done for busy in (
                switched, wished, read, owned)) >= 6 * n, "somebody does not get on")
    lab.ready((lab.router, "r2"), (lab.h2, "eth0"))
    if there["ifindex"] not in [i["ifindex"]
                                for i in lan.igmp.client.dump("interface_get")]:
        lan.igmp.enable("r2", **SETTINGS)
    lan.station.fence(lan.igmp, "r2")
    wait(lambda: lan.igmp.memberships("r2") == expected(lan.igmp.groups("r2")),
         "what MGM knows is not what IGMP does")
    lan.igmp.disable("r2")
    equal(lan.igmp.memberships("r2"), [], "memberships at the end")


@case("a namespace has one IGMP: the second one is refused, whichever comes first")
def one_igmp(lab):
    igmp = lab.closing(IgmpRouter(lab.router)).enable("r2")
    refused(errno.EEXIST, Igmp, lab.router)
    igmp.disable("r2")
    other = Igmp(lab.router)
    refused(errno.EEXIST, igmp.enable, "r2")
    other.close()
    igmp.enable("r2")


if __name__ == "__main__":
    one_cpu()
    run(lambda: star(3))
