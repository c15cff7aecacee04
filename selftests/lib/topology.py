# SPDX-License-Identifier: GPL-2.0
"""Network namespaces, the links between them, and what runs in a router.

One process does it all: it enters a namespace to make a socket there, and uses
the socket from wherever it is. Programs are started as seldom as can be, since
under emulation starting one costs more than a thousand packets."""

import contextlib
import ctypes
import fcntl
import itertools
import os
import socket
import struct
import subprocess

from lib import abi
from lib.genl import Client
from lib.netlink import Rtnetlink
from lib.tap import wait

CLONE_NEWNET = 0x40000000
MS_BIND, MNT_DETACH = 4096, 2
SIOCGIFADDR, SIOCGIFFLAGS = 0x8915, 0x8913
IFF_RUNNING = 0x40

_count = itertools.count(1)
_libc = ctypes.CDLL(None, use_errno=True)


def _libc_call(name, *arguments):
    if getattr(_libc, name)(*arguments) < 0:
        code = ctypes.get_errno()
        raise OSError(code, f"{name}: {os.strerror(code)}")


def mount(kind, path):
    """Mount a file system of the kernel's own."""
    _libc_call("mount", kind.encode(), path.encode(), kind.encode(), 0, None)


class Netns:
    """A network namespace; "with" it, this thread (only one may) is inside.

    It has a name under /run/netns, for ip(8) and for people."""

    def __init__(self, name):
        self.name = f"mgm-{os.getpid()}-{next(_count)}-{name}"
        self.path = f"/run/netns/{self.name}"
        self._outside = []
        self._rtnl = None
        os.makedirs("/run/netns", exist_ok=True)
        with _open("/proc/thread-self/ns/net") as here:
            _libc_call("unshare", CLONE_NEWNET)
            self.descriptor = os.open("/proc/thread-self/ns/net",
                                      os.O_RDONLY | os.O_CLOEXEC)
            with open(self.path, "w", encoding="utf-8"):
                pass
            _libc_call("mount", b"/proc/thread-self/ns/net", self.path.encode(),
                       None, MS_BIND, None)
            _libc_call("setns", here, CLONE_NEWNET)
        # Source checks beyond MGM's own, and IPv6's chatter, would only blur
        # what is counted.
        self.sysctl("net/ipv4/conf/all/rp_filter", 0)
        self.sysctl("net/ipv4/conf/default/rp_filter", 0)
        if os.path.isdir("/proc/sys/net/ipv6"):
            self.sysctl("net/ipv6/conf/all/disable_ipv6", 1)
            self.sysctl("net/ipv6/conf/default/disable_ipv6", 1)

    def __enter__(self):
        self._outside.append(os.open("/proc/thread-self/ns/net",
                                     os.O_RDONLY | os.O_CLOEXEC))
        _libc_call("setns", self.descriptor, CLONE_NEWNET)
        return self

    def __exit__(self, *_):
        here = self._outside.pop()
        _libc_call("setns", here, CLONE_NEWNET)
        os.close(here)

    def close(self):
        """Give the namespace up: it ends with its last socket."""
        if self.descriptor is None:
            return
        if self._rtnl:
            self._rtnl.close()
        os.close(self.descriptor)
        self.descriptor = None
        _libc_call("umount2", self.path.encode(), MNT_DETACH)
        os.unlink(self.path)

    def sysctl(self, name, value):
        """Set a sysctl of the namespace."""
        with self, open(f"/proc/sys/{name}", "w", encoding="utf-8") as knob:
            knob.write(str(value))

    def read(self, path):
        """Read a file under /proc/net of the namespace."""
        with self, open(f"/proc/thread-self/net/{path}", encoding="utf-8") as file:
            return file.read()

    def write(self, path, text):
        """Write a file under /proc/net of the namespace."""
        with self, open(f"/proc/thread-self/net/{path}", "w",
                        encoding="utf-8") as file:
            file.write(text)

    def ip(self, lines):
        """Run the lines of ip(8) commands in the namespace."""
        self.program(["ip", "-batch", "-"], lines + "\n")

    @property
    def rtnl(self):
        """A socket for what ip(8) does, opened at its first use."""
        if not self._rtnl:
            self._rtnl = Rtnetlink(self)
        return self._rtnl

    def program(self, words, stdin="", good=(0,)):
        """Run a program in the namespace; return its output."""
        with self:
            done = subprocess.run(words, input=stdin, text=True, check=False,
                                  stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        if done.returncode not in good:
            raise RuntimeError(f"{' '.join(words)} in {self.name}: "
                               f"{done.stderr.strip()}\n{stdin}")
        return done.stdout

    def ifindex(self, device):
        """The index of a device there; 0 if it is not there."""
        with self:
            try:
                return socket.if_nametoindex(device)
            except OSError:
                return 0

    def mac(self, device):
        """The link address of a device there."""
        return self._ioctl(device, 0x8927)[18:24]

    def running(self, device):
        """Whether the device passes packets."""
        flags = struct.unpack_from("=H", self._ioctl(device, SIOCGIFFLAGS), 16)[0]
        if not flags & IFF_RUNNING:
            return False
        # The flag shows before the queue is in place, under the lock that this
        # one takes.
        with contextlib.suppress(OSError):
            self._ioctl(device, SIOCGIFADDR)
        return True

    def _ioctl(self, device, number):
        with self, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
            return fcntl.ioctl(any_socket, number,
                               struct.pack("16s24x", device.encode()))


class Router(Netns):
    """A namespace that routes, with a client for looking into its MGM."""

    def __init__(self, name="router"):
        super().__init__(name)
        self.sysctl("net/ipv4/ip_forward", 1)
        self.client = Client(self)

    def device(self, ifindex):
        """The name of a device."""
        with self:
            return socket.if_indextoname(ifindex)

    def mfe(self, group, source):
        """The entry of (source, group), or None."""
        return self.client.mfe(group, source)

    def oif(self, group, source, device, nexthop=None):
        """One outgoing interface of an entry, or None."""
        ifindex = self.ifindex(device)
        for oif in (self.mfe(group, source) or {}).get("oif", []):
            if oif["ifindex"] == ifindex and oif.get("nexthop") == nexthop:
                return oif
        return None

    def oifs(self, group, source):
        """The names of the outgoing devices of an entry, sorted; None without
        an entry, or while packets that waited for it are still being sent."""
        mfe = self.mfe(group, source)
        if not mfe or mfe.get("flags", 0) & abi.MGM_MFE_F_HELD:
            return None
        return sorted(self.device(oif["ifindex"]) for oif in mfe.get("oif", []))

    def wait_oifs(self, group, source, *devices):
        """Wait until the entry is there and has these outgoing devices."""
        wait(lambda: self.oifs(group, source) == sorted(devices),
             f"the outgoing list of ({source}, {group}) does not become "
             f"{sorted(devices)}: {self.mfe(group, source)}")

    def wait_mfe(self, group, source, condition=lambda mfe: True,
                 what="is not there"):
        """Wait until the entry is there and meets the condition; return it."""
        def found():
            mfe = self.mfe(group, source)
            return mfe if mfe and condition(mfe) else None
        return wait(found, f"the entry ({source}, {group}) {what}")

    def wait_no_mfe(self, group, source):
        """Wait until the entry is gone."""
        wait(lambda: self.mfe(group, source) is None,
             f"the entry ({source}, {group}) is still there")

    def close(self):
        self.client.close()
        super().close()


@contextlib.contextmanager
def _open(path):
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


class Lab:
    """Namespaces and what is in them; ends all of it, in the right order."""

    def __init__(self):
        self.case = contextlib.ExitStack()
        self.all = contextlib.ExitStack()
        self.routers = []
        self._links = []

    def netns(self, name):
        """A new namespace."""
        netns = Netns(name)
        self.all.callback(netns.close)
        return netns

    def new_router(self, name="router"):
        """A new namespace that routes."""
        router = Router(name)
        self.all.callback(router.close)
        self.routers.append(router)
        return router

    def ready(self, *ends):
        """Wait until the devices, (namespace, name) each, pass packets."""
        for netns, device in ends:
            wait(lambda n=netns, d=device: n.running(d), f"{device} does not come up")

    def closing(self, thing):
        """Have the thing closed at the end of the case."""
        self.case.callback(thing.close)
        return thing

    def protocol(self, router, number, component=0, flags=0):
        """A routing protocol that registers there, until the end of the case."""
        return self.closing(Protocol(router, number, component, flags))

    def end_case(self):
        """End what the case began, and wait until MGM has, too."""
        self.case.close()
        for router in self.routers:
            if router.descriptor is None:
                continue
            wait(lambda r=router: not r.client.dump("protocol_get"),
                 "protocols remain after their sockets were closed")
            # Entries for sources without a way in belong to no interface.
            wait(lambda r=router: all(mfe["flags"] & abi.MGM_MFE_F_NO_RPF
                                      for mfe in r.client.dump("mfe_get")),
                 "forwarding entries remain though nobody has an interface")

    def close(self):
        """End everything."""
        self.case.close()
        self.all.close()


class Protocol:
    """A routing protocol in user space, bound to a socket of its own."""

    def __init__(self, router, number, component=0, flags=0, name=None,
                 callbacks=None):
        self.router = router
        self.client = Client(router)
        self.handle = self.client.call(
            "protocol_register", id=number, component=component, flags=flags,
            name=name or f"protocol-{number}", callbacks=callbacks)["handle"]

    def take(self, *devices, nexthop=None, ttl=None):
        """Take the devices, or (device, next hop)."""
        for device in devices:
            self.client.call("interface_take", handle=self.handle,
                             ifindex=self.router.ifindex(device), nexthop=nexthop,
                             ttl_threshold=ttl)
        return self

    def release(self, device, nexthop=None):
        """Release one of them."""
        self.client.call("interface_release", handle=self.handle,
                         ifindex=self.router.ifindex(device), nexthop=nexthop)

    def join(self, device, group=None, source=None, nexthop=None,
             flags=abi.MGM_MEMBERSHIP_F_JOIN):
        """Add a membership: (S,G), or with less given (*,G) or (*,*)."""
        self.client.call("membership_add", handle=self.handle,
                         ifindex=self.router.ifindex(device), nexthop=nexthop,
                         group=group, source=source, flags=flags)
        return self

    def leave(self, device, group=None, source=None, nexthop=None, flags=None):
        """Delete one."""
        self.client.call("membership_del", handle=self.handle,
                         ifindex=self.router.ifindex(device), nexthop=nexthop,
                         group=group, source=source, flags=flags)

    def deregister(self):
        """The last call."""
        self.client.call("protocol_deregister", handle=self.handle)

    def close(self):
        """Die."""
        self.client.close()


class Upcalled(Protocol):
    """One that wants to be told of things."""

    def __init__(self, router, number, callbacks):
        super().__init__(router, number, callbacks=callbacks)

    def alerts(self, limit=0.0):
        """What it has been told, as [(name, attributes)]; if nothing is there,
        wait for something up to a limit."""
        return self.client.told(limit)

    def answer(self, alert, off=(), **values):
        """Answer an alert; off: devices to switch off."""
        oifs = [{"ifindex": self.router.ifindex(device)} for device in off]
        self.client.call("alert_answer", handle=self.handle, id=alert["id"],
                         oif=oifs or None, **values)


def star(count, device="r"):
    """A router with interfaces r1, r2, ... and a host on each:

	router r<i> 10.0.<i>.1/24 ---- 10.0.<i>.2/24 eth0 host h<i>

    or by another name than r. Each host's default route leads to the router."""
    lab = Lab()
    lab.router = lab.new_router()
    lab.hosts = {}
    numbers = range(1, count + 1)
    try:
        for i in numbers:
            host = lab.netns(f"h{i}")
            host.address = f"10.0.{i}.2"
            host.device = "eth0"
            lab.hosts[i] = host
            setattr(lab, f"h{i}", host)
        lab.router.rtnl.up("lo")
        for i, host in lab.hosts.items():
            lab.router.rtnl.veth(f"{device}{i}", host, "eth0")
            lab.router.rtnl.address(f"{device}{i}", f"10.0.{i}.1")
            lab.router.rtnl.up(f"{device}{i}")
            host.rtnl.address("eth0", f"10.0.{i}.2")
            host.rtnl.up("lo")
            host.rtnl.up("eth0")
            host.rtnl.route("0.0.0.0", 0, f"10.0.{i}.1")
        lab.ready(*((lab.router, f"{device}{i}") for i in numbers),
                  *((lab.hosts[i], "eth0") for i in numbers))
    except BaseException:
        lab.close()
        raise
    return lab


def switch(lab, *ends, options="mcast_snooping 0"):
    """A namespace that is a switch: a bridge br0 with a port p1, p2, ... to each of
    the ends, (namespace, device to make there) each."""
    lan = lab.netns("switch")
    lines = [f"link add br0 type bridge {options}", "link set br0 up"]
    for i, (netns, device) in enumerate(ends, 1):
        lines += [f"link add p{i} type veth peer name {device} netns {netns.name}",
                  f"link set p{i} up master br0"]
    lan.ip("\n".join(lines))
    for netns, device in ends:
        netns.rtnl.up(device)
    lab.ready(*ends, *((lan, f"p{i}") for i in range(1, len(ends) + 1)))
    return lan
