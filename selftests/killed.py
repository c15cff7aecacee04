#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Daemons killed at random moments, as many as MGM_KILLS says, under traffic.

	h1 10.0.1.2 --- r1 [ router ] r2 --- 10.0.2.2 h2
	                   [        ] r3 --- 10.0.3.2 h3

A owns r1 and r2, and has a stream from h1 to h2; one daemon after the other owns r3,
where IGMP is enabled, and wants everything there. New flows come all the time."""

import os
import subprocess

from lib import abi
from lib.bench import Bench
from lib.tap import case, check, equal, note, run
from lib.topology import star
from lib.traffic import Background, Receiver, Sender, Stream, another_cpu, one_cpu

G, KILLS, ID = "239.60.0.1", int(os.environ.get("MGM_KILLS") or 1000), 4711
BATCH, LONGEST_US = 100, 3000
MORTAL = os.path.join(os.environ.get("MGM_MODDIR") or
                      os.path.dirname(os.path.dirname(os.path.abspath(__file__))),
                      "selftests/mortal")


class Flows(Background):
    """A thread that sends a packet of a new flow every so often."""

    def __init__(self, host):
        super().__init__()
        self.host = host
        self.count = 0

    def _run(self):
        another_cpu()
        while not self._stop.wait(0.02):
            self.count += 1
            sender = Sender(self.host, f"239.62.{self.count >> 8 & 255}.{self.count & 255}")
            sender.send(1)
            sender.close()


class Hooks:
    """IGMP on r3, and whether it is called in pairs."""

    def __init__(self, lab):
        self.bench = Bench(lab)
        self.bench.igmp().take("r3")
        self.pairs = 0

    def count(self):
        """Look at the calls since the last time."""
        head, lines = self.bench.log.read()
        self.bench.tell("clear")
        equal(head["lost"], 0, "lines of the log lost")
        # Each call has a line where it begins and one where it ends.
        calls = " ".join(line.split(" ", 1)[0] for line in lines
                         if line.startswith("igmp_"))
        pair = "igmp_disable igmp_disable igmp_enable igmp_enable"
        pairs = calls.count(pair)
        check(calls == " ".join([pair] * pairs), f"calls to IGMP: {calls}")
        self.pairs += pairs


def kill(lab, count, seed):
    """Kill so many daemons; return how many died at which stage."""
    with lab.router:
        result = subprocess.run(
            [MORTAL, str(lab.router.ifindex("r3")), str(ID), str(count),
             str(LONGEST_US), str(seed)], capture_output=True, text=True, check=False)
    equal((result.returncode, result.stderr), (0, ""), "what is left of a daemon")
    words = result.stdout.split()
    return {stage: int(number) for stage, number in zip(words[::2], words[1::2])}


@case(f"{KILLS} daemons killed under traffic: nothing is left of any, nobody loses anything")
def killed(lab):
    lab.router.client.call("config_set", mfe_timeout=2)
    hooks = Hooks(lab)
    a = lab.protocol(lab.router, 100).take("r1", "r2").join("r2", G)
    receiver = lab.closing(Receiver(lab.h2, G))
    sender = lab.closing(Sender(lab.h1, G))
    sender.send(3)
    receiver.wait(sender)
    died = {}
    hooks.count()
    hooks.pairs = 0
    with Stream(sender, interval=0.005) as stream, Flows(lab.h1):
        stream.wait_sent(5)
        for start in range(0, KILLS, BATCH):
            stages = kill(lab, min(BATCH, KILLS - start), start + 1)
            for stage, number in stages.items():
                died[stage] = died.get(stage, 0) + number
            hooks.count()
            note(f"{start + BATCH} killed: {died}")
    equal(receiver.wait(sender), sender.numbers, "packets of the other protocol's flow")
    equal(sum(died.values()), KILLS, "deaths")
    check(all(died.values()), f"deaths at every stage: {died}")
    # Each that had taken r3 has had it released.
    owners = died["joining"] + died["working"] + died["asked"]
    check(hooks.pairs >= owners * 2, f"{hooks.pairs} pairs of calls to IGMP: {died}")
    equal(lab.router.client.dump("interface_get", ifindex=lab.router.ifindex("r3"))[0]
          ["flags"], abi.MGM_INTERFACE_F_IGMP, "flags of r3")
    equal([p["id"] for p in lab.router.client.dump("protocol_get")], [2, 100],
          "protocols")
    a.join("r1", G)


if __name__ == "__main__":
    one_cpu()
    run(lambda: star(3))
