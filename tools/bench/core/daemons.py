# SPDX-License-Identifier: GPL-2.0
"""Routing daemons, as sides of a comparison."""

import contextlib
import os
import subprocess
import tempfile

from core.flows import FIRST_GROUP, address
from core.sides import Mgm, loaded
from lib import peer, static
from lib.igmp import IgmpRouter
from lib.tap import wait

GROUP = address(FIRST_GROUP)
# Of a router that is its own rendezvous point.
RP = "10.0.1.1"
RP_GROUPS = "239.0.0.0/8"


class Static:
    """mgm-static, with one (*,G) route."""

    name = "mgm"

    def __init__(self, router, incoming, outgoing):
        self.router = router
        self.text = (f"mroute from {incoming[0]} group {GROUP} "
                     f"to {' '.join(outgoing)}\n")
        self._stack = contextlib.ExitStack()

    def __enter__(self):
        with contextlib.ExitStack() as stack:
            stack.enter_context(loaded())
            stack.enter_context(contextlib.closing(
                static.Static(self.router, self.text))).ready()
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_):
        self._stack.close()


@contextlib.contextmanager
def smcroute(router, incoming, outgoing):
    """smcroute, with the same."""
    text = "".join(f"phyint {device} enable\n" for device in [*incoming, *outgoing])
    with peer.smcroute(router, text + f"mroute from {incoming[0]} group {GROUP} "
                                      f"to {' '.join(outgoing)}\n", outgoing[-1]):
        yield


class Igmp(Mgm):
    """MGM's own IGMP on the outgoing interface, which a protocol owns."""

    def __init__(self, router, incoming, outgoing):
        super().__init__(router, incoming, outgoing, receivers=False)

    def __enter__(self):
        with contextlib.ExitStack() as stack:
            stack.enter_context(loaded("mgm", "mgm_igmp"))
            super().__enter__()
            stack.push(super().__exit__)
            stack.enter_context(contextlib.closing(IgmpRouter(self.router))).enable(
                *self.outgoing)
            self._igmp = stack.pop_all()
        return self

    def __exit__(self, *_):
        self._igmp.close()


def _write(directory, name, text):
    path = os.path.join(directory, name)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    return path


@contextlib.contextmanager
def pimd(router, incoming, outgoing):
    """pimd, the rendezvous point, and the last router on the way to the host."""
    program = peer.find("pimd", "usr/sbin/pimd")
    text = "".join(f"phyint {device} enable\n" for device in [*incoming, *outgoing])
    with tempfile.TemporaryDirectory(prefix="mgm-") as directory:
        config = _write(directory, "pimd.conf",
                        text + f"rp-address {RP} {RP_GROUPS}\n")
        with peer.running(router, [program, "-f", "-c", config], outgoing[-1]):
            yield


# FRR will not run without a group that its package would make, and its user in it.
FRR_GROUP = "frrvty:x:65533:root\n"
WITH_GROUP = ["unshare", "-m", "sh", "-c", 'mount --bind "$0" /etc/group && exec "$@"']


def _frr_words(directory, program, text):
    """What starts one of FRR's daemons with this for its configuration."""
    name = os.path.basename(program)
    with open("/etc/group", encoding="utf-8") as file:
        groups = _write(directory, "group", file.read() + FRR_GROUP)
    return [*WITH_GROUP, groups, program, "-u", "root", "-g", "root", "-P", "0",
            "-f", _write(directory, name + ".conf", text),
            "-i", os.path.join(directory, name + ".pid"),
            "-z", os.path.join(directory, "zserv"), "--vty_socket", directory]


@contextlib.contextmanager
def frr(router, incoming, outgoing):
    """The same with FRR: its zebra, which knows the routes, and its pimd."""
    zebra = peer.find("frr", "usr/lib/frr/zebra")
    programs = os.path.dirname(zebra)
    libraries = os.path.join(programs, "../x86_64-linux-gnu")
    environment = {**os.environ, "LD_LIBRARY_PATH": f"{libraries}:{libraries}/frr"}
    os.makedirs("/run/frr", exist_ok=True)
    text = f"ip pim rp {RP} {RP_GROUPS}\n" + "".join(
        f"interface {device}\n ip pim\n ip igmp\n ip igmp version 2\n!\n"
        for device in [*incoming, *outgoing])
    with tempfile.TemporaryDirectory(prefix="mgm-") as directory:
        with router:
            process = subprocess.Popen(_frr_words(directory, zebra, ""), env=environment,
                                       stdin=subprocess.DEVNULL,
                                       stderr=subprocess.DEVNULL)
        try:
            wait(lambda: os.path.exists(os.path.join(directory, "zserv")),
                 "zebra does not come up", 60)
            with peer.running(router, _frr_words(
                    directory, os.path.join(programs, "pimd"), text), outgoing[-1],
                    env=environment):
                yield
        finally:
            process.terminate()
            process.wait()
