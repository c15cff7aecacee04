#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Tracepoints: the way of a packet, and why it was not forwarded.

	h1 10.0.1.2 --- r1 [ router ] r2 --- 10.0.2.2 h2

A protocol owns r1, another r2. The tracer keeps what the module says in a buffer
of its own, which each case reads."""

import os
import re

from lib.kernel import KernelProtocol
from lib.tap import Skip, case, equal, run, wait
from lib.topology import mount, star
from lib.traffic import Receiver, Sender, one_cpu

S, G = "10.0.1.2", "239.15.1.1"
TRACEFS = "/sys/kernel/tracing"
INSTANCE = f"{TRACEFS}/instances/mgm-test"


class Tracer:
    """What the events under "mgm" say from now on."""

    def __init__(self):
        os.mkdir(INSTANCE)
        self._write("events/mgm/enable", "1")

    def _write(self, name, text):
        with open(f"{INSTANCE}/{name}", "w", encoding="ascii") as file:
            file.write(text)

    def lines(self, event):
        """All lines of an event, as dictionaries; the bare word is "what"."""
        with open(f"{INSTANCE}/trace", encoding="ascii") as file:
            found = re.findall(rf" {event}: (.*)", file.read())
        result = []
        for line in found:
            words = line.split()
            entry = dict(word.split("=", 1) for word in words if "=" in word)
            entry["what"] = next((w for w in words if "=" not in w), None)
            result.append(entry)
        return result

    def close(self):
        """Stop it, and forget all."""
        self._write("events/mgm/enable", "0")
        os.rmdir(INSTANCE)


def setup():
    """The hosts, if the kernel can trace."""
    if not os.path.isdir(TRACEFS):
        raise Skip("the kernel has no tracefs")
    if not os.path.exists(f"{TRACEFS}/events"):
        mount("tracefs", TRACEFS)
    if not os.path.isdir(f"{TRACEFS}/events/mgm"):
        raise Skip("the kernel has no tracepoints")
    return star(2)


def start(lab):
    """The tracer, and two protocols."""
    tracer = lab.closing(Tracer())
    a = lab.protocol(lab.router, 100).take("r1")
    b = lab.protocol(lab.router, 101).take("r2")
    return tracer, a, b


@case("every change of the tables is traced, in order, with what it is about")
def events(lab):
    tracer, a, b = start(lab)
    receiver = lab.closing(Receiver(lab.h2, G))
    b.join("r2", G)
    sender = lab.closing(Sender(lab.h1, G))
    sender.send(3)
    equal(receiver.arrived(sender), [0, 1, 2], "packets")
    b.leave("r2", G)
    a.release("r1")
    lab.router.wait_no_mfe(G, S)
    r1, r2 = (str(lab.router.ifindex(name)) for name in ("r1", "r2"))
    seen = [(e["what"], e["ifindex"], e["group"], e["oifs"])
            for e in tracer.lines("mgm_event")]
    equal(seen, [("protocol-register", "0", "0.0.0.0", "0"),
                 ("interface-take", r1, "0.0.0.0", "0"),
                 ("protocol-register", "0", "0.0.0.0", "0"),
                 ("interface-take", r2, "0.0.0.0", "0"),
                 ("membership-add", r2, G, "0"),
                 ("mfe-add", r1, G, "1"),
                 ("membership-del", r2, G, "0"),
                 ("mfe-change", r1, G, "0"),
                 ("mfe-del", r1, G, "0"),
                 ("interface-release", r1, "0.0.0.0", "0")], "events")
    equal({e["handle"] for e in tracer.lines("mgm_event")},
          {"0", str(a.handle), str(b.handle)}, "handles")


@case("every alert that is decided is traced, wanted or not")
def alerts(lab):
    tracer, a, b = start(lab)
    wants = KernelProtocol(lab.router, 102, words="join prune")
    lab.closing(wants)
    b.join("r2", G)
    seen = {(e["what"], e["handle"], e["wanted"], e["member"], e["group"])
            for e in tracer.lines("mgm_alert")}
    equal(seen, {("join", str(a.handle), "0", "1", G),
                 ("join", str(wants.handle), "1", "1", G)}, "alerts")


@case("each packet that is dropped is traced, with the reason")
def drops(lab):
    tracer, _, b = start(lab)
    b.join("r2", G)
    receiver = lab.closing(Receiver(lab.h2, G))
    sender = lab.closing(Sender(lab.h1, G))
    sender.send()
    equal(receiver.arrived(sender), [0], "packets")
    equal(tracer.lines("mgm_drop"), [], "drops of a flow that is forwarded")

    lab.closing(Sender(lab.h1, G, ttl=1)).send(2)
    lab.closing(Sender(lab.h1, "239.15.1.2")).send(2)
    lab.closing(Sender(lab.h1, "239.15.1.3", ttl=1)).send()
    sender.fence(receiver)
    wait(lambda: len(tracer.lines("mgm_drop")) >= 5, "five drops are not traced")
    counted = {}
    for drop in tracer.lines("mgm_drop"):
        equal(drop["source"], S, "source")
        key = drop["reason"], drop["group"], lab.router.device(int(drop["ifindex"]))
        counted[key] = counted.get(key, 0) + 1
    equal(counted, {("ttl-threshold", G, "r2"): 2,
                    ("negative", "239.15.1.2", "r1"): 2,
                    ("ttl-expired", "239.15.1.3", "r1"): 1}, "drops")
    equal({drop["netns"] for drop in tracer.lines("mgm_drop")},
          {str(os.fstat(lab.router.descriptor).st_ino)}, "namespaces")


if __name__ == "__main__":
    one_cpu()
    run(setup)
