#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""The life of a forwarding entry, and what the protocols have to say in it.

	h1 10.0.1.2 --- r1 [ router ] r2 --- 10.0.2.2 h2
	                   [        ] r3 --- 10.0.3.2 h3
	                   [        ] r4 --- 10.0.4.2 h4

Protocol a owns r1 and r4, b owns r2, c owns r3; all live in the kernel. h1 and h4
can both send with the source 10.9.0.5, to which the router's route leads by h1."""

from lib import abi
from lib.bench import (ANY, FORWARD, JOIN, Bench, Event, asked, config, created,
                       entry_joined, entry_pruned, refused)
from lib.netlink import NetlinkError
from lib.tap import case, check, equal, run, wait
from lib.topology import Protocol, star
from lib.traffic import Receiver, Sender, Stream, one_cpu, stream

S, G, H = "10.0.1.2", "239.17.1.1", "239.17.1.2"
FAR, GATEWAY = "10.9.0.5", "10.0.1.2"
EXCLUDE = abi.MGM_MEMBERSHIP_F_EXCLUDE
EPERM, ENOENT, EINVAL, ERANGE = 1, 2, 22, 34


def setup():
    """The hosts, the far source, and the way to it."""
    lab = star(4)
    for host in (lab.h1, lab.h4):
        host.rtnl.address("lo", FAR, 32)
    lab.router.rtnl.route("10.9.0.0", 24, GATEWAY)
    return lab


class Three(Bench):
    """The protocols of the drawing, and a receiver at each of h2 and h3."""

    def __init__(self, lab, words="all"):
        super().__init__(lab)
        self.a = self.protocol("a", words).take("r1", "r4")
        self.b = self.protocol("b", words).take("r2")
        self.c = self.protocol("c", words).take("r3")
        self.at_h2 = lab.closing(Receiver(lab.h2, G))
        self.at_h3 = lab.closing(Receiver(lab.h3, G))

    def sender(self, host=None, group=G, source=None):
        """A sender, by default at h1."""
        return self.lab.closing(Sender(host or self.lab.h1, group, source=source))

    def fence(self, host, receiver):
        """What the host has sent so far is at the receiver, or lost."""
        self.sender(host).fence(receiver)
        receiver.read()

    def statistics(self, group=G, source=S, level=1):
        """An entry as an in-kernel client reads it: one event with all fields, and
        the outgoing interfaces' events."""
        found = [event for event in self.dump(f"mfes {level}")
                 if (event.group, event.source) == (group, source)]
        for event in found[1:]:
            if event.name == "mfe1":
                found[0] = Event(found[0].line + " " + event.line)
        return found[0], [event for event in found if event.name == "oif"]


def _ended(bench, protocol):
    try:
        bench.router.client.call("protocol_get", handle=protocol.handle)
    except NetlinkError:
        return True
    return False


# --- RPF ----------------------------------------------------------------------

@case("the owner of the way to the source is asked, with the packet, and only it")
def rpf_asked(lab):
    bench = Three(lab)
    bench.b.forward("r2", G)
    sender = bench.sender(source=FAR)
    sender.send(3)
    equal(bench.at_h2.wait(sender), sender.numbers, "packets")
    bench.expect("of the flow", a=[asked("r1", G, FAR, GATEWAY)],
                 b=[created(G, FAR, "r2")])
    question = bench.grep("rpf")[0]
    equal((question.right, question.flow, question.number, question.ttl),
          (1, sender.flow, 0, 8), "the packet that a is shown")
    lab.router.wait_oifs(G, FAR, "r2")
    mfe = lab.router.mfe(G, FAR)
    equal((mfe["flags"], mfe["upstream"]), (0, GATEWAY), "flags, and neighbour")


@case("RPF: another interface of the owner's is the way in from the first packet on")
def rpf_other_interface(lab):
    bench = Three(lab)
    bench.b.forward("r2", G)
    bench.a.answer("rpf", "r4", "10.0.4.2")
    right, wrong = bench.sender(lab.h4, source=FAR), bench.sender(source=FAR)
    right.send(3)
    equal(bench.at_h2.wait(right), right.numbers, "packets on r4")
    lab.router.wait_oifs(G, FAR, "r2")
    wrong.send(3)
    bench.fence(lab.h1, bench.at_h2)
    equal(bench.at_h2.numbers(wrong), [], "packets on r1")
    mfe = lab.router.mfe(G, FAR)
    equal((mfe["iif"], mfe["upstream"], mfe["flags"], mfe["wrong_if_packets"]),
          (lab.router.ifindex("r4"), "10.0.4.2", abi.MGM_MFE_F_RPF_SET, 3), "entry")


@case("RPF: another upstream neighbour on the same interface")
def rpf_other_neighbour(lab):
    bench = Three(lab)
    bench.b.forward("r2", G)
    bench.a.answer("rpf", 0, "10.0.1.77")
    sender = bench.sender(source=FAR)
    sender.send(3)
    equal(bench.at_h2.wait(sender), sender.numbers, "packets")
    lab.router.wait_oifs(G, FAR, "r2")
    mfe = lab.router.mfe(G, FAR)
    equal((mfe["iif"], mfe["upstream"], mfe["flags"]),
          (lab.router.ifindex("r1"), "10.0.1.77", abi.MGM_MFE_F_RPF_SET), "entry")


@case("RPF: an answer that names what is not the protocol's own is no answer")
def rpf_not_its_own(lab):
    bench = Three(lab)
    bench.b.forward("r2", G).forward("r2", H)
    bench.at_h2.join(H)
    for group, answer in ((G, "r3"), (H, 9999)):
        bench.a.answer("rpf", answer, "10.0.3.2")
        sender = bench.sender(group=group, source=FAR)
        sender.send(3)
        equal(bench.at_h2.wait(sender), sender.numbers, f"packets with {answer}")
        lab.router.wait_oifs(group, FAR, "r2")
        mfe = lab.router.mfe(group, FAR)
        equal((mfe["iif"], mfe["upstream"], mfe["flags"]),
              (lab.router.ifindex("r1"), GATEWAY, 0), f"entry with {answer}")


# --- creation -----------------------------------------------------------------

@case("who has ways out is asked about all of them at once, others are not")
def creation_asked(lab):
    bench = Three(lab)
    igmp = bench.igmp("creation").take("r3")
    bench.a.forward("r4", G)
    bench.c.forward("r3", G)
    bench.sender().send()
    lab.router.wait_oifs(G, S, "r3", "r4")
    bench.expect("of the flow", a=[asked("r1", G, S), created(G, S, "r4")],
                 c=[created(G, S, "r3i")])
    bench.c.release("r3")
    igmp.forward("r3", H)
    bench.sender(group=H).send()
    lab.router.wait_oifs(H, S, "r3")
    bench.expect("of an interface that IGMP alone has", a=[asked("r1", H, S)],
                 igmp=[created(H, S, "r3i")])


@case("a veto of some ways out keeps the flow, and all of it, off those")
def veto_some(lab):
    bench = Three(lab)
    bench.b.forward("r2", G)
    bench.c.forward("r3", G).answer("veto", "all")
    sender = bench.sender()
    sender.send(5)
    equal(bench.at_h2.wait(sender), sender.numbers, "packets at h2")
    bench.fence(lab.h1, bench.at_h3)
    equal(bench.at_h3.numbers(sender), [], "packets at h3")
    lab.router.wait_oifs(G, S, "r2")
    equal([veto["ifindex"] for veto in lab.router.mfe(G, S).get("veto", [])],
          [lab.router.ifindex("r3")], "vetoes shown")


@case("a veto names interfaces one by one")
def veto_one_of_two(lab):
    bench = Three(lab)
    bench.c.release("r3")
    bench.b.take("r3").forward("r2", G).forward("r3", G).answer("veto", "r2")
    sender = bench.sender()
    sender.send(5)
    equal(bench.at_h3.wait(sender), sender.numbers, "packets at h3")
    lab.router.wait_oifs(G, S, "r3")


@case("a veto of all ways out: a negative entry, and its owner is told")
def veto_all(lab):
    bench = Three(lab)
    bench.b.forward("r2", G).answer("veto", "all")
    bench.c.forward("r3", G).answer("veto", "all")
    sender = bench.sender()
    sender.send(5)
    lab.router.wait_oifs(G, S)
    check(lab.router.mfe(G, S)["flags"] & abi.MGM_MFE_F_NEGATIVE, "not negative")
    bench.expect("of the flow", a=[asked("r1", G, S), entry_pruned("r1", G, S)],
                 b=[created(G, S, "r2")], c=[created(G, S, "r3")])
    sender.send(5)
    bench.fence(lab.h1, bench.at_h2)
    equal(bench.at_h2.numbers(sender), [], "packets at h2")


@case("a veto stays as long as the entry lives, and not longer")
def veto_stays(lab):
    bench = Three(lab)
    bench.b.forward("r2", G).answer("veto", "all")
    sender = bench.sender()
    sender.send()
    lab.router.wait_oifs(G, S)
    bench.b.answer("veto").unforward("r2", G).join("r2", G)
    equal(lab.router.oifs(G, S), [], "list after it left and joined")
    bench.b.join("r2").forward("r2", G, S)
    equal(lab.router.oifs(G, S), [], "list with wider and narrower memberships")
    bench.c.forward("r3", G)
    equal(lab.router.oifs(G, S), ["r3"], "list with another interface")
    bench.a.release("r1").take("r1")
    equal(lab.router.mfe(G, S), None, "entry, with its way in gone")
    sender.send()
    lab.router.wait_oifs(G, S, "r2", "r3")


@case("the first packets arrive after the answers, in order, none lost up to the bound")
def first_packets(lab):
    bench = Three(lab)
    bound = lab.router.client.limit("pending_flow_packets")["value"]
    bench.b.forward("r2", G)
    bench.a.on("rpf", "hold")
    bench.b.on("creation", "hold")
    sender = bench.sender()
    sender.send(bound // 2)
    bench.wait_inside(bench.a, "rpf")
    equal(lab.router.mfe(G, S), None, "entry before the answer to RPF")
    bench.a.on("rpf", "go")
    bench.wait_inside(bench.b, "creation")
    equal(lab.router.mfe(G, S)["flags"] & abi.MGM_MFE_F_HELD, abi.MGM_MFE_F_HELD,
          "flag, before the answer to the creation alert")
    sender.send(bound - bound // 2 + 7)
    bench.fence(lab.h1, bench.at_h2)
    equal(bench.at_h2.numbers(sender), [], "packets before the answers")
    bench.b.on("creation", "go")
    equal(bench.at_h2.wait(sender, bound), list(range(bound)), "packets after them")
    lab.router.wait_oifs(G, S, "r2")
    sender.send(5)
    equal(bench.at_h2.arrived(sender, bound + 5),
          [*range(bound), *sender.numbers[-5:]], "packets in all")
    mfe = lab.router.mfe(G, S)
    equal((mfe["held_packets"], mfe["queue_overflows"]), (bound, 7),
          "held, and without room")
    equal(mfe["in_packets"], bound + 5, "counted as come in")


@case("a packet goes nowhere that a veto, given meanwhile, keeps it out of")
def veto_first_packets(lab):
    bench = Three(lab)
    bench.b.forward("r2", G).on("creation", "hold")
    bench.c.forward("r3", G).answer("veto", "all")
    sender = bench.sender()
    sender.send(5)
    bench.wait_inside(bench.b, "creation")
    bench.wait_inside(bench.c, "creation")
    bench.b.on("creation", "go")
    equal(bench.at_h2.wait(sender), sender.numbers, "packets at h2")
    bench.fence(lab.h1, bench.at_h3)
    equal(bench.at_h3.numbers(sender), [], "packets at h3")


@case("while one protocol thinks about its flows, those of others begin and flow")
def others_go_on(lab):
    bench = Three(lab)
    bench.b.forward("r2", G).on("creation", "hold")
    bench.c.forward("r3", H)
    bench.at_h3.join(H)
    held, other = bench.sender(), bench.sender(group=H)
    held.send(3)
    bench.wait_inside(bench.b, "creation")
    other.send(3)
    equal(bench.at_h3.wait(other), other.numbers, "packets of the other flow")
    equal(bench.at_h2.numbers(held), [], "packets of the one")
    # What changes meanwhile counts: here, that c wants the flow as well.
    bench.c.forward("r3", G)
    bench.b.on("creation", "go")
    for receiver in (bench.at_h2, bench.at_h3):
        equal(receiver.wait(held), held.numbers, "packets of the one, in the end")


@case("an answer about an interface that its protocol has lost meanwhile does not count")
def late_answers(lab):
    bench = Three(lab)
    bench.b.forward("r2", G).on("creation", "hold").answer("veto", "all")
    bench.a.on("rpf", "hold").answer("rpf", "r4", "10.0.4.2")
    sender = bench.sender(source=FAR)
    sender.send(3)
    bench.wait_inside(bench.a, "rpf")
    bench.a.release("r4")
    bench.c.take("r4")
    bench.a.on("rpf", "go")
    bench.wait_inside(bench.b, "creation")
    equal(lab.router.mfe(G, FAR)["iif"], lab.router.ifindex("r1"), "way in")
    bench.b.release("r2")
    bench.c.take("r2").forward("r2", G)
    bench.b.on("creation", "go")
    equal(bench.at_h2.wait(sender), sender.numbers, "packets")
    lab.router.wait_oifs(G, FAR, "r2")


@case("the end of a protocol answers what it was asked, by default")
def end_answers(lab):
    bench = Three(lab)
    bench.b.forward("r2").on("creation", "hold")
    bench.c.forward("r3")
    bench.at_h3.join(H)
    one, two = bench.sender(), bench.sender(group=H)
    one.send(3)
    bench.wait_inside(bench.b, "creation")
    two.send(3)
    wait(lambda: lab.router.mfe(H, S), "no entry of the second flow")
    end = bench.in_background(f"shutdown {bench.b.handle}")
    wait(lambda: bench.grep("creation", handle=bench.b.handle) and
         _ended(bench, bench.b), "b's handle is not dead")
    bench.b.on("creation", "go")
    equal(end.wait(), 0, "errno of the shut-down")
    for sender in (one, two):
        equal(bench.at_h3.wait(sender), sender.numbers, "packets at h3")
        lab.router.wait_oifs(sender.group, S, "r3")


# --- negative entries ---------------------------------------------------------

@case("nobody wants a flow, at full packet rate: its owner is asked and told once")
def no_storm(lab):
    bench = Three(lab)
    bench.a.answer("timeout", 600)
    sender = bench.sender()
    sender.send()
    mfe = lab.router.wait_mfe(G, S, lambda m: not m["flags"] & abi.MGM_MFE_F_HELD,
                              "is not complete")
    before = mfe["in_packets"]
    sender.send(3000)
    bench.fence(lab.h1, bench.at_h2)
    bench.expect("of the flow", a=[asked("r1", G, S), entry_pruned("r1", G, S)])
    mfe = lab.router.mfe(G, S)
    equal(mfe["in_packets"] - before, 3000, "packets in")
    equal(mfe["negative_packets"], mfe["in_packets"], "packets nobody wanted")
    equal(bench.at_h2.numbers(sender), [], "packets at h2")


@case("a negative entry lives its owner's timeout, packets or not, and is asked anew")
def negative_timeout(lab):
    bench = Three(lab)
    bench.a.answer("timeout", 2)
    sender = bench.sender()
    sender.send()
    lab.router.wait_mfe(G, S, lambda m: m["timeout"] == 2000,
                        "does not have the answer for a timeout")
    with Stream(sender, 0.02):
        wait(lambda: len(bench.grep("prune", handle=bench.a.handle)) >= 2,
             "the entry does not end under traffic", 14)
    bench.flush()
    equal([event.name for event in bench.events()][:4], ["rpf", "prune"] * 2,
          "a's alerts")


@case("the answer to the alert of one entry is not another's")
def timeout_of_one(lab):
    bench = Three(lab)
    bench.a.answer("timeout", 60)
    one, two = bench.sender(), bench.sender(group=H)
    one.send()
    lab.router.wait_mfe(G, S, lambda m: m["timeout"] == 60000, "has another timeout")
    bench.a.answer("timeout", 70)
    two.send()
    lab.router.wait_mfe(H, S, lambda m: m["timeout"] == 70000, "has another timeout")
    equal(lab.router.mfe(G, S)["timeout"], 60000, "the first one's")
    # Wanted, it lives as long as all that are.
    bench.b.forward("r2", G)
    bench.flush()
    equal(lab.router.mfe(G, S)["timeout"], 900000, "the first one's, when wanted")


@case("a join revives a negative entry at once, and it is the same one")
def revived(lab):
    bench = Three(lab)
    bench.a.answer("timeout", 600)
    sender = bench.sender()
    sender.send(3)
    lab.router.wait_oifs(G, S)
    wait(lambda: lab.router.mfe(G, S)["in_packets"] == 3, "packets are missing")
    bench.told()
    bench.b.forward("r2", G)
    sender.send(5)
    equal(bench.at_h2.arrived(sender, 5), [3, 4, 5, 6, 7], "packets after the join")
    bench.expect("of the join", a=[entry_joined(G, S)])
    mfe = lab.router.mfe(G, S)
    equal((mfe["in_packets"], mfe["negative_packets"]), (8, 3), "in, and unwanted")


# --- timeouts -----------------------------------------------------------------

@case("config mfe_timeout is every new entry's life; what is out of range is refused")
def default_timeout(lab):
    bench = Three(lab)
    client = lab.router.client
    equal(client.call("config_get")["mfe_timeout"], 900, "default")
    bench.b.forward("r2")
    bench.sender().send()
    lab.router.wait_oifs(G, S, "r2")
    equal(lab.router.mfe(G, S)["timeout"], 900000, "an entry's by default")
    config(lab, mfe_timeout=33)
    equal(client.call("config_get")["mfe_timeout"], 33, "setting")
    bench.sender(group=H).send()
    lab.router.wait_oifs(H, S, "r2")
    mfe = lab.router.mfe(H, S)
    equal(mfe["timeout"], 33000, "a new entry's")
    check(30000 < mfe["expires"] <= 33000, f"expires in {mfe['expires']} ms")
    for value in (0, 604801, 0xffffffff):
        error = refused(ERANGE, client.call, "config_set", mfe_timeout=value)
        check(error.sentence, "no reason given")
    equal(client.call("config_get")["mfe_timeout"], 33, "setting, after refusals")


@case("without packets an entry goes when its time is over; with packets it stays")
def expiry(lab):
    bench = Three(lab)
    bench.b.forward("r2")
    config(lab, mfe_timeout=1)
    idle, busy = bench.sender(), bench.sender(group=H)
    for sender in (idle, busy):
        sender.send()
        lab.router.wait_oifs(sender.group, S, "r2")
    with Stream(busy, 0.02):
        wait(lambda: not lab.router.mfe(G, S), "the idle entry does not go", 14)
        check(lab.router.mfe(H, S)["uptime"] > 1000, "the busy one was made anew")


# --- mfe_set ------------------------------------------------------------------

@case("mfe_set: the owner of the way in sets the neighbour, and another way in of its")
def mfe_set(lab):
    bench = Three(lab, "join prune")
    bench.b.forward("r2", G)
    here, there = bench.sender(source=FAR), bench.sender(lab.h4, source=FAR)
    here.send(3)
    equal(bench.at_h2.wait(here), here.numbers, "packets on r1")
    lab.router.wait_oifs(G, FAR, "r2")
    bench.a.mfe_set(G, FAR, "10.0.1.66")
    mfe = lab.router.mfe(G, FAR)
    equal((mfe["upstream"], mfe["iif"], mfe["flags"]),
          ("10.0.1.66", lab.router.ifindex("r1"), abi.MGM_MFE_F_RPF_SET),
          "with another neighbour")
    bench.a.mfe_set(G, FAR, "10.0.4.2", "r4")
    there.send(3)
    equal(bench.at_h2.wait(there), there.numbers, "packets on r4")
    here.send(3)
    bench.fence(lab.h1, bench.at_h2)
    equal(bench.at_h2.numbers(here), [0, 1, 2], "packets on r1, in all")
    bench.a.mfe_set(G, FAR, GATEWAY, "r1")
    mfe = lab.router.mfe(G, FAR)
    equal((mfe["upstream"], mfe["iif"], mfe["flags"], mfe["in_packets"]),
          (GATEWAY, lab.router.ifindex("r1"), 0, 6), "as at first")
    bench.expect("of all of it")


@case("mfe_set: an outgoing interface that becomes the way in leaves the list, and back")
def mfe_set_list(lab):
    bench = Three(lab, "join prune")
    bench.a.forward("r4", G)
    bench.sender(source=FAR).send()
    lab.router.wait_oifs(G, FAR, "r4")
    bench.a.mfe_set(G, FAR, "10.0.4.2", "r4")
    equal(lab.router.oifs(G, FAR), [], "list with r4 as the way in")
    bench.expect("of the list's end", a=[entry_pruned("r4", G, FAR)])
    bench.a.forward("r1", G)
    equal(lab.router.oifs(G, FAR), ["r1"], "list with r1 wanted")
    bench.a.mfe_set(G, FAR, GATEWAY, "r1")
    equal(lab.router.oifs(G, FAR), ["r4"], "list with r1 as the way in")
    bench.expect("of the owner's own interfaces")


@case("mfe_set is refused without an entry, for others' entries and onto others' links")
def mfe_set_refused(lab):
    bench = Three(lab)
    bench.b.forward("r2", G)
    refused(ENOENT, bench.a.mfe_set, G, S, ANY)
    bench.sender().send()
    lab.router.wait_oifs(G, S, "r2")
    before = lab.router.mfe(G, S)
    refused(EPERM, bench.b.mfe_set, G, S, "10.0.2.2")
    refused(EPERM, bench.b.mfe_set, G, S, "10.0.2.2", "r2")
    refused(EPERM, bench.a.mfe_set, G, S, "10.0.2.2", "r2")
    refused(EINVAL, bench.a.mfe_set, G, S, "239.1.1.1")
    refused(ENOENT, bench.a.mfe_set, H, S, ANY)
    after = lab.router.mfe(G, S)
    for key in ("iif", "flags", "oif_count"):
        equal(after[key], before[key], key)
    check("upstream" not in after, f"an upstream neighbour: {after}")


@case("mfe_set by netlink: what is not given stays; refusals name their reason")
def mfe_set_netlink(lab):
    bench = Three(lab)
    bench.a.release("r1", "r4")
    user = lab.closing(Protocol(lab.router, 500)).take("r1", "r4")
    bench.b.forward("r2", G)
    bench.sender(source=FAR).send()
    lab.router.wait_oifs(G, FAR, "r2")
    key = {"handle": user.handle, "group": G, "source": FAR}
    user.client.call("mfe_set", **key, upstream="10.0.1.66")
    equal(lab.router.mfe(G, FAR)["upstream"], "10.0.1.66", "neighbour")
    user.client.call("mfe_set", **key, iif=lab.router.ifindex("r4"))
    mfe = lab.router.mfe(G, FAR)
    equal((mfe["iif"], mfe["upstream"]), (lab.router.ifindex("r4"), "10.0.1.66"),
          "way in, and neighbour")
    for errno, values in ((EPERM, {"iif": lab.router.ifindex("r2")}),
                          (EINVAL, {}), (ENOENT, {"group": H, "upstream": S}),
                          (EINVAL, {"upstream": "239.1.1.1"})):
        error = refused(errno, user.client.call, "mfe_set", **{**key, **values})
        check(error.sentence, f"no reason given for {values}")
    error = refused(EPERM, lab.router.client.call, "mfe_set", **key, upstream=S)
    check(error.sentence, "no reason given to another socket")


# --- FORWARD and EXCLUDE ------------------------------------------------------

@case("FORWARD without JOIN forwards; its end takes the interface off again")
def forward_only(lab):
    bench = Three(lab, "join prune")
    bench.b.forward("r2", G)
    sender = bench.sender()
    sender.send(3)
    equal(bench.at_h2.wait(sender), sender.numbers, "packets")
    bench.b.join("r2", G).unforward("r2", G)
    sender.send(3)
    equal(bench.at_h2.arrived(sender), sender.numbers, "packets with JOIN alone")
    bench.b.forward("r2", G).leave("r2", G)
    sender.send(3)
    equal(bench.at_h2.arrived(sender), sender.numbers, "packets with FORWARD alone")
    bench.b.unforward("r2", G)
    sender.send(3)
    equal(bench.at_h2.arrived(sender, 9), list(range(9)), "packets with neither")


def excluded_flows(lab, bench, wide=G):
    """A flow from each of two sources, wanted at h2 by one wide membership."""
    bench.b.join("r2", wide)
    one, two = bench.sender(), bench.sender(source=FAR)
    for sender in (one, two):
        sender.send(2)
        equal(bench.at_h2.wait(sender), [0, 1], "packets before")
    bench.told()
    return one, two


@case("EXCLUDE: one source is taken off the interface, and let on again, at once")
def exclude(lab):
    bench = Three(lab, "join prune")
    one, two = excluded_flows(lab, bench)
    bench.b.unforward("r2", G, S)
    bench.expect("of the exclusion", a=[entry_pruned("r1", G, S)])
    equal(bench.memberships(), [("b", "r2", G, ANY, JOIN), ("b", "r2", G, S, EXCLUDE)],
          "memberships")
    for sender in (one, two):
        sender.send(2)
    equal(bench.at_h2.arrived(two), [0, 1, 2, 3], "packets of the other source")
    equal(bench.at_h2.arrived(one, 2), [0, 1], "packets of the excluded one")
    bench.b.forward("r2", G, S)
    bench.expect("of its end", a=[entry_joined(G, S)])
    equal(bench.memberships(), [("b", "r2", G, ANY, JOIN)], "memberships")
    one.send(2)
    equal(bench.at_h2.arrived(one, 4), [0, 1, 4, 5], "packets of the one let on again")


@case("EXCLUDE holds for entries that are made later, and under (*,*) as well")
def exclude_first(lab):
    bench = Three(lab, "join prune")
    bench.b.join("r2").unforward("r2", G, S)
    one, two, other = bench.sender(), bench.sender(source=FAR), bench.sender(group=H)
    for sender in (one, two, other):
        sender.send(2)
    bench.at_h2.join(H)
    lab.router.wait_oifs(G, S)
    lab.router.wait_oifs(G, FAR, "r2")
    lab.router.wait_oifs(H, S, "r2")


@case("EXCLUDE masks the protocol's own wider memberships there, nobody else's")
def exclude_own(lab):
    bench = Three(lab, "join prune")
    igmp = bench.igmp().take("r2").join("r2", G)
    bench.b.join("r2", G).unforward("r2", G, S)
    bench.c.join("r3", G)
    bench.sender().send()
    lab.router.wait_oifs(G, S, "r2", "r3")
    igmp.leave("r2", G)
    lab.router.wait_oifs(G, S, "r3")
    igmp.join("r2", G).leave("r2", G, S, FORWARD)
    lab.router.wait_oifs(G, S, "r3")
    bench.b.forward("r2", G, S)
    lab.router.wait_oifs(G, S, "r2", "r3")


@case("EXCLUDE becomes a membership by JOIN, and goes with what it was taken from")
def exclude_ends(lab):
    bench = Three(lab, "join prune")
    bench.sender().send()
    lab.router.wait_oifs(G, S)
    bench.b.join("r2", G).join("r2").unforward("r2", G, S)
    equal(lab.router.oifs(G, S), [], "list with the source excluded")
    bench.b.leave("r2", G)
    equal(bench.memberships(), [("b", "r2", ANY, ANY, JOIN), ("b", "r2", G, S, EXCLUDE)],
          "memberships with (*,*) left")
    equal(lab.router.oifs(G, S), [], "list with (*,*) left")
    bench.b.leave("r2")
    equal(bench.memberships(), [], "memberships with nothing left")
    bench.b.join("r2", G)
    equal(lab.router.oifs(G, S), ["r2"], "list, joined again")
    bench.b.unforward("r2", G, S).join("r2", G, S)
    equal(bench.memberships(), [("b", "r2", G, ANY, JOIN), ("b", "r2", G, S, JOIN)],
          "memberships after JOIN")
    equal(lab.router.oifs(G, S), ["r2"], "list after JOIN")


@case("EXCLUDE needs a wider membership of one's own, and is nobody's interest")
def exclude_refused(lab):
    bench = Three(lab, "join prune")
    bench.c.join("r3", G)
    refused(ENOENT, bench.b.unforward, "r2", G, S)
    bench.b.join("r2", G)
    refused(ENOENT, bench.b.leave, "r2", G, S)
    bench.b.join("r2", G, S)
    refused(ENOENT, bench.b.unforward, "r2", G, S)
    bench.b.leave("r2", G, S).unforward("r2", G, S)
    refused(ENOENT, bench.b.unforward, "r2", G, S)
    refused(EINVAL, bench.b.join, "r2", H, S, EXCLUDE)
    bench.told()
    bench.b.forward("r2", G, S).unforward("r2", G, S)
    bench.expect("of the exclusion without an entry")


# --- reading ------------------------------------------------------------------

@case("memberships by kind: those that name a source, and all of them")
def enumerations(lab):
    bench = Three(lab)
    client = lab.router.client
    bench.b.join("r2").join("r2", G).join("r2", G, S).unforward("r2", G, FAR)
    bench.c.join("r3", H, S)

    def listed(**values):
        return [(m["group"], m["source"]) for m in client.dump("membership_get",
                                                               **values)]
    every = [(ANY, ANY), (G, ANY), (G, S), (G, FAR), (H, S)]
    sources = [(G, S), (G, FAR), (H, S)]
    # No attribute stands for "every".
    shown = [(m.get("group", ANY), m.get("source", ANY))
             for m in client.dump("membership_get")]
    equal(sorted(shown), sorted(every), "by default")
    shown = [(m.get("group", ANY), m.get("source", ANY)) for m in client.dump(
        "membership_get", type=abi.MGM_MEMBERSHIP_TYPE_ALL_SOURCES)]
    equal(sorted(shown), sorted(every), "of all sources")
    any_source = abi.MGM_MEMBERSHIP_TYPE_ANY_SOURCE
    equal(sorted(listed(type=any_source)), sorted(sources), "of any source")
    equal(sorted(listed(type=any_source, group=G)), sorted(sources[:2]),
          "of any source, in one group")
    equal(sorted((m[2], m[3]) for m in bench.memberships()), sorted(every),
          "as an in-kernel client sees them")


@case("statistics of levels 0 and 1: the same in the kernel and by netlink")
def statistics(lab):
    bench = Three(lab)
    bench.b.forward("r2", G)
    bench.c.forward("r3", G).set("r3", ttl=20)
    here, there = bench.sender(source=FAR), bench.sender(lab.h4, source=FAR)
    here.send(5)
    bench.at_h2.wait(here)
    stream(here, [bench.at_h2], 20)
    there.send(4)
    bench.fence(lab.h4, bench.at_h2)
    bench.b.unforward("r2", G)
    wait(lambda: not lab.router.mfe(G, FAR)["flags"], "the entry is not at rest")
    mfe = lab.router.mfe(G, FAR)
    info, oifs = bench.statistics(source=FAR)
    equal((info.iif, info.owner, info.upstream, info.prefix, info.len, info.flags,
           info.oifs, info.timeout),
          (bench.ifindex("r1"), bench.a.handle, GATEWAY, "10.9.0.0", 24, 0, 1, 900),
          "level 0, what it is")
    equal((info.packets, info.octets, info.wrong_if, info.overflows),
          (25, 25 * (28 + 64), 4, 0), "level 0, counters")
    equal((info.negative, info.discards, info.out_packets), (0, 0, 25),
          "level 1, counters")
    check(1 <= info.held <= 25, f"{info.held} packets waited")
    equal([(getattr(oif, "if"), oif.packets, oif.ttl_too_low) for oif in oifs],
          [(bench.ifindex("r3"), 0, 25)], "outgoing interfaces")
    equal((mfe["in_packets"], mfe["in_octets"], mfe["wrong_if_packets"],
           mfe["held_packets"], mfe["out_packets"], mfe["negative_packets"],
           mfe["in_discards"], mfe["queue_overflows"]),
          (info.packets, info.octets, info.wrong_if, info.held, info.out_packets,
           info.negative, info.discards, info.overflows), "by netlink")
    equal((mfe["oif"][0]["ttl_too_low"], mfe["oif"][0]["out_packets"]), (25, 0),
          "the outgoing interface by netlink")


@case("a walk over the entries goes on behind its key, whatever changes meanwhile")
def walk(lab):
    bench = Three(lab)
    bench.b.forward("r2")
    groups = [f"239.17.2.{i}" for i in range(1, 31)]
    senders = {group: bench.sender(group=group) for group in groups}
    for sender in senders.values():
        sender.send()
    for group in groups:
        lab.router.wait_oifs(group, S, "r2")
    equal([event.group for event in bench.dump("mfes")], groups, "in-kernel walk")
    equal([m["group"] for m in lab.router.client.dump("mfe_get")], groups, "dump")
    equal([event.group for event in bench.dump("mfes 0") if event.name == "mfe0"],
          groups, "in-kernel walk, with statistics")


if __name__ == "__main__":
    one_cpu()
    run(setup)
