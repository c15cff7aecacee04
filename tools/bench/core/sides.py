# SPDX-License-Identifier: GPL-2.0
"""Who forwards. Each is there for the length of a "with" block and leaves the kernel as
it was: MGM is loaded for its own turns only, as its hooks would be passed in others'."""

import contextlib
import os
import subprocess

from lib import abi, module
from lib.genl import Client
from lib.tap import wait

_TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__)))))


def program(name):
    """A program of the benchmarks: in $MGM_PROGRAMS, or where it is built by default."""
    return os.path.join(os.environ.get("MGM_PROGRAMS") or
                        os.path.join(_TOP, "tools/bench"), name)


_users = []


@contextlib.contextmanager
def loaded(*modules):
    """MGM is loaded for the length of the "with" block, or of the longest of several,
    and these modules of its with it."""
    for name in modules or ["mgm"]:
        module.load(name)
    _users.append(1)
    try:
        yield
    finally:
        _users.pop()
        if not _users:
            module.unload("mgm")


class Side:
    """A program that takes commands, in a namespace."""

    def __init__(self, name, router):
        with router:
            self.process = subprocess.Popen(
                [program(name)], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                text=True, bufsize=1)

    def tell(self, *words):
        """Have it do something; return how many seconds that took, and how many things
        it did."""
        print(*words, file=self.process.stdin, flush=True)
        answer = self.process.stdout.readline().split(maxsplit=2)
        if answer[:1] != ["ok"]:
            raise RuntimeError(f"{' '.join(map(str, words[:6]))}: {' '.join(answer)}")
        return int(answer[1]) / 1e9, int(answer[2])

    def close(self):
        """End it."""
        self.process.stdin.close()
        self.process.wait()
        self.process.stdout.close()


class Mgm:
    """A protocol in user space that owns all devices and has receivers of every group
    on those that are outgoing."""

    name = "mgm"

    def __init__(self, router, incoming, outgoing, room=None, receivers=True):
        self.router = router
        self.incoming = list(incoming)
        self.outgoing = list(outgoing)
        self.room = room
        self.receivers = receivers
        self.side = None
        self._stack = contextlib.ExitStack()

    def __enter__(self):
        with contextlib.ExitStack() as stack:
            stack.enter_context(loaded())
            self.client = stack.enter_context(contextlib.closing(Client(self.router)))
            if self.room:
                self._make_room()
            self.side = stack.enter_context(
                contextlib.closing(Side("side_mgm", self.router)))
            self.side.tell("take", *self.incoming, *self.outgoing)
            if self.receivers:
                self.side.tell("any", *self.outgoing)
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_):
        self._stack.close()

    def _make_room(self):
        for name in "mfes", "oifs", "memberships":
            self.client.call("limit_set", value=self.room,
                             id=getattr(abi, "MGM_LIMIT_" + name.upper()))

    def entries(self):
        """How many entries there are, as soon as no flow waits for its."""
        wait(lambda: not self.client.limit("pending_flows")["used"],
             "flows wait for their entries", 300)
        return self.client.limit("mfes")["used"]


class Kernel:
    """The same protocol inside the kernel, which is asked about every flow."""

    name = "mgm, in-kernel"

    def __init__(self, router, incoming, outgoing, receivers=True):
        self.router = router
        self.devices = [*incoming, *outgoing]
        self.outgoing = list(outgoing) if receivers else []
        self._stack = contextlib.ExitStack()

    def tell(self, *words):
        """Have it do something, devices being told by ifindex; return how many seconds
        that took."""
        self.router.write("mgm_bench", " ".join(map(str, words)))
        return int(self.router.read("mgm_bench")) / 1e9

    def __enter__(self):
        with contextlib.ExitStack() as stack:
            stack.enter_context(loaded("mgm", "mgm_bench"))
            self.tell("start")
            stack.callback(self.tell, "end")
            for device in self.devices:
                self.tell("take", self.router.ifindex(device))
            for device in self.outgoing:
                self.tell("any", self.router.ifindex(device))
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_):
        self._stack.close()


class Ipmr:
    """The kernel's own forwarder, and an owner that answers its upcalls."""

    name = "ipmr"

    def __init__(self, router, incoming, outgoing):
        self.router = router
        self.incoming = len(incoming)
        self.devices = [*incoming, *outgoing]
        self.side = None

    def __enter__(self):
        self.side = Side("side_ipmr", self.router)
        self.side.tell("vifs", self.incoming, *self.devices)
        return self

    def __exit__(self, *_):
        self.side.close()


class Tc:
    """Traffic control copies what comes in, without a look at routes, TTL, neighbours
    or netfilter."""

    name = "tc"

    def __init__(self, router, incoming, outgoing):
        self.router = router
        self.device = incoming[0]
        self.outgoing = list(outgoing)

    def _tc(self, words):
        self.router.program(["tc", *words.split()])

    def __enter__(self):
        copies = " ".join(f"action mirred egress mirror dev {device}"
                          for device in self.outgoing[:-1])
        self._tc(f"qdisc add dev {self.device} ingress")
        self._tc(f"filter add dev {self.device} ingress protocol ip flower "
                 f"dst_ip 239.64.0.0/10 {copies} "
                 f"action mirred egress redirect dev {self.outgoing[-1]}")
        return self

    def __exit__(self, *_):
        self._tc(f"qdisc del dev {self.device} ingress")
