#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""What a protocol may do in a callback, and when callbacks come.

	router: r1, r2, r3, r4

All protocols live in the kernel. a owns r1, b owns r2; what a joins and leaves is
what the others are told of."""

import random
import threading
import time

from lib.bench import ANY, JOIN, Bench, Log, joined, limit, pruned, refused
from lib.netlink import NetlinkError
from lib.tap import case, check, equal, run, wait
from lib.topology import Protocol, star
from lib.traffic import Receiver, Sender, one_cpu

G, H = "239.16.1.1", "239.16.1.2"
EPERM, ENOENT, EBUSY, EDEADLK = 1, 2, 16, 35


class Two(Bench):
    """a, whose doings the others are told of, and b."""

    def __init__(self, lab, words="join prune"):
        super().__init__(lab)
        self.a = self.protocol("a", "join prune").take("r1")
        self.b = self.protocol("b", words).take("r2")

    def shown(self, protocol):
        """A protocol as netlink shows it."""
        return self.router.client.call("protocol_get", handle=protocol.handle)

    def lines(self, *names):
        """The log's new lines of these kinds, as they are."""
        return [event.line for event in self.events() if event.name in names]


# --- calling back -----------------------------------------------------------

@case("a join alert's callback adds a membership, and the others are told of it")
def add_inside(lab):
    bench = Two(lab)
    bench.b.on("join", "run", "add SELF", bench.ifindex("r2"), ANY,
               "GROUP SOURCE", JOIN)
    bench.a.join("r1", G)
    bench.expect("of it all", a=[joined(G)], b=[joined(G)])
    equal(bench.memberships(), [("a", "r1", G, ANY, JOIN), ("b", "r2", G, ANY, JOIN)],
          "memberships")


@case("a prune alert's callback releases an interface, and the others are told of it")
def release_inside(lab):
    bench = Two(lab)
    bench.b.join("r2", H)
    bench.a.join("r1", G)
    bench.told()
    bench.b.on("prune", "run", "release SELF", bench.ifindex("r2"))
    bench.a.leave("r1", G)
    bench.expect("of it all", a=[pruned("r2", H)], b=[pruned("r1", G)])
    equal([i["ifindex"] for i in lab.router.client.dump("interface_get")],
          [bench.ifindex("r1")], "interfaces")


@case("each call that a protocol has works from inside its callback")
def all_inside(lab):
    bench = Two(lab)
    r2, r3 = bench.ifindex("r2"), bench.ifindex("r3")
    for command in (f"take SELF {r3}", f"add SELF {r3} {ANY} {G} {ANY} 2",
                    f"set SELF {r3} {ANY} 5 0", f"get {r3}", "dump memberships",
                    "dump mfes 1", f"del SELF {r3} {ANY} {G} {ANY} 2",
                    f"release SELF {r3}", f"flush {bench.a.handle}",
                    f"release SELF {r2}", f"take SELF {r2}"):
        bench.b.on("join", "run", command)
        bench.a.join("r1", G)
        bench.flush()
        equal(bench.lines("inside"), [f"inside {command.split()[0]} errno=0"], command)
        bench.a.leave("r1", G)


@case("a protocol can end another one from inside its callback")
def end_another(lab):
    bench = Two(lab)
    c = bench.protocol("c", "join prune").take("r3").join("r3", H)
    bench.told()
    bench.b.on("join", "run", "shutdown", c.handle)
    bench.a.join("r1", G)
    bench.flush()
    told = bench.lines("inside", "prune")
    equal(told.count("inside shutdown errno=0"), 1, f"in {told}: shut-downs")
    refused(ENOENT, c.join, "r3", G)


@case("the same where IGMP has to be told of what the other one releases")
def end_another_with_igmp(lab):
    bench = Two(lab)
    bench.igmp().take("r3")
    c = bench.protocol("c", "join prune").take("r3")
    bench.b.on("join", "run", "shutdown", c.handle)
    bench.a.join("r1", G)
    bench.flush()
    equal(bench.lines("inside").count("inside shutdown errno=0"), 1, "shut-downs")
    refused(ENOENT, c.join, "r3", G)
    # Who has ended it waits for nobody any more.
    bench.b.release("r2").deregister()


# --- what is refused there ---------------------------------------------------

@case("a protocol cannot end itself from inside its own callback")
def end_itself(lab):
    bench = Two(lab)
    idle = bench.protocol("idle", "join")
    for command in ("deregister SELF", "shutdown SELF", "flush SELF"):
        for protocol in (idle, bench.b):
            protocol.on("join", "run", command)
        bench.a.join("r1", G)
        bench.flush()
        lines = bench.lines("inside")
        equal(sorted(set(lines)), [f"inside {command.split()[0]} errno=-{EDEADLK}"],
              command)
        equal(len(lines), 2, f"answers to {command}")
        bench.a.leave("r1", G)
    bench.flush()
    idle.deregister()
    bench.a.join("r1", G)
    bench.flush()


@case("of two that end each other from their callbacks one is refused, and none hangs")
def end_each_other(lab):
    bench = Two(lab)
    for _ in range(10):
        c, d = bench.protocol("c", "join", 301), bench.protocol("d", "join", 302)
        for one, other in ((c, d), (d, c)):
            one.on("join", "hold").on("join", "run", "deregister", other.handle)
        bench.a.join("r1", G)
        for one in (c, d):
            bench.wait_inside(one)
        bench.tell(*(f"on {one.handle} join go" for one in (c, d)))
        wait(lambda: len(_answers(bench)) == 2, "the callbacks do not end")
        equal(sorted(_answers(bench)), [-EDEADLK, 0], "answers")
        bench.flush()
        equal(sorted((_ended(bench, c), _ended(bench, d))), [False, True], "ended")
        for one in (c, d):
            one.close()
        bench.a.leave("r1", G)
        bench.flush()
        bench.clear()


def _ended(bench, protocol):
    try:
        bench.shown(protocol)
    except NetlinkError as error:
        equal(error.errno, ENOENT, "errno")
        return True
    return False


def _answers(bench):
    """What calls from inside callbacks have been answered so far."""
    return [event.errno for event in bench.grep("inside")]


@case("the second of two that end each other is told so at once, the first is served")
def end_each_other_in_turn(lab):
    bench = Two(lab)
    c, d = bench.protocol("c", "join"), bench.protocol("d", "join")
    for one, other in ((c, d), (d, c)):
        one.on("join", "hold").on("join", "run", "deregister", other.handle)
    bench.a.join("r1", G)
    for one in (c, d):
        bench.wait_inside(one)
    # c waits now for d's callback to end, which cannot wait for c in its turn.
    c.on("join", "go")
    wait(lambda: _ended(bench, d), "d's handle is not dead")
    equal(_answers(bench), [], "answers, with d in its callback")
    d.on("join", "go")
    wait(lambda: len(_answers(bench)) == 2, "the callbacks do not end")
    equal(_answers(bench), [-EDEADLK, 0], "answers, d's first")


@case("three that end each other in a ring: one is refused, and none hangs")
def end_in_a_ring(lab):
    bench = Two(lab)
    ring = [bench.protocol(name, "join") for name in ("c", "d", "e")]
    for i, one in enumerate(ring):
        one.on("join", "hold").on("join", "run", "deregister",
                                  ring[(i + 1) % 3].handle)
    bench.a.join("r1", G)
    for one in ring:
        bench.wait_inside(one)
    bench.tell(*(f"on {one.handle} join go" for one in ring))
    wait(lambda: len(_answers(bench)) == 3, "the callbacks do not end")
    check(-EDEADLK in _answers(bench), f"none is refused: {_answers(bench)}")
    check(0 in _answers(bench), f"none is served: {_answers(bench)}")
    bench.flush()


@case("IGMP and a protocol that wait for each other: one is refused, and none hangs")
def igmp_and_protocol(lab):
    for verb in ("shutdown", "flush"):
        for first in (0, 1):
            bench = Bench(lab)
            igmp = bench.igmp("join").take("r1")
            a = bench.protocol("a", "join").take("r1")
            b = bench.protocol("b", "join").take("r2")
            # a's release waits for IGMP's hooks, and IGMP for a.
            a.on("join", "hold").on("join", "run", "release SELF", bench.ifindex("r1"))
            igmp.on("join", "hold").on("join", "run", verb, a.handle)
            b.join("r2", G)
            for one in (a, igmp):
                bench.wait_inside(one)
            pair = [a, igmp] if first else [igmp, a]
            bench.tell(*(f"on {one.handle} join go" for one in pair))
            wait(lambda: len(_answers(bench)) == 2,
                 f"the callbacks do not end, with {verb}")
            check(-EDEADLK in _answers(bench),
                  f"none is refused, with {verb}: {_answers(bench)}")
            bench.flush()
            lab.case.close()
            wait(lambda: not lab.router.client.dump("protocol_get"),
                 "protocols remain")


# --- time --------------------------------------------------------------------

@case("a callback that sleeps a second delays nobody else, and not who caused it")
def sleeping(lab):
    bench = Two(lab)
    c = bench.protocol("c", "join prune").take("r3")
    bench.b.on("join", "sleep", 1000)
    began = time.monotonic()
    bench.a.join("r1", G)
    bench.tell(f"flush {c.handle}")
    took = time.monotonic() - began
    equal(len(bench.grep("end")), 0, f"callbacks that have ended after {took:.2f} s")
    equal(len(bench.grep("join", handle=c.handle)), 1, "c's alerts")
    bench.flush()
    check(time.monotonic() - began >= 1, "b did not sleep")


@case("while one is held in its callback everybody else goes on, and it is told later")
def held(lab):
    bench = Two(lab)
    c = bench.protocol("c", "join prune").take("r3")
    bench.b.on("join", "hold")
    bench.a.join("r1", G)
    bench.wait_inside(bench.b)
    groups = [f"239.16.2.{i}" for i in range(1, 40)]
    for group in groups:
        bench.a.join("r1", group).leave("r1", group)
    bench.tell(f"flush {c.handle}")
    lines = [event for event in bench.events() if event.name in ("join", "prune")]
    equal([e.group for e in lines if e.handle == bench.b.handle], [G], "b's alerts")
    equal([e.group for e in lines if e.name == "join"][-39:], groups, "c's alerts")
    equal(bench.shown(bench.b)["alerts"], 78, "alerts that wait for b")
    bench.b.on("join", "go")
    bench.expect("of it, once it goes on", b=[
        text for group in groups for text in (joined(group), pruned("r1", group))])


@case("alerts come in the order of the changes, whatever their kind")
def order(lab):
    bench = Two(lab, "join prune local_join")
    igmp = bench.igmp().take("r2")
    wanted = []
    for i in range(1, 60):
        group = f"239.16.3.{i}"
        bench.a.join("r1", group)
        igmp.join("r2", group)
        bench.a.leave("r1", group)
        igmp.leave("r2", group)
        wanted += [joined(group), f"local_join (*,{group}) r2", pruned("r1", group),
                   f"local_leave (*,{group}) r2"]
    bench.expect("of all of it", b=wanted)


@case("changes from several threads: each protocol is told all, one by one")
def threads(lab):
    bench = Two(lab)
    c = bench.protocol("c", "join prune").take("r3")
    loops, rounds = [], 60
    for number, (protocol, device) in enumerate(((bench.a, "r1"), (c, "r3"))):
        ifindex = bench.ifindex(device)
        lines = [f"{verb} {protocol.handle} {ifindex} {ANY} 239.16.4.{number} {ANY} 1"
                 for _ in range(rounds) for verb in ("add", "del")]
        loops.append(_Loop(lab, lines))
    for loop in loops:
        loop.join()
    told = bench.told()
    for number, name in enumerate(("a", "c")):
        group = f"239.16.4.{number}"
        device = ("r1", "r3")[number]
        equal([text for text in told["b"] if group in text],
              [joined(group), pruned(device, group)] * rounds, f"b, of {name}'s")
    equal(len(told["a"]), 2 * rounds, "a's alerts")


class _Loop(threading.Thread):
    """Commands, one by one, on a thread."""

    def __init__(self, lab, lines, stop=None):
        super().__init__(daemon=True)
        self.log = lab.closing(Log(lab.router))
        self.lines = lines
        self.stop = stop
        self.error = None
        self.start()

    def run(self):
        try:
            while True:
                for line in self.lines:
                    self.log.tell(line)
                if not self.stop or self.stop.is_set():
                    return
        except OSError as error:
            self.error = error

    def join(self, timeout=30):
        super().join(timeout)
        check(not self.is_alive(), "the thread does not end")
        if self.error:
            raise self.error


# --- the end -----------------------------------------------------------------

@case("deregistering waits for the callback that runs, and drops what waits behind it")
def deregister_waits(lab):
    bench = Two(lab)
    c = bench.protocol("c", "join prune")
    c.on("join", "hold")
    bench.a.join("r1", G)
    bench.wait_inside(c)
    bench.a.leave("r1", G).join("r1", H)
    bench.tell(f"flush {bench.b.handle}")
    end = bench.in_background(f"deregister {c.handle}")
    wait(lambda: _ended(bench, c), "c's handle is not dead")
    # More than once round the kernel, and the callback still runs.
    bench.a.leave("r1", H).join("r1", H)
    bench.tell(f"flush {bench.b.handle}")
    equal(end.errno, None, "errno of the call, with the callback running")
    c.on("join", "go")
    equal(end.wait(), 0, "errno of the call in the end")
    mine = [event.line for event in bench.events()
            if getattr(event, "handle", 0) == c.handle]
    equal([line.split()[0] for line in mine], ["join", "end"], "c's lines")


@case("who waits until a protocol has been told everything hears that it has ended")
def flush_of_one_that_ends(lab):
    bench = Two(lab)
    c = bench.protocol("c", "join prune")
    c.on("join", "hold")
    bench.a.join("r1", G)
    bench.wait_inside(c)
    bench.a.join("r1", H)
    flush = bench.in_background(f"flush {c.handle}")
    flush.wait_asleep()
    end = bench.in_background(f"deregister {c.handle}")
    wait(lambda: _ended(bench, c), "c's handle is not dead")
    equal((flush.errno, end.errno), (None, None), "answers, with the callback running")
    c.on("join", "go")
    equal((flush.wait(), end.wait()), (ENOENT, 0), "answers in the end")


@case("a handle whose protocol is ending is good for nothing any more")
def dead_handle(lab):
    bench = Two(lab)
    c = bench.protocol("c", "join prune").take("r3")
    c.on("join", "hold")
    bench.a.join("r1", G)
    bench.wait_inside(c)
    end = bench.in_background(f"shutdown {c.handle}")
    wait(lambda: _ended(bench, c), "c's handle is not dead")
    refused(ENOENT, c.join, "r3", G)
    refused(ENOENT, c.take, "r4")
    refused(ENOENT, c.deregister)
    refused(ENOENT, bench.tell, f"flush {c.handle}")
    for command in ("interface_take", "protocol_deregister"):
        error = refused(ENOENT, lab.router.client.call, command, handle=c.handle,
                        **({"ifindex": bench.ifindex("r4")} if "take" in command
                           else {}))
        check(error.sentence, f"no reason given for {command}")
    c.on("join", "go")
    equal(end.wait(), 0, "errno of the shut-down")
    bench.told()


@case("deregistration racing with delivery, over and over: nothing comes afterwards")
def deregister_races(lab):
    bench = Two(lab)
    stop = threading.Event()
    ifindex = bench.ifindex("r1")
    loop = _Loop(lab, [f"{verb} {bench.a.handle} {ifindex} {ANY} {G} {ANY} 1"
                       for verb in ("add", "del")], stop)
    # The log keeps the newest lines only: it is the count of wrong ones that counts.
    told = 0
    for number in range(150):
        c = bench.protocol("c", "join prune", 301)
        if number % 3 == 0:
            c.take("r3")
            c.shutdown()
        elif number % 3 == 1:
            bench.tell(f"flush {c.handle}")
            c.deregister()
        else:
            c.deregister()
        told += len(bench.grep("join", handle=c.handle))
        bench.clear()
    stop.set()
    loop.join()
    check(told, "no alert ever came to one of them: the case proves nothing")
    bench.flush()
    bench.clear()


@case("a slow callback is waited for by a shut-down, whose interfaces go meanwhile")
def shutdown_waits(lab):
    bench = Two(lab)
    c = bench.protocol("c", "join prune").take("r3").join("r3", H)
    bench.told()
    c.on("join", "hold")
    bench.a.join("r1", G)
    bench.wait_inside(c)
    end = bench.in_background(f"shutdown {c.handle}")
    wait(lambda: _ended(bench, c), "c's handle is not dead")
    c.on("join", "go")
    equal(end.wait(), 0, "errno of the shut-down")
    bench.flush()
    check(any(e.name == "prune" and e.group == H and e.handle == bench.b.handle
              for e in bench.events()), "b is not told of c's end")
    equal([i["ifindex"] for i in lab.router.client.dump("interface_get")],
          [bench.ifindex("r1"), bench.ifindex("r2")], "interfaces")


@case("protocols end over and over while flows ask them: no flow and no packet hangs")
def flows_ask(lab):
    bench = Two(lab)
    client = lab.router.client
    bench.b.release("r2")
    receiver = lab.closing(Receiver(lab.h2))
    bench.a.shutdown()
    answered = 0
    for number in range(40):
        a = bench.protocol("a", "rpf prune", 301).take("r1")
        b = bench.protocol("b", "creation", 302).take("r2").forward("r2")
        if number % 4 == 0:
            a.on("rpf", "sleep", 20)
        if number % 4 == 1:
            b.on("creation", "sleep", 20)
        sender = lab.closing(Sender(lab.h1, f"239.16.7.{number + 1}"))
        sender.send(3)
        ends = [bench.in_background(f"shutdown {p.handle}")
                for p in ((a, b) if number % 2 else (b, a))]
        for end in ends:
            equal(end.wait(), 0, "errno of a shut-down")
        wait(lambda: not client.limit("pending_flows")["used"], "a flow waits for ever")
        equal(client.limit("pending_bytes")["used"], 0, "bytes held")
        equal(client.dump("mfe_get"), [], "entries, with no interface there")
        answered += len(bench.grep("rpf", handle=a.handle))
        bench.clear()
    check(answered, "nobody was ever asked: the case proves nothing")
    # And it works on.
    lab.protocol(lab.router, 600).take("r1", "r2").join("r2", G)
    sender = lab.closing(Sender(lab.h1, G))
    receiver.join(G)
    sender.send(3)
    equal(receiver.wait(sender), sender.numbers, "packets in the end")


@case("a namespace ends in the midst of callbacks")
def namespace_ends(lab):
    small = star(2)
    try:
        bench = Two(small)
        igmp = bench.igmp("join prune").take("r1")
        for protocol in (bench.b, igmp):
            protocol.on("join", "sleep", 100)
        for i in range(1, 10):
            bench.a.join("r1", f"239.16.8.{i}")
        # Nothing of ours is to hold it: it ends while the protocols are in use.
        bench.log.close()
        small.router.close()
        wait(lambda: not small.h1.ifindex("eth0"), "the namespace does not go away")
    finally:
        small.case.pop_all()
        small.close()


@case("everybody at once, with callbacks that call back: nothing hangs, and all ends")
def at_once(lab):
    bench = Bench(lab)
    igmp = bench.igmp("all")
    four = [bench.protocol(name, "all") for name in "abcd"]
    indices = [bench.ifindex(f"r{i}") for i in range(1, 5)]
    storms = [_Storm(lab, seed, [p.handle for p in (igmp, *four)], indices)
              for seed in range(3)]
    senders = [lab.closing(Sender(host, f"239.16.9.{i}"))
               for host in lab.hosts.values() for i in range(1, 4)]
    for number in range(150):
        senders[number % len(senders)].send()
        device = f"10.0.{1 + number % 4}.2"
        if number % 5 == 0:
            lab.router.rtnl.route("10.0.0.0", 8, device, replace=True)
    for storm in storms:
        storm.join()
    lab.router.rtnl.no_route("10.0.0.0", 8)
    for one in (*four, igmp):
        one.close()
    wait(lambda: not lab.router.client.limit("pending_flows")["used"],
         "a flow waits for ever")
    for name in ("interfaces", "memberships"):
        equal(lab.router.client.limit(name)["used"], 0, name)
    bench.clear()


class _Storm(threading.Thread):
    """Commands at random, on a thread; whether they are refused does not matter."""

    def __init__(self, lab, seed, handles, indices):
        super().__init__(daemon=True)
        self.chance = random.Random(seed)
        self.handles = handles
        self.indices = indices
        self.log = lab.closing(Log(lab.router))
        self.start()

    def _call(self):
        choice = self.chance.choice
        ifindex = choice(self.indices)
        return choice([f"take {{}} {ifindex}", f"take {{}} {ifindex}",
                       f"release {{}} {ifindex}",
                       f"add {{}} {ifindex} {ANY} 239.16.9.{choice('123')} {ANY} 1",
                       f"add {{}} {ifindex} {ANY} {ANY} {ANY} 1",
                       f"del {{}} {ifindex} {ANY} 239.16.9.{choice('123')} {ANY} 1",
                       f"flush {choice(self.handles)}"])

    def run(self):
        choice = self.chance.choice
        for _ in range(400):
            handle = choice(self.handles)
            line = self._call().format(handle)
            if self.chance.random() < .3:
                kind = choice(["rpf", "creation", "join", "prune", "local_join"])
                line = f"on {handle} {kind} run {self._call().format('SELF')}"
            try:
                self.log.tell(line)
            except OSError:
                pass

    def join(self, timeout=60):
        super().join(timeout)
        check(not self.is_alive(), "a call does not return")


# --- IGMP --------------------------------------------------------------------

@case("IGMP's hooks and its alerts are never at the same time, and in order")
def igmp_hooks(lab):
    bench = Two(lab)
    igmp = bench.igmp("join prune").take("r2")
    igmp.on("join", "hold")
    bench.a.join("r1", G)
    bench.wait_inside(igmp)
    release = bench.in_background(
        f"release {bench.b.handle} {bench.ifindex('r2')}")
    bench.a.leave("r1", G)
    bench.tell(f"flush {bench.b.handle}")
    equal(release.errno, None, "errno of the release, with IGMP in a callback")
    igmp.on("join", "go")
    equal(release.wait(), 0, "errno of the release")
    bench.flush()
    names = [event.name for event in bench.events()
             if getattr(event, "handle", 0) == igmp.handle]
    equal(names[:2], ["join", "end"], "what comes first")
    equal(sorted(names[2:]), ["igmp_disable", "igmp_enable", "prune"],
          "what follows")


# --- too many ------------------------------------------------------------------

@case("too many alerts: the newest are lost and counted, and the protocol is told so")
def overrun(lab):
    bench = Two(lab, "join prune overrun")
    c = bench.protocol("c", "join prune overrun")
    client = lab.router.client
    before = client.limit("alerts")
    limit(lab, "alerts", 4)
    bench.b.on("join", "hold")
    bench.a.join("r1", G)
    bench.wait_inside(bench.b)
    bench.tell(f"flush {c.handle}")
    groups = [f"239.16.5.{i}" for i in range(1, 11)]
    for group in groups:
        bench.a.join("r1", group)
        bench.tell(f"flush {c.handle}")
    shown = bench.shown(bench.b)
    equal((shown["alerts"], shown["alerts_lost"]), (4, 6), "waiting, and lost")
    equal(client.limit("alerts")["hits"] - before["hits"], 6, "hits of the bound")
    equal(bench.shown(c)["alerts_lost"], 0, "c's lost")
    bench.b.on("join", "go")
    told = bench.told()
    equal(told["b"], [*map(joined, [G, *groups[:4]]), "overrun"], "b's alerts")
    equal(told["c"][-10:], [*map(joined, groups)], "c's alerts")
    bench.a.leave("r1", G)
    bench.expect("of what comes after that", b=[pruned("r1", G)],
                 c=[pruned("r1", G)])
    equal(bench.shown(bench.b)["alerts_lost"], 6, "b's lost, later")


@case("the bound on alerts delays and refuses no change")
def overrun_no_refusal(lab):
    bench = Two(lab, "join prune")
    limit(lab, "alerts", 1)
    bench.b.on("join", "hold")
    bench.a.join("r1", G)
    bench.wait_inside(bench.b)
    for i in range(1, 21):
        bench.a.join("r1", f"239.16.6.{i}")
    equal(len(bench.memberships()), 21, "memberships")
    bench.b.on("join", "go")
    bench.told()


# --- user space ----------------------------------------------------------------

@case("user space cannot speak for a protocol in the kernel, in a callback or not")
def user_space(lab):
    bench = Two(lab)
    client = lab.router.client
    r2, r4 = bench.ifindex("r2"), bench.ifindex("r4")
    bench.b.on("join", "hold")
    bench.a.join("r1", G)
    bench.wait_inside(bench.b)
    for command, values in (("protocol_deregister", {}),
                            ("interface_take", {"ifindex": r4}),
                            ("interface_release", {"ifindex": r2}),
                            ("interface_set", {"ifindex": r2, "ttl_threshold": 9}),
                            ("membership_add", {"ifindex": r2, "group": G, "flags": 1}),
                            ("membership_del", {"ifindex": r2, "group": G})):
        error = refused(EPERM, client.call, command, handle=bench.b.handle, **values)
        check(error.sentence, f"no reason given for {command}")
    # Nor the other way round; but both go on beside each other.
    user = lab.closing(Protocol(lab.router, 500)).take("r4").join("r4", G)
    refused(EPERM, bench.tell, f"release {user.handle} {r4}")
    user.leave("r4", G)
    user.release("r4")
    user.deregister()
    bench.b.on("join", "go")
    bench.told()


@case("what a protocol in user space does, those in the kernel are told of")
def user_space_told(lab):
    bench = Two(lab)
    user = lab.closing(Protocol(lab.router, 500)).take("r4").join("r4", G)
    bench.expect("of its join", a=[joined(G)], b=[joined(G)])
    bench.ifindex("r4")
    bench.a.join("r1", G)
    bench.expect("of a's: the first cannot hear")
    user.close()
    bench.expect_in_time("of its socket's end", a=[pruned("r4", G)])


@case("a protocol with interfaces is refused to deregister, from wherever")
def busy(lab):
    bench = Two(lab)
    refused(EBUSY, bench.b.deregister)
    c = bench.protocol("c", "join")
    c.on("join", "run", "deregister", bench.b.handle)
    bench.a.join("r1", G)
    bench.flush()
    equal(bench.lines("inside"), [f"inside deregister errno=-{EBUSY}"], "inside")


if __name__ == "__main__":
    one_cpu()
    run(lambda: star(4))
