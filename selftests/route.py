#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Routes change, and the entries with them.

	h1 10.0.1.2 --- r1 [ router ] r2 --- 10.0.2.2 h2
	                   [        ] r3 --- 10.0.3.2 h3
	                   [        ] r4 --- 10.0.4.2 h4

Protocol a owns r1 and r4, b owns r2 and has receivers there, c owns r3; all live in
the kernel. h1, h3 and h4 can all send with the sources 10.9.0.5 and 10.8.0.5, to
which the routes lead by h1 at first. The second is there to tell when what was
changed before has been dealt with."""

from lib import abi
from lib.bench import Bench, asked, config, entry_joined, entry_pruned, refused
from lib.genl import Client
from lib.netlink import RTPROT_BOOT, RTPROT_STATIC
from lib.tap import case, check, equal, note, run, wait
from lib.topology import star
from lib.traffic import Receiver, Sender, Stream, one_cpu

S, G, H = "10.0.1.2", "239.18.1.1", "239.18.1.2"
FAR, MARK = "10.9.0.5", "10.8.0.5"
TABLE = 100


def setup():
    """The hosts, and the far sources."""
    lab = star(4)
    for host in (lab.h1, lab.h3, lab.h4):
        host.rtnl.address("lo", FAR, 32)
        host.rtnl.address("lo", MARK, 32)
    return lab


def via(device):
    """The host behind a device of the router, as a gateway."""
    return f"10.0.{device[1]}.2"


class Routed(Bench):
    """The protocols and the routes of the drawing."""

    def __init__(self, lab, words="join prune"):
        super().__init__(lab)
        self.rtnl = lab.router.rtnl
        for prefix in ("10.9.0.0", "10.8.0.0"):
            self.rtnl.route(prefix, 24, via("r1"))
            lab.case.callback(self.rtnl.no_route, prefix, 24)
        self.a = self.protocol("a", words).take("r1", "r4")
        self.b = self.protocol("b", words).take("r2").forward("r2", G)
        self.c = self.protocol("c", words).take("r3")
        self.at_h2 = lab.closing(Receiver(lab.h2, G))
        self._marker = None
        self._mark_way = "r1"

    def sender(self, host=None, group=G, source=FAR):
        """A sender of the far source, by default at h1."""
        return self.lab.closing(Sender(host or self.lab.h1, group, source=source))

    def flow(self, group=G, host=None, devices=("r2",), source=FAR):
        """A packet of the far source, and its entry."""
        sender = self.sender(host, group, source)
        sender.send()
        self.router.wait_oifs(group, source, *devices)
        return sender

    def move(self, device, prefix="10.9.0.0", length=24, **options):
        """Replace a route by one by the host behind a device."""
        self.rtnl.route(prefix, length, via(device), replace=True, **options)

    def comes_in(self, device, group=G, source=FAR):
        """Wait until the entry's packets have to come in on a device."""
        ifindex = self.ifindex(device)
        self.router.wait_mfe(group, source, lambda m: m.get("iif") == ifindex,
                             f"does not come in on {device}")

    def settle(self):
        """All routes that have changed have been looked at: move the mark's route
        between two interfaces of one protocol, and wait until its entry follows."""
        if not self._marker:
            self._marker = self.flow(H, devices=(), source=MARK)
            self.told()
        self._mark_way = "r4" if self._mark_way == "r1" else "r1"
        self.move(self._mark_way, "10.8.0.0")
        self.comes_in(self._mark_way, H, MARK)

    def monitor(self):
        """A client that hears of every change."""
        client = self.lab.closing(Client(self.router))
        client.subscribe()
        return client


def entry_events(client, source=FAR):
    """What a monitor has heard of the entries of a source."""
    return [name for name, values in client.events()
            if name.startswith("mfe") and values.get("source") == source]


def unfence(bench, host):
    """What the host has sent so far is at h2, or lost."""
    bench.lab.closing(Sender(host, G)).fence(bench.at_h2)
    bench.at_h2.read()


# --- the iif moves --------------------------------------------------------------

@case("a route moves a flow between two owners under traffic: in place, both are told")
def moves(lab):
    bench = Routed(lab)
    here, there = bench.sender(), bench.sender(lab.h3)
    here.send()
    equal(bench.at_h2.wait(here), [0], "packets at the start")
    lab.router.wait_oifs(G, FAR, "r2")
    monitor = bench.monitor()
    with Stream(here) as first, Stream(there) as second:
        first.wait_sent(50)
        second.wait_sent(50)
        before = len(there.numbers)
        bench.move("r3")
        bench.comes_in("r3")
        moved = len(here.numbers)
        first.wait_sent(50)
        second.wait_sent(50)
    for host in (lab.h1, lab.h3):
        unfence(bench, host)
    old, new = bench.at_h2.numbers(here), bench.at_h2.numbers(there)
    sent = len(here.numbers) + len(there.numbers)
    mfe = lab.router.mfe(G, FAR)
    # Of each stream one piece arrives, up to the move or from there on.
    equal(old, list(range(len(old))), "h1's packets")
    equal(new, list(range(len(there.numbers) - len(new), len(there.numbers))),
          "h3's packets")
    check(50 <= len(old) <= moved + 1, f"{len(old)} of h1's, {moved} sent till then")
    check(len(new) >= 50, f"{len(new)} of h3's")
    equal((mfe["in_packets"], mfe["wrong_if_packets"]),
          (len(old) + len(new), sent - len(old) - len(new)), "in, and wrong")
    equal(mfe["out_packets"], len(old) + len(new), "out")
    equal(set(entry_events(monitor)), {"mfe_change_ntf"}, "what happened to the entry")
    bench.expect("of the move", a=[entry_pruned("r1", G, FAR)],
                 c=[entry_joined(G, FAR)])
    lost = len(there.numbers) - len(new) - before
    note(f"from the route's change on {lost} packets were lost on the new way in, "
         f"until the entry followed")


@case("of a flow that nobody wants both owners are told so")
def moves_negative(lab):
    bench = Routed(lab)
    bench.flow(H, devices=())
    bench.told()
    bench.move("r3")
    bench.comes_in("r3", H)
    bench.expect("of the move", a=[entry_pruned("r1", H, FAR)],
                 c=[entry_pruned("r3", H, FAR)])


@case("between two interfaces of one owner the flow moves without a word")
def moves_within(lab):
    bench = Routed(lab)
    bench.flow()
    bench.move("r4")
    bench.comes_in("r4")
    sender = bench.sender(lab.h4)
    sender.send(3)
    equal(bench.at_h2.wait(sender), sender.numbers, "packets on r4")
    bench.expect("of the move")


@case("the new way in leaves the outgoing list, the old one may enter it")
def moves_list(lab):
    bench = Routed(lab)
    bench.c.forward("r3", G)
    bench.a.forward("r1", G)
    bench.flow(devices=("r2", "r3"))
    bench.move("r3")
    bench.comes_in("r3")
    equal(lab.router.oifs(G, FAR), ["r1", "r2"], "outgoing list")
    bench.move("r1")
    bench.comes_in("r1")
    equal(lab.router.oifs(G, FAR), ["r2", "r3"], "outgoing list, moved back")
    bench.expect("of both moves", a=[entry_pruned("r1", G, FAR), entry_joined(G, FAR)],
                 c=[entry_joined(G, FAR), entry_pruned("r3", G, FAR)])


@case("another neighbour on the same interface: the entry has it, nobody is told")
def neighbour(lab):
    bench = Routed(lab)
    sender = bench.flow()
    bench.rtnl.route("10.9.0.0", 24, "10.0.1.77", replace=True, protocol=RTPROT_STATIC)
    lab.router.wait_mfe(G, FAR, lambda m: m["upstream"] == "10.0.1.77",
                        "does not have the new neighbour")
    equal(lab.router.mfe(G, FAR)["rpf_protocol"], RTPROT_STATIC, "the route's origin")
    sender.send(3)
    equal(bench.at_h2.arrived(sender), sender.numbers, "packets")
    bench.expect("of the neighbour")


@case("a more specific route moves the entries it covers, its end moves them back")
def more_specific(lab):
    bench = Routed(lab)
    bench.flow()
    other = "10.9.0.130"
    lab.h1.rtnl.address("lo", other, 32)
    bench.flow(source=other)
    monitor = bench.monitor()
    bench.rtnl.route("10.9.0.0", 25, via("r3"))
    bench.comes_in("r3")
    mfe = lab.router.mfe(G, FAR)
    equal((mfe["rpf_prefix"], mfe["rpf_len"]), ("10.9.0.0", 25), "route of the entry")
    bench.rtnl.no_route("10.9.0.0", 25)
    bench.comes_in("r1")
    equal(entry_events(monitor, other), [], "what happened to the other entry")
    lab.h1.rtnl.address("lo", other, 32, remove=True)


@case("among equal routes an entry stays with the way that it has")
def multipath(lab):
    bench = Routed(lab)
    bench.settle()
    bench.flow()
    bench.rtnl.route("10.9.0.0", 24, via("r3"), via("r1"), replace=True)
    bench.settle()
    bench.rtnl.route("10.9.0.0", 24, via("r1"), via("r3"), via("r4"), replace=True)
    bench.settle()
    equal(lab.router.mfe(G, FAR)["iif"], bench.ifindex("r1"), "way in")
    bench.expect("of more ways")
    bench.rtnl.route("10.9.0.0", 24, via("r3"), via("r4"), replace=True)
    wait(lambda: lab.router.mfe(G, FAR)["iif"] != bench.ifindex("r1"),
         "the entry keeps a way that is none any more")


# --- no route, no interface -----------------------------------------------------

@case("the route is gone, and the entry; traffic makes one that drops, until it is back")
def gone(lab):
    bench = Routed(lab)
    sender = bench.flow()
    bench.rtnl.no_route("10.9.0.0", 24)
    lab.router.wait_no_mfe(G, FAR)
    bench.expect("of the end", a=[entry_pruned("r1", G, FAR)])
    sender.send(3)
    mfe = lab.router.wait_mfe(G, FAR)
    check(mfe["flags"] & abi.MGM_MFE_F_NO_RPF, f"no flag: {mfe}")
    unfence(bench, lab.h1)
    equal(bench.at_h2.numbers(sender), [0], "packets without a route")
    bench.rtnl.route("10.9.0.0", 24, via("r3"))
    lab.router.wait_no_mfe(G, FAR)
    new = bench.sender(lab.h3)
    new.send(3)
    equal(bench.at_h2.wait(new), new.numbers, "packets with a route again")
    bench.expect("of the new entry, which is not empty")


@case("a route out of an interface that nobody took is none")
def untaken(lab):
    bench = Routed(lab)
    bench.flow()
    bench.c.release("r3")
    bench.move("r3")
    lab.router.wait_no_mfe(G, FAR)
    bench.expect("of the end", a=[entry_pruned("r1", G, FAR)])


@case("a link that goes down takes the entries along that came in there, no others")
def link_down(lab):
    bench = Routed(lab)
    bench.b.forward("r2", H)
    bench.flow()
    other = lab.closing(Sender(lab.h3, H))
    other.send()
    lab.router.wait_oifs(H, "10.0.3.2", "r2")
    bench.told()
    bench.rtnl.up("r1", False)
    try:
        lab.router.wait_no_mfe(G, FAR)
        check(lab.router.mfe(H, "10.0.3.2"), "the other entry is gone, too")
        bench.expect("of the end", a=[entry_pruned("r1", G, FAR)])
    finally:
        bench.rtnl.up("r1")
        lab.ready((lab.router, "r1"))
        for prefix in ("10.9.0.0", "10.8.0.0"):
            bench.rtnl.route(prefix, 24, via("r1"))
    sender = bench.sender()
    sender.send(3)
    equal(bench.at_h2.wait(sender), sender.numbers, "packets with the link up again")


# --- nothing happens --------------------------------------------------------------

@case("routes that do not concern an entry do nothing to it")
def no_concern(lab):
    bench = Routed(lab)
    sender = bench.flow()
    bench.settle()
    monitor = bench.monitor()
    bench.rtnl.route("10.7.0.0", 16, via("r3"))
    bench.rtnl.route("10.0.0.0", 8, via("r3"))
    bench.rtnl.route("0.0.0.0", 0, via("r3"))
    bench.rtnl.route("10.9.1.0", 24, via("r3"))
    bench.settle()
    for prefix, length in (("10.7.0.0", 16), ("10.0.0.0", 8), ("0.0.0.0", 0),
                           ("10.9.1.0", 24)):
        bench.rtnl.no_route(prefix, length)
    bench.settle()
    sender.send(3)
    equal(bench.at_h2.arrived(sender), sender.numbers, "packets")
    equal(entry_events(monitor), [], "what happened to the entry")
    bench.expect("of them")


@case("many routes at once, one of which counts")
def many(lab):
    bench = Routed(lab)
    bench.settle()
    bench.flow()
    prefixes = [f"10.6.{i}.0" for i in range(60)]
    for prefix in prefixes:
        bench.rtnl.route(prefix, 24, via("r1"))
    bench.move("r3")
    for prefix in prefixes:
        bench.rtnl.no_route(prefix, 24)
    bench.comes_in("r3")
    bench.settle()
    bench.expect("of it", a=[entry_pruned("r1", G, FAR)], c=[entry_joined(G, FAR)])


# --- a RIB of one's own -------------------------------------------------------------

def other_table(lab, bench, device):
    """A route to the far source in another table."""
    bench.rtnl.route("10.9.0.0", 24, via(device), table=TABLE)
    lab.case.callback(bench.rtnl.no_route, "10.9.0.0", 24, TABLE)


@case("a table chosen as the multicast RIB counts at once, and until it no longer is")
def table(lab):
    bench = Routed(lab)
    bench.settle()
    other_table(lab, bench, "r3")
    equal(lab.router.client.call("config_get")["rpf_table"], 0, "the table at first")
    bench.flow()
    near = lab.closing(Sender(lab.h1, G))
    near.send()
    lab.router.wait_oifs(G, S, "r2")
    bench.comes_in("r1")
    config(lab, rpf_table=TABLE)
    bench.comes_in("r3")
    equal(lab.router.mfe(G, S)["iif"], bench.ifindex("r1"),
          "way in of a source that the table knows nothing of")
    bench.expect("of the choice", a=[entry_pruned("r1", G, FAR)],
                 c=[entry_joined(G, FAR)])
    bench.move("r4")
    bench.settle()
    equal(lab.router.mfe(G, FAR)["iif"], bench.ifindex("r3"),
          "way in, with the unicast route moved")
    bench.expect("of the unicast route")
    lab.router.client.call("config_set", rpf_table=0)
    bench.comes_in("r4")


@case("routes that come and go in the chosen table move entries to and fro")
def table_changes(lab):
    bench = Routed(lab)
    config(lab, rpf_table=TABLE)
    bench.flow()
    bench.comes_in("r1")
    bench.rtnl.route("10.9.0.0", 24, via("r3"), table=TABLE)
    bench.comes_in("r3")
    bench.rtnl.no_route("10.9.0.0", 24, table=TABLE)
    bench.comes_in("r1")


@case("a table that was not chosen, or is not there, changes nothing")
def table_not_chosen(lab):
    bench = Routed(lab)
    bench.flow()
    monitor = bench.monitor()
    other_table(lab, bench, "r3")
    bench.settle()
    # One of these would be in the same place of the kernel's hash.
    for other in 4711, TABLE + 256:
        config(lab, rpf_table=other)
        bench.settle()
    equal(entry_events(monitor), [], "what happened to the entry")
    sender = bench.sender(group=H)
    sender.send()
    bench.comes_in("r1", H)


@case("where the chosen table says that a source is the router itself, it says nothing")
def table_local(lab):
    bench = Routed(lab)
    lab.router.ip(f"route add local {FAR} dev lo table {TABLE}")
    lab.case.callback(lab.router.ip, f"route del local {FAR} dev lo table {TABLE}")
    config(lab, rpf_table=TABLE)
    bench.flow()
    bench.comes_in("r1")


@case("a next hop object that changes is seen soon, though the kernel tells of no route")
def nexthop_object(lab):
    bench = Routed(lab)
    lab.router.ip(f"nexthop add id 1 via {via('r1')} dev r1\n"
                  "route replace 10.9.0.0/24 nhid 1")
    try:
        bench.flow()
        bench.comes_in("r1")
        lab.router.ip(f"nexthop replace id 1 via {via('r3')} dev r3")
        bench.comes_in("r3")
    finally:
        lab.router.ip(f"route replace 10.9.0.0/24 via {via('r1')}\nnexthop del id 1")


@case("each namespace chooses its own table")
def table_per_namespace(lab):
    other = lab.new_router("other")
    config(lab, rpf_table=TABLE)
    equal(other.client.call("config_get")["rpf_table"], 0, "the other's")
    other.client.call("config_set", rpf_table=7)
    equal(lab.router.client.call("config_get")["rpf_table"], TABLE, "the one's")
    error = refused(22, other.client.call, "config_set")
    check(error.sentence, "no reason given")


# --- what a protocol has set ---------------------------------------------------------

@case("an entry whose way in a protocol has set follows the RIB when that changes")
def overridden(lab):
    bench = Routed(lab, "rpf join prune")
    bench.a.answer("rpf", "r4", via("r4"))
    bench.flow(host=lab.h4)
    bench.comes_in("r4")
    bench.expect("of the entry", a=[asked("r1", G, FAR, via("r1"))])
    bench.move("r3")
    bench.comes_in("r3")
    mfe = lab.router.mfe(G, FAR)
    equal((mfe["flags"], mfe["upstream"]), (0, via("r3")), "flags, and neighbour")
    bench.expect("of the move", a=[entry_pruned("r4", G, FAR)],
                 c=[entry_joined(G, FAR)])


@case("as long as the RIB says the same, what a protocol has set stays")
def overridden_stays(lab):
    bench = Routed(lab)
    bench.settle()
    bench.flow()
    bench.a.mfe_set(G, FAR, via("r4"), "r4")
    bench.rtnl.route("10.9.0.0", 24, via("r1"), replace=True, protocol=RTPROT_STATIC)
    bench.rtnl.route("10.9.0.0", 25, via("r1"), protocol=RTPROT_BOOT)
    bench.rtnl.route("10.9.0.128", 25, via("r3"))
    bench.settle()
    mfe = lab.router.mfe(G, FAR)
    equal((mfe["iif"], mfe["upstream"], mfe["flags"]),
          (bench.ifindex("r4"), via("r4"), abi.MGM_MFE_F_RPF_SET), "entry")
    for prefix in ("10.9.0.0", "10.9.0.128"):
        bench.rtnl.no_route(prefix, 25)
    bench.rtnl.route("10.9.0.0", 24, "10.0.1.77", replace=True)
    bench.comes_in("r1")
    equal(lab.router.mfe(G, FAR)["upstream"], "10.0.1.77", "neighbour")
    bench.expect("of all of it")


if __name__ == "__main__":
    one_cpu()
    run(setup)
