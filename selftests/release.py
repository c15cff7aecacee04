#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""What the end of an ownership takes with it, and what it leaves alone.

	h1 10.0.1.2 --- r1 [ router ] r3 --- 10.0.3.2 h3
	h2 10.0.2.2 --- r2 [        ] r4 --- 10.0.4.2 h4

Protocol 100 owns r1 and r2, protocol 200 owns r3 and r4; flows within each and
between them:

	h1 -> inner: h2		h1 -> both: h2, h4
	h3 -> other: h4		h3 -> both: h2, h4

The two from h3 to h4 are streams that run through all of it, without a loss."""

from lib import abi
from lib.netlink import NetlinkError
from lib.tap import case, check, equal, run, wait
from lib.topology import star
from lib.traffic import Receiver, Sender, Stream, one_cpu

INNER, OTHER, BOTH = "239.4.1.1", "239.4.1.2", "239.4.1.3"
FIRST, THIRD = "10.0.1.2", "10.0.3.2"


class Flows:
    """The protocols, the four flows and their receivers; the streams run for the
    length of the "with" block, and are complete at its end."""

    def __init__(self, lab, flags=0):
        self.lab = lab
        self.router = lab.router
        self.a = lab.protocol(lab.router, 100, flags=flags).take("r1", "r2")
        self.b = lab.protocol(lab.router, 200).take("r3", "r4")
        self.a.join("r2", INNER).join("r2", BOTH)
        self.b.join("r4", OTHER).join("r4", BOTH)
        self.h2 = lab.closing(Receiver(lab.h2, INNER).join(BOTH))
        self.h4 = lab.closing(Receiver(lab.h4, OTHER).join(BOTH))
        self.inner = lab.closing(Sender(lab.h1, INNER))
        self.from_a = lab.closing(Sender(lab.h1, BOTH))
        self.other = lab.closing(Sender(lab.h3, OTHER))
        self.from_b = lab.closing(Sender(lab.h3, BOTH))
        self.streams = [Stream(self.other), Stream(self.from_b)]

    def __enter__(self):
        for sender in (self.inner, self.from_a, self.other, self.from_b):
            sender.send(5)
        for receiver, sender in ((self.h2, self.inner), (self.h2, self.from_a),
                                 (self.h4, self.from_a), (self.h4, self.other),
                                 (self.h4, self.from_b), (self.h2, self.from_b)):
            equal(receiver.wait(sender), sender.numbers, "packets at the start")
        for group, source, devices in ((INNER, FIRST, ["r2"]),
                                       (BOTH, FIRST, ["r2", "r4"]),
                                       (OTHER, THIRD, ["r4"]),
                                       (BOTH, THIRD, ["r2", "r4"])):
            self.router.wait_oifs(group, source, *devices)
        for stream in self.streams:
            stream.__enter__()
        self.go_on()
        return self

    def go_on(self):
        """Let the streams run for some packets."""
        for stream in self.streams:
            stream.wait_sent(30)

    def __exit__(self, kind, *_):
        for stream in self.streams:
            stream.__exit__()
        if kind:
            return
        for sender in (self.other, self.from_b):
            equal(self.h4.arrived(sender), sender.numbers,
                  f"packets of the stream to {sender.group} at h4")

    def entries(self):
        """The flows that have an entry."""
        return sorted((mfe["source"], mfe["group"])
                      for mfe in self.router.client.dump("mfe_get"))


STREAMS = [(THIRD, OTHER), (THIRD, BOTH)]


@case("releasing an interface deletes the entries that come in there, no others")
def release_incoming(lab):
    with Flows(lab) as flows:
        flows.a.release("r1")
        equal(flows.entries(), STREAMS, "entries")
        equal(flows.router.oifs(BOTH, THIRD), ["r2", "r4"], "list of a stream")
        flows.go_on()
        # r1 is nobody's now: what still comes in there goes nowhere.
        flows.inner.send(3)
        equal(flows.h2.arrived(flows.inner, 5), [0, 1, 2, 3, 4], "h1's packets")
        equal(flows.entries(), STREAMS, "entries, with traffic on r1")
        flows.h2.wait(flows.from_b)
    equal(flows.h2.arrived(flows.from_b), flows.from_b.numbers, "stream at h2")


@case("releasing an interface takes it out of all outgoing lists, and no other")
def release_outgoing(lab):
    with Flows(lab) as flows:
        flows.a.release("r2")
        equal(flows.entries(), sorted([(FIRST, INNER), (FIRST, BOTH), *STREAMS]),
              "entries")
        equal(flows.router.oifs(BOTH, FIRST), ["r4"], "list of h1 -> both")
        equal(flows.router.oifs(BOTH, THIRD), ["r4"], "list of h3 -> both")
        equal(flows.router.oifs(INNER, FIRST), [], "list of h1 -> inner")
        check(flows.router.mfe(INNER, FIRST)["flags"] & abi.MGM_MFE_F_NEGATIVE,
              "h1 -> inner is not negative")
        at_h2 = len(flows.h2.arrived(flows.from_b, 0))
        flows.go_on()
        equal(len(flows.h2.arrived(flows.from_b, at_h2)), at_h2,
              "packets that h2 had when r2 was released, and later")
        flows.from_a.send(5)
        equal(flows.h4.arrived(flows.from_a), flows.from_a.numbers, "h1 -> h4")


@case("taken again and joined again, the flows are back")
def take_again(lab):
    with Flows(lab) as flows:
        flows.a.release("r1")
        flows.a.release("r2")
        flows.a.take("r1", "r2").join("r2", INNER)
        flows.inner.send(5)
        equal(flows.h2.arrived(flows.inner), flows.inner.numbers, "packets at h2")
        equal(flows.router.oifs(BOTH, THIRD), ["r4"],
              "memberships that went with the interface stay gone")


@case("the new owner's memberships count, not the old one's")
def new_owner(lab):
    with Flows(lab) as flows:
        flows.a.release("r2")
        flows.b.take("r2")
        equal(flows.router.oifs(BOTH, THIRD), ["r4"], "list before b joins on r2")
        flows.b.join("r2", INNER)
        flows.inner.send(5)
        equal(flows.h2.arrived(flows.inner), flows.inner.numbers, "packets at h2")


@case("deregistering is refused while an interface is owned, and stops no flow")
def deregister_refused(lab):
    with Flows(lab) as flows:
        flows.a.release("r1")
        try:
            flows.a.deregister()
        except NetlinkError as error:
            equal(error.errno, 16, "errno")
            check(error.sentence, "no reason given")
        else:
            check(False, "not refused")
        equal(flows.router.oifs(BOTH, THIRD), ["r2", "r4"], "list of a stream")
        flows.a.release("r2")
        flows.a.deregister()
        equal(flows.entries(), STREAMS, "entries")


@case("a protocol whose socket closes is shut down whole, and alone")
def socket_dies(lab):
    with Flows(lab) as flows:
        flows.a.close()
        wait(lambda: len(flows.router.client.dump("protocol_get")) == 1,
             "the protocol outlives its socket")
        equal(flows.entries(), STREAMS, "entries")
        equal(flows.router.oifs(BOTH, THIRD), ["r4"], "list of h3 -> both")
        equal([i["owner_id"] for i in flows.router.client.dump("interface_get")],
              [200, 200], "owners")
        flows.go_on()
        flows.inner.send(3)
        equal(flows.h2.arrived(flows.inner, 5), [0, 1, 2, 3, 4], "h1's packets")


@case("a registration that is to persist goes on forwarding without its socket")
def persistent(lab):
    with Flows(lab, abi.MGM_PROTOCOL_F_PERSIST) as flows:
        flows.a.close()
        flows.inner.send(5)
        equal(flows.h2.arrived(flows.inner), flows.inner.numbers, "packets at h2")
        handle = flows.a.handle
        client = flows.router.client
        for device in ("r1", "r2"):
            client.call("interface_release", handle=handle,
                        ifindex=flows.router.ifindex(device))
        client.call("protocol_deregister", handle=handle)
        equal(flows.entries(), STREAMS, "entries")


@case("an interface taken and released over and over disturbs no stream")
def over_and_over(lab):
    with Flows(lab) as flows:
        for _ in range(30):
            flows.a.release("r2")
            flows.a.take("r2").join("r2", BOTH)
        flows.go_on()


if __name__ == "__main__":
    one_cpu()
    run(lambda: star(4))
