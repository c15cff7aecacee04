#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Which interfaces a packet leaves by: what the memberships say, and no other.

	h1 10.0.1.2 --- r1 [ router ] r2 --- 10.0.2.2 h2
	   10.0.1.3        [        ] r3 --- 10.0.3.2 h3
	                   [        ] r4 --- 10.0.4.2 h4

Protocol 100 owns r1, r2 and r3, protocol 200 owns r4."""

from lib import abi
from lib.tap import case, check, equal, run
from lib.topology import star
from lib.traffic import Receiver, Sender, one_cpu, stream

S, T = "10.0.1.2", "10.0.1.3"
G, H = "239.2.1.1", "239.2.1.2"
JOIN, FORWARD = abi.MGM_MEMBERSHIP_F_JOIN, abi.MGM_MEMBERSHIP_F_FORWARD


def setup():
    """The hosts, h1 with two addresses."""
    lab = star(4)
    lab.h1.rtnl.address("eth0", T)
    return lab


def protocols(lab):
    """The two protocols."""
    return (lab.protocol(lab.router, 100).take("r1", "r2", "r3"),
            lab.protocol(lab.router, 200).take("r4"))


def receivers(lab, *groups):
    """A receiver of the groups on each of h2, h3 and h4."""
    result = {}
    for i in (2, 3, 4):
        result[i] = lab.closing(Receiver(lab.hosts[i]))
        for group in groups:
            result[i].join(group)
    return result


@case("(S,G), (*,G) and (*,*) each open exactly their interface")
def kinds(lab):
    a, b = protocols(lab)
    a.join("r2", G, S)
    a.join("r3", G)
    b.join("r4")
    at = receivers(lab, G, H)
    for source, group, hosts in ((S, G, {2, 3, 4}), (T, G, {3, 4}), (S, H, {4}),
                                 (T, H, {4})):
        sender = lab.closing(Sender(lab.h1, group, source=source))
        sender.send(5)
        for i, receiver in at.items():
            wanted = sender.numbers if i in hosts else []
            equal(receiver.arrived(sender, len(wanted)), wanted,
                  f"({source}, {group}) at h{i}")
        equal(lab.router.oifs(group, source), sorted(f"r{i}" for i in hosts),
              f"outgoing list of ({source}, {group})")


@case("however many memberships an interface has, it sends one copy")
def one_copy(lab):
    a, _ = protocols(lab)
    a.join("r2", G, S)
    a.join("r2", G)
    a.join("r2")
    at = receivers(lab, G)
    sender = lab.closing(Sender(lab.h1, G))
    sender.send(5)
    equal(at[2].arrived(sender), sender.numbers, "packets")
    a.leave("r2", G)
    a.leave("r2")
    sender.send(5)
    equal(at[2].arrived(sender), sender.numbers, "with one membership left")


@case("never does a packet go out of the interface that it came in on")
def not_back(lab):
    a, _ = protocols(lab)
    for device in ("r1", "r2"):
        a.join(device, G)
        a.join(device)
    at = receivers(lab, G)
    own = lab.closing(Receiver(lab.h1, G))
    sender = lab.closing(Sender(lab.h1, G))
    sender.send(5)
    equal(at[2].arrived(sender), sender.numbers, "packets at h2")
    own.read()
    equal(own.numbers(sender), [], "packets back at h1")
    equal(lab.router.oifs(G, S), ["r2"], "outgoing list")


@case("in both directions at once, between the interfaces of two protocols")
def both_directions(lab):
    a, b = protocols(lab)
    a.join("r1", G)
    b.join("r4", G)
    near = lab.closing(Receiver(lab.h1, G))
    far = lab.closing(Receiver(lab.h4, G))
    out, back = lab.closing(Sender(lab.h1, G)), lab.closing(Sender(lab.h4, G))
    for _ in range(20):
        out.send(3)
        back.send(3)
        far.wait(out)
        near.wait(back)
    equal(far.arrived(out), out.numbers, "from h1 to h4")
    equal(near.arrived(back), back.numbers, "from h4 to h1")


@case("a membership added while packets flow opens its interface at once")
def added(lab):
    a, _ = protocols(lab)
    a.join("r2", G)
    at = receivers(lab, G)
    sender = lab.closing(Sender(lab.h1, G))
    sender.send(10)
    at[2].arrived(sender)
    equal(at[3].arrived(sender, 0), [], "at h3, before")
    a.join("r3", G, S)
    stream(sender, [at[2]], 40)
    equal(at[3].arrived(sender, 40), list(range(10, 50)), "at h3")
    equal(at[2].arrived(sender), sender.numbers, "at h2 all the time")


@case("a membership deleted while packets flow closes its interface at once")
def deleted(lab):
    a, _ = protocols(lab)
    a.join("r2", G).join("r3", G)
    at = receivers(lab, G)
    sender = lab.closing(Sender(lab.h1, G))
    sender.send(10)
    equal(at[3].arrived(sender), sender.numbers, "at h3, before")
    equal(at[2].arrived(sender), sender.numbers, "at h2, before")
    a.leave("r3", G)
    stream(sender, [at[2]], 40)
    equal(at[3].arrived(sender, 10), list(range(10)), "at h3")
    equal(at[2].arrived(sender), sender.numbers, "at h2 all the time")


@case("the entry turns negative with the last membership, and comes back to life")
def negative(lab):
    a, b = protocols(lab)
    a.join("r2", G)
    at = receivers(lab, G)
    sender = lab.closing(Sender(lab.h1, G))
    sender.send(5)
    equal(at[2].arrived(sender), sender.numbers, "before")
    a.leave("r2", G)
    mfe = lab.router.mfe(G, S)
    check(mfe and mfe["flags"] & abi.MGM_MFE_F_NEGATIVE, f"not negative: {mfe}")
    sender.send(5)
    equal(at[2].arrived(sender, 5), [0, 1, 2, 3, 4], "while negative")
    equal(lab.router.mfe(G, S)["in_packets"], 10, "packets that it counted")
    b.join("r4", G)
    check(not lab.router.mfe(G, S)["flags"] & abi.MGM_MFE_F_NEGATIVE,
          "still negative")
    sender.send(5)
    equal(at[4].arrived(sender, 5), [10, 11, 12, 13, 14], "alive again")


@case("a flow that nobody wants has a negative entry, and no packet is kept")
def unwanted(lab):
    a, _ = protocols(lab)
    sender = lab.closing(Sender(lab.h1, G))
    at = receivers(lab, G)
    sender.send(5)
    lab.router.wait_oifs(G, S)
    equal(at[2].arrived(sender, 0), [], "packets")
    equal(lab.router.client.limit("pending_bytes")["used"], 0, "bytes held")
    a.join("r2", G)
    sender.send(5)
    equal(at[2].arrived(sender, 5), [5, 6, 7, 8, 9], "packets once wanted")


@case("the interface closes with the last of the JOIN and FORWARD bits")
def flags(lab):
    a, _ = protocols(lab)
    a.join("r2", G, flags=JOIN)
    a.join("r2", G, flags=FORWARD)
    at = receivers(lab, G)
    sender = lab.closing(Sender(lab.h1, G))
    sender.send(5)
    equal(at[2].arrived(sender), sender.numbers, "with both bits")
    a.leave("r2", G, flags=JOIN)
    sender.send(5)
    equal(at[2].arrived(sender), sender.numbers, "with FORWARD")
    a.leave("r2", G, flags=FORWARD)
    sender.send(5)
    equal(at[2].arrived(sender, 10), list(range(10)), "with neither")


@case("of two protocols' memberships each goes by itself")
def by_itself(lab):
    a, b = protocols(lab)
    a.join("r2", G)
    b.join("r4", G)
    at = receivers(lab, G)
    sender = lab.closing(Sender(lab.h1, G))
    sender.send(5)
    equal(at[2].arrived(sender), sender.numbers, "at h2, both there")
    equal(at[4].arrived(sender), sender.numbers, "at h4, both there")
    b.leave("r4", G)
    sender.send(5)
    equal(at[2].arrived(sender), sender.numbers, "at h2, a's alone")
    equal(at[4].arrived(sender, 5), list(range(5)), "at h4, a's alone")


if __name__ == "__main__":
    one_cpu()
    run(setup)
