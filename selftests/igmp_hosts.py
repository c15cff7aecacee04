#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Hosts of all versions of IGMP, which are Linux's own, and what is forwarded to
their LANs.

	h1 10.0.1.2 --- r1 [ router ] r2 --- 10.0.2.2 h2	version 3
	   10.0.1.3        [        ] r3 --- 10.0.3.2 h3	version 2
	                   [        ] r4 --- 10.0.4.2 h4	version 1
	                   [        ] r5 --- switch --- 10.0.5.2 h5
	                                            --- 10.0.5.3 h6

IGMP is all there is on the router: nobody owns an interface."""

import contextlib
import os
import struct
import subprocess
import time

from lib import abi
from lib.bench import refused
from lib.igmp import EXCLUDE, INCLUDE, QUICK, TO_EX, IgmpRouter, Station, state
from lib.tap import case, check, equal, run, wait
from lib.topology import star, switch
from lib.traffic import Receiver, Sender, Stream, one_cpu

S, OTHER = "10.0.1.2", "10.0.1.3"
G = "239.32.1.1"
EEXIST, ENOENT = 17, 2
JOIN = abi.MGM_MEMBERSHIP_F_JOIN

# Never asked within a case; nothing is forgotten by itself.
SLOW = {"query_interval": 60000, "query_response_interval": 10000}


def setup():
    """The drawing."""
    lab = star(4)
    lab.h1.rtnl.address("eth0", OTHER)
    lab.h5, lab.h6 = lab.netns("h5"), lab.netns("h6")
    switch(lab, (lab.router, "r5"), (lab.h5, "eth0"), (lab.h6, "eth0"))
    lab.router.rtnl.address("r5", "10.0.5.1")
    for host, address in (lab.h5, "10.0.5.2"), (lab.h6, "10.0.5.3"):
        host.address, host.device = address, "eth0"
        host.rtnl.up("lo")
        host.rtnl.address("eth0", address)
        host.rtnl.route("0.0.0.0", 0, "10.0.5.1")
    for host, version in (lab.h2, 3), (lab.h3, 2), (lab.h4, 1):
        speak(host, version)
    return lab


def speak(host, version):
    """From now on the host's IGMP is of this version."""
    host.sysctl("net/ipv4/conf/eth0/force_igmp_version", version)


def start(lab, *devices, **settings):
    """IGMP, where a case wants it, and at the source."""
    router = lab.closing(IgmpRouter(lab.router))
    router.enable("r1", **SLOW)
    return router.enable(*devices, **(settings or QUICK))


class Lan:
    """A host on a LAN: what it receives, and what there is on the LAN."""

    def __init__(self, lab, host):
        self.router = lab.router
        self.receiver = lab.closing(Receiver(host))
        self.wire = lab.closing(Station(host))

    def join(self, group=G, source=None):
        """Its socket joins a group."""
        self.receiver.join(group, source=source)
        return self

    def seen(self, sender):
        """The numbers of a sender's packets that have come onto the LAN."""
        source = sender.socket.getsockname()[0]
        if source == "0.0.0.0":
            source = sender.host.address
        # What is held until there is an entry would be overtaken by the fence.
        wait(lambda: self.router.oifs(sender.group, source) is not None, "no entry")
        sender.fence(self.receiver)
        numbers = []
        for frame in self.wire.udp_to(sender.group):
            _, flow, number = struct.unpack_from("!4sII", frame, 42)
            if flow == sender.flow:
                numbers.append(number)
        return numbers


def lans(lab, *hosts):
    """A Lan for each of these hosts."""
    return [Lan(lab, host) for host in hosts]


def senders(lab, group=G):
    """One at each of h1's addresses."""
    return [lab.closing(Sender(lab.h1, group, source=source)) for source in (S, OTHER)]


def wait_oifs(lab, sender, *devices):
    """Wait until a flow goes out of these devices."""
    lab.router.wait_oifs(sender.group, S, *devices)


@case("a stream starts on the LANs of members of every version, and on no other")
def stream_starts(lab):
    igmp = start(lab, "r2", "r3", "r4", "r5", **SLOW)
    members = lans(lab, lab.h2, lab.h3, lab.h4)
    other = Lan(lab, lab.h5)
    sender = lab.closing(Sender(lab.h1, G))
    sender.send(5)
    wait_oifs(lab, sender)
    for number, member in enumerate(members, 2):
        equal(member.seen(sender), [], f"packets on r{number} without a member")
        member.join()
        igmp.wait_state(f"r{number}", G, EXCLUDE)
        equal(igmp.memberships(f"r{number}"), [(G, None, JOIN)], "memberships")
    wait_oifs(lab, sender, "r2", "r3", "r4")
    sender.send(5)
    for number, member in enumerate(members, 2):
        equal(member.receiver.arrived(sender, 5), [5, 6, 7, 8, 9], f"at h{number}")
        equal(member.seen(sender), [5, 6, 7, 8, 9], f"packets on r{number}")
    equal(other.seen(sender), [], "packets on r5")
    groups = [igmp.group(f"r{number}", G) for number in (2, 3, 4)]
    equal([("v1_host_expires" in group, "v2_host_expires" in group)
           for group in groups], [(False, False), (False, True), (True, False)],
          "older hosts, of version 1 and 2, of which the router knows")
    equal([group["last_reporter"] for group in groups],
          [f"10.0.{number}.2" for number in (2, 3, 4)], "last reporters")
    equal([{name for name in ("in_v1_reports", "in_v2_reports", "in_v3_reports")
            if igmp.stats(f"r{number}")[name]} for number in (2, 3, 4)],
          [{"in_v3_reports"}, {"in_v2_reports"}, {"in_v1_reports"}], "reports counted")


@case("it stops when the time is over that each version has for it, and not before")
def stream_stops(lab):
    igmp = start(lab, "r2", "r3", "r4")
    members = lans(lab, lab.h2, lab.h3, lab.h4)
    names = ["r2", "r3", "r4"]
    sender = lab.closing(Sender(lab.h1, G))
    for name, member in zip(names, members):
        member.join()
        igmp.wait_state(name, G, EXCLUDE)
    sender.send(5)
    wait_oifs(lab, sender, *names)
    left = {}
    for name, member in zip(names, members):
        left[name] = time.monotonic()
        member.receiver.leave(G)
    # A host of version 1 goes without a word.
    membership = igmp.group("r4", G)["expires"]
    asked = time.monotonic()
    ended = {}

    def all_ended():
        there = lab.router.oifs(G, S) or []
        for name in set(names) - set(there) - set(ended):
            ended[name] = time.monotonic()
        return len(ended) == 3
    wait(all_ended, "the stream does not stop")
    for name in "r2", "r3":
        check(ended[name] - left[name] >= 0.4,
              f"on {name} it stops {ended[name] - left[name]:.3f} s after the leave")
        check(igmp.stats(name)["out_group_queries"] >= 2, f"queries on {name}")
    equal(igmp.stats("r4")["out_group_queries"], 0, "queries on r4")
    check(ended["r4"] - asked >= membership / 1000 - 0.01,
          f"on r4 it stops after {ended['r4'] - asked:.3f} s of {membership} ms")
    sent = len(sender.numbers)
    sender.send(5)
    for name, member in zip(names, members):
        equal([n for n in member.seen(sender) if n >= sent], [], f"packets on {name}")
        igmp.wait_no_group(name, G)


def wait_group(igmp, device, group, complaint, condition):
    """Wait until a group is there and meets the condition."""
    def met():
        found = igmp.group(device, group)
        return found and condition(found)
    wait(met, complaint)


def one_leaves(lab, group, versions):
    """h5 leaves a group that h6 stays in; their versions."""
    igmp = start(lab, "r5", last_member_query_interval=1000)
    # Nobody is to answer it later.
    igmp.wait_stat("r5", "out_general_queries", 1)
    going, staying = lans(lab, lab.h5, lab.h6)
    for host, version in zip((lab.h5, lab.h6), versions):
        speak(host, version)
    # Of hosts of version 2, the one that was heard last says that it leaves.
    for lan, reporter in (staying, "10.0.5.3"), (going, "10.0.5.2"):
        lan.join(group)
        wait_group(igmp, "r5", group, f"no report of {reporter}",
                   lambda found, a=reporter: found["last_reporter"] == a)
    sender = lab.closing(Sender(lab.h1, group))
    sender.send(5)
    for lan in going, staying:
        equal(lan.receiver.arrived(sender), sender.numbers, "before")
    with Stream(sender, 0.005):
        going.receiver.leave(group)
        igmp.wait_stat("r5", "out_group_queries", 2)
        # Where that is not answered, a second of its time is left.
        wait_group(igmp, "r5", group, "no answer",
                   lambda found: found["expires"] > 60000)
    equal(staying.receiver.arrived(sender), sender.numbers, "at the one that stays")


@case("it goes on without a gap while the LAN has a second member, both of version 3")
def second_member(lab):
    one_leaves(lab, "239.32.2.1", (3, 3))


@case("the same, both of version 2")
def second_member_v2(lab):
    one_leaves(lab, "239.32.2.2", (2, 2))


@case("the same, of version 3 the one that leaves, of version 2 the other")
def second_member_mixed(lab):
    one_leaves(lab, "239.32.2.3", (3, 2))


def wait_excluded(igmp, device, *sources):
    """Wait until all sources but these are wanted. Hosts say things twice, so that
    others may be known or not."""
    wait_group(igmp, device, G, f"{sources} are not what is excluded on {device}",
               lambda found: state(found)[::2] == (EXCLUDE, sorted(sources)))


@case("who wants one source gets that, who wants all but one all others, by LANs")
def filters(lab):
    speak(lab.h3, 3)
    lab.case.callback(speak, lab.h3, 2)
    igmp = start(lab, "r2", "r3", last_member_query_interval=100)
    first, second = senders(lab)
    including, excluding = lans(lab, lab.h2, lab.h3)
    including.join(source=S)
    excluding.join().receiver.block(G, OTHER)
    igmp.wait_state("r2", G, INCLUDE, [S])
    wait_excluded(igmp, "r3", OTHER)
    for sender in first, second:
        sender.send(5)
    equal(including.seen(first), first.numbers, "wanted, where one source is")
    equal(including.seen(second), [], "another, there")
    equal(excluding.seen(first), first.numbers, "others, where one source is blocked")
    equal(excluding.seen(second), [], "the one that is blocked")
    equal(including.receiver.arrived(first), first.numbers, "at h2")
    equal(excluding.receiver.arrived(first), first.numbers, "at h3")

    including.receiver.join(G, source=OTHER)
    excluding.receiver.unblock(G, OTHER)
    igmp.wait_state("r2", G, INCLUDE, [S, OTHER])
    wait_excluded(igmp, "r3")
    second.send(5)
    equal(including.receiver.arrived(second, 5), [5, 6, 7, 8, 9], "added, at h2")
    equal(excluding.receiver.arrived(second, 5), [5, 6, 7, 8, 9], "let on, at h3")

    including.receiver.leave(G, source=S)
    igmp.wait_state("r2", G, INCLUDE, [OTHER])
    excluding.receiver.block(G, S)
    wait_excluded(igmp, "r3", S)
    first.send(5)
    equal(including.seen(first), [0, 1, 2, 3, 4], "given up, at h2")
    equal(excluding.seen(first), [0, 1, 2, 3, 4], "blocked, at h3")


@case("a LAN gets what any host there wants, one INCLUDE and one EXCLUDE together")
def together(lab):
    for host in lab.h5, lab.h6:
        speak(host, 3)
    igmp = start(lab, "r5", last_member_query_interval=1000)
    first, second = senders(lab)
    excluding, including = lans(lab, lab.h5, lab.h6)
    excluding.join().receiver.block(G, S)
    igmp.wait_state("r5", G, EXCLUDE, [], [S])
    including.join(source=S)
    igmp.wait_state("r5", G, EXCLUDE, [S])
    for sender in first, second:
        sender.send(5)
        equal(including.seen(sender), sender.numbers, "on the LAN")
    equal(excluding.receiver.arrived(second), second.numbers, "at h5")
    equal(including.receiver.arrived(first), first.numbers, "at h6")
    excluding.receiver.leave(G)
    igmp.wait_state("r5", G, INCLUDE, [S])
    for sender in first, second:
        sender.send(5)
    equal(including.seen(first), first.numbers, "wanted by the one that stays")
    equal(including.seen(second), [0, 1, 2, 3, 4], "wanted by nobody any more")


def to_ex_records(wire, host):
    """How often a host has said that it has joined the group."""
    return sum((kind, group) == (TO_EX, G) for message in wire.heard()
               if message.source == host for kind, group, _ in message.records)


@case("while a host of version 2 is in a group, no source of it is blocked")
def version_2(lab):
    speak(lab.h5, 3)
    speak(lab.h6, 2)
    igmp = start(lab, "r5", query_interval=1000, query_response_interval=100,
                 last_member_query_interval=500)
    first, second = senders(lab)
    newer, older = lans(lab, lab.h5, lab.h6)
    older.join()
    igmp.wait_state("r5", G, EXCLUDE)
    newer.join()
    # While it has a change of mode to report, a host says nothing of sources.
    wait(lambda: to_ex_records(older.wire, lab.h5.address) >= 2,
         "h5 does not report twice that it has joined")
    newer.receiver.block(G, OTHER)
    igmp.wait_stat("r5", "in_ignored", 1)
    wait_excluded(igmp, "r5")
    for sender in first, second:
        sender.send(5)
        equal(older.receiver.arrived(sender), sender.numbers, "at h6")
    equal(igmp.stats("r5")["out_source_queries"], 0, "queries about sources")
    check(igmp.group("r5", G)["v2_host_expires"] <= 2100, "it is remembered too long")
    # With it gone for as long as a membership lasts, the other says so again.
    older.receiver.leave(G)
    wait_group(igmp, "r5", G, "the host of version 2 is not forgotten",
               lambda found: "v2_host_expires" not in found)
    newer.receiver.unblock(G, OTHER)
    newer.receiver.block(G, OTHER)
    igmp.wait_state("r5", G, EXCLUDE, [], [OTHER])


@case("while a host of version 1 is in a group, nobody leaves it")
def version_1(lab):
    speak(lab.h5, 2)
    speak(lab.h6, 1)
    igmp = start(lab, "r5", **SLOW)
    newer, older = lans(lab, lab.h5, lab.h6)
    older.join()
    igmp.wait_stat("r5", "in_v1_reports", 1)
    newer.join()
    igmp.wait_stat("r5", "in_v2_reports", 1)
    newer.receiver.leave(G)
    igmp.wait_stat("r5", "in_leaves", 1)
    # The same in the words of version 3.
    speak(lab.h5, 3)
    newer.join()
    newer.receiver.leave(G)
    igmp.wait_stat("r5", "in_ignored", 2)
    newer.wire.fence(igmp, "r5")
    equal(igmp.stats("r5")["out_group_queries"], 0, "queries")
    check(igmp.group("r5", G)["expires"] > 60000, "the group's time runs out")


@case("where leaving is immediate the stream stops at once, and nobody is asked")
def immediate_leave(lab):
    igmp = start(lab, "r2", "r3", immediate_leave=1, last_member_query_interval=60000)
    sender = lab.closing(Sender(lab.h1, G))
    members = lans(lab, lab.h2, lab.h3)
    for name, member in zip(("r2", "r3"), members):
        member.join()
        igmp.wait_state(name, G, EXCLUDE)
    sender.send(5)
    for member in members:
        equal(member.receiver.arrived(sender), sender.numbers, "before")
        member.receiver.leave(G)
    wait_oifs(lab, sender)
    sender.send(5)
    for name, member in zip(("r2", "r3"), members):
        equal(member.seen(sender), [0, 1, 2, 3, 4], "afterwards")
        equal(igmp.stats(name)["out_group_queries"], 0, "queries")


@case("what is joined by command is forwarded whatever the hosts say, until it is left")
def joined(lab):
    igmp = start(lab, "r2", **QUICK)
    first, second = senders(lab)
    lan = Lan(lab, lab.h2)
    igmp.join("r2", G)
    equal(refused(EEXIST, igmp.join, "r2", G).sentence, "the group is joined already",
          "the refusal")
    for sender in first, second:
        sender.send(5)
        equal(lan.seen(sender), sender.numbers, "joined")
    check(igmp.group("r2", G)["flags"] & abi.MGM_IGMP_GROUP_F_STATIC, "no flag")
    # A host that comes, and goes again, is no reason to stop.
    lan.join()
    igmp.wait_state("r2", G, EXCLUDE)
    lan.receiver.leave(G)
    igmp.wait_state("r2", G, INCLUDE)
    first.send(5)
    equal(lan.seen(first), first.numbers, "after a host has left")
    igmp.leave("r2", G)
    refused(ENOENT, igmp.leave, "r2", G)
    igmp.wait_no_group("r2", G)
    first.send(5)
    equal(lan.seen(first), list(range(10)), "left")

    igmp.join("r2", G, OTHER)
    for sender in first, second:
        sender.send(5)
    equal(lan.seen(second), second.numbers, "of the source that is joined")
    equal(lan.seen(first), list(range(10)), "of another")
    igmp.leave("r2", G, OTHER)
    second.send(5)
    equal(lan.seen(second), list(range(10)), "of the source that is left")
    equal(igmp.groups("r2"), {}, "groups")


@contextlib.contextmanager
def tcpdump(host):
    """tcpdump, for the length of the "with" block; gives a function that waits for a
    line, or two in one, with these words."""
    with host:
        program = subprocess.Popen(
            ["tcpdump", "-l", "-n", "-v", "-i", "eth0", "igmp or udp port 5000"],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    descriptor = program.stdout.fileno()
    text = []

    def printed(*words):
        def there():
            with contextlib.suppress(BlockingIOError):
                text.append(program.stdout.read() or b"")
            whole = b"".join(text).decode()
            # What is on the second line of a packet is set in.
            packets = whole.replace("\n    ", " ").split("\n")
            return any(all(word in packet for word in words) for packet in packets)
        wait(there, f"tcpdump does not print {words}")
    try:
        os.set_blocking(descriptor, False)
        printed("listening on")
        yield printed
    finally:
        program.terminate()
        program.wait()
        program.stdout.close()


@case("tcpdump reads queries, reports and the stream as they are meant")
def read_by_tcpdump(lab):
    with tcpdump(lab.h2) as printed:
        igmp = start(lab, "r2", **QUICK)
        printed("10.0.2.1 > 224.0.0.1", "ttl 1", "options (RA)",
                "igmp query v3 [max resp time 0.5s]")
        sender = lab.closing(Sender(lab.h1, G))
        lan = Lan(lab, lab.h2).join()
        printed("10.0.2.2 > 224.0.0.22", f"[gaddr {G} to_ex, 0 source(s)]")
        igmp.wait_state("r2", G, EXCLUDE)
        sender.send(5)
        equal(lan.seen(sender), sender.numbers, "packets")
        printed("10.0.1.2.", f"> {G}.5000", "ttl 7", "UDP, length 64")
        lan.receiver.leave(G)
        printed(f"10.0.2.1 > {G}", f"igmp query v3 [max resp time 0.2s] [gaddr {G}]")
        igmp.set("r2", version=2)
        printed("10.0.2.1 > 224.0.0.1", "igmp query v2 [max resp time 5]")
        igmp.set("r2", version=1)
        printed("10.0.2.1 > 224.0.0.1", "igmp query v1")


if __name__ == "__main__":
    one_cpu()
    run(setup)
