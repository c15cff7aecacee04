# SPDX-License-Identifier: GPL-2.0
"""The kernel's packet generator. It sends on one processor, packet after packet, into
a veth link; the other end takes each in on the same processor before the next is made,
so that no queue loses any, and the rate is what the two of them can do.

Left alone, the kernel would now and then give the taking in to a thread, ksoftirqd, that
has to share the processor with pktgen: then a queue fills up, packets are lost, and it
is measured how fast they are. So that thread goes before pktgen."""

import contextlib
import os
import subprocess
import time

from core.flows import FIRST_GROUP, FIRST_SOURCE, address
from core.network import counted
from lib.schedule import priority, softirq_thread
from lib.tap import Failure, equal, wait
from lib.traffic import kernel_setting

PKTGEN = "/proc/thread-self/net/pktgen"
SIZE = 100
WARM_UP = 0.3
TRIES = 3


def _write(path, *lines):
    # Every write is one command.
    for text in lines:
        with open(path, "w", encoding="ascii") as file:
            file.write(text + "\n")


def last_cpu(back=0):
    """The last processor, or one of those before it: the measuring is on the first."""
    return max(0, os.cpu_count() - 1 - back)


@contextlib.contextmanager
def receiving_first(cpus):
    """For the length of the "with" block the threads that take packets in go before
    those that send them."""
    with contextlib.ExitStack() as stack:
        stack.enter_context(kernel_setting("/proc/sys/kernel/sched_rt_runtime_us", "-1"))
        for cpu in cpus:
            stack.enter_context(priority(softirq_thread(cpu), 20))
        yield


class Generator:
    """What a namespace sends: one stream a device, each on a processor of its own."""

    def __init__(self, netns):
        self.netns = netns
        self.devices = []
        self.cpus = []
        subprocess.run(["modprobe", "pktgen"], check=True)
        with netns:
            for cpu in range(os.cpu_count()):
                _write(f"{PKTGEN}/kpktgend_{cpu}", "rem_device_all")

    def stream(self, device, cpu, count=0, rate=0, sources=(FIRST_SOURCE, 1),
               groups=(FIRST_GROUP, 1), random=False):
        """Send from these sources to these groups, (first, how many) each, in turn or
        the sources at random: until stopped, or so many packets; as fast as can be,
        or so many a second."""
        self.devices.append(device)
        self.cpus.append(cpu)
        with self.netns:
            _write(f"{PKTGEN}/kpktgend_{cpu}", f"add_device {device}")
            _write(f"{PKTGEN}/{device}", f"count {count}", f"pkt_size {SIZE}",
                   "delay 0", "dst_mac 01:00:5e:40:00:01",
                   f"src_min {address(sources[0])}",
                   # Of sources at random the last is never drawn.
                   f"src_max {address(sources[0] + sources[1] - (not random))}",
                   f"dst_min {address(groups[0])}",
                   f"dst_max {address(groups[0] + groups[1] - 1)}")
            if rate:
                _write(f"{PKTGEN}/{device}", f"ratep {rate}")
            if random:
                _write(f"{PKTGEN}/{device}", "flag IPSRC_RND")
        return self

    def _start(self):
        with self.netns:
            return subprocess.Popen(["sh", "-c", f"echo start >{PKTGEN}/pgctrl"],
                                    stdin=subprocess.DEVNULL)

    @contextlib.contextmanager
    def running(self):
        """It sends for the length of the "with" block."""
        with receiving_first(self.cpus):
            process = self._start()
            try:
                yield
            finally:
                with self.netns:
                    while process.poll() is None:
                        _write(f"{PKTGEN}/pgctrl", "stop")
                        time.sleep(0.01)

    def send(self):
        """Send all that there is to send."""
        with receiving_first(self.cpus):
            equal(self._start().wait(), 0, "pktgen's exit status")

    def sent(self):
        """How many packets it has sent in all."""
        return sum(counted(self.netns, self.devices))


def throughput(generator, network, devices, seconds):
    """Packets a second that leave on each of the devices, while as many come in: none
    may be lost, or it is no throughput. Should one be, it is measured again."""
    warm_up(generator, network, devices, seconds)
    for more in range(TRIES - 1, -1, -1):
        try:
            return _throughput(generator, network, devices, seconds)
        except Failure:
            if not more:
                raise


def _throughput(generator, network, devices, seconds):
    before, offered = network.sent(devices), generator.sent()
    with generator.running():
        first, began = moved(network, devices, before)
        time.sleep(seconds)
        last, ended = moved(network, devices, first)
    offered = generator.sent() - offered
    left = [b - a for a, b in zip(before, network.sent(devices))]
    equal(left, [offered] * len(devices), "packets that left on each device")
    return (sum(last) - sum(first)) / (ended - began) / len(devices)


def warm_up(generator, network, devices, seconds=WARM_UP):
    """Have the first packets pass: entries are made, and what is cached is."""
    before = network.sent(devices)
    with generator.running():
        moved(network, devices, before)
        time.sleep(min(WARM_UP, seconds))


def moved(network, devices, before):
    """Wait until more packets than before have left on each of the devices; return how
    many by now, and when that is."""
    def more():
        now = network.sent(devices)
        return all(b > a for a, b in zip(before, now)) and (now, time.monotonic())
    return wait(more, "no packet leaves")
