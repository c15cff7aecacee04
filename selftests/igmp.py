#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""What IGMP reports, and what of it is forwarded.

	h1 10.0.1.2 --- r1 [ router ] r2 --- 10.0.2.2 h2
	                   [        ] r3 --- 10.0.3.2 h3

IGMP is the helper module's: it is enabled where a case says so, and its members
are what the case says they are."""

from lib.kernel import Igmp, KernelProtocol
from lib.tap import case, equal, run
from lib.topology import star
from lib.traffic import Receiver, Sender, Stream, one_cpu

S, G, H = "10.0.1.2", "239.12.1.1", "239.12.1.2"


def ends(lab, group=G):
    """A sender at h1, and receivers at h2 and h3."""
    return (lab.closing(Sender(lab.h1, group)),
            lab.closing(Receiver(lab.h2, group)),
            lab.closing(Receiver(lab.h3, group)))


@case("interfaces that only IGMP has are forwarded in and out of")
def igmp_alone(lab):
    igmp = lab.closing(Igmp(lab.router)).take("r1", "r2")
    sender, at_h2, _ = ends(lab)
    igmp.join("r2", G)
    sender.send(5)
    equal(at_h2.arrived(sender), sender.numbers, "with a member")
    igmp.leave("r2", G)
    sender.send(5)
    equal(at_h2.arrived(sender, 5), [0, 1, 2, 3, 4], "with none")


@case("on an owned interface a member is forwarded to, if its owner leaves it to MGM")
def user_space_owner(lab):
    igmp = lab.closing(Igmp(lab.router))
    lab.protocol(lab.router, 100).take("r1", "r2")
    sender, at_h2, _ = ends(lab)
    igmp.take("r2").join("r2", G)
    sender.send(5)
    equal(at_h2.arrived(sender), sender.numbers, "packets")
    igmp.leave("r2", G)
    sender.send(5)
    equal(at_h2.arrived(sender, 5), [0, 1, 2, 3, 4], "without the member")


@case("an owner that wants to hear of members decides itself what is forwarded")
def deciding_owner(lab):
    igmp = lab.closing(Igmp(lab.router))
    owner = lab.closing(KernelProtocol(lab.router, 300, words="local_join"))
    owner.take("r1", "r2")
    sender, at_h2, _ = ends(lab)
    igmp.take("r2").join("r2", G)
    sender.send(5)
    lab.router.wait_oifs(G, S)
    equal(at_h2.arrived(sender, 0), [], "before the owner's membership")
    owner.join("r2", G)
    sender.send(5)
    equal(at_h2.arrived(sender, 5), [5, 6, 7, 8, 9], "with it")
    owner.leave("r2", G)
    sender.send(5)
    equal(at_h2.arrived(sender, 5), [5, 6, 7, 8, 9], "without it again")


@case("an owner in the kernel with no such wish leaves it to MGM as well")
def plain_kernel_owner(lab):
    igmp = lab.closing(Igmp(lab.router))
    lab.closing(KernelProtocol(lab.router, 300)).take("r1", "r2")
    sender, at_h2, _ = ends(lab)
    igmp.take("r2").join("r2", G)
    sender.send(5)
    equal(at_h2.arrived(sender), sender.numbers, "packets")


@case("members the LAN really has survive a release, others do not")
def members_survive(lab):
    igmp = lab.closing(Igmp(lab.router))
    protocol = lab.protocol(lab.router, 100).take("r1", "r2")
    sender, at_h2, _ = ends(lab)
    stale = lab.closing(Sender(lab.h1, H))
    at_h2.join(H)
    igmp.take("r2").join("r2", G).join("r2", H)
    igmp.member("r2", G)
    for flow in (sender, stale):
        flow.send(5)
        equal(at_h2.arrived(flow), flow.numbers, "packets before the release")
    protocol.release("r2")
    for flow in (sender, stale):
        flow.send(5)
    equal(at_h2.arrived(sender), sender.numbers, "to the member that is there")
    equal(at_h2.arrived(stale, 5), [0, 1, 2, 3, 4], "to the one that is not")


@case("a hand-over beside them costs other flows no packet")
def handover_beside(lab):
    igmp = lab.closing(Igmp(lab.router))
    protocol = lab.protocol(lab.router, 100).take("r1", "r2")
    other = lab.protocol(lab.router, 200).take("r3").join("r3", G)
    sender, _, at_h3 = ends(lab)
    igmp.take("r2", "r3").join("r2", G)
    igmp.member("r2", G)
    sender.send(5)
    equal(at_h3.arrived(sender), sender.numbers, "packets at the start")
    with Stream(sender) as stream:
        for _ in range(10):
            protocol.release("r2")
            stream.wait_sent(5)
            protocol.take("r2")
            stream.wait_sent(5)
    equal(at_h3.arrived(sender), sender.numbers, "packets at h3")
    other.leave("r3", G)


@case("IGMP and the owner may both want a group: one copy, until neither does")
def both_want(lab):
    igmp = lab.closing(Igmp(lab.router))
    protocol = lab.protocol(lab.router, 100).take("r1", "r2").join("r2", G)
    sender, at_h2, _ = ends(lab)
    igmp.take("r2").join("r2", G)
    sender.send(5)
    equal(at_h2.arrived(sender), sender.numbers, "with both")
    protocol.leave("r2", G)
    sender.send(5)
    equal(at_h2.arrived(sender), sender.numbers, "with IGMP's")
    igmp.leave("r2", G)
    sender.send(5)
    equal(at_h2.arrived(sender, 10), list(range(10)), "with neither")


if __name__ == "__main__":
    one_cpu()
    run(lambda: star(3))
