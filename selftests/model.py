#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""A reference model of memberships, outgoing lists and alerts, against the module,
over long random sequences of calls with fixed seeds.

	h1 10.0.1.2 --- r1 [ router ] r4 --- 10.0.4.2 h4
	h2 10.0.2.2 --- r2 [        ] r5 --- 10.0.5.2 h5
	h3 10.0.3.2 --- r3 [        ]

Four protocols and IGMP, all in the kernel, take the interfaces from each other, come
and go, and report memberships; real packets make the entries. Beside the hosts on its
links there is a source far away, 10.9.0.5, to which the route leads by h1, h2 or h3.

After each step the module has to have the same memberships, the same entries with the
same way in and the same outgoing lists, and to have told each protocol the same
alerts in the same order. MGM_STEPS says how many steps, MGM_SEEDS with which seeds."""

import os
import random

from lib import abi
from lib.bench import (ANY, FORWARD, JOIN, Bench, Event, asked, created, entry_joined,
                       entry_pruned, joined, locally, pruned)
from lib.tap import Failure, case, check, equal, note, run
from lib.topology import star
from lib.traffic import Sender, one_cpu

STEPS = int(os.environ.get("MGM_STEPS", 400))
SEEDS = [int(seed) for seed in os.environ.get("MGM_SEEDS", "1 2715 5132").split()]
DEVICES = ["r1", "r2", "r3", "r4", "r5"]
GROUPS = ["239.21.1.1", "239.21.1.2"]
FAR = "10.9.0.5"
NEAR = {"10.0.1.2": "r1", "10.0.2.2": "r2"}
SOURCES = [*NEAR, FAR]
EXCLUDE = abi.MGM_MEMBERSHIP_F_EXCLUDE
EPERM, ENOENT, EBUSY, EEXIST, EALREADY = 1, 2, 16, 17, 114
WORDS = {"a": "rpf creation join prune local_join", "b": "creation join prune",
         "c": "rpf join prune local_join", "d": "join", "igmp": "creation join prune"}


def via(device):
    """The host behind a device of the router, as a gateway."""
    return f"10.0.{device[1]}.2"


class Entry:
    """A forwarding entry."""

    def __init__(self, iif):
        self.iif = iif
        self.oifs = set()
        self.vetoes = set()


class Refused(Exception):
    """A call is refused with this errno."""


class Model:
    """What MGM has, and whom it tells what. A membership is a row: (device,
    protocol, group, source), with flags; ANY is the wildcard."""

    def __init__(self):
        self.protocols = {}	# name -> its devices, in the order of taking
        self.owner = dict.fromkeys(DEVICES)
        self.igmp = set()	# devices where it is enabled
        self.rows = {}		# in the order in which they came
        self.entries = {}	# (group, source) -> Entry
        self.outgoing = []	# (device, group, source), in the order they became so
        self.veto = {}		# protocol -> devices that it will keep flows out of
        self.rpf = {}		# protocol -> the way in that it will answer
        self.far = "r1"
        self.told = {}

    # --- who is told ----------------------------------------------------

    def tell(self, protocol, alert):
        """Alert a protocol, if it is there and has the callback."""
        if protocol in self.protocols and alert.split()[0] in self.words(protocol):
            self.told[protocol].append(alert)

    def words(self, protocol):
        """The callbacks that a protocol has."""
        words = WORDS[protocol].split()
        return words + ["local_leave"] if "local_join" in words else words

    def in_force(self, protocol, device):
        """IGMP's word does not count where the owner wants to decide."""
        owner = self.owner[device]
        return owner in (None, protocol) or "local_join" not in self.words(owner)

    def interested(self, group, source):
        """The protocols with a JOIN in force in exactly that."""
        return {row[1] for row, flags in self.rows.items()
                if row[2:] == (group, source) and flags & JOIN and
                self.in_force(row[1], row[0])}

    def interest_changed(self, protocol, device, group, source, join):
        """The protocol's first JOIN came, or its last is gone."""
        def alert():
            return joined(group, source) if join else pruned(device, group, source)
        others = self.interested(group, source) - {protocol}
        if source != ANY:
            owner = self.owner[self.way_to(source)]
            if owner != protocol and not others - {owner}:
                self.tell(owner, alert())
            return
        if group != ANY:
            wild = self.interested(ANY, ANY)
            if protocol in wild:
                return
            others |= wild
        if not others:
            for other in self.protocols:
                if other != protocol:
                    self.tell(other, alert())
        elif len(others) == 1:
            self.tell(*others, alert())

    # --- memberships ----------------------------------------------------

    def set_row(self, row, flags):
        """A membership comes, changes or goes (no flags), with the alerts."""
        device, protocol, group, source = row
        before = self.rows.get(row, 0)
        had = protocol in self.interested(group, source)
        if flags:
            self.rows[row] = flags
        else:
            del self.rows[row]
        has = protocol in self.interested(group, source)
        if had != has:
            self.interest_changed(protocol, device, group, source, has)
        was, there = (bool(f & (JOIN | FORWARD)) for f in (before, flags))
        if was != there and self.owner[device] not in (None, protocol):
            self.tell(self.owner[device], locally("join" if there else "leave", device,
                                                  group, source))

    def check_right(self, protocol, device):
        """May it speak for the interface?"""
        if self.owner[device] != protocol and not (protocol == "igmp" and
                                                   device in self.igmp):
            raise Refused(EPERM)

    def add(self, protocol, device, group, source, flags):
        """Add a membership."""
        self.check_right(protocol, device)
        row = (device, protocol, group, source)
        before = self.rows.get(row, 0)
        if not before & EXCLUDE:
            if before | flags != before:
                self.set_row(row, before | flags)
        else:
            self.set_row(row, flags if flags & JOIN else 0)
        self.refresh(device, group, source)

    def delete(self, protocol, device, group, source, flags):
        """Delete one, or exclude a source from a wider one."""
        self.check_right(protocol, device)
        row = (device, protocol, group, source)
        before = self.rows.get(row, 0)
        if not before and source != ANY and flags & FORWARD and self.covered(row):
            self.set_row(row, EXCLUDE)
        elif not before & flags:
            raise Refused(ENOENT)
        else:
            self.set_row(row, before & ~flags)
        self.refresh(device, group, source)
        for other, kept in list(self.rows.items()):
            if kept & EXCLUDE and not self.covered(other):
                self.set_row(other, 0)

    def covered(self, row):
        """Has the protocol a wider membership there?"""
        device, protocol, group, _ = row
        return any((device, protocol, wide, ANY) in self.rows for wide in (group, ANY))

    def forwards(self, device, group, source):
        """Is the flow wanted there?"""
        for protocol in self.protocols:
            rows = [(device, protocol, *sg)
                    for sg in ((group, source), (group, ANY), (ANY, ANY))]
            if self.rows.get(rows[0], 0) & EXCLUDE or \
               not self.in_force(protocol, device):
                continue
            if any(row in self.rows for row in rows):
                return True
        return False

    # --- entries --------------------------------------------------------

    def way_to(self, source):
        """The interface that the RIB says."""
        return NEAR.get(source, self.far)

    def user(self, device):
        """Whose the interface is."""
        return self.owner[device] or ("igmp" if device in self.igmp else None)

    def in_order(self, group=ANY, source=ANY):
        """The entries covered, in (group, source) order."""
        return [key for key in sorted(self.entries)
                if group in (ANY, key[0]) and source in (ANY, key[1])]

    def refresh(self, device, group, source):
        """The memberships there have changed."""
        for key in self.in_order(group, source):
            self.set_oif(key, device, self.forwards(device, *key))

    def others_receive(self, key):
        """Has the outgoing list receivers that the owner did not report itself?"""
        entry = self.entries[key]
        for device in entry.oifs:
            row = (device, self.owner[entry.iif], *key)
            if self.rows.get(row, 0) & EXCLUDE or not (row in self.rows or
                                                       self.covered(row)):
                return True
        return False

    def set_oif(self, key, device, want):
        """An interface enters the outgoing list, or leaves it."""
        entry = self.entries[key]
        want = want and device != entry.iif and device not in entry.vetoes
        if want == (device in entry.oifs):
            return
        owner = self.owner[entry.iif]
        if want:
            entry.oifs.add(device)
            self.outgoing.append((device, *key))
            if len(entry.oifs) == 1 and self.others_receive(key):
                self.tell(owner, entry_joined(*key))
        else:
            entry.oifs.remove(device)
            self.outgoing.remove((device, *key))
            if not entry.oifs:
                self.tell(owner, entry_pruned(entry.iif, *key))

    def end_entry(self, key):
        """An entry goes."""
        for device in self.entries.pop(key).oifs:
            self.outgoing.remove((device, *key))

    def move(self, key, iif):
        """Another interface is the way in: the list follows."""
        entry = self.entries[key]
        old, before = entry.iif, bool(entry.oifs)
        entry.iif = iif
        for device in DEVICES:
            want = device != iif and device not in entry.vetoes and \
                self.forwards(device, *key)
            if want and device not in entry.oifs:
                entry.oifs.add(device)
                self.outgoing.append((device, *key))
            elif not want and device in entry.oifs:
                entry.oifs.remove(device)
                self.outgoing.remove((device, *key))
        if self.owner[old] != self.owner[iif]:
            self.tell(self.owner[old], entry_pruned(old, *key))
            self.tell(self.owner[iif], entry_joined(*key) if entry.oifs else
                      entry_pruned(iif, *key))
        elif before and not entry.oifs:
            self.tell(self.owner[iif], entry_pruned(iif, *key))
        elif not before and self.others_receive(key):
            self.tell(self.owner[iif], entry_joined(*key))

    def packet(self, group, source):
        """A packet of an unknown flow, on an interface in use."""
        key = (group, source)
        iif = self.way_to(source)
        owner = self.owner[iif]
        self.tell(owner, asked(iif, group, source,
                               via(iif) if source == FAR else ANY))
        if owner and "rpf" in self.words(owner) and owner in self.rpf and \
           self.owner[self.rpf[owner]] == owner:
            iif = self.rpf[owner]
        entry = self.entries[key] = Entry(iif)
        for device in DEVICES:
            if device != iif and self.forwards(device, *key):
                entry.oifs.add(device)
                self.outgoing.append((device, *key))
        if not entry.oifs:
            self.tell(owner, entry_pruned(iif, *key))
        users = {}
        for device in DEVICES:
            if device in entry.oifs:
                users.setdefault(self.user(device), []).append(device)
        for user, devices in users.items():
            self.tell(user, created(*key, *(d + "i" * (d in self.igmp)
                                            for d in devices)))
        for user, devices in users.items():
            if "creation" in self.words(user):
                for device in set(devices) & self.veto.get(user, set()):
                    entry.vetoes.add(device)
                    self.set_oif(key, device, False)

    def route(self, device):
        """The route to the far source leads elsewhere."""
        self.far = device
        for key in self.in_order(source=FAR):
            if self.user(device):
                self.move(key, device)
            else:
                entry = self.entries[key]
                self.tell(self.owner[entry.iif], entry_pruned(entry.iif, *key))
                self.end_entry(key)

    def mfe_set(self, protocol, group, source, iif):
        """A protocol sets the way in."""
        if (group, source) not in self.entries:
            raise Refused(ENOENT)
        if {self.owner[self.entries[group, source].iif],
                self.owner[iif]} != {protocol}:
            raise Refused(EPERM)
        self.move((group, source), iif)

    # --- ownership ------------------------------------------------------

    def detach(self, device):
        """No entry has anything to do with the interface any more."""
        for key in [k for k, entry in self.entries.items() if entry.iif == device]:
            self.end_entry(key)
        for _, *key in [o for o in self.outgoing if o[0] == device]:
            self.set_oif(tuple(key), device, False)
        for entry in self.entries.values():
            entry.vetoes.discard(device)

    def change_owner(self, device, owner):
        """Everything on the interface ends, then it has another owner, or none."""
        self.detach(device)
        for row in [row for row in self.rows if row[0] == device]:
            self.set_row(row, 0)
        self.owner[device] = owner

    def take(self, protocol, device):
        """Take an interface."""
        if protocol == "igmp":
            if device in self.igmp:
                raise Refused(EALREADY)
            self.igmp.add(device)
        else:
            if self.owner[device]:
                raise Refused(EALREADY if self.owner[device] == protocol else EEXIST)
            self.change_owner(device, protocol)
        self.protocols[protocol].append(device)

    def release(self, protocol, device):
        """Release it."""
        if device not in self.protocols.get(protocol, []):
            raise Refused(ENOENT)
        self.protocols[protocol].remove(device)
        if protocol != "igmp":
            self.change_owner(device, None)
            return
        if not self.owner[device]:
            self.detach(device)
        for row in [row for row in self.rows if row[:2] == (device, protocol)]:
            self.set_row(row, 0)
            if self.owner[device]:
                self.refresh(device, *row[2:])
        self.igmp.remove(device)

    def register(self, protocol):
        """A protocol comes."""
        self.protocols[protocol] = []
        self.told[protocol] = []

    def shutdown(self, protocol):
        """It goes, is told nothing, and gives back what it has, in order."""
        keep, told = self.told, []
        self.told = dict(keep, **{protocol: told})
        while self.protocols[protocol]:
            self.release(protocol, self.protocols[protocol][0])
        self.told = keep
        keep[protocol] = []
        del self.protocols[protocol]
        self.veto.pop(protocol, None)
        self.rpf.pop(protocol, None)


class Both:
    """The model and the module, given the same."""

    def __init__(self, lab, seed):
        self.lab = lab
        self.chance = random.Random(seed)
        self.model = Model()
        self.bench = Bench(lab)
        self.protocols = {}
        for device in DEVICES:
            self.bench.ifindex(device)
        self.senders = {}
        self.events = {}
        self.history = []
        self.move_route("r1")
        # IGMP registers first and ends last.
        for name in reversed(WORDS):
            self.register(name)
        for name, device in (("a", "r1"), ("b", "r2"), ("c", "r3"), ("b", "r4"),
                             ("igmp", "r4"), ("igmp", "r5"), ("igmp", "r1")):
            self.call("take", name, device)

    def register(self, name):
        """A protocol comes."""
        words = WORDS[name]
        self.protocols[name] = self.bench.igmp(words) if name == "igmp" else \
            self.bench.protocol(name, words, number=400 + "abcd".index(name))
        self.model.register(name)

    def sender(self, group, source):
        """A sender of a flow, at the host where it comes from now."""
        device = self.model.way_to(source)
        key = (group, source, device)
        if key not in self.senders:
            self.senders[key] = self.lab.closing(Sender(
                self.lab.hosts[int(device[1])], group,
                source=source if source == FAR else None))
        return self.senders[key]

    # --- the steps ------------------------------------------------------

    def call(self, verb, name, *arguments):
        """A call of a protocol that may be refused."""
        protocol = self.protocols[name]
        line = " ".join(map(str, [verb, protocol.handle, *(
            self.bench.ifindex(a) if a in DEVICES else a for a in arguments)]))
        wanted = got = 0
        try:
            what = [a for i, a in enumerate(arguments) if verb not in ("add", "del") or
                    i != 1]
            if verb == "mfe_set":
                what = [arguments[0], arguments[1], arguments[3]]
            method = {"del": "delete"}.get(verb, verb)
            getattr(self.model, method)(name, *what)
        except Refused as refusal:
            wanted = refusal.args[0]
        try:
            self.bench.tell(line)
        except OSError as error:
            got = error.errno
        equal(got, wanted, f"errno of {line}")

    def membership(self):
        """Somebody adds or deletes a membership, mostly where it may."""
        chance, model = self.chance, self.model
        name = chance.choice([*model.protocols])
        if not model.protocols[name]:
            name = chance.choice([*model.protocols])
        devices = model.protocols[name]
        device = chance.choice(devices if devices and chance.random() < .95 else DEVICES)
        group = chance.choice([*GROUPS, *GROUPS, ANY])
        source = ANY if group == ANY else chance.choice([ANY, ANY, *SOURCES])
        rows = [row for row in model.rows if row[1] == name]
        verb = chance.choice(["add", "add", "del"])
        if verb == "del" and rows and chance.random() < .6:
            device, _, group, source = chance.choice(rows)
        self.say(verb, name, device, group, source)
        flags = chance.choice([JOIN, JOIN, FORWARD, JOIN | FORWARD])
        self.call(verb, name, device, ANY, group, source, flags)

    def take_or_release(self):
        """Somebody takes an interface, or releases one."""
        chance, model = self.chance, self.model
        name = chance.choice([*model.protocols])
        device = chance.choice(DEVICES)
        free = [free for free in DEVICES if not model.owner[free]]
        verb = "take" if free and chance.random() < .8 else "release"
        if verb == "take" and name != "igmp" and chance.random() < .8:
            device = chance.choice(free)
        elif verb == "release" and model.protocols[name] and chance.random() < .8:
            device = chance.choice(model.protocols[name])
        self.say(verb, name, device)
        self.call(verb, name, device)

    def packet(self):
        """A packet makes an entry."""
        model = self.model
        key = self.chance.choice(GROUPS), self.chance.choice(SOURCES)
        if key in model.entries or not model.user(model.way_to(key[1])):
            return
        self.say("packet", *key)
        self.sender(*key).send()
        model.packet(*key)
        self.lab.router.wait_mfe(*key, lambda m: not m["flags"] & abi.MGM_MFE_F_HELD,
                                 "is not complete")

    def come_and_go(self):
        """A protocol is shut down, or registers anew."""
        absent = [name for name in WORDS if name not in self.model.protocols]
        name = self.chance.choice(absent or [*WORDS])
        if absent:
            self.say("register", name)
            self.register(name)
            return
        self.say("shutdown", name)
        self.protocols[name].shutdown()
        self.model.shutdown(name)

    def answers(self):
        """A protocol makes up its mind what it will answer."""
        chance, model = self.chance, self.model
        name = chance.choice([*model.protocols])
        device = chance.choice(DEVICES)
        if "rpf" in WORDS[name] and chance.random() < .5:
            self.say("will name", name, device)
            self.protocols[name].answer("rpf", device)
            model.rpf[name] = device
        elif "creation" in WORDS[name]:
            devices = chance.sample(DEVICES, chance.choice([0, 0, 1, 2]))
            self.say("will veto", name, *devices)
            self.protocols[name].answer("veto", *devices)
            model.veto[name] = set(devices)

    def mfe_set(self):
        """A protocol sets the way in of an entry."""
        chance, model = self.chance, self.model
        if not model.entries:
            return
        key = chance.choice(sorted(model.entries))
        name = model.owner[model.entries[key].iif]
        if not name or chance.random() < .1:
            name = chance.choice([*model.protocols])
        device = chance.choice(model.protocols[name] or DEVICES)
        self.say("mfe_set", name, *key, device)
        self.call("mfe_set", name, *key, ANY, device)

    def move_route(self, device):
        """Have the far source behind another device."""
        self.lab.router.rtnl.route("10.9.0.0", 24, via(device), replace=True)
        self.model.route(device)

    def route(self):
        """The route to the far source moves, and its entries."""
        device = self.chance.choice(["r1", "r2", "r3"])
        if device == self.model.far:
            return
        self.say("route", device)
        keys = self.model.in_order(source=FAR)
        self.move_route(device)
        for key in keys:
            if key in self.model.entries:
                self.lab.router.wait_mfe(
                    *key, lambda m: m.get("upstream") == via(device),
                    "does not follow the route")
            else:
                self.lab.router.wait_no_mfe(*key)

    def say(self, *words):
        """Remember what was done."""
        self.history.append(" ".join(words))

    def step(self):
        """Do something."""
        doings = [self.membership] * 60 + [self.take_or_release] * 8 + \
            [self.packet] * 16 + [self.answers] * 4 + [self.mfe_set] * 4 + \
            [self.route] * 6 + [self.come_and_go] * 2
        self.chance.choice(doings)()

    # --- the comparison -------------------------------------------------

    def event(self, line):
        """A line of the log. From step to step most are the same, and what counts
        is at their beginning."""
        line = " ".join(line.split(" ", 5)[:5]) if line.startswith(("mfe0", "oif")) \
            else line
        if line not in self.events:
            self.events[line] = Event(line)
        return self.events[line]

    def compare(self):
        """Fail unless the module is as the model says."""
        bench, model = self.bench, self.model
        bench.tell("flush\nflush\ndump memberships\ndump mfes 0")
        told = {name: [] for name in WORDS}
        rows, entries = {}, {}
        for event in map(self.event, bench.log.read()[1]):
            if event.name == "membership":
                rows[bench.device(getattr(event, "if")),
                     bench.protocols[event.handle].name, event.group,
                     event.source] = event.flags
            elif event.name == "mfe0":
                entries[event.group, event.source] = (bench.device(event.iif), [])
            elif event.name == "oif":
                entries[event.group, event.source][1].append(
                    bench.device(getattr(event, "if")))
            elif event.name in ("rpf", "creation", "join", "prune", "local_join",
                                "local_leave"):
                told[bench.protocols[event.handle].name].append(bench.text(event))
        bench.clear()
        equal(told, {name: model.told.get(name, []) for name in WORDS}, "alerts")
        equal(rows, model.rows, "memberships")
        equal(entries, {key: (entry.iif, sorted(entry.oifs))
                        for key, entry in model.entries.items()}, "entries")
        for alerts in model.told.values():
            alerts.clear()


def setup():
    """The hosts; the first three have the far source's address."""
    lab = star(5)
    for host in (lab.h1, lab.h2, lab.h3):
        host.rtnl.address("lo", FAR, 32)
    return lab


def steps(lab, seed):
    """A sequence of random steps, each compared."""
    both = Both(lab, seed)
    kinds = {}
    for number in range(STEPS):
        try:
            both.step()
            for alerts in both.model.told.values():
                for alert in alerts:
                    kind = alert.split()[0] + " entry" * alert.endswith(" entry")
                    kinds[kind] = kinds.get(kind, 0) + 1
            both.compare()
        except Failure as failure:
            note(f"seed {seed}, step {number}:")
            for line in both.history[-12:]:
                note("  " + line)
            raise Failure(f"{failure}") from failure
    note(f"seed {seed}: {kinds}")
    check(len(kinds) >= 8, f"kinds of alerts that came up: {sorted(kinds)}")


for _seed in SEEDS:
    @case(f"{STEPS} random steps from seed {_seed}: the module does as the model")
    def random_steps(lab, seed=_seed):
        """As it says."""
        steps(lab, seed)


if __name__ == "__main__":
    one_cpu()
    run(setup)
