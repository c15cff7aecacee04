#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""The example programs of tools/lib/examples, and the documents that tell of them.

	h1 10.0.1.2 --- r1 [ router ] r2 --- 10.0.2.2 h2
	                   [        ] r3 --- 10.0.3.2 h3

The examples have r1 and r2, another protocol r3. They are built by examples.mk."""

import os
import re
import select
import signal
import subprocess
import time

from lib import abi
from lib.bench import config
from lib.genl import Client
from lib.igmp import EXCLUDE, QUICK, IgmpRouter
from lib.tap import Skip, case, check, equal, run, wait
from lib.topology import star
from lib.traffic import Receiver, Sender, another_cpu, one_cpu

_TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
_BUILT = os.path.join(os.environ.get("MGM_MODDIR") or _TOP, "selftests/examples")
SOURCES = os.path.join(_TOP, "tools/lib/examples")
DOCUMENTS = os.path.join(_TOP, "Documentation")

S, UNWANTED, G, H = "10.0.1.2", "10.0.1.77", "239.43.1.1", "239.43.1.2"
OTHER = 200
NOBODY = 65534
VALGRIND = ["valgrind", "-q", "--leak-check=full", "--errors-for-leak-kinds=all",
            "--error-exitcode=99", "--child-silent-after-fork=yes"]


def text_of(*path):
    """A file, as text."""
    with open(os.path.join(*path), encoding="utf-8") as file:
        return file.read()


def functions():
    """The names of the library's functions."""
    code = re.sub(r"/\*.*?\*/", "", text_of(_TOP, "tools/lib/libmgm.h"), flags=re.S)
    return set(re.findall(r"^[a-z].*?\b\*?(mgm_\w+)\(", code, flags=re.M))


class Example:
    """One of the programs, at work on the router."""

    def __init__(self, lab, words, environment=None, **options):
        with lab.router:
            self._process = subprocess.Popen(
                words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                env={**os.environ, **(environment or {})}, **options)
        self.lines = []
        self._rest = ""
        self._output = self._process.stdout.fileno()
        os.set_blocking(self._output, False)
        lab.closing(self)

    def _read(self, limit):
        """Take in what it says; False when it says no more."""
        if not select.select([self._output], [], [], limit)[0]:
            return True
        data = os.read(self._output, 1 << 16)
        *lines, self._rest = (self._rest + data.decode()).split("\n")
        self.lines += lines
        return bool(data)

    def _heard(self):
        return "\n".join(self.lines[-60:])

    def said(self, beginning, limit=60):
        """Wait for a line that begins so; return it."""
        end = time.monotonic() + limit
        seen = 0
        more = True
        while True:
            for line in self.lines[seen:]:
                if line.startswith(beginning):
                    return line
            seen = len(self.lines)
            check(more and time.monotonic() < end,
                  f"it does not say {beginning!r}: {self._heard()}")
            more = self._read(0.1)

    def signal(self, number):
        """Send it a signal."""
        self._process.send_signal(number)

    def ends(self, status=0, limit=60):
        """Wait for its end; return all that it has said."""
        end = time.monotonic() + limit
        while self._read(0.1):
            check(time.monotonic() < end, f"it does not end: {self._heard()}")
        ended = self._process.wait(5)
        check(ended == status, f"exit status {ended}, not {status}: {self._heard()}")
        return self.lines

    def stops(self):
        """Ask it to end; return all that it has said."""
        self.signal(signal.SIGTERM)
        return self.ends()

    def close(self):
        """Kill it, if it is there still."""
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()
        self._process.stdout.close()


def built(*path):
    """A program that examples.mk has built."""
    path = os.path.join(_BUILT, *path)
    if not os.path.exists(path):
        raise Skip(f"no {path}: make -C selftests builds it")
    return path


def watched(lab, name, *words):
    """An example that ends badly at whatever a sanitizer dislikes."""
    return Example(lab, [built("watched", name), *words])


def operation(lab, *words):
    """The example of this name, when it has started."""
    example = watched(lab, "operation", *words)
    example.said("read anew: ")
    return example


def owners(lab):
    """The protocol id of each interface's owner."""
    return {lab.router.device(interface["ifindex"]): interface.get("owner_id")
            for interface in lab.router.client.dump("interface_get")}


@case("every block of C in the chapter stands in an example; its calls are libmgm's")
def chapter(_):
    text = text_of(DOCUMENTS, "networking/mgm-daemons.rst")
    sources = [text_of(SOURCES, name) for name in os.listdir(SOURCES)
               if name.endswith((".c", ".h"))]
    blocks = re.findall(r"^\.\. code-block:: c\n\n((?:\t.*\n|\n)+)", text, flags=re.M)
    equal(len(blocks), text.count("code-block::"), "blocks that are indented by a tab")
    check(len(blocks) > 20, f"only {len(blocks)} blocks")
    for block in blocks:
        code = re.sub(r"^\t", "", block, flags=re.M).rstrip("\n") + "\n"
        check(any("\n" + code in source for source in sources),
              f"in no example:\n{code}")
    equal(set(re.findall(r"``(mgm_\w+)\(\)``", text)) - functions(), set(),
          "calls that there are not")


@case("libmgm(3) has every function of libmgm.h, and no other")
def manual(_):
    text = text_of(DOCUMENTS, "man/libmgm.3")
    synopsis, description = text.split(".SH DESCRIPTION")
    known = functions()
    check(len(known) > 30, f"only {len(known)} functions")
    equal(set(re.findall(r"\b(mgm_\w+)\(", synopsis)), known, "the synopsis")
    told = set(re.findall(r"^\.BR (mgm_\w+) \(\)", description, flags=re.M))
    equal(told, known, "the description")


@case("administration: anybody reads everything; with the library that is installed")
def administration(lab):
    other = lab.protocol(lab.router, OTHER).take("r1", "r3").join("r3", G)
    sender, receiver = lab.closing(Sender(lab.h1, G)), lab.closing(Receiver(lab.h3, G))
    sender.send(2)
    equal(receiver.arrived(sender, 2), [0, 1], "packets")
    admin, library = [built("plain/admin")], built("root/usr/lib")
    environment = {"LD_LIBRARY_PATH": library}
    lines = Example(lab, admin, environment, user=NOBODY, group=NOBODY,
                    extra_groups=[]).ends()
    limits = [line for line in lines if line.startswith("limit ")]
    equal(len(limits), len(lab.router.client.dump("limit_get")), "limits")
    equal([line for line in lines if line not in limits], [
        f"protocol {OTHER}.0 \"protocol-{OTHER}\" handle {other.handle} interfaces 2 "
        "memberships 1",
        f"interface r1 owner {other.handle} in 2 out 0",
        f"interface r3 owner {other.handle} in 0 out 2",
        f"membership (*, {G}) on r3 handle {other.handle}",
        f"entry ({S}, {G}) in r1 from the link out r3 packets 2",
        "entries live 900 s"], "what it prints")
    equal(watched(lab, "admin").ends(), lines, "what root sees")
    # The dynamic linker's answer to where it finds the library.
    environment["LD_TRACE_LOADED_OBJECTS"] = "1"
    check(any(f"=> {library}/libmgm.so" in line
              for line in Example(lab, admin, environment).ends()), "another library")


@case("start-up: interfaces are taken over from IGMP, and what there is is learnt")
def startup(lab):
    igmp = lab.closing(IgmpRouter(lab.router)).enable("r2", **QUICK)
    lab.closing(Receiver(lab.h2, H))
    igmp.wait_state("r2", H, EXCLUDE)
    lab.protocol(lab.router, OTHER).take("r3").join("r3", G)
    watcher = lab.closing(Client(lab.router))
    watcher.subscribe()
    *lines, last = watched(lab, "startup", "r1", "r2").ends()
    check(last.startswith("started, with handle "), last)
    equal(sorted(lines), sorted([
        "r1: nobody has it",
        "r2: only IGMP is there",
        f"protocol 2 has receivers of (*, {H}) on r2",
        f"protocol {OTHER} has receivers of (*, {G}) on r3"]), "what it prints")
    r2 = lab.router.ifindex("r2")
    equal([name for name, event in watcher.events()
           if event.get("ifindex") == r2 and name.startswith(("interface", "igmp"))],
          ["igmp_disable_ntf", "interface_take_ntf", "igmp_enable_ntf",
           "interface_change_ntf",
           "igmp_disable_ntf", "interface_release_ntf", "igmp_enable_ntf",
           "interface_change_ntf"], "the hand-over, there and back")
    equal(owners(lab), {"r2": None, "r3": OTHER}, "owners")
    lines = watched(lab, "startup", "r3").ends(1)
    equal(sorted(lines), ["r3: another protocol owns this interface",
                          f"r3: protocol {OTHER} has it"], "what it prints")


@case("the smallest daemon: a group goes where hosts have joined it, until they leave")
def smallest(lab):
    igmp = lab.closing(IgmpRouter(lab.router)).enable("r2", **QUICK)
    daemon = watched(lab, "daemon", "r1", "r2")
    wait(lambda: owners(lab) == {"r1": 11, "r2": 11}, "it does not start")
    receiver = lab.closing(Receiver(lab.h2, G))
    igmp.wait_state("r2", G, EXCLUDE)

    def wanted():
        return [m["group"] for m in lab.router.client.dump("membership_get")
                if m["protocol_id"] == 11]
    wait(lambda: wanted() == [G], "it does not add the membership")
    sender = lab.closing(Sender(lab.h1, G))
    sender.send(3)
    equal(receiver.arrived(sender, 3), [0, 1, 2], "packets")
    receiver.leave(G)
    wait(lambda: not wanted(), "it does not delete the membership")
    lab.router.wait_oifs(G, S)
    equal(daemon.stops(), [], "what it says")
    equal(owners(lab), {"r2": None}, "owners")


@case("operation: it names the neighbour, keeps a source out, and says how long that stays")
def answers(lab):
    example = operation(lab, "-u", "10.0.1.9", "-x", UNWANTED, "-l", "50", "r1", "r2",
                        G, "10.1.1.1", H)
    check(example.said("10.1.1.1: ").endswith(" (Invalid argument)"), "the refusal")
    equal(sorted(m["group"] for m in lab.router.client.dump("membership_get")), [G, H],
          "memberships")
    receiver = lab.closing(Receiver(lab.h2, G))
    sender = lab.closing(Sender(lab.h1, G))
    sender.send(3)
    equal(receiver.arrived(sender, 3), [0, 1, 2], "packets")
    mfe = lab.router.mfe(G, S)
    equal((mfe["upstream"], bool(mfe["flags"] & abi.MGM_MFE_F_RPF_SET)),
          ("10.0.1.9", True), "the neighbour")
    unwanted = lab.closing(Sender(lab.h1, G, source=UNWANTED))
    unwanted.send(1)
    example.said(f"entry unwanted ({UNWANTED}, {G})")
    mfe = lab.router.wait_mfe(G, UNWANTED, lambda mfe: mfe["timeout"] == 60000,
                              "does not live for a minute")
    equal([veto["ifindex"] for veto in mfe["veto"]], [lab.router.ifindex("r2")], "veto")
    equal(receiver.arrived(unwanted, 0), [], "packets of the source that is kept out")
    lines = example.stops()
    equal([line for line in lines if line.startswith(("new flow", "refused"))],
          [f"new flow ({S}, {G})", f"new flow ({UNWANTED}, {G})"], "what it says")
    equal(owners(lab), {}, "owners")


@case("operation: an answer that is late is refused, and the flow has gone on")
def late(lab):
    config(lab, answer_timeout=100)
    example = operation(lab, "-x", S, "-l", "600", "r1", "r2", G)
    receiver = lab.closing(Receiver(lab.h2, G))
    sender = lab.closing(Sender(lab.h1, G))
    sender.send(1)
    equal(receiver.arrived(sender, 1), [0], "packets")
    check("too late" in example.said("refused: "), "the reason")
    equal(lab.router.oifs(G, S), ["r2"], "outgoing interfaces")
    example.stops()


@case("operation: who was too slow reads the tables anew, and knows what is in them")
def overrun(lab):
    other = lab.protocol(lab.router, OTHER).take("r3").join("r3", G)
    example = operation(lab, "r1", "r2", H)
    other.join("r3", H).join("r3", "239.43.1.3")
    other.leave("r3", G)
    example.said(f"prune (*, {G})")
    example.signal(signal.SIGSTOP)
    flood(lab, other, 12)
    other.join("r3", "239.43.1.4")
    example.signal(signal.SIGCONT)
    example.said("lost ")
    wanted = sorted(f"wanted (*, {m['group']})"
                    for m in lab.router.client.dump("membership_get")
                    if m["handle"] == other.handle)
    equal(len(wanted), 3, "groups of the other's")
    # What was not lost comes first.
    wait_told(lab, other, example)
    equal(sorted(line for line in example.stops() if line.startswith("wanted")), wanted,
          "what it knows at its end")


def flood(lab, protocol, slow, at_once=200):
    """Join and leave a group until alerts are lost to another protocol, by its id."""
    client = protocol.client
    membership = client.known.sets["membership"].encode({
        "handle": protocol.handle, "ifindex": lab.router.ifindex("r3"),
        "group": "239.44.0.1", "flags": abi.MGM_MEMBERSHIP_F_JOIN})
    pair = [bytes([client.known.numbers[command], 1, 0, 0]) + membership
            for command in ("membership_add", "membership_del")]

    def lost():
        equal(client.requests(client.family, pair * (at_once // 2)),
              [None] * at_once, "refusals")
        return sum(other["alerts_lost"] for other in client.dump("protocol_get")
                   if other["id"] == slow)
    wait(lost, "there is room for everything", 60)


def wait_told(lab, protocol, example):
    """Wait until an example has been told all that has happened."""
    protocol.join("r3", "239.43.1.5")
    example.said("join (*, 239.43.1.5)")
    protocol.leave("r3", "239.43.1.5")
    example.said("prune (*, 239.43.1.5)")


@case("shut-down: in order or by death, nothing is left, and others lose nothing")
def shutdown(lab):
    other = lab.protocol(lab.router, OTHER).take("r3").join("r3", G)
    watcher = lab.closing(Client(lab.router))
    watcher.subscribe()
    equal(watched(lab, "shutdown", "r1", "r2").ends(),
          ["started: 2 interfaces", "stopped: 0 interfaces", "died: 0 interfaces"],
          "what it prints")
    once = ["protocol_register_ntf", "interface_take_ntf", "interface_take_ntf",
            "interface_release_ntf", "interface_release_ntf", "protocol_deregister_ntf"]
    equal([name for name, _ in watcher.events()], once * 2, "what has happened")
    equal(owners(lab), {"r3": OTHER}, "owners")
    equal([m["handle"] for m in lab.router.client.dump("membership_get")],
          [other.handle], "memberships")


@case("all of them are clean under valgrind")
def valgrind(lab):
    examples = lab.valgrind
    there = examples.lab
    # In the operation example now.
    wait(lambda: owners(there) == {"r1": 12, "r2": 12}, "it does not get there", 120)
    examples.said("read anew: ")
    sender = there.closing(Sender(there.h1, G))
    unwanted = there.closing(Sender(there.h1, G, source=UNWANTED))
    sender.send(1)
    unwanted.send(1)
    examples.said(f"entry unwanted ({UNWANTED}, {G})")
    there.router.wait_oifs(G, S, "r2")
    igmp = there.closing(IgmpRouter(there.router)).enable("r2", **QUICK)
    there.closing(Receiver(there.h2, G))
    igmp.wait_state("r2", G, EXCLUDE)
    examples.signal(signal.SIGTERM)
    # In the daemon.
    wait(lambda: [m["protocol_id"] for m in there.router.client.dump("membership_get")
                  if m["protocol_id"] != 2] == [11], "the daemon wants nothing")
    examples.signal(signal.SIGTERM)
    check(examples.ends(limit=120)[-1].startswith("entries live"), "the last line")


def setup():
    """The drawing; and for what is slow a router of its own, on another processor."""
    lab, there = star(3), star(2)
    lab.all.callback(there.close)
    for host in lab.h1, there.h1:
        host.rtnl.address("eth0", UNWANTED)
    # There it takes a second to say what elsewhere takes a millisecond.
    there.router.client.call("config_set", answer_timeout=30000)
    lab.valgrind = Example(there, VALGRIND + [
        built("all"), "startup", "r1", "r2", ":", "shutdown", "r1", "r2", ":",
        "operation", "-x", UNWANTED, "-u", "10.0.1.9", "r1", "r2", G, H, ":",
        "daemon", "r1", "r2", ":", "admin"], preexec_fn=another_cpu)
    lab.valgrind.lab = there
    return lab


if __name__ == "__main__":
    one_cpu()
    run(setup)
