#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""A multicast routing daemon beside MGM, on other interfaces of one router.

	h1 10.0.1.2 --- r1 [ router ] r2 --- 10.0.2.2 h2	MGM
	h3 10.0.3.2 --- r3 [        ] r4 --- 10.0.4.2 h4	smcroute

A protocol of MGM has r1 and r2; smcroute, with the kernel's own forwarder, has r3
and r4 and a static route between them. smcroute is Debian's."""

from lib import module
from lib.genl import Client
from lib.peer import find, smcroute
from lib.tap import case, check, equal, run, wait
from lib.topology import Protocol, star
from lib.traffic import Receiver, Sender, Stream, one_cpu

OURS, THEIRS = "239.15.1.1", "239.15.2.1"


def setup():
    """The hosts; the daemon comes and goes with the cases."""
    find("smcroute", "usr/sbin/smcrouted")
    return star(4)


def peer(lab):
    """smcroute runs for the length of the "with" block."""
    return smcroute(lab.router, "phyint r3 enable\nphyint r4 enable\n"
                    f"mroute from r3 group {THEIRS} to r4\n", "r4")


def theirs(lab):
    """A flow of smcroute's that is known to work, so that a stream loses nothing.

    The kernel's forwarder keeps no more than four packets of a flow that it does
    not know yet, and smcroute answers when it has the time."""
    receiver = lab.closing(Receiver(lab.h4, THEIRS))
    sender = lab.closing(Sender(lab.h3, THEIRS))

    def flows():
        sender.send()
        return receiver.wait(sender, 1, limit=0.1)
    wait(flows, "smcroute does not forward")
    receiver.arrived(sender, 0)
    receiver.packets.clear()
    # From now on, each counts.
    return lab.closing(Sender(lab.h3, THEIRS)), receiver


def ours(lab):
    """A flow of MGM's."""
    return (lab.closing(Sender(lab.h1, OURS)), lab.closing(Receiver(lab.h2, OURS)))


def start(lab):
    """A protocol of MGM."""
    return lab.protocol(lab.router, 100).take("r1", "r2").join("r2", OURS)


@case("both forward at once, every packet, each its own")
def side_by_side(lab):
    with peer(lab):
        their_sender, their_receiver = theirs(lab)
        start(lab)
        our_sender, our_receiver = ours(lab)
        our_sender.send(5)
        equal(our_receiver.arrived(our_sender), our_sender.numbers, "MGM's, at first")
        with Stream(our_sender) as one, Stream(their_sender) as two:
            one.wait_sent(100)
            two.wait_sent(100)
        equal(our_receiver.arrived(our_sender), our_sender.numbers, "MGM's")
        equal(their_receiver.arrived(their_sender), their_sender.numbers, "smcroute's")
        equal([mfe["group"] for mfe in lab.router.client.dump("mfe_get")], [OURS],
              "MGM's entries")
        check(OURS not in lab.router.program(["ip", "mroute", "show"]),
              "the kernel's forwarder has a route for MGM's flow")


@case("MGM's whole life costs the daemon's flow no packet")
def mgm_comes_and_goes(lab):
    with peer(lab):
        their_sender, their_receiver = theirs(lab)
        with Stream(their_sender) as stream:
            stream.wait_sent(20)
            protocol = start(lab)
            our_sender, our_receiver = ours(lab)
            our_sender.send(5)
            equal(our_receiver.arrived(our_sender), our_sender.numbers, "MGM's")
            stream.wait_sent(20)
            protocol.release("r2")
            protocol.release("r1")
            protocol.deregister()
            stream.wait_sent(20)
        equal(their_receiver.arrived(their_sender), their_sender.numbers, "smcroute's")


@case("the daemon's whole life costs MGM's flow no packet")
def daemon_comes_and_goes(lab):
    start(lab)
    our_sender, our_receiver = ours(lab)
    our_sender.send(5)
    equal(our_receiver.arrived(our_sender), our_sender.numbers, "MGM's, at first")
    with Stream(our_sender) as stream:
        stream.wait_sent(20)
        with peer(lab):
            their_sender, their_receiver = theirs(lab)
            their_sender.send(5)
            equal(their_receiver.arrived(their_sender), their_sender.numbers,
                  "smcroute's")
            stream.wait_sent(20)
        stream.wait_sent(20)
    equal(our_receiver.arrived(our_sender), our_sender.numbers, "MGM's")


@case("MGM unloaded and loaded under it, the daemon's flow loses no packet")
def unload(lab):
    with_helper = module.present("mgm_test")
    with peer(lab):
        their_sender, their_receiver = theirs(lab)
        start(lab)
        our_sender, our_receiver = ours(lab)
        our_sender.send(5)
        equal(our_receiver.arrived(our_sender), our_sender.numbers, "MGM's")
        with Stream(their_sender) as stream:
            stream.wait_sent(20)
            try:
                if with_helper:
                    module.unload("mgm_test")
                module.unload("mgm")
                stream.wait_sent(50)
            finally:
                module.load("mgm")
                if with_helper:
                    module.load("mgm_test")
                lab.router.client.close()
                lab.router.client = Client(lab.router)
            protocol = lab.closing(Protocol(lab.router, 100))
            protocol.take("r1", "r2").join("r2", OURS)
            our_sender.send(5)
            equal(our_receiver.arrived(our_sender), our_sender.numbers,
                  "MGM's, afterwards")
            stream.wait_sent(20)
        equal(their_receiver.arrived(their_sender), their_sender.numbers, "smcroute's")


if __name__ == "__main__":
    one_cpu()
    run(setup)
