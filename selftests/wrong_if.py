#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Packets on the wrong interface: who is told of them, and how often.

	h1 10.0.1.2 --- r1 [ router ] r2 --- 10.0.2.2 h2
	                   [        ] r3 ... r7 --- h3 ... h7

Protocol a owns r1, where the route to the source 10.9.0.5 leads; b owns r2 and has
receivers there; c owns r3 to r7. All live in the kernel. h1 and h3 to h7 can send
with that source: all but h1's packets come in wrongly."""

import time

from lib.bench import Bench, config, limit, refused, wrong
from lib.schedule import without_control_path
from lib.tap import case, check, equal, run, wait
from lib.topology import Protocol, star
from lib.traffic import Receiver, Sender, Stream, one_cpu

G, H = "239.19.1.1", "239.19.1.2"
FAR = "10.9.0.5"
OTHERS = ("r3", "r4", "r5", "r6", "r7")
LONG = 3600000
HEAD = 20 + 8 + 64


def setup():
    """The hosts, the far source, and the way to it."""
    lab = star(7)
    for number, host in lab.hosts.items():
        if number != 2:
            host.rtnl.address("lo", FAR, 32)
    lab.router.rtnl.route("10.9.0.0", 24, "10.0.1.2")
    return lab


class Wrong(Bench):
    """The protocols of the drawing, and a flow that comes in on r1."""

    def __init__(self, lab, words="wrong_if"):
        super().__init__(lab)
        self.a = self.protocol("a", words).take("r1")
        self.b = self.protocol("b", words).take("r2").forward("r2")
        self.c = self.protocol("c", words).take(*OTHERS)
        self.at_h2 = lab.closing(Receiver(lab.h2, G))
        self.right = self.sender("r1")
        self.right.send()
        self.router.wait_oifs(G, FAR, "r2")

    def sender(self, device, group=G):
        """A sender of the far source, at the host behind a device."""
        return self.lab.closing(Sender(self.lab.hosts[int(device[1])], group,
                                       source=FAR))

    def through(self, device):
        """What the host behind a device has sent so far has been dealt with, the
        queue of packets to be told of included."""
        sender = self.lab.closing(Sender(self.lab.hosts[int(device[1])], G))
        sender.fence(self.at_h2)
        wait(lambda: self.router.client.limit("wrong_if")["used"] == 0,
             "packets remain to be told of")
        self.at_h2.read()

    def counted(self, group=G):
        """The entry's packets on the wrong interface."""
        return self.router.mfe(group, FAR)["wrong_if_packets"]


@case("the owner of the interface that it came in on is told, with the packet's head")
def told(lab):
    bench = Wrong(lab)
    sender = bench.sender("r3")
    sender.send(1)
    bench.expect_in_time("of the packet", c=[wrong("r3", G, FAR)])
    event = bench.grep("wrong_if")[0]
    equal((event.right, event.flow, event.number, event.ttl, event.length),
          (1, sender.flow, 0, 8, HEAD), "the packet that c is shown")
    equal(bench.counted(), 1, "packets on the wrong interface")
    equal(bench.at_h2.numbers(sender), [], "packets that were forwarded")


@case("of a long packet the head is enough to tell the flow")
def long_packet(lab):
    bench = Wrong(lab)
    sender = bench.sender("r3")
    sender.send(1, size=1400)
    bench.expect_in_time("of the packet", c=[wrong("r3", G, FAR)])
    event = bench.grep("wrong_if")[0]
    equal((event.right, event.flow), (1, sender.flow), "the packet that c is shown")
    check(HEAD <= event.length <= 256, f"{event.length} bytes of it")


@case("nobody is told of packets that come in where they have to")
def right(lab):
    bench = Wrong(lab)
    bench.right.send(10)
    bench.at_h2.wait(bench.right)
    bench.expect("of them")


@case("of many packets one is told of, and all are counted")
def limited(lab):
    bench = Wrong(lab)
    config(lab, wrong_if_interval=LONG)
    sender = bench.sender("r3")
    sender.send(200)
    bench.through("r3")
    bench.expect("of 200", c=[wrong("r3", G, FAR)])
    equal(bench.counted(), 200, "packets on the wrong interface")


@case("each entry and each interface has an interval of its own")
def limited_each(lab):
    bench = Wrong(lab)
    config(lab, wrong_if_interval=LONG)
    other = bench.sender("r1", H)
    other.send()
    lab.router.wait_oifs(H, FAR, "r2")
    for device, group in (("r3", G), ("r3", H), ("r4", G), ("r4", H)):
        bench.sender(device, group).send(20)
        bench.through(device)
    bench.expect("of all", c=[wrong("r3", G, FAR), wrong("r3", H, FAR),
                              wrong("r4", G, FAR), wrong("r4", H, FAR)])


@case("after the interval that config wrong_if_interval says comes the next alert")
def interval(lab):
    bench = Wrong(lab)
    config(lab, wrong_if_interval=200)
    sender = bench.sender("r3")
    sender.send()
    bench.expect_in_time("of the first packet", c=[wrong("r3", G, FAR)])
    began = time.monotonic()
    with Stream(sender, 0.005):
        wait(lambda: len(bench.grep("wrong_if")) >= 5, "no further alerts come", 10)
    took = time.monotonic() - began
    check(took > 3 * 0.2, f"four more within {took:.2f} s")
    numbers = [event.number for event in bench.grep("wrong_if")]
    equal(numbers, sorted(set(numbers)), "packets told of")
    check(len(numbers) < len(sender.numbers) / 4,
          f"{len(numbers)} of {len(sender.numbers)} packets were told of")
    bench.told()


@case("the interval is 3 s at first, and out of range it is refused")
def interval_config(lab):
    client = lab.router.client
    equal(client.call("config_get")["wrong_if_interval"], 3000, "at first")
    for value in (0, LONG + 1):
        error = refused(34, client.call, "config_set", wrong_if_interval=value)
        check(error.sentence, "no reason given")
    config(lab, wrong_if_interval=1)
    config(lab, wrong_if_interval=LONG)
    equal(client.call("config_get")["wrong_if_interval"], LONG, "set")


@case("of one entry at most four interfaces are told of in an interval; all are counted")
def four_interfaces(lab):
    bench = Wrong(lab)
    config(lab, wrong_if_interval=LONG)
    for device in OTHERS:
        bench.sender(device).send(5)
        bench.through(device)
    bench.expect("of five", c=[wrong(device, G, FAR) for device in OTHERS[:4]])
    equal(bench.counted(), 25, "packets on the wrong interface")
    lab.router.client.call("config_set", wrong_if_interval=1)
    bench.sender("r7").send()
    bench.expect_in_time("of the fifth, later", c=[wrong("r7", G, FAR)])


@case("an interface can be switched off and on again; it is on when it is taken")
def switched(lab):
    bench = Wrong(lab)
    config(lab, wrong_if_interval=1)
    client, r3 = lab.router.client, bench.ifindex("r3")
    sender = bench.sender("r3")
    equal(client.call("interface_get", ifindex=r3)["wrong_if"], 1, "when taken")
    bench.c.set("r3", wrong_if=0)
    equal(client.call("interface_get", ifindex=r3)["wrong_if"], 0, "switched off")
    sender.send(10)
    bench.through("r3")
    bench.expect("of an interface that is off")
    equal(bench.counted(), 10, "packets on the wrong interface")
    bench.c.set("r3", wrong_if=1)
    sender.send()
    bench.expect_in_time("of one that is on again", c=[wrong("r3", G, FAR)])
    bench.c.set("r3", wrong_if=0).release("r3").take("r3")
    equal(client.call("interface_get", ifindex=r3)["wrong_if"], 1, "taken anew")
    wait(lambda: sender.send() and bench.grep("wrong_if", number=len(
        sender.numbers) - 1), "no alert comes, taken anew")
    bench.told()


@case("who switches an interface off: its owner alone")
def switched_refused(lab):
    bench = Wrong(lab)
    client, r3 = lab.router.client, bench.ifindex("r3")
    refused(1, bench.a.set, "r3", wrong_if=0)
    error = refused(1, client.call, "interface_set", handle=bench.c.handle,
                    ifindex=r3, wrong_if=0)
    check(error.sentence, "no reason given")
    bench.c.release("r3")
    user = lab.closing(Protocol(lab.router, 500)).take("r3")
    user.client.call("interface_set", handle=user.handle, ifindex=r3, wrong_if=0)
    shown = client.call("interface_get", ifindex=r3)
    equal((shown["wrong_if"], shown["ttl_threshold"]), (0, 1), "set by its owner")
    user.client.call("interface_set", handle=user.handle, ifindex=r3,
                     ttl_threshold=7)
    shown = client.call("interface_get", ifindex=r3)
    equal((shown["wrong_if"], shown["ttl_threshold"]), (0, 7), "the other set")
    for values in ({"wrong_if": 2}, {"ttl_threshold": 0}, {"ttl_threshold": 256}, {}):
        error = refused(22 if not values else 34, user.client.call, "interface_set",
                        handle=user.handle, ifindex=r3, **values)
        check(error.sentence, f"no reason given for {values}")


@case("an interface that is switched off takes no other's place among the four")
def switched_places(lab):
    bench = Wrong(lab)
    config(lab, wrong_if_interval=LONG)
    for device in OTHERS[:4]:
        bench.c.set(device, wrong_if=0)
        bench.sender(device).send(3)
        bench.through(device)
    bench.sender("r7").send(3)
    bench.through("r7")
    bench.expect("of the one that is on", c=[wrong("r7", G, FAR)])


@case("an interface that only IGMP has, and one that nobody has: nobody is told")
def nobody(lab):
    bench = Wrong(lab)
    igmp = bench.igmp("wrong_if")
    bench.c.release("r3", "r4")
    igmp.take("r3")
    for device in ("r3", "r4"):
        bench.sender(device).send(3)
        bench.through(device)
    bench.expect("of them")
    equal(bench.counted(), 3, "packets on the wrong interface: IGMP's")


@case("a protocol without the callback is not told; the others are")
def deaf(lab):
    bench = Wrong(lab)
    bench.c.release("r3")
    bench.protocol("d", "join").take("r3")
    for device in ("r3", "r4"):
        bench.sender(device).send(3)
        bench.through(device)
    bench.expect("of them", c=[wrong("r4", G, FAR)])


@case("an entry without a way in has no wrong interface")
def no_rpf(lab):
    bench = Wrong(lab)
    lab.h3.rtnl.address("lo", "198.51.100.5", 32)
    sender = lab.closing(Sender(lab.h3, G, source="198.51.100.5"))
    sender.send(5)
    lab.router.wait_mfe(G, "198.51.100.5")
    bench.through("r3")
    lab.h3.rtnl.address("lo", "198.51.100.5", 32, remove=True)
    bench.expect("of packets without a way in")


@case("what waits to be told of is bounded; what is beyond is counted, and told later")
def bounded(lab):
    bench = Wrong(lab)
    config(lab, wrong_if_interval=LONG)
    limit(lab, "wrong_if", 2)
    client = lab.router.client
    before = client.limit("wrong_if")["hits"]
    senders = [bench.sender(device) for device in OTHERS[:4]]
    with without_control_path():
        for sender in senders:
            sender.send()
        used = client.limit("wrong_if")["used"]
    check(used <= 2, f"{used} packets wait")
    for device in OTHERS[:4]:
        bench.through(device)
    told_of = bench.told()["c"]
    hits = client.limit("wrong_if")["hits"] - before
    check(hits > 0, "the bound was never hit: the case proves nothing")
    equal(len(told_of) + hits, 4, "packets told of, or beyond the bound")
    equal(bench.counted(), 4, "packets on the wrong interface")
    # What was not told is due with the next packet.
    for device, sender in zip(OTHERS, senders):
        sender.send()
        bench.through(device)
    equal(sorted(told_of + bench.told()["c"]),
          [wrong(device, G, FAR) for device in OTHERS[:4]], "told of in the end")


if __name__ == "__main__":
    one_cpu()
    run(setup)
