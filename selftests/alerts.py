#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Who is told of what (RFC 2715, section 3.1), and who is not.

	h1 10.0.1.2 --- r1 [ router ] r2 --- 10.0.2.2 h2
	h5 10.0.5.2 --- r5 [        ] r3 --- 10.0.3.2 h3
	                   [        ] r4 --- 10.0.4.2 h4

Protocol a owns r1 and r5, b owns r2, c owns r3; IGMP alone has r4; idle has no
interface. All live in the kernel and write down what they are told. Where packets
flow, h1 sends them: a owns the way in."""

from lib.bench import (FORWARD, JOIN, Bench, created, entry_joined, entry_pruned,
                       joined, locally, pruned)
from lib.tap import case, equal, run
from lib.topology import star
from lib.traffic import Sender, one_cpu

S, G, H = "10.0.1.2", "239.15.1.1", "239.15.1.2"
FAR = "10.9.0.5"


class Five(Bench):
    """The protocols of the drawing."""

    def __init__(self, lab, words="join prune"):
        super().__init__(lab)
        self.i = self.igmp(words)
        self.a = self.protocol("a", words)
        self.b = self.protocol("b", words)
        self.c = self.protocol("c", words)
        self.idle = self.protocol("idle", words)
        self.i.take("r4")
        self.a.take("r1", "r5")
        self.b.take("r2")
        self.c.take("r3")
        self.expect("of registering and of taking interfaces")

    def everybody(self, alert, *but):
        """The alert to all, save some."""
        return {name: [alert] for name in ("igmp", "a", "b", "c", "idle")
                if name not in but}

    def flow(self, *devices, group=G, source=S):
        """A packet from h1, and its entry with these outgoing devices."""
        self.lab.closing(Sender(self.lab.h1, group, source=source)).send()
        self.router.wait_oifs(group, source, *devices)


# --- (*,G) ------------------------------------------------------------------

@case("(*,G), nobody to one: all the others are told, IGMP and the idle included")
def group_first(lab):
    bench = Five(lab)
    bench.a.join("r1", G)
    bench.expect("of a's join", **bench.everybody(joined(G), "a"))


@case("(*,G), one to two: the first is told, and nobody else")
def group_second(lab):
    bench = Five(lab)
    bench.b.join("r2", G)
    bench.told()
    bench.c.join("r3", G)
    bench.expect("of c's join", b=[joined(G)])


@case("(*,G), growing on, or on a second interface, or said again: nobody is told")
def group_more(lab):
    bench = Five(lab)
    bench.b.join("r2", G)
    bench.a.join("r1", G)
    bench.told()
    bench.a.join("r5", G)
    bench.expect("of a's second interface")
    bench.a.join("r1", G)
    bench.expect("of the same once more")
    bench.c.join("r3", G)
    bench.expect("of the third")
    bench.i.join("r4", G)
    bench.expect("of the fourth, IGMP")


@case("(*,G), while two or more remain, or one interface of two: nobody is told")
def group_fewer(lab):
    bench = Five(lab)
    bench.a.join("r1", G).join("r5", G)
    bench.b.join("r2", G)
    bench.c.join("r3", G)
    bench.i.join("r4", G)
    bench.told()
    bench.i.leave("r4", G)
    bench.expect("when IGMP leaves and three remain")
    bench.c.leave("r3", G)
    bench.expect("when c leaves and two remain")
    bench.a.leave("r1", G)
    bench.expect("when a leaves one of its two interfaces")


@case("(*,G), two to one: the one that remains is told, and nobody else")
def group_last_but_one(lab):
    bench = Five(lab)
    bench.b.join("r2", G)
    bench.c.join("r3", G)
    bench.told()
    bench.b.leave("r2", G)
    bench.expect("when b leaves", c=[pruned("r2", G)])


@case("(*,G), one to nobody: all the others are told")
def group_last(lab):
    bench = Five(lab)
    bench.b.join("r2", G)
    bench.told()
    bench.b.leave("r2", G)
    bench.expect("when b leaves", **bench.everybody(pruned("r2", G), "b"))


@case("(*,G): IGMP is interested like any other, first, second and last")
def group_igmp(lab):
    bench = Five(lab)
    bench.i.join("r4", G)
    bench.expect("of IGMP's join", **bench.everybody(joined(G), "igmp"))
    bench.c.join("r3", G)
    bench.expect("of c's join", igmp=[joined(G)])
    bench.c.leave("r3", G)
    bench.expect("when c leaves", igmp=[pruned("r3", G)])
    bench.i.leave("r4", G)
    bench.expect("when IGMP leaves", **bench.everybody(pruned("r4", G), "igmp"))


@case("(*,G): each group is counted by itself")
def groups_apart(lab):
    bench = Five(lab)
    bench.a.join("r1", G)
    bench.told()
    bench.b.join("r2", H)
    bench.expect("of b's join to the other", **bench.everybody(joined(H), "b"))
    bench.a.leave("r1", G)
    bench.expect("when a leaves", **bench.everybody(pruned("r1", G), "a"))


@case("a protocol without a callback is not told, and counts all the same")
def deaf(lab):
    bench = Bench(lab)
    a = bench.protocol("a", "join prune").take("r1")
    b = bench.protocol("b", "").take("r2")
    half = bench.protocol("half", "prune").take("r3")
    b.join("r2", G)
    bench.expect("of b's join", a=[joined(G)])
    a.join("r1", G)
    bench.expect("of a's join: the first is deaf")
    half.join("r3", G)
    half.leave("r3", G)
    a.leave("r1", G)
    bench.expect("when a leaves: the one that remains is deaf")
    b.leave("r2", G)
    bench.expect("when b leaves", a=[pruned("r2", G)], half=[pruned("r2", G)])


# --- (*,*) ------------------------------------------------------------------

@case("(*,*): the same rows over the wildcard receivers")
def wildcard(lab):
    bench = Five(lab)
    bench.a.join("r1")
    bench.expect("of the first", **bench.everybody(joined(), "a"))
    bench.i.join("r4")
    bench.expect("of the second, IGMP", a=[joined()])
    bench.b.join("r2")
    bench.a.join("r5")
    bench.expect("of the third, and a second interface of the first")
    bench.b.leave("r2")
    bench.a.leave("r1")
    bench.expect("when two remain")
    bench.a.leave("r5")
    bench.expect("when one remains", igmp=[pruned("r5")])
    bench.i.leave("r4")
    bench.expect("when none remains", **bench.everybody(pruned("r4"), "igmp"))


@case("a wildcard receiver counts as interested in every group")
def wildcard_counts(lab):
    bench = Five(lab)
    bench.a.join("r1")
    bench.told()
    bench.b.join("r2", G)
    bench.expect("of b's (*,G), with a interested already", a=[joined(G)])
    bench.c.join("r3", G)
    bench.expect("of c's")
    bench.b.leave("r2", G)
    bench.expect("when c and a remain")
    bench.c.leave("r3", G)
    bench.expect("when a remains", a=[pruned("r3", G)])


@case("with two wildcard receivers, no (*,G) is news to anybody")
def wildcard_two(lab):
    bench = Five(lab)
    bench.a.join("r1")
    bench.i.join("r4")
    bench.told()
    bench.b.join("r2", G)
    bench.b.leave("r2", G)
    bench.expect("of b's coming and going")


@case("a wildcard receiver's own (*,G) is nothing new, and no loss")
def wildcard_itself(lab):
    bench = Five(lab)
    bench.a.join("r1")
    bench.told()
    bench.a.join("r5", G)
    bench.expect("of a's own (*,G)")
    bench.a.leave("r5", G)
    bench.expect("of its end")


@case("a wildcard that comes or goes beside (*,G) is told of as (*,*) alone")
def wildcard_beside(lab):
    bench = Five(lab)
    bench.b.join("r2", G)
    bench.told()
    bench.a.join("r1")
    bench.expect("of a's (*,*)", **bench.everybody(joined(), "a"))
    bench.a.leave("r1")
    bench.expect("of its end", **bench.everybody(pruned("r1"), "a"))


# --- (S,G) ------------------------------------------------------------------

@case("(S,G), the first and the last: the owner of the way to S is told, nobody else")
def source(lab):
    bench = Five(lab)
    bench.b.join("r2", G, S)
    bench.expect("of the first", a=[joined(G, S)])
    bench.c.join("r3", G, S)
    bench.expect("of the second")
    bench.i.join("r4", G, S)
    bench.expect("of the third")
    bench.b.leave("r2", G, S)
    bench.i.leave("r4", G, S)
    bench.expect("when one remains")
    bench.c.leave("r3", G, S)
    bench.expect("when none remains", a=[pruned("r3", G, S)])


@case("(S,G) of the owner of the way to S itself: nobody is told, and it does not count")
def source_own(lab):
    bench = Five(lab)
    bench.a.join("r5", G, S)
    bench.expect("of the owner's own join")
    bench.b.join("r2", G, S)
    bench.expect("of the first of another", a=[joined(G, S)])
    bench.c.join("r3", G, S)
    bench.b.leave("r2", G, S)
    bench.expect("of the second, and when one of two goes")
    bench.c.leave("r3", G, S)
    bench.expect("when the last of another goes", a=[pruned("r3", G, S)])
    bench.a.leave("r5", G, S)
    bench.expect("of the owner's own leaving")


@case("(S,G) whose source nobody's interface leads to: nobody is told")
def source_nowhere(lab):
    bench = Five(lab)
    for address in ("198.51.100.1", "10.0.4.2"):
        bench.b.join("r2", G, address)
        bench.b.leave("r2", G, address)
    bench.expect("of a source without a route, and of one on IGMP's LAN")


@case("(S,G) and (*,G) do not count for each other")
def source_and_group(lab):
    bench = Five(lab)
    bench.b.join("r2", G, S)
    bench.told()
    bench.c.join("r3", G)
    bench.expect("of c's (*,G)", **bench.everybody(joined(G), "c"))
    bench.b.leave("r2", G, S)
    bench.expect("when b's (S,G) goes", a=[pruned("r2", G, S)])


# --- flags ------------------------------------------------------------------

@case("FORWARD alone is nobody's interest, whoever comes and goes with it")
def forward_only(lab):
    bench = Five(lab)
    bench.b.forward("r2", G).forward("r2", G, S).forward("r2")
    bench.expect("of FORWARD")
    bench.c.join("r3", G)
    bench.expect("of c's join, which is the first", **bench.everybody(joined(G), "c"))
    bench.c.leave("r3", G)
    bench.expect("of its end", **bench.everybody(pruned("r3", G), "c"))
    bench.b.unforward("r2", G).unforward("r2", G, S).unforward("r2")
    bench.expect("of the end of FORWARD")


@case("JOIN that comes to FORWARD, and goes from beside it, is told like any other")
def flags_change(lab):
    bench = Five(lab)
    bench.b.forward("r2", G)
    bench.b.join("r2", G)
    bench.expect("of JOIN", **bench.everybody(joined(G), "b"))
    equal(bench.memberships(), [("b", "r2", G, "0.0.0.0", JOIN | FORWARD)], "flags")
    bench.b.leave("r2", G)
    bench.expect("of its end", **bench.everybody(pruned("r2", G), "b"))
    equal(bench.memberships(), [("b", "r2", G, "0.0.0.0", FORWARD)], "flags")


# --- entries ----------------------------------------------------------------

@case("an entry made empty: its owner is told; of one not made empty, nobody")
def entry_made(lab):
    bench = Five(lab)
    bench.flow()
    bench.expect("of the empty one", a=[entry_pruned("r1", G, S)])
    bench.b.join("r2", H)
    bench.told()
    bench.flow("r2", group=H)
    bench.expect("of the other")


@case("an entry's list, empty to not empty and back: its owner is told, nobody else")
def entry_changes(lab):
    bench = Five(lab)
    bench.flow()
    bench.told()
    others = bench.everybody(joined(G), "b")
    others["a"] = [joined(G), entry_joined(G, S)]
    bench.b.join("r2", G)
    bench.expect("of b's join", **others)
    bench.c.join("r3", G)
    bench.expect("of a second interface in the list", b=[joined(G)])
    bench.c.leave("r3", G)
    bench.expect("of its end", b=[pruned("r3", G)])
    others = bench.everybody(pruned("r2", G), "b")
    others["a"] = [pruned("r2", G), entry_pruned("r1", G, S)]
    bench.b.leave("r2", G)
    bench.expect("of the last one's end", **others)


@case("FORWARD moves an entry's list too: that is told, and no more")
def entry_forward(lab):
    bench = Five(lab)
    bench.flow()
    bench.told()
    bench.b.forward("r2", G)
    bench.expect("of FORWARD", a=[entry_joined(G, S)])
    bench.b.unforward("r2", G)
    bench.expect("of its end", a=[entry_pruned("r1", G, S)])


@case("its owner's own interface makes a list not empty without a word; but empty")
def entry_own(lab):
    bench = Five(lab)
    bench.flow()
    bench.told()
    bench.a.forward("r5", G)
    bench.expect("of the owner's own interface")
    bench.a.unforward("r5", G)
    bench.expect("of its end", a=[entry_pruned("r1", G, S)])
    bench.a.forward("r1", G)
    bench.a.unforward("r1", G)
    bench.expect("of the way in itself, which is never in the list")


@case("IGMP's member on another interface of an entry's owner is not the owner's own")
def entry_own_igmp(lab):
    bench = Five(lab)
    bench.i.take("r1", "r5").join("r1", G)
    bench.told()
    bench.flow()
    bench.expect("of a member on the way in", a=[entry_pruned("r1", G, S)])
    bench.i.join("r5", G)
    bench.expect("of one on the other interface", a=[entry_joined(G, S)])
    bench.i.leave("r5", G)
    bench.expect("when it leaves", a=[entry_pruned("r1", G, S)])
    bench.a.forward("r5", G)
    bench.i.join("r5", G)
    bench.expect("of one where the owner has receivers anyway")


@case("an interface that IGMP alone has moves an entry's list like any other")
def entry_igmp(lab):
    bench = Five(lab)
    bench.flow()
    bench.told()
    bench.i.forward("r4", G)
    bench.expect("of IGMP's", a=[entry_joined(G, S)])
    bench.b.forward("r2", G)
    bench.i.unforward("r4", G)
    bench.expect("when b's remains")
    bench.b.unforward("r2", G)
    bench.expect("when none remains", a=[entry_pruned("r1", G, S)])


@case("a membership that covers several entries: alerts in (group, source) order")
def entries_in_order(lab):
    bench = Five(lab)
    second = "10.0.1.3"
    lab.h1.rtnl.address("eth0", second)
    try:
        for group, address in ((H, S), (G, second), (G, S)):
            bench.flow(group=group, source=address)
    finally:
        lab.h1.rtnl.address("eth0", second, remove=True)
    bench.told()
    bench.b.forward("r2")
    bench.expect("of (*,*)", a=[entry_joined(G, S), entry_joined(G, second),
                                entry_joined(H, S)])
    bench.b.unforward("r2").forward("r2", G).forward("r2", G, S)
    bench.told()
    bench.b.unforward("r2", G)
    bench.expect("when (*,G) goes and (S,G) stays",
                 a=[entry_pruned("r1", G, second)])


# --- what triggers it -------------------------------------------------------

@case("a release deletes memberships one by one, in the order in which they came")
def release(lab):
    bench = Five(lab)
    bench.c.join("r3", G)
    bench.b.join("r2").join("r2", H).join("r2", G, S).join("r2", G)
    bench.told()
    bench.b.release("r2")
    rest = [pruned("r2"), pruned("r2", H)]
    bench.expect("of the release", igmp=rest, idle=rest,
                 a=[*rest, pruned("r2", G, S)], c=[*rest, pruned("r2", G)])


@case("a release tells of entries that lose their last interface first")
def release_entry(lab):
    bench = Five(lab)
    bench.b.join("r2", G).join("r2", H)
    bench.c.forward("r3", H)
    bench.flow("r2")
    bench.flow("r2", "r3", group=H)
    bench.told()
    bench.b.release("r2")
    rest = [pruned("r2", G), pruned("r2", H)]
    bench.expect("of the release", igmp=rest, idle=rest, c=rest,
                 a=[entry_pruned("r1", G, S), *rest])


@case("releasing the way in ends its entries without a word about them")
def release_way_in(lab):
    bench = Five(lab)
    bench.b.forward("r2", G)
    bench.flow("r2")
    bench.flow(group=H)
    bench.told()
    bench.a.release("r1")
    bench.expect("of the release")
    equal(bench.router.client.dump("mfe_get"), [], "entries")


@case("a protocol that ends: the others are told as of a release, it is told nothing")
def ends(lab):
    bench = Five(lab)
    bench.b.join("r2", G)
    bench.c.join("r3", H)
    bench.a.join("r1", H)
    bench.flow("r2")
    bench.told()
    bench.b.shutdown()
    rest = [pruned("r2", G)]
    bench.expect("of b's end", igmp=rest, idle=rest, c=rest,
                 a=[entry_pruned("r1", G, S), *rest])
    bench.c.shutdown()
    bench.expect("of c's end", a=[pruned("r3", H)])
    bench.i.shutdown()
    bench.expect("of the end of IGMP, that had no member")


@case("a device that goes: the same alerts, by themselves")
def device_gone(lab):
    small = lab.closing(star(3))
    bench = Bench(small)
    a = bench.protocol("a", "join prune").take("r1")
    b = bench.protocol("b", "join prune").take("r2").join("r2", G)
    bench.protocol("c", "join prune").take("r3").join("r3", G)
    small.closing(Sender(small.h1, H)).send()
    small.router.wait_oifs(H, S)
    b.join("r2", H)
    bench.told()
    small.router.rtnl.remove("r2")
    bench.expect_in_time("when r2 is gone", c=[pruned("r2", G), pruned("r2", H)],
                         a=[entry_pruned("r1", H, S), pruned("r2", H)],
                         b=[])
    a.shutdown()


@case("a veto that leaves nothing in the list: the owner is told as of any other end")
def veto(lab):
    bench = Bench(lab)
    bench.protocol("a", "join prune").take("r1")
    b = bench.protocol("b", "creation join prune").take("r2")
    c = bench.protocol("c", "creation join prune").take("r3")
    b.forward("r2", G).answer("veto", "all")
    c.forward("r3", G)
    sender = lab.closing(Sender(lab.h1, G))
    sender.send()
    lab.router.wait_oifs(G, S, "r3")
    bench.expect("when c's interface is left", b=[created(G, S, "r2")],
                 c=[created(G, S, "r3")])
    c.unforward("r3", G)
    bench.expect("when none is", a=[entry_pruned("r1", G, S)])
    c.forward("r3", G)
    bench.told()
    b.unforward("r2", G).forward("r2", G)
    bench.expect("of what a veto keeps out")


@case("a route that moves an entry to another protocol's interface: both are told")
def route(lab):
    bench = Five(lab)
    bench.ifindex("r1")
    lab.h1.rtnl.address("lo", FAR, 32)
    lab.router.rtnl.route("10.9.0.0", 24, "10.0.1.2")
    try:
        bench.b.forward("r2", G)
        bench.flow("r2", source=FAR)
        bench.flow(group=H, source=FAR)
        bench.told()
        lab.router.rtnl.route("10.9.0.0", 24, "10.0.3.2", replace=True)
        bench.expect_in_time(
            "of the new way",
            a=[entry_pruned("r1", G, FAR), entry_pruned("r1", H, FAR)],
            c=[entry_joined(G, FAR), entry_pruned("r3", H, FAR)])
    finally:
        lab.router.rtnl.no_route("10.9.0.0", 24)
        lab.h1.rtnl.address("lo", FAR, 32, remove=True)


# --- IGMP -------------------------------------------------------------------

@case("IGMP's member on an interface whose owner wants to know: the owner alone is told")
def local(lab):
    bench = Bench(lab)
    igmp = bench.igmp("join prune")
    bench.protocol("a", "join prune").take("r1")
    bench.protocol("b", "join prune local_join").take("r2")
    igmp.take("r2")
    bench.told()
    igmp.join("r2", G)
    bench.expect("of the member", b=[locally("join", "r2", G)])
    igmp.join("r2", G, S)
    bench.expect("of a member of one source", b=[locally("join", "r2", G, S)])
    igmp.join("r2", G)
    bench.expect("of the same once more")
    igmp.leave("r2", G)
    bench.expect("when it leaves", b=[locally("leave", "r2", G)])


@case("IGMP's member where the owner leaves it to MGM is IGMP's interest")
def local_default(lab):
    bench = Bench(lab)
    igmp = bench.igmp("join prune")
    bench.protocol("a", "join prune").take("r1")
    bench.protocol("b", "join prune").take("r2")
    igmp.take("r2")
    igmp.join("r2", G)
    bench.expect("of the member", a=[joined(G)], b=[joined(G)])
    igmp.leave("r2", G)
    bench.expect("when it leaves", a=[pruned("r2", G)], b=[pruned("r2", G)])


@case("an owner that wants to know adds its own membership: that is told as its own")
def local_owner(lab):
    bench = Bench(lab)
    igmp = bench.igmp("join prune")
    bench.protocol("a", "join prune").take("r1")
    b = bench.protocol("b", "join prune local_join").take("r2")
    igmp.take("r2").join("r2", G)
    bench.told()
    b.join("r2", G)
    bench.expect("of b's", a=[joined(G)], igmp=[joined(G)])
    igmp.leave("r2", G)
    bench.expect("when IGMP's goes", b=[locally("leave", "r2", G)])
    b.leave("r2", G)
    bench.expect("when b's goes", a=[pruned("r2", G)], igmp=[pruned("r2", G)])


@case("a release drops IGMP's members there: the old owner is told as it wished")
def local_release(lab):
    bench = Bench(lab)
    igmp = bench.igmp("join prune")
    bench.protocol("a", "join prune").take("r1")
    b = bench.protocol("b", "join prune local_join").take("r2")
    c = bench.protocol("c", "join prune").take("r3")
    igmp.take("r2", "r3").join("r2", G).join("r3", H)
    bench.told()
    b.release("r2")
    bench.expect("of b's release", b=[locally("leave", "r2", G)])
    c.release("r3")
    bench.expect("of c's", a=[pruned("r3", H)], b=[pruned("r3", H)],
                 c=[pruned("r3", H)])


@case("taking an interface drops IGMP's members there, with the alerts that follow")
def local_take(lab):
    bench = Bench(lab)
    igmp = bench.igmp("join prune")
    bench.protocol("a", "join prune").take("r1")
    b = bench.protocol("b", "join prune local_join")
    igmp.take("r2").join("r2", G)
    lab.closing(Sender(lab.h1, G)).send()
    lab.router.wait_oifs(G, S, "r2")
    bench.told()
    b.take("r2")
    bench.expect("of the new owner", b=[pruned("r2", G)],
                 a=[entry_pruned("r1", G, S), pruned("r2", G)])


@case("IGMP reports afresh under the new owner: that is told anew, by its rules")
def local_anew(lab):
    bench = Bench(lab)
    igmp = bench.igmp("join prune")
    bench.protocol("a", "join prune").take("r1")
    b = bench.protocol("b", "join prune local_join")
    igmp.take("r2").join("r2", G)
    bench.tell(f"member add {bench.ifindex('r2')} {G}")
    bench.told()
    b.take("r2")
    bench.expect("of the take", a=[pruned("r2", G)],
                 b=[pruned("r2", G), locally("join", "r2", G)])
    b.release("r2")
    bench.expect("of the release", a=[joined(G)],
                 b=[locally("leave", "r2", G), joined(G)])
    bench.tell(f"member del {bench.ifindex('r2')} {G}")


@case("IGMP that leaves an interface takes its members along, like any other")
def igmp_release(lab):
    bench = Five(lab)
    bench.i.join("r4", G).join("r4", H)
    bench.b.join("r2", G)
    bench.flow("r2", "r4")
    bench.flow("r4", group=H)
    bench.told()
    bench.i.release("r4")
    rest = [pruned("r4", H)]
    bench.expect("of the release", b=[pruned("r4", G), *rest], c=rest, idle=rest,
                 a=[entry_pruned("r1", H, S), *rest])


if __name__ == "__main__":
    one_cpu()
    run(lambda: star(5))
