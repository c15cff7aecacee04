# SPDX-License-Identifier: GPL-2.0
"""The network that packets are measured in.

	[ source ] eth0 10.0.1.2 ---- 10.0.1.1 r1 [ router ] o1
	[        ] eth1 10.0.2.2 ---- 10.0.2.1 r2 [        ] ...
	                                          [        ] oN

o1 to oN are dummy devices: what goes out of them is counted and gone, so that what a
receiver costs is not measured. They have no addresses and no neighbours to ask for."""

import contextlib

from lib.tap import wait
from lib.topology import Netns

# The sources of all flows, behind the source's first link.
SOURCES = "10.64.0.0"


class Network:
    """A source and a router that forwards nothing as yet; "with" it, it exists."""

    def __init__(self, outgoing, links=1):
        self.incoming = [f"r{i}" for i in range(1, links + 1)]
        self.outgoing = [f"o{i}" for i in range(1, outgoing + 1)]
        self.source = None
        self.router = None
        self.stack = contextlib.ExitStack()

    def __enter__(self):
        with self.stack as stack:
            self.source = Netns("source")
            stack.callback(self.source.close)
            self.router = Netns("router")
            stack.callback(self.router.close)
            self._build()
            self.stack = stack.pop_all()
        return self

    def __exit__(self, *_):
        self.stack.close()

    def _build(self):
        self.router.sysctl("net/ipv4/ip_forward", 1)
        self.router.rtnl.up("lo")
        for i, device in enumerate(self.incoming, 1):
            end = f"eth{i - 1}"
            self.router.rtnl.veth(device, self.source, end)
            self.router.rtnl.address(device, f"10.0.{i}.1")
            self.router.rtnl.up(device)
            self.source.rtnl.address(end, f"10.0.{i}.2")
            self.source.rtnl.up(end)
        self.router.rtnl.route(SOURCES, 10, "10.0.1.2")
        self._build_outgoing()
        for device in self.incoming:
            wait(lambda d=device: self.router.running(d), f"{device} does not come up")

    def _build_outgoing(self):
        self.router.ip("\n".join(f"link add {device} up type dummy"
                                 for device in self.outgoing))

    def outlet(self, count):
        """The first so many outgoing devices."""
        return self.outgoing[:count]

    def sent(self, devices):
        """How many packets have gone out of each of these devices."""
        return counted(self.router, devices)


class Hosts(Network):
    """The same with a host where the packets go:

	[ source ] eth0 10.0.1.2 ---- 10.0.1.1 r1 [ router ] r2 10.0.2.1 ---- 10.0.2.2 eth0
    """

    address = "10.0.2.2"

    def __init__(self):
        super().__init__(0)
        self.outgoing = ["r2"]
        self.host = None

    def _build_outgoing(self):
        self.host = Netns("host")
        self.stack.callback(self.host.close)
        self.router.rtnl.veth("r2", self.host, "eth0")
        self.router.rtnl.address("r2", "10.0.2.1")
        self.router.rtnl.up("r2")
        self.host.rtnl.address("eth0", self.address)
        self.host.rtnl.up("eth0")
        wait(lambda: self.router.running("r2"), "r2 does not come up")


def counted(netns, devices):
    """What these devices of a namespace have transmitted, a number each."""
    packets = {}
    for row in netns.read("dev").splitlines()[2:]:
        device, _, fields = row.partition(":")
        packets[device.strip()] = int(fields.split()[9])
    return [packets[device] for device in devices]
