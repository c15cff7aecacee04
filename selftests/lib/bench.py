# SPDX-License-Identifier: GPL-2.0
"""Protocols in the kernel, and what each of them has been told.

	bench = Bench(lab)
	a = bench.protocol("a", "join prune").take("r1")
	b = bench.protocol("b", "join prune").take("r2")
	b.join("r2", G)
	bench.expect("the first receiver", a=[joined(G)])

expect() is about everybody: who is not named has been told nothing. The words are
the callbacks that the protocol has, as the helper module mgm_test knows them."""

import contextlib
import os
import threading

from lib import abi, module
from lib.tap import Failure, check, equal, wait

JOIN, FORWARD = abi.MGM_MEMBERSHIP_F_JOIN, abi.MGM_MEMBERSHIP_F_FORWARD
ANY = "0.0.0.0"
ENOENT = 2
ALERTS = ("rpf", "creation", "join", "prune", "local_join", "local_leave", "wrong_if",
          "overrun")
DUMPS = ("membership", "mfe", "mfe0", "mfe1", "oif")
FILE = "/proc/thread-self/net/mgm_test"


def _sg(group, source):
    def name(address):
        return "*" if address in (None, ANY) else address
    return f"({name(source)},{name(group)})"


def joined(group=None, source=None):
    """A join alert about a membership, as expect() takes it."""
    return f"join {_sg(group, source)}"


def pruned(device, group=None, source=None):
    """A prune alert about a membership."""
    return f"prune {_sg(group, source)} {device}"


def entry_joined(group, source):
    """A join alert about an entry."""
    return f"join {_sg(group, source)} entry"


def entry_pruned(device, group, source):
    """A prune alert about an entry that comes in on a device."""
    return f"prune {_sg(group, source)} {device} entry"


def asked(device, group, source, upstream=ANY):
    """An RPF callback, and what the RIB says."""
    return f"rpf {_sg(group, source)} {device} {upstream}"


def created(group, source, *devices):
    """A creation alert with the protocol's outgoing devices, those with IGMP as
    "r2i"."""
    return f"creation {_sg(group, source)} {','.join(devices)}"


def locally(verb, device, group=None, source=None):
    """A local join or leave."""
    return f"local_{verb} {_sg(group, source)} {device}"


def wrong(device, group, source):
    """A wrong-interface alert."""
    return f"wrong_if {_sg(group, source)} {device}"


class Event:
    """A line of the log: its first word, and its fields, looked into when asked."""

    def __init__(self, line):
        self.line = line
        self.name = line.split(" ", 1)[0]

    def __getattr__(self, name):
        if "fields" not in self.__dict__:
            self.fields = {}
            for word in self.line.split(" "):
                key, equals, value = word.partition("=")
                if equals:
                    self.fields[key] = int(value) if value.lstrip("-").isdigit() \
                        else value
        try:
            return self.fields[name]
        except KeyError:
            raise AttributeError(f"no {name} in: {self.line}") from None


class Log:
    """The file that the helper module is driven by, open for one thread."""

    def __init__(self, router):
        module.load("mgm_test")
        with router:
            self.descriptor = os.open(FILE, os.O_RDWR | os.O_CLOEXEC)

    def close(self):
        """Close it."""
        os.close(self.descriptor)

    def tell(self, *lines):
        """Run commands until one is refused, which raises."""
        os.write(self.descriptor, "\n".join(lines).encode())

    def read(self):
        """Its head as a dictionary, and the lines below that."""
        os.lseek(self.descriptor, 0, os.SEEK_SET)
        parts = []
        while True:
            part = os.read(self.descriptor, 1 << 16)
            if not part:
                break
            parts.append(part)
        head, *lines = b"".join(parts).decode().splitlines()
        words = head.split()
        return dict(zip(words[::2], map(int, words[1::2]))), lines


class Bench:
    """The protocols in one router's kernel."""

    def __init__(self, lab, router=None):
        self.lab = lab
        self.router = router or lab.router
        self.log = Log(self.router)
        self.protocols = {}
        self._devices = {}
        self._seen = 0
        self.tell("clear")
        # What was counted before was another's.
        self._wrong = self.log.read()[0]["wrong"]
        lab.closing(self)

    def tell(self, *lines):
        """Run commands of the helper module until one is refused, which raises."""
        self.log.tell(*lines)

    def ifindex(self, device):
        """The index of a device, also once that is gone."""
        if device not in self._devices:
            self._devices[device] = self.router.ifindex(device)
            check(self._devices[device], f"there is no {device}")
        return self._devices[device]

    def device(self, ifindex):
        """The name of a device that somebody has asked for."""
        for name, index in self._devices.items():
            if index == ifindex:
                return name
        return str(ifindex)

    def protocol(self, name, words="all", number=None, component=0):
        """A protocol that registers; it is shut down at the end of the case."""
        number = number or 100 + len(self.protocols)
        protocol = BenchProtocol(self, name, number, component, words)
        self.protocols[protocol.handle] = protocol
        return self.lab.closing(protocol)

    def igmp(self, words=""):
        """The namespace's IGMP."""
        return self.protocol("igmp", f"igmp {words}", number=2)

    def text(self, event):
        """An alert as expect() takes it."""
        device = self.device(getattr(event, "if", 0))
        if event.name == "overrun":
            return event.name
        text = f"{event.name} {_sg(event.group, event.source)}"
        if event.name == "creation":
            oifs = event.oifs if isinstance(event.oifs, str) else str(event.oifs)
            return text + " " + ",".join(
                self.device(int(oif.rstrip("iof"))) + oif.lstrip("0123456789")
                for oif in oifs.split(",") if oif)
        if event.name != "join":
            text += " " + device
        if event.name == "rpf":
            text += " " + event.upstream
        if event.name in ("join", "prune") and not event.member:
            text += " entry"
        return text

    def events(self):
        """All that was written into the log since the last time."""
        head, lines = self.log.read()
        equal(head["lost"], 0, "lines lost from the helper module's log")
        events = [Event(line) for line in lines[self._seen:]]
        self._seen = len(lines)
        return events

    def flush(self):
        """Wait until everybody has been told everything, also of what callbacks
        have done meanwhile."""
        self.tell("flush", "flush")

    def _told(self):
        told = {protocol.name: [] for protocol in self.protocols.values()}
        for event in self.events():
            if event.name in ALERTS:
                told[self.protocols[event.handle].name].append(self.text(event))
        return told

    def told(self):
        """What each protocol has been told since the last time, in order."""
        self.flush()
        return self._told()

    def expect(self, what, **wanted):
        """Fail unless this is what has been told since the last time: to those not
        named, nothing."""
        self._compare(self.told(), what, wanted)

    def expect_in_time(self, what, limit=15, **wanted):
        """The same of what comes by itself: wait until so much has been told."""
        told = {}

        def all_there():
            for name, alerts in self.told().items():
                told.setdefault(name, []).extend(alerts)
            return all(len(told.get(name, [])) >= len(alerts)
                       for name, alerts in wanted.items())
        with contextlib.suppress(Failure):
            wait(all_there, what, limit)
        self._compare(told, what, wanted)

    @staticmethod
    def _compare(told, what, wanted):
        equal({name: alerts for name, alerts in told.items() if alerts},
              {name: list(alerts) for name, alerts in wanted.items() if alerts}, what)

    def clear(self):
        """Forget all that is in the log."""
        self.tell("clear")
        self._seen = 0

    def grep(self, name, **fields):
        """The events in the log with this name and these fields, seen or not."""
        events = [Event(line) for line in self.log.read()[1]
                  if line.startswith(name + " ")]
        return [event for event in events
                if all(getattr(event, key, None) == value
                       for key, value in fields.items())]

    def wait_inside(self, protocol, kind="join", count=1):
        """Wait until so many callbacks of a kind have begun: where the protocol is
        held it is in the last one now."""
        wait(lambda: len(self.grep(kind, handle=protocol.handle)) >= count,
             f"{protocol.name} does not get to its {kind} callback")

    def memberships(self):
        """As an in-kernel client sees them: (protocol, device, group, source,
        flags) each, in order."""
        return [(self.protocols[event.handle].name,
                 self.device(getattr(event, "if")), event.group, event.source,
                 event.flags) for event in self.dump("memberships")]

    def dump(self, what):
        """The lines of a dump, whatever else is told meanwhile."""
        before = len(self.log.read()[1])
        self.tell("dump " + what)
        return [event for event in map(Event, self.log.read()[1][before:])
                if event.name in DUMPS]

    def in_background(self, line):
        """Run one command on a thread: for those that take their time."""
        return self.lab.closing(_Background(self.router, line))

    def close(self):
        """Make sure that no callback was called twice at once, or too late."""
        head = self.log.read()[0]
        self.tell("clear")
        self.log.close()
        equal(head["wrong"] - self._wrong, 0,
              "callbacks at the same time as another of the same protocol, or after "
              "its end")


class _Background:
    """A command on a thread; errno says how it ended, None that it has not."""

    def __init__(self, router, line):
        self.errno = None
        self.line = line
        self._log = Log(router)
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def wait_asleep(self):
        """Wait until the command waits for something in the kernel, for good."""
        stat = f"/proc/self/task/{self._thread.native_id}/stat"

        def asleep():
            with open(stat, encoding="ascii") as file:
                return file.read().rpartition(")")[2].split()[0] == "D"
        wait(asleep, f"\"{self.line}\" does not wait")

    def _run(self):
        try:
            self._log.tell(self.line)
            self.errno = 0
        except OSError as error:
            self.errno = error.errno

    def wait(self, limit=30):
        """Wait for its end; return its errno."""
        self._thread.join(limit)
        check(self.errno is not None, f"\"{self.line}\" does not end")
        return self.errno

    def close(self):
        """It has to end."""
        self.wait()
        self._log.close()


def refused(errno, call, *arguments, **options):
    """Fail unless the call is refused with that errno."""
    try:
        call(*arguments, **options)
    except OSError as error:
        equal(error.errno, errno, "errno")
        return error
    check(False, "not refused")


def config(lab, **values):
    """Settings of the namespace, until the end of the case."""
    client = lab.router.client
    before = client.call("config_get")
    lab.case.callback(client.call, "config_set",
                      **{name: before[name] for name in values})
    client.call("config_set", **values)


def limit(lab, name, value):
    """A bound of the namespace, until the end of the case."""
    client = lab.router.client
    number = getattr(abi, "MGM_LIMIT_" + name.upper())
    lab.case.callback(client.call, "limit_set", id=number,
                      value=client.limit(name)["value"])
    client.call("limit_set", id=number, value=value)


class BenchProtocol:
    """A protocol in the kernel. All calls return it, so that they can be chained."""

    def __init__(self, bench, name, number, component, words):
        self.bench = bench
        self.name = name
        self.number = number
        bench.tell(f"register {number} {component} {name} {words}")
        self.handle = bench.log.read()[0]["handle"]

    def do(self, command, *words):
        """A command that begins with the handle."""
        self.bench.tell(" ".join([command, str(self.handle), *map(str, words)]))
        return self

    def take(self, *devices):
        """Take devices; of IGMP: be enabled there."""
        for device in devices:
            self.do("take", self.bench.ifindex(device))
        return self

    def release(self, *devices):
        """Release them."""
        for device in devices:
            self.do("release", self.bench.ifindex(device))
        return self

    def join(self, device, group=ANY, source=ANY, flags=JOIN):
        """Add a membership, or flags to it."""
        return self.do("add", self.bench.ifindex(device), ANY, group, source, flags)

    def leave(self, device, group=ANY, source=ANY, flags=JOIN):
        """Delete one, or flags from it."""
        return self.do("del", self.bench.ifindex(device), ANY, group, source, flags)

    def forward(self, device, group=ANY, source=ANY):
        """Add a membership that forwards and no more."""
        return self.join(device, group, source, FORWARD)

    def unforward(self, device, group=ANY, source=ANY):
        """Delete it."""
        return self.leave(device, group, source, FORWARD)

    def set(self, device, ttl=1, wrong_if=1):
        """Say how an interface behaves."""
        return self.do("set", self.bench.ifindex(device), ANY, ttl, wrong_if)

    def mfe_set(self, group, source, upstream=ANY, iif=None):
        """Change the way in of an entry."""
        words = [self.bench.ifindex(iif)] if iif else []
        return self.do("mfe_set", group, source, upstream, *words)

    def on(self, kind, *what):
        """Tell it what to do in callbacks of a kind: "run", COMMAND; "sleep", MS;
        "hold"; "go"."""
        return self.do("on", kind, *what)

    def answer(self, what, *words):
        """Tell it what to answer; a device's name stands for its index."""
        return self.do("answer", what, *(
            self.bench.ifindex(word) if str(word).startswith("r") else word
            for word in words))

    def deregister(self):
        """The last call."""
        return self.do("deregister")

    def shutdown(self):
        """Release everything, and deregister."""
        return self.do("shutdown")

    def close(self):
        """Be shut down, unless that was before."""
        try:
            self.shutdown()
        except OSError as error:
            if error.errno != ENOENT:
                raise
