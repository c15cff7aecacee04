#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Bounds that traffic meets: what is full, and what goes on working all the same.

	h1 10.0.1.2 --- r1 [ router ] r2 --- 10.0.2.2 h2
	                   [        ] r3 --- 10.0.3.2 h3

A protocol owns all three."""

from lib import abi
from lib.bench import limit
from lib.kernel import KernelProtocol
from lib.tap import case, check, equal, run, wait
from lib.topology import star
from lib.traffic import Receiver, Sender, one_cpu

G, H, NOBODYS = "239.67.1.1", "239.67.1.2", "239.67.2."
S = "10.0.1.2"


def start(lab, *groups):
    """A protocol with receivers of these groups at h2."""
    protocol = lab.protocol(lab.router, 100).take("r1", "r2", "r3")
    for group in groups:
        protocol.join("r2", group)
    return protocol


def incomplete(lab):
    """Does the entry say that it lacks an outgoing interface?"""
    return bool(lab.router.mfe(G, S)["flags"] & abi.MGM_MFE_F_INCOMPLETE)


@case("where no other outgoing interface may be had a flow goes on to those that it has")
def no_other_oif(lab):
    protocol = start(lab, G)
    first = lab.closing(Receiver(lab.h2, G))
    second = lab.closing(Receiver(lab.h3, G))
    sender = lab.closing(Sender(lab.h1, G))
    sender.send(2)
    equal(first.arrived(sender), sender.numbers, "before")
    limit(lab, "oifs", 1)
    protocol.join("r3", G)
    sender.send(2)
    equal(first.arrived(sender), sender.numbers, "after another link has joined")
    equal(second.numbers(sender), [], "there")
    equal((lab.router.oifs(G, S), incomplete(lab)), (["r2"], True), "the entry")
    check(lab.router.client.limit("oifs")["hits"], "the bound was not hit")


@case("it goes to the others as soon as they may be had")
def room_again(lab):
    protocol = start(lab, G)
    protocol.join("r3", G)
    limit(lab, "oifs", 1)
    sender = lab.closing(Sender(lab.h1, G))
    sender.send(1)
    lab.router.wait_oifs(G, S, "r2")
    check(incomplete(lab), "the entry is not marked")
    limit(lab, "oifs", 2)
    lab.router.wait_oifs(G, S, "r2", "r3")
    check(not incomplete(lab), "the entry is still marked")


@case("an entry that not one outgoing interface may be had for drops, until one may")
def no_oif(lab):
    start(lab, G)
    receiver = lab.closing(Receiver(lab.h2, G))
    sender = lab.closing(Sender(lab.h1, G))
    limit(lab, "oifs", 0)
    sender.send(1)
    lab.router.wait_mfe(G, S)
    equal((lab.router.oifs(G, S), incomplete(lab)), ([], True), "the entry")
    limit(lab, "oifs", 1)
    lab.router.wait_oifs(G, S, "r2")
    sender.send(1)
    equal(receiver.arrived(sender, 1), [1], "packets")


@case("what protocols keep entries out of counts like outgoing interfaces")
def vetoes(lab):
    protocol = lab.closing(KernelProtocol(lab.router, 50, words="creation"))
    protocol.take("r1", "r2", "r3").join("r2").join("r3")
    lab.router.write("mgm_test", f"answer {protocol.handle} veto all")
    oifs = lab.router.client.limit("oifs")["used"]
    sender = lab.closing(Sender(lab.h1, G))
    for last in range(1, 11):
        sender.send(1, group=NOBODYS + str(last))

    def kept_out():
        return [mfe for mfe in lab.router.client.dump("mfe_get")
                if len(mfe.get("veto", [])) == 2]
    wait(lambda: len(kept_out()) == 10, "not all were kept out of both")
    equal(lab.router.client.limit("oifs")["used"] - oifs, 20, "used of the bound")
    protocol.close()
    equal(lab.router.client.limit("oifs")["used"], oifs, "used when it is gone")


@case("entries that nobody wants give way to those that somebody wants")
def nobodys_entries_give_way(lab):
    start(lab, G).join("r3", H)
    limit(lab, "mfes", 4)
    flood = lab.closing(Sender(lab.h1, G))
    first, second = lab.closing(Receiver(lab.h2, G)), lab.closing(Receiver(lab.h3, H))
    old, new = (lab.closing(Sender(lab.h1, group)) for group in (G, H))
    old.send(1)
    lab.router.wait_oifs(G, S, "r2")
    for last in range(1, 11):
        flood.send(1, group=NOBODYS + str(last))
        lab.router.wait_mfe(NOBODYS + str(last), S)
    new.send(2)
    old.send(2)
    equal(second.arrived(new), new.numbers, "packets of the new flow")
    equal(first.arrived(old), old.numbers, "packets of the old one")
    bound = lab.router.client.limit("mfes")
    equal(bound["used"], 4, "entries")
    check(bound["hits"] >= 8, f"the bound was hit {bound['hits']} times")


@case("where all are wanted there is none for a new flow")
def all_are_wanted(lab):
    start(lab, G, H)
    limit(lab, "mfes", 1)
    old, new = (lab.closing(Sender(lab.h1, group)) for group in (G, H))
    receiver = lab.closing(Receiver(lab.h2, G))
    old.send(1)
    lab.router.wait_oifs(G, S, "r2")
    new.send(1)
    wait(lambda: lab.router.client.limit("mfes")["hits"], "the bound was not hit")
    old.send(2)
    equal(receiver.arrived(old), old.numbers, "packets of the old flow")
    equal(lab.router.mfe(H, S), None, "the new one's entry")


if __name__ == "__main__":
    one_cpu()
    run(lambda: star(3))
