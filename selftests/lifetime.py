#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Things that go away while packets flow through them: devices, namespaces, the
module itself. Each case has a router of its own:

	h1 10.0.1.2 --- r1 [ router ] r2 --- 10.0.2.2 h2
	                   [        ] r3 --- 10.0.3.2 h3

A protocol owns all three and has receivers on r2 and r3; h1 sends without pause."""

from lib import abi, module
from lib.genl import Client
from lib.netlink import NetlinkError
from lib.tap import case, check, equal, run, wait
from lib.topology import Lab, Protocol, star
from lib.traffic import Receiver, Sender, Stream, one_cpu

S, G = "10.0.1.2", "239.14.1.1"


class Flow:
    """The drawing, with everything at work; the stream runs in "with"."""

    def __init__(self, lab, flags=0):
        self.lab = lab.closing(star(3))
        self.router = self.lab.router
        self.protocol = self.lab.protocol(self.router, 100, flags=flags)
        self.protocol.take("r1", "r2", "r3").join("r2", G).join("r3", G)
        self.h2 = self.lab.closing(Receiver(self.lab.h2, G))
        self.h3 = self.lab.closing(Receiver(self.lab.h3, G))
        self.sender = self.lab.closing(Sender(self.lab.h1, G))
        self.sender.send(5)
        equal(self.h2.arrived(self.sender), self.sender.numbers, "at h2, at first")
        equal(self.h3.arrived(self.sender), self.sender.numbers, "at h3, at first")
        self.stream = Stream(self.sender, tolerate=True)

    def __enter__(self):
        self.stream.__enter__()
        self.stream.wait_sent(20)
        return self

    def __exit__(self, *what):
        self.stream.__exit__(*what)

    def has(self, device):
        """Whether MGM has the device."""
        ifindex = self.indices[device]
        return ifindex in [i["ifindex"]
                           for i in self.router.client.dump("interface_get")]

    @property
    def indices(self):
        """The device's indices, also once they are gone."""
        if not hasattr(self, "_indices"):
            self._indices = {d: self.router.ifindex(d) for d in ("r1", "r2", "r3")}
        return self._indices


@case("an outgoing device deleted leaves the lists, and the other loses nothing")
def outgoing_deleted(lab):
    flow = Flow(lab)
    check(flow.has("r2"), "r2 is not there to begin with")
    with flow:
        flow.router.rtnl.remove("r2")
        wait(lambda: not flow.has("r2"), "MGM still has the device")
        equal(flow.router.oifs(G, S), ["r3"], "outgoing list")
        flow.stream.wait_sent(20)
    equal(flow.h3.arrived(flow.sender), flow.sender.numbers, "packets at h3")


@case("the incoming device deleted takes its entries along")
def incoming_deleted(lab):
    flow = Flow(lab)
    check(flow.has("r1"), "r1 is not there to begin with")
    with flow:
        flow.router.rtnl.remove("r1")
        wait(lambda: not flow.has("r1"), "MGM still has the device")
        flow.router.wait_no_mfe(G, S)
    equal(flow.router.client.dump("mfe_get"), [], "entries")


@case("a device that moves to another namespace is no longer owned in either")
def moved(lab):
    flow = Flow(lab)
    other = flow.lab.new_router("other")
    check(flow.has("r2"), "r2 is not there to begin with")
    with flow:
        flow.router.ip(f"link set r2 netns {other.name}")
        wait(lambda: not flow.has("r2"), "MGM still has the device")
        equal(other.client.dump("interface_get"), [], "interfaces in the other")
        equal(flow.router.oifs(G, S), ["r3"], "outgoing list")
        other.rtnl.up("r2")
        newcomer = lab.closing(Protocol(other, 100)).take("r2")
        flow.stream.wait_sent(20)
        newcomer.release("r2")
    equal(flow.h3.arrived(flow.sender), flow.sender.numbers, "packets at h3")


@case("an outgoing device that goes down and up again is still owned, and works")
def down_and_up(lab):
    flow = Flow(lab)
    with flow:
        flow.router.rtnl.up("r2", False)
        flow.stream.wait_sent(20)
        check(flow.has("r2"), "MGM no longer has the device")
        flow.router.rtnl.up("r2")
        flow.lab.ready((flow.router, "r2"))
        flow.stream.wait_sent(20)
    equal(flow.h3.arrived(flow.sender), flow.sender.numbers, "packets at h3")
    numbers = flow.sender.send(5)
    arrived = flow.h2.arrived(flow.sender, len(flow.sender.numbers), limit=1)
    equal(arrived[-5:], numbers, "the last packets at h2")


@case("a namespace goes away with all that is in use in it, under traffic")
def namespace_destroyed(lab):
    flow = Flow(lab, abi.MGM_PROTOCOL_F_PERSIST)
    flow.protocol.close()
    with flow:
        # The last that holds it: no socket is in there any more.
        flow.router.close()
        wait(lambda: not flow.lab.h1.ifindex("eth0"),
             "the namespace does not go away", 30)


@case("two namespaces forward the same flow by themselves, and end by themselves")
def two_namespaces(lab):
    one, two = Flow(lab), Flow(lab)
    with one, two:
        one.protocol.release("r2")
        two.protocol.release("r3")
        one.stream.wait_sent(20)
        two.stream.wait_sent(20)
        equal(one.router.oifs(G, S), ["r3"], "outgoing list of one")
        equal(two.router.oifs(G, S), ["r2"], "outgoing list of two")
        one.protocol.close()
        wait(lambda: not one.router.client.dump("protocol_get"),
             "the protocol outlives its socket")
        two.stream.wait_sent(20)
    equal(two.h2.arrived(two.sender), two.sender.numbers, "packets at two's h2")
    equal(one.router.mfe(G, S), None, "entry of one")


@case("the module unloads under traffic with everything in use, and loads again")
def unload(lab):
    with_helper = module.present("mgm_test")
    if with_helper:
        module.unload("mgm_test")
    flow = Flow(lab)
    try:
        with flow:
            module.unload("mgm")
            check(not module.present("mgm"), "the module is still there")
            flow.stream.wait_sent(20)
            try:
                flow.protocol.release("r1")
            except NetlinkError:
                pass
            else:
                check(False, "a call was answered with the module gone")
    finally:
        module.load("mgm")
        if with_helper:
            module.load("mgm_test")
    # The family has a new number, and nothing of the past.
    flow.router.client.close()
    flow.router.client = Client(flow.router)
    equal(flow.router.client.dump("protocol_get"), [], "protocols")
    at_h2 = len(flow.h2.arrived(flow.sender, 0))
    flow.sender.send(3)
    equal(len(flow.h2.arrived(flow.sender, at_h2)), at_h2, "packets at h2")
    lab.closing(Protocol(flow.router, 100)).take("r1", "r2").join("r2", G)
    numbers = flow.sender.send(5)
    equal(flow.h2.arrived(flow.sender, at_h2 + 5)[at_h2:], numbers,
          "packets with a new protocol")


if __name__ == "__main__":
    one_cpu()
    run(Lab)
