#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""mgm-static on a router: its routes carry packets, and a reload loses none.

	h1 10.0.1.2 --- r1 [ router ] r2 --- 10.0.2.2 h2
	                   [        ] r3 --- 10.0.3.2 h3
	                   [        ] r4 --- 10.0.4.2 h4
"""

import os
import signal
import subprocess

from lib import abi, module
from lib.bench import Bench, joined, limit, pruned
from lib.genl import Client
from lib.igmp import EXCLUDE, QUICK, IgmpRouter
from lib.peer import find
from lib.static import Static, program
from lib.tap import case, check, equal, run, wait
from lib.topology import star
from lib.traffic import RawFlow, Receiver, Sender, Stream, Wire, one_cpu

S = "10.0.1.2"
G, H, I = "239.50.0.1", "239.50.0.2", "239.51.0.1"
TO_R2 = f"mroute from r1 group {G} to r2\n"


def static(lab, text, component=0, *options):
    """One that runs until the end of the case."""
    return lab.closing(Static(lab.router, text, component, *options)).ready()


def sender(lab, group=G, host=1, **options):
    """Who sends from a host."""
    flow = lab.closing(Sender(lab.hosts[host], group, **options))
    flow.router, flow.device = lab.router, f"r{host}"
    flow.source = options.get("source", lab.hosts[host].address)
    return flow


def setup():
    """h1 has further addresses."""
    lab = star(4)
    for address in "10.0.1.200", "192.0.2.1", "10.0.3.77":
        lab.h1.rtnl.address("eth0", address, 32)
    return lab


def receiver(lab, host, *groups):
    """Who receives on a host."""
    one = lab.closing(Receiver(lab.hosts[host], groups[0] if groups else G))
    for group in groups[1:]:
        one.join(group)
    return one


def reaches(flow, count, *receivers):
    """Send so many: those receivers get all of these, and no more than that."""
    numbers = flow.send(count)
    for one in receivers:
        equal(one.arrived(flow, len(one.numbers(flow)) + count)[-count:], numbers,
              f"packets of {flow.group} at {one.host.name}")


def misses(flow, count, *receivers):
    """Send so many: those receivers get none of these."""
    before = [len(one.numbers(flow)) for one in receivers]
    flow.send(count)
    if flow.device in owned(flow):
        # What is held until all is answered would come behind the fence.
        flow.router.wait_mfe(flow.group, flow.source, lambda mfe: not
                             mfe["flags"] & abi.MGM_MFE_F_HELD, "is not complete")
    for one, had in zip(receivers, before):
        equal(len(one.arrived(flow, had)), had,
              f"packets of {flow.group} at {one.host.name}")


def memberships(lab):
    """All that there are: (device, group, source)."""
    return [(lab.router.device(m["ifindex"]), m.get("group"), m.get("source"))
            for m in lab.router.client.dump("membership_get")]


def owned(lab):
    """The devices that are owned."""
    return sorted(lab.router.device(i["ifindex"])
                  for i in lab.router.client.dump("interface_get"))


@case("a stream reaches whom its route leads to, from its first packet, and nobody else")
def stream(lab):
    static(lab, TO_R2 + "phyint r3\n")
    equal(owned(lab), ["r1", "r2", "r3"], "interfaces owned")
    flow, at2, at3 = sender(lab), receiver(lab, 2), receiver(lab, 3)
    reaches(flow, 5, at2)
    misses(flow, 1, at3)


@case("smcroute's parser finds the same file good, and it does the same")
def brought_over(lab):
    text = ("# smcroute.conf\n"
            "phyint r1 enable mrdisc\nphyint r2 enable ttl-threshold 2\n\n"
            "phyint r3 enable\n"
            f"mgroup from r1 group {G}\nmgroup from r1 source {S} group {H}\n"
            f"mroute from r1 group {G} to r2 r3\n"
            f"mroute from r1 source {S} group {H} to r2\n"
            f"mroute from r+ group {I}/24 to r3\n")
    one = static(lab, text)
    equal([line.split(": ", 2)[1:] for line in one.said().splitlines()
           if "FILE:" in line], [["FILE:2", "warning: there is no 'mrdisc' here"]],
          "what is said")
    at2, at3 = receiver(lab, 2, G, H, I), receiver(lab, 3, G, H, I)
    reaches(sender(lab), 2, at2, at3)
    for group, there, elsewhere in (H, at2, at3), (I, at3, at2):
        flow = sender(lab, group)
        reaches(flow, 2, there)
        misses(flow, 0, elsewhere)
    smcroute = find("smcroute", "usr/sbin/smcrouted")
    lab.router.program([smcroute, "-F", one.path])


@case("two instances and a protocol in the kernel share a router: joins of one are told "
      "to the others, and streams cross between their interfaces")
def three(lab):
    kernel = Bench(lab)
    k = kernel.protocol("k", "join prune").take("r4")
    kernel.ifindex("r2")
    # r1 is the first one's: the second one has a route from there.
    a = static(lab, TO_R2 + f"phyint r3 disable\nmroute from r3 group {H} to r2\n", 1,
               "-l", "info")
    kernel.expect("the first one's joins", k=[joined(G), joined(H)])
    b = static(lab, f"phyint r1 disable\nmroute from r1 group {G} to r3\nphyint r3\n", 2)
    equal([p["component"] for p in lab.router.client.dump("protocol_get")
           if p["id"] == 3], [1, 2], "components")
    a.wait_said(f"another protocol has receivers of (*, {G})")
    k.join("r4", G)
    kernel.expect("what others are told of is not told again")
    at2, at3, at4 = (receiver(lab, host, G, H) for host in (2, 3, 4))
    from1, from3 = sender(lab), sender(lab, H, 3)
    reaches(from1, 5, at2, at3, at4)
    reaches(from3, 5, at2)
    b.end(signal.SIGKILL)
    wait(lambda: owned(lab) == ["r1", "r2", "r4"], "what it owned is still owned")
    reaches(from1, 5, at2, at4)
    misses(from1, 0, at3)
    k.leave("r4", G)
    kernel.told()
    equal(a.end(), 0, "exit status")
    kernel.expect("the last one's end", k=[pruned("r2", G), pruned("r2", H)])


@case("while routes come and go at reloads, those that stay lose no packet")
def reload(lab):
    one = static(lab, TO_R2 + f"mroute from r1 group {H} to r2\n")
    at2, at3 = receiver(lab, 2), receiver(lab, 3, I)
    flow, other = sender(lab), sender(lab, I)
    reaches(flow, 1, at2)
    handle = lab.router.client.dump("protocol_get")[0]["handle"]
    with Stream(flow) as going:
        for _ in range(4):
            one.reload(TO_R2 + f"mroute from r1 group {I} to r3\n")
            equal(owned(lab), ["r1", "r2", "r3"], "interfaces owned")
            reaches(other, 2, at3)
            going.wait_sent(10)
            one.reload(TO_R2 + f"mroute from r1 group {H} to r2\n")
            equal((owned(lab), memberships(lab)),
                  (["r1", "r2"], [("r2", G, None), ("r2", H, None)]),
                  "interfaces owned, and memberships")
            going.wait_sent(10)
    equal(at2.arrived(flow), flow.numbers, "packets of the route that stayed")
    equal(lab.router.client.dump("protocol_get")[0]["handle"], handle, "handle")
    equal(one.states()[:4], ["READY=1", "RELOADING=1", "READY=1", "RELOADING=1"],
          "what systemd is told")


@case("a file that is wrong at a reload changes nothing, and it is said where it is wrong")
def wrong_reload(lab):
    one = static(lab, TO_R2)
    flow, at2 = sender(lab), receiver(lab, 2)
    reaches(flow, 1, at2)
    before = memberships(lab)
    one.reload(f"mroute from r1 group {H} to r3\nmroute from\n")
    one.wait_said("FILE:2: nothing follows 'from'")
    one.wait_said("FILE is not good; all stays as it was")
    equal((memberships(lab), owned(lab)), (before, ["r1", "r2"]), "what there is")
    reaches(flow, 2, at2)
    os.unlink(one.path)
    one.process.send_signal(signal.SIGHUP)
    one.wait_said("FILE: No such file")
    reaches(flow, 2, at2)


@case("of a range each flow inside gets through, and none outside; a reload moves it")
def group_range(lab):
    one = static(lab, "mroute from r1 group 239.50.0.0/24 to r2\n")
    at2 = receiver(lab, 2, G, H, I)
    inside, outside = sender(lab, G), sender(lab, I)
    reaches(inside, 3, at2)
    reaches(sender(lab, H), 3, at2)
    misses(outside, 3, at2)
    one.reload("mroute from r1 group 239.51.0.0/24 to r2\n")
    reaches(outside, 3, at2)
    misses(inside, 3, at2)
    equal(("r2", G, S) in memberships(lab), True, f"{G} is kept off")
    one.reload("mroute from r1 group 239.48.0.0/12 to r2\n")
    reaches(inside, 3, at2)
    reaches(outside, 3, at2)
    equal(memberships(lab), [("r2", None, None)], "memberships")


@case("a flow outside a range stays out though memberships have reached their bound")
def full(lab):
    static(lab, "mroute from r1 group 239.50.0.0/24 to r2\n")
    limit(lab, "memberships", 1)
    at2 = receiver(lab, 2, G, I)
    misses(sender(lab, I), 3, at2)
    reaches(sender(lab), 3, at2)
    equal(memberships(lab), [("r2", None, None)], "memberships")


@case("hosts get what they ask for by IGMP, though no route is for it")
def hosts(lab):
    igmp = lab.closing(IgmpRouter(lab.router)).enable("r2", **QUICK)
    static(lab, "mroute from r1 group 239.50.0.0/24 to r2 r3\n")
    at2, at3 = receiver(lab, 2, I), receiver(lab, 3, I)
    igmp.wait_state("r2", I, EXCLUDE)
    flow = sender(lab, I)
    reaches(flow, 3, at2)
    misses(flow, 1, at3)


@case("a source, or a range of them, gets through, and no other")
def sources(lab):
    one = static(lab, f"mroute from r1 source {S} group {G} to r2\n"
                      f"mroute from r1 source 10.0.1.128/25 group {H} to r2\n")
    at2 = receiver(lab, 2, G, H)
    flows = {(group, source): sender(lab, group, source=source)
             for group in (G, H) for source in (S, "10.0.1.200")}
    for key, flow in flows.items():
        (reaches if key in ((G, S), (H, "10.0.1.200")) else misses)(flow, 2, at2)
    one.reload(f"mroute from r1 source 10.0.1.200 group {G} to r2\n"
               f"mroute from r1 source 10.0.1.0/25 group {H} to r2\n")
    for key, flow in flows.items():
        (misses if key in ((G, S), (H, "10.0.1.200")) else reaches)(flow, 2, at2)


@case("a route is for what comes in on its interface; another's packets stay out")
def other_interface(lab):
    # r1 is another protocol's, whose word counts for what comes in there.
    Bench(lab).protocol("k").take("r1")
    one = static(lab, f"mroute from r3 group {G} to r2\n"
                      f"mroute from r3 source {S} group {H} to r2\n")
    at2 = receiver(lab, 2, G, H)
    wanted, unwanted, exact = sender(lab, host=3), sender(lab), sender(lab, H)
    reaches(wanted, 3, at2)
    misses(unwanted, 3, at2)
    misses(exact, 3, at2)
    one.reload(TO_R2 + f"mroute from r1 source {S} group {H} to r2\n")
    misses(wanted, 3, at2)
    reaches(unwanted, 3, at2)
    reaches(exact, 3, at2)


@case("packets may come from where no route, or another one, leads to their source")
def way_in(lab):
    static(lab, TO_R2 + "phyint r3\n")
    at2 = receiver(lab, 2)
    reaches(sender(lab, source="192.0.2.1"), 3, at2)
    reaches(sender(lab, source="10.0.3.77"), 3, at2)
    equal(lab.router.device(lab.router.mfe(G, "10.0.3.77")["iif"]), "r1", "way in")


@case("at a reload flows are let in where the file has them come in now")
def way_in_changes(lab):
    one = static(lab, f"phyint r1\nmroute from r3 group {G} to r2\n")
    flow, at2 = sender(lab), receiver(lab, 2)
    misses(flow, 2, at2)
    equal(lab.router.device(lab.router.mfe(G, S)["iif"]), "r3", "way in")
    one.reload(TO_R2 + "phyint r3\n")
    reaches(flow, 2, at2)
    one.reload(f"phyint r1\nmroute from r3 group {G} to r2\n")
    misses(flow, 2, at2)
    one.reload(TO_R2)
    reaches(flow, 2, at2)


@case("a flow that changes from one interface to another is followed, once the first is "
      "silent")
def follows(lab):
    static(lab, f"mroute from r+ group {G} to r2\n")
    at2 = receiver(lab, 2)
    first = sender(lab)
    second = RawFlow(lab.closing(Wire(lab.h3)), S, G)
    reaches(first, 2, at2)

    def followed():
        second.send()
        return at2.wait(second, 1, 0.2)
    wait(followed, "the flow is not followed")
    equal(lab.router.device(lab.router.mfe(G, S)["iif"]), "r3", "way in")
    had = len(at2.numbers(second))
    numbers = second.send(3)
    equal(at2.wait(second, had + 3)[-3:], numbers, "packets")


@case("interfaces that come later, and go, are taken as the file says")
def links(lab):
    one = static(lab, f"mroute from r1 group {G} to r2 x+\n")
    equal(owned(lab), ["r1", "r2"], "interfaces owned")
    flow, at2 = sender(lab), receiver(lab, 2)
    reaches(flow, 2, at2)
    for _ in range(2):
        lab.router.rtnl.veth("x1", lab.h3, "eth1")
        lab.router.rtnl.address("x1", "10.0.9.1")
        lab.router.rtnl.up("x1")
        lab.h3.rtnl.address("eth1", "10.0.9.2")
        lab.h3.rtnl.up("eth1")
        lab.ready((lab.router, "x1"), (lab.h3, "eth1"))
        lab.router.wait_oifs(G, S, "r2", "x1")
        at3 = lab.closing(Receiver(lab.h3, G, "eth1", address="10.0.9.2"))
        # A device that is up may yet have no queue.
        flow.fence(at3)
        reaches(flow, 2, at2, at3)
        at3.close()
        lab.router.rtnl.remove("x1")
        lab.router.wait_oifs(G, S, "r2")
        reaches(flow, 2, at2)
    equal(one.process.poll(), None, "it goes on")


@case("what leaves by an interface had a TTL above its threshold; a reload changes that")
def ttl(lab):
    one = static(lab, "phyint r2 enable ttl-threshold 11\n" + TO_R2)
    at2, low, high = receiver(lab, 2), sender(lab, ttl=11), sender(lab, ttl=12)
    reaches(high, 2, at2)
    misses(low, 2, at2)
    one.reload("phyint r2 enable ttl-threshold 10\n" + TO_R2)
    reaches(low, 2, at2)


@case("groups are joined as a host does it, more than one socket may, and left again")
def joined_groups(lab):
    def listed(name, words):
        return sum(words in line for line in lab.router.read(name).splitlines())

    # The kernel shows the first as the last bytes, and sources of the last group only.
    groups, sources = "003CEF ", " 0x0a0007"
    one = static(lab, "mgroup from r1 group 239.60.0.0/26\n"
                      "mgroup from r1 source 10.0.7.0/28 group 239.61.0.1\n")
    equal((listed("igmp", groups), listed("mcfilter", sources)), (64, 16),
          "groups and sources joined")
    equal(owned(lab), [], "interfaces owned")
    one.reload("mgroup from r1 group 239.60.0.0/28\n")
    equal((listed("igmp", groups), listed("mcfilter", sources)), (16, 0),
          "groups and sources joined")
    one.end()
    equal(listed("igmp", groups), 0, "groups joined")


@case("an interface of another protocol is waited for, and the other routes hold")
def refused(lab):
    kernel = Bench(lab)
    k = kernel.protocol("k").take("r3")
    one = static(lab, f"mroute from r1 group {G} to r2 r3\n")
    one.wait_said("cannot have r3:")
    flow, at2, at3 = sender(lab), receiver(lab, 2), receiver(lab, 3)
    reaches(flow, 2, at2)
    misses(flow, 0, at3)
    k.release("r3")
    one.reload(f"mroute from r1 group {G} to r2 r3\n")
    reaches(flow, 2, at2, at3)


@case("a second one with the same number is refused, and the first goes on")
def twice(lab):
    one = static(lab, TO_R2)
    with lab.router:
        done = subprocess.run([program(), "-f", one.path], text=True, check=False,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    equal(done.returncode, 1, "exit status")
    check("cannot register: " in done.stderr, done.stderr)
    reaches(sender(lab), 2, receiver(lab, 2))


@case("by SIGTERM and by SIGKILL alike it leaves nothing behind")
def ends(lab):
    for number, status in (signal.SIGTERM, 0), (signal.SIGKILL, -signal.SIGKILL):
        one = static(lab, TO_R2 + "mroute from r1 group 239.51.0.0/16 to r3\n")
        at2, at3 = receiver(lab, 2), receiver(lab, 3, I)
        reaches(sender(lab), 2, at2)
        misses(sender(lab, H), 2, at2)
        reaches(sender(lab, I), 2, at3)
        equal(one.end(number), status, "exit status")
        for table in ("protocol_get", "interface_get", "membership_get", "mfe_get"):
            wait(lambda t=table: not lab.router.client.dump(t),
                 f"{table} still shows something")


@case("when the module goes, it ends with an error, and without one it does not start")
def module_gone(lab):
    one = static(lab, TO_R2)
    lab.router.client.close()
    module.unload("mgm")
    try:
        equal(one.process.wait(), 1, "exit status")
        one.wait_said("the mgm module has gone")
        with lab.router:
            equal(subprocess.run([program(), "-l", "none", "-f", one.path],
                                 check=False).returncode, 1, "exit status without it")
    finally:
        module.load("mgm")
        lab.router.client = Client(lab.router)


if __name__ == "__main__":
    one_cpu()
    run(setup)
