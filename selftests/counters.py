#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Counters add up, against what was seen on the wire.

	h1 10.0.1.2 --- r1 [ router ] r2 --- 10.0.2.2 h2	MTU 1000
	                   [        ] r3 --- 10.0.3.2 h3

Protocol a owns r1, b owns r2 and r3; both live in the kernel. The wire is looked at
in the router, as tcpdump would: what came in on r1 and r3, what went out of r2 and
r3."""

import collections
import contextlib

from lib.bench import Bench, limit
from lib.tap import case, check, equal, run, wait
from lib.topology import star
from lib.traffic import (IP_PMTUDISC_DO, RawFlow, Receiver, Sender, Wire, one_cpu,
                         stream)

S, G, H = "10.0.1.2", "239.20.1.1", "239.20.1.2"
FAR = "10.9.0.5"
DEVICES = ("r1", "r2", "r3")
# Record route: an option that the forwarder would have to fill in.
RECORD_ROUTE = b"\x07\x07\x04\0\0\0\0\0"


def setup():
    """The hosts; h1 and h3 have the far source's address, and r2 is narrow."""
    lab = star(3)
    for host in (lab.h1, lab.h3):
        host.rtnl.address("lo", FAR, 32)
    lab.router.rtnl.route("10.9.0.0", 24, "10.0.1.2")
    lab.router.ip("link set r2 mtu 1000")
    lab.h2.ip("link set eth0 mtu 1000")
    return lab


class Counted(Bench):
    """The protocols of the drawing, the wires, and what was counted before."""

    def __init__(self, lab, words=""):
        super().__init__(lab)
        self.a = self.protocol("a", words).take("r1")
        self.b = self.protocol("b", words).take("r2", "r3")
        self.at_h2 = lab.closing(Receiver(lab.h2, G))
        self.at_h3 = lab.closing(Receiver(lab.h3, G))
        self.wires = {device: lab.closing(Wire(lab.router, device))
                      for device in DEVICES}

    def sender(self, group=G, host=None, **options):
        """A sender, by default at h1."""
        return self.lab.closing(Sender(host or self.lab.h1, group, **options))

    def through(self, *hosts):
        """What the hosts have sent so far is on the wire beyond, or lost."""
        wait(lambda: self.router.client.limit("pending_bytes")["used"] == 0,
             "packets remain held")
        for host in hosts or (self.lab.h1,):
            self.sender(host=host).fence(self.at_h2)
        self.at_h2.read()
        self.at_h3.read()

    def shown(self, device):
        """An interface as netlink shows it."""
        return self.router.client.call("interface_get", ifindex=self.ifindex(device))

    def drops(self, device):
        """Why packets were dropped there, reasons that came up only."""
        return {name: value for name, value in self.shown(device)["drops"].items()
                if value}

    def expect_drops(self, **wanted):
        """Fail unless these are the drops of each interface."""
        equal({device: self.drops(device) for device in DEVICES
               if self.drops(device)}, wanted, "drops")

    def seen(self, device, outgoing):
        """The numbered datagrams that came in, or went out: (flow, length) each."""
        seen = []
        for direction, frame in self.wires[device].read():
            if frame[12:14] != b"\x08\x00":
                continue
            head = 14 + 4 * (frame[14] & 15) + 8
            if (direction == 4) == outgoing and frame[head:head + 4] == b"MGM ":
                seen.append((int.from_bytes(frame[head + 4:head + 8], "big"),
                             len(frame) - 14))
        return seen

    def adds_up(self):
        """Each packet on the wire is in one counter, each copy too."""
        entries = self.router.client.dump("mfe_get")
        copies = collections.Counter()
        wanted = 0
        for mfe in entries:
            equal(mfe["out_packets"],
                  sum(oif["out_packets"] for oif in mfe.get("oif", [])),
                  "an entry's copies, and those of its interfaces")
            for oif in mfe.get("oif", []):
                tried = (oif["out_packets"] + oif["ttl_too_low"] +
                         oif["frag_needed"] + oif["discards"])
                equal(tried, mfe["in_packets"] - mfe["negative_packets"],
                      "copies for one interface, sent or not")
                copies[self.device(oif["ifindex"])] += oif["out_packets"]
                wanted += tried
        for device in DEVICES:
            shown, drops = self.shown(device), self.drops(device)
            came = self.seen(device, False)
            went = self.seen(device, True)
            equal(shown["in_packets"] + sum(
                drops.get(name, 0) for name in ("wrong_if", "no_rpf", "ttl_expired",
                                                "bad_source", "queue_full",
                                                "no_mfe")),
                  len(came), f"packets that came in on {device}")
            equal((shown["out_packets"], shown["out_octets"]),
                  (len(went), sum(length for _, length in went)),
                  f"packets and octets that went out of {device}")
            equal(copies[device], len(went), f"copies of all entries out of {device}")
        equal(sum(mfe["in_packets"] for mfe in entries),
              sum(self.shown(device)["in_packets"] for device in DEVICES),
              "packets of all entries, and of all interfaces")
        equal(sum(mfe["in_octets"] for mfe in entries),
              sum(self.shown(device)["in_octets"] for device in DEVICES),
              "octets of all entries, and of all interfaces")
        equal(sum(mfe["wrong_if_packets"] for mfe in entries),
              sum(self.drops(device).get("wrong_if", 0) for device in DEVICES),
              "wrong packets of all entries, and of all interfaces")
        equal(sum(mfe["negative_packets"] for mfe in entries),
              sum(self.drops(device).get("negative", 0) for device in DEVICES),
              "unwanted packets of all entries, and of all interfaces")
        failed = sum(self.drops(device).get(name, 0) for device in DEVICES
                     for name in ("ttl_threshold", "frag_needed", "no_route", "option"))
        equal(sum(copies.values()) + failed, wanted, "copies, sent or not")


@case("what came in went out of each interface, packet by packet, octet by octet")
def forwarded(lab):
    bench = Counted(lab)
    bench.b.forward("r2", G).forward("r3", G)
    sender = bench.sender(size=100)
    for size in (12, 100, 500):
        sender.send(4, size)
        bench.at_h2.wait(sender)
    stream(sender, [bench.at_h2, bench.at_h3], 100)
    bench.through()
    mfe = lab.router.mfe(G, S)
    came, went = bench.seen("r1", False), bench.seen("r2", True)
    equal(len(came), 112, "packets on the wire")
    equal((mfe["in_packets"], mfe["in_octets"]),
          (112, sum(length for _, length in came)), "entry, in")
    for oif in mfe["oif"]:
        equal((oif["out_packets"], oif["out_octets"]),
              (len(went), sum(length for _, length in went)), "entry, out")
    equal(mfe["out_packets"], 224, "entry, copies")
    bench.expect_drops()
    bench.adds_up()


@case("wrong_if")
def wrong_if(lab):
    bench = Counted(lab)
    bench.b.forward("r2", G)
    right, wrong = bench.sender(source=FAR), bench.sender(host=lab.h3, source=FAR)
    right.send(3)
    bench.at_h2.wait(right)
    wrong.send(5)
    bench.through(lab.h1, lab.h3)
    bench.expect_drops(r3={"wrong_if": 5})
    equal(lab.router.mfe(G, FAR)["wrong_if_packets"], 5, "entry")
    bench.adds_up()


@case("no_rpf")
def no_rpf(lab):
    bench = Counted(lab)
    bench.b.forward("r2", G)
    flow = RawFlow(lab.closing(Wire(lab.h1)), "198.51.100.7", G)
    flow.send(3)
    bench.through()
    flow.send(4)
    bench.through()
    bench.expect_drops(r1={"no_rpf": 7})
    bench.adds_up()


@case("negative: counted as come in, too")
def negative(lab):
    bench = Counted(lab)
    sender = bench.sender()
    sender.send(3)
    bench.through()
    sender.send(4)
    bench.through()
    bench.expect_drops(r1={"negative": 7})
    mfe = lab.router.mfe(G, S)
    equal((mfe["in_packets"], mfe["negative_packets"]), (7, 7), "entry")
    bench.b.forward("r2", G)
    sender.send(2)
    bench.through()
    bench.expect_drops(r1={"negative": 7})
    bench.adds_up()


@case("ttl_expired: of an unknown flow; of a known one it is ttl_threshold")
def ttl_expired(lab):
    bench = Counted(lab)
    bench.b.forward("r2", G)
    dying = bench.sender(ttl=1)
    dying.send(3)
    bench.through()
    bench.expect_drops(r1={"ttl_expired": 3})
    living = bench.sender()
    living.send()
    bench.at_h2.wait(living)
    lab.router.wait_oifs(G, S, "r2")
    dying.send(2)
    bench.through()
    bench.expect_drops(r1={"ttl_expired": 3}, r2={"ttl_threshold": 2})
    bench.adds_up()


@case("bad_source")
def bad_source(lab):
    bench = Counted(lab)
    bench.b.forward("r2", G)
    wire = lab.closing(Wire(lab.h1))
    for source in ("127.0.0.5", "169.254.7.7", "0.0.0.0"):
        RawFlow(wire, source, G).send(2)
    bench.through()
    bench.expect_drops(r1={"bad_source": 6})
    bench.adds_up()


@case("queue_full: what finds no room while the flow waits for its entry")
def queue_full(lab):
    bench = Counted(lab, "creation")
    bench.b.forward("r2", G).on("creation", "hold")
    sender = bench.sender()
    room = lab.router.client.limit("pending_flow_packets")["value"]
    sender.send(2)
    bench.wait_inside(bench.b, "creation")
    sender.send(room + 3)
    bench.sender().fence(bench.at_h2)
    bench.b.on("creation", "go")
    lab.router.wait_oifs(G, S, "r2")
    bench.through()
    bench.expect_drops(r1={"queue_full": 5})
    mfe = lab.router.mfe(G, S)
    equal((mfe["held_packets"], mfe["queue_overflows"], mfe["in_packets"]),
          (room, 5, room), "entry")
    bench.adds_up()


@case("no_mfe: what waited for an entry that there was no room for")
def no_mfe(lab):
    bench = Counted(lab)
    bench.b.forward("r2")
    sender, other = bench.sender(), bench.sender(H)
    sender.send()
    lab.router.wait_oifs(G, S, "r2")
    limit(lab, "mfes", 1)
    other.send(3)
    bench.through()
    bench.expect_drops(r1={"no_mfe": 3})
    equal(lab.router.mfe(H, S), None, "entry")
    bench.adds_up()


@case("ttl_threshold")
def ttl_threshold(lab):
    bench = Counted(lab)
    bench.b.forward("r2", G).forward("r3", G).set("r3", ttl=8)
    low, high = bench.sender(ttl=8), bench.sender(ttl=9)
    low.send(4)
    high.send(3)
    bench.through()
    bench.expect_drops(r3={"ttl_threshold": 4})
    equal(lab.router.oif(G, S, "r3")["ttl_too_low"], 4, "entry, r3")
    equal(lab.router.oif(G, S, "r2")["ttl_too_low"], 0, "entry, r2")
    bench.adds_up()


@case("frag_needed")
def frag_needed(lab):
    bench = Counted(lab)
    bench.b.forward("r2", G).forward("r3", G)
    sender = bench.sender(discover=IP_PMTUDISC_DO)
    sender.send(3)
    sender.send(4, 1200)
    bench.through()
    bench.expect_drops(r2={"frag_needed": 4})
    equal(lab.router.oif(G, S, "r2")["frag_needed"], 4, "entry")
    bench.adds_up()


@case("frag_needed: of what is segmented on its way, each segment has to fit by itself")
def frag_needed_segments(lab):
    bench = Counted(lab)
    bench.b.forward("r2", G)
    sender = bench.sender(discover=IP_PMTUDISC_DO)
    sender.send(2)
    lab.router.wait_oifs(G, S, "r2")
    fit = sender.send_segments(4, 800)
    equal(bench.at_h2.arrived(sender), sender.numbers, "packets that fit")
    sender.send_segments(4, 1200)
    bench.through()
    equal(bench.at_h2.arrived(sender, 6), [0, 1, *fit], "packets in the end")
    check(lab.router.oif(G, S, "r2")["frag_needed"], "nothing is counted")


@case("option: an IP option that the forwarder does not fill in")
def option(lab):
    bench = Counted(lab)
    bench.b.forward("r2", G)
    plain, marked = bench.sender(), bench.sender(options=RECORD_ROUTE)
    plain.send(2)
    marked.send(3)
    bench.through()
    bench.expect_drops(r2={"option": 3})
    equal(lab.router.oif(G, S, "r2")["discards"], 3, "entry")
    bench.adds_up()


@case("no_route: a copy that finds no way out of the device")
def no_route(lab):
    bench = Counted(lab)
    bench.b.forward("r2", G).forward("r3", G)
    sender = bench.sender()
    sender.send(2)
    bench.through()
    lab.router.rtnl.up("r3", False)
    try:
        sender.send(3)
        bench.through()
        bench.expect_drops(r3={"no_route": 3})
        equal(lab.router.oif(G, S, "r3")["discards"], 3, "entry")
    finally:
        lab.router.rtnl.up("r3")
        lab.ready((lab.router, "r3"))
    # The wire says once that it was down.
    with contextlib.suppress(OSError):
        bench.wires["r3"].read()
    sender.send(2)
    bench.through()
    equal(bench.at_h2.wait(sender), sender.numbers, "packets at h2")
    bench.adds_up()


@case("an interface that leaves the list takes its counters along, the sum stays")
def oif_gone(lab):
    bench = Counted(lab)
    bench.b.forward("r2", G).forward("r3", G)
    sender = bench.sender()
    sender.send(4)
    bench.through()
    bench.b.unforward("r3", G)
    mfe = lab.router.mfe(G, S)
    equal((len(mfe["oif"]), mfe["out_packets"]), (1, 8), "interfaces, and copies")
    bench.b.forward("r3", G)
    sender.send(2)
    bench.through()
    mfe = lab.router.mfe(G, S)
    equal(mfe["out_packets"], 12, "copies, with r3 again")
    equal({bench.device(oif["ifindex"]): oif["out_packets"] for oif in mfe["oif"]},
          {"r2": 6, "r3": 2}, "copies each")
    equal(bench.shown("r3")["out_packets"], 6, "copies out of r3, as it shows")


@case("all of it at once")
def mixture(lab):
    bench = Counted(lab)
    bench.b.forward("r2", G).forward("r3", G).set("r3", ttl=9)
    good = bench.sender(ttl=20)
    wire = lab.closing(Wire(lab.h1))
    flows = [good, bench.sender(), bench.sender(H), bench.sender(source=FAR),
             bench.sender(host=lab.h3, source=FAR), bench.sender(ttl=1),
             bench.sender(size=1200, discover=IP_PMTUDISC_DO),
             bench.sender(options=RECORD_ROUTE), bench.sender("239.20.1.9", ttl=1),
             RawFlow(wire, "127.0.0.5", G), RawFlow(wire, "198.51.100.7", G)]
    for flow in flows:
        flow.send()
        bench.through(lab.h1, lab.h3)
    for round_ in range(20):
        for flow in flows[:1 + round_ % len(flows)]:
            flow.send(1 + round_ % 3)
    bench.through(lab.h1, lab.h3)
    reasons = {name for device in DEVICES for name in bench.drops(device)}
    check(reasons >= {"wrong_if", "no_rpf", "negative", "ttl_expired", "bad_source",
                      "ttl_threshold", "frag_needed", "option"},
          f"reasons that came up: {sorted(reasons)}")
    equal(bench.at_h2.wait(good), good.numbers, "packets of the good one at h2")
    bench.adds_up()


if __name__ == "__main__":
    one_cpu()
    run(setup)
