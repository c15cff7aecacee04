#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""The commands that watch: "mgm protocol run", a protocol that prints what it is told,
and "mgm monitor", which prints what happens to all.

	h1 10.0.1.2 --- r1 [ router ] r2 --- 10.0.2.2 h2
	                   [        ] r3 --- 10.0.3.2 h3

The source is at h1. Where a case says nothing else, the command has r1, and B, in
another process, r2."""

import json
import os
import re
import select
import signal
import subprocess
import time

from lib import abi, module
from lib.bench import Bench
from lib.genl import Client
from lib.igmp import EXCLUDE, QUICK, IgmpRouter
from lib.tap import case, check, equal, run, wait
from lib.topology import Protocol, Upcalled, star
from lib.traffic import RawFlow, Receiver, Sender, Wire, one_cpu

_TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
MGM = os.environ.get("MGM") or os.path.join(_TOP, "tools/mgm/mgm")
OK, ERROR, REFUSED = 0, 1, 2
S, G, H = "10.0.1.2", "239.43.1.1", "239.43.1.2"
RUN = "protocol run id 50 name watcher"


class Program:
    """The command while it runs."""

    def __init__(self, lab, words):
        with lab.router:
            self.process = subprocess.Popen([MGM, *words.split()],
                                            stdout=subprocess.PIPE,
                                            stderr=subprocess.PIPE)
        self._rest = b""
        self._lines = []
        lab.closing(self)

    def listening(self):
        """Wait until it says so."""
        check(select.select([self.process.stderr], [], [], 30)[0], "it says nothing")
        equal(self.process.stderr.readline(), b"listening\n", "what it says")
        return self

    def lines(self, count, limit=30):
        """Wait for so many more lines, and return those that there are then."""
        end = time.monotonic() + limit
        while len(self._lines) < count:
            left = end - time.monotonic()
            check(left > 0, f"{count} lines do not come, but {self._lines}")
            self._read(left)
        lines, self._lines = self._lines, []
        return lines

    def objects(self, count):
        """The same, of JSON."""
        return [json.loads(line) for line in self.lines(count)]

    def until(self, condition):
        """Wait for a line that meets the condition; return all up to there."""
        lines = []
        while True:
            lines += self.lines(1)
            for number, line in enumerate(lines):
                if condition(line):
                    self._lines = lines[number + 1:]
                    return lines[:number + 1]

    def _read(self, limit):
        if not select.select([self.process.stdout], [], [], limit)[0]:
            return
        data = os.read(self.process.stdout.fileno(), 1 << 16)
        check(data, "the output is at its end")
        *lines, self._rest = (self._rest + data).split(b"\n")
        self._lines += [line.decode() for line in lines]

    def end(self, number=signal.SIGTERM):
        """End it by a signal: its exit status and the complaints."""
        self.process.send_signal(number)
        return self.ended()

    def ended(self):
        """Wait for its end: its exit status and the complaints."""
        status = self.process.wait(30)
        return status, self.process.stderr.read().decode()

    def close(self):
        """It does not outlive the case."""
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()
        self.process.stderr.close()


def mgm(lab, words):
    """Run the command on the router: its exit status, output and complaints."""
    with lab.router:
        done = subprocess.run([MGM, *words.split()], text=True, check=False,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    return done.returncode, done.stdout, done.stderr


def watcher(lab, words):
    """The command as a protocol, listening, and its handle."""
    program = Program(lab, words).listening()
    return program, registered(lab)["handle"]


def registered(lab, number=50):
    """The protocol with that number, or None."""
    found = [protocol for protocol in lab.router.client.dump("protocol_get")
             if protocol["id"] == number]
    return found[0] if found else None


def owned(lab):
    """Who owns what: device -> protocol id."""
    return {lab.router.device(ifc["ifindex"]): ifc["owner_id"]
            for ifc in lab.router.client.dump("interface_get")}


def monitor(lab):
    """A client that hears what happens."""
    client = lab.closing(Client(lab.router))
    client.subscribe()
    return client


def shut_down(lab, client):
    """How the command's protocol ends, as the kernel announces it."""
    events = client.events(lambda name, _: name == "protocol_deregister_ntf", 30)
    return [(name, lab.router.device(values["ifindex"]) if "ifindex" in values
             else values["id"]) for name, values in events]


ENDED = [("interface_release_ntf", "r1"), ("interface_release_ntf", "r3"),
         ("protocol_deregister_ntf", 50)]


@case("a protocol prints the joins and leaves of another, one a line, and when")
def joins(lab):
    program, handle = watcher(lab, f"-t {RUN} dev r1")
    b = lab.protocol(lab.router, 200).take("r2")
    b.join("r2", G)
    b.leave("r2", G)
    b.join("r2")
    lines = program.lines(3)
    times = [line.split(" ", 1)[0] for line in lines]
    check(all(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", t)
              for t in times) and times == sorted(times), f"times: {times}")
    equal([line.split(" ", 1)[1] for line in lines], [
        f"alert-join (*, {G}) handle {handle} about membership",
        f"alert-prune (*, {G}) handle {handle} dev r2 about membership",
        f"alert-join (*, *) handle {handle} about membership"], "lines")


@case("it prints what it is told of packets, in JSON, and lets them go their way")
def traffic(lab):
    program, handle = watcher(lab, f"-j {RUN} dev r1 dev r2 dev r3 group {G}")
    sender, receiver = lab.closing(Sender(lab.h1, G)), lab.closing(Receiver(lab.h3, G))
    sender.send(2)
    equal(receiver.arrived(sender, 2), [0, 1], "packets at h3")
    about = {"source": S, "group": G, "handle": handle}

    def dev(name):
        return {"dev": name, "ifindex": lab.router.ifindex(name)}

    rpf, creation = program.objects(2)
    head = rpf["packet"].pop("head")
    equal(rpf, {"event": "alert-rpf", **about, **dev("r1"), "packet": {
        "source": S, "destination": G, "protocol": 17, "ttl": 8, "length": 92}}, "rpf")
    check(len(head) == 2 * 92 and head.startswith("4500005c"), f"head: {head}")
    equal(creation, {"event": "alert-creation", **about,
                     "oifs": [{**dev("r3"), "flags": []}]}, "creation")

    RawFlow(lab.closing(Wire(lab.h2)), S, G).send()
    wrong, = program.objects(1)
    equal(wrong.pop("packet")["destination"], G, "destination in the packet")
    equal(wrong, {"event": "alert-wrong-if", **about, **dev("r2")}, "wrong-if")

    sender.send(1, group=H)
    about["group"] = H
    rpf, prune = program.objects(2)
    equal(rpf["group"], H, "group of the other flow")
    equal(prune, {"event": "alert-prune", **about, **dev("r1"), "about": "mfe",
                  "timeout_ms": 900000}, "prune")


@case("the same in text")
def traffic_text(lab):
    program, handle = watcher(lab, f"{RUN} dev r1 dev r3 group {G} source {S}")
    lab.closing(Sender(lab.h1, G)).send()
    about = f"({S}, {G}) handle {handle}"
    equal(program.lines(2), [
        f"alert-rpf {about} dev r1 packet source {S} destination {G} protocol 17 ttl 8 "
        "length 92", f"alert-creation {about} oif r3"], "lines")
    RawFlow(lab.closing(Wire(lab.h1)), "10.99.0.1", G).send()
    equal(program.lines(1), [
        f"alert-rpf (10.99.0.1, {G}) handle {handle} packet source 10.99.0.1 destination "
        f"{G} protocol 17 ttl 8 length 92"], "lines about a source without a route")


@case("members that IGMP finds on its devices are shown, and get nothing by themselves")
def members(lab):
    igmp = lab.closing(IgmpRouter(lab.router)).enable("r3", **QUICK)
    program, handle = watcher(lab, f"{RUN} dev r1 dev r3 group {H}")
    receiver = lab.closing(Receiver(lab.h3, G))
    igmp.wait_state("r3", G, EXCLUDE)
    sender = lab.closing(Sender(lab.h1, G))
    sender.send()
    equal(program.lines(3)[0], f"alert-local-join (*, {G}) handle {handle} dev r3",
          "the first line")
    equal(receiver.arrived(sender, 0), [], "packets at h3")
    sender.send(group=H)
    equal(program.lines(2)[1], f"alert-creation ({S}, {H}) handle {handle} oif r3 igmp",
          "lines about the group that it joined")
    receiver.leave(G)
    equal(program.lines(1), [f"alert-local-leave (*, {G}) handle {handle} dev r3"],
          "the last line")


@case("a signal has it release each interface, then deregister; it exits with 0")
def signals(lab):
    for number in signal.SIGTERM, signal.SIGINT:
        program, _ = watcher(lab, f"{RUN} dev r1 dev r3")
        equal(owned(lab), {"r1": 50, "r3": 50}, "owners")
        client = monitor(lab)
        equal(program.end(number), (OK, ""), "exit status and complaints")
        equal(shut_down(lab, client), ENDED, "events")


@case("the kernel does the same for it when it is killed")
def killed(lab):
    program, handle = watcher(lab, f"{RUN} dev r1 dev r3 group {G}")
    client = monitor(lab)
    equal(program.end(signal.SIGKILL)[0], -signal.SIGKILL, "exit status")
    wait(lambda: not registered(lab), "it remains registered")
    equal([event for event in shut_down(lab, client) if event in ENDED], ENDED, "events")
    equal(mgm(lab, f"protocol deregister handle {handle}")[0], REFUSED,
          "exit status with a dead handle")


@case("what the kernel refuses is told in its words, and nothing is left behind")
def refused(lab):
    lab.protocol(lab.router, 200).take("r2")
    status, output, complaints = mgm(lab, f"{RUN} dev r1 dev r2 dev r3")
    equal((status, output), (REFUSED, ""), "exit status and output")
    check(re.fullmatch(r"Error: [^\n]*owns[^\n]*\.\n  at: dev r2\n", complaints),
          f"complaints: {complaints!r}")
    equal((owned(lab), registered(lab)), ({"r2": 200}, None), "what is left")

    status, output, complaints = mgm(lab, "protocol run id 200 dev r1")
    equal((status, output), (REFUSED, ""), "exit status and output")
    check(complaints.startswith("Error: ") and "registered" in complaints,
          f"complaints: {complaints!r}")

    status, _, complaints = mgm(lab, f"{RUN} dev r1 group 10.0.0.1")
    equal(status, REFUSED, "exit status with a group that is none")
    check("multicast" in complaints, f"complaints: {complaints!r}")
    equal((owned(lab), registered(lab)), ({"r2": 200}, None), "what is left")


@case("what makes no sense does not come to the kernel")
def senseless(lab):
    for words, complaint in [
            (RUN, "dev is missing\nmgm: try: mgm protocol help"),
            ("protocol run dev r1", "id is missing\nmgm: try: mgm protocol help"),
            (f"{RUN} dev r9", 'dev "r9": there is no such device'),
            (f"{RUN} id 51 dev r1", "id is given twice"),
            (f"{RUN} dev r1 source {S}", "source needs a group"),
            (f"{RUN} dev r1 group 239.0.0.0/8", "a membership has no prefix length here"),
            ("monitor group 239.0.0.0/8", "a prefix length cannot be asked for")]:
        equal(mgm(lab, words), (ERROR, "", f"mgm: {complaint}\n"), f"mgm {words}")


@case("a device that goes takes its interface along, and nothing else")
def device_gone(lab):
    lab.router.ip("link add gone0 type dummy\nlink set gone0 up")
    program, handle = watcher(lab, f"{RUN} dev gone0 dev r1")
    lab.router.rtnl.remove("gone0")
    wait(lambda: owned(lab) == {"r1": 50}, "gone0 still has an owner")
    lab.protocol(lab.router, 200).take("r2").join("r2", G)
    equal(program.lines(1), [f"alert-join (*, {G}) handle {handle} about membership"],
          "lines")
    equal(program.end(), (OK, ""), "exit status and complaints")
    equal(registered(lab), None, "registration")


@case("if it is too slow, it says that alerts are lost, and how many")
def slow(lab):
    program, handle = watcher(lab, f"-j {RUN} dev r1")
    b = lab.protocol(lab.router, 200).take("r2")
    program.process.send_signal(signal.SIGSTOP)
    count, at_once = 5000, 50
    number = b.client.known.numbers["membership_add"]
    ifindex = lab.router.ifindex("r2")
    for first in range(0, count, at_once):
        equal(b.client.requests(b.client.family, [
            bytes([number, 1, 0, 0]) + b.client.known.object(number).encode(
                {"handle": b.handle, "flags": abi.MGM_MEMBERSHIP_F_JOIN,
                 "ifindex": ifindex, "group": f"239.44.{i >> 8}.{i & 255}"})
            for i in range(first, first + at_once)]), [None] * at_once, "refusals")
    lost = registered(lab)["alerts_lost"]
    check(0 < lost < count, f"{lost} alerts of {count} are lost")
    program.process.send_signal(signal.SIGCONT)
    events = []
    while sum(event["event"] == "alert-join" for event in events) < count - lost:
        events += program.objects(1)
    b.leave("r2", "239.44.0.0")
    while events[-1]["event"] != "alert-prune":
        events += program.objects(1)
    equal(events[-2], {"event": "alert-overrun", "handle": handle, "lost": lost},
          "the line before the next alert")


@case("a monitor prints what protocols are told, in the kernel and in user space")
def alerts(lab):
    in_kernel = Bench(lab).protocol("k", "rpf join prune").take("r1")
    b = lab.closing(Upcalled(lab.router, 200, abi.MGM_CALLBACK_F_CREATION)).take("r2")
    program = Program(lab, "monitor alert").listening()
    b.join("r2", G)
    lab.closing(Sender(lab.h1, G)).send()
    program_lines = program.until(lambda line: "alert-creation" in line)
    b.answer(b.alerts(30)[0][1])
    b.leave("r2", G)
    program_lines += program.lines(1)
    a, flow = f"handle {in_kernel.handle}", f"({S}, {G})"
    # Of the entry, whose list is empty before it has its first way out, the kernel's
    # own tests tell; here it is the form that counts.
    for line in (f"alert-join (*, {G}) {a} about membership",
                 f"alert-rpf {flow} {a} dev r1",
                 f"alert-creation {flow} handle {b.handle} oif r2",
                 f"alert-prune (*, {G}) {a} dev r2 about membership"):
        check(line in program_lines, f"no {line!r} in {program_lines}")
    check(not any(line.startswith("alert-creation") and a in line
                  for line in program_lines), "an alert that it did not ask for")


def has_dev(event, name):
    """What the filter for a device has to let through."""
    return name in [event.get("dev"), event.get("iif")] + \
        [oif["dev"] for oif in event.get("oifs", [])]


@case("filters of a monitor pass what has the values, and hold everything else back")
def filters(lab):
    b = Protocol(lab.router, 200)
    h = b.handle

    def whose(event):
        return h in (event.get("handle"), event.get("owner_handle"))

    filtered = {
        f"handle {h}": whose,
        "dev r2": lambda event: has_dev(event, "r2"),
        f"group {G}": lambda event: event.get("group") == G,
        "group any": lambda event: event.get("group") == "any",
        f"source {S} alert mfe": lambda event: event.get("source") == S and
        event["event"].split("-")[0] in ("alert", "mfe"),
        f"membership handle {h} group {G} source any dev r2": lambda event:
        whose(event) and event.get("group") == G and event.get("source") == "any" and
        event["event"].startswith("membership") and has_dev(event, "r2"),
        "protocol interface": lambda event: event["event"].split("-")[0] in
        ("protocol", "interface"),
    }
    programs = {words: Program(lab, "-j monitor " + words) for words in ["", *filtered]}
    for program in programs.values():
        program.listening()
    a = lab.closing(Upcalled(lab.router, 100, abi.MGM_CALLBACK_F_JOIN |
                             abi.MGM_CALLBACK_F_PRUNE)).take("r1")
    c = lab.protocol(lab.router, 300).take("r3").join("r3", H)
    b.take("r2").join("r2", G)
    for group in G, H:
        lab.closing(Sender(lab.h1, group)).send()
    lab.router.wait_oifs(G, S, "r2")
    lab.router.wait_oifs(H, S, "r3")
    # What ends it is several times there, so that what is too much is seen before it.
    for group, source in ((G, S), (G, None), (None, None)):
        b.join("r2", group, source)
        b.leave("r2", group, source)
    c.leave("r3", H)
    b.release("r2")
    b.close()
    last = '"event":"protocol-deregister"'
    events = [json.loads(line) for line in
              programs.pop("").until(lambda line: last in line)]
    for words, wanted in filtered.items():
        passed = [event for event in events if wanted(event)]
        check(0 < len(passed) < len(events), f"{len(passed)} events are for {words!r}")
        equal(programs[words].objects(len(passed)), passed, f"events for {words!r}")
    check(a.handle in {event.get("handle") for event in events
                       if event["event"].startswith("alert")}, "no alert among them")


@case("what a protocol wants to be told of, and the time to answer, are shown")
def shown(lab):
    watched, _ = watcher(lab, f"{RUN} dev r1")
    _, output, _ = mgm(lab, "-s protocol")
    check(output.endswith(" callbacks rpf creation join prune local-join local-leave "
                          "wrong-if\n"), f"text: {output!r}")
    _, output, _ = mgm(lab, "-j -s protocol")
    equal(json.loads(output)[0]["callbacks"],
          ["rpf", "creation", "join", "prune", "local-join", "local-leave", "wrong-if"],
          "JSON")
    watched.end()

    lab.case.callback(mgm, lab, "config set answer-timeout 1000")
    equal(mgm(lab, "config set answer-timeout 250ms"), (OK, "", ""), "setting")
    equal(lab.router.client.call("config_get")["answer_timeout"], 250, "in the kernel")
    check(" answer-timeout 250ms\n" in mgm(lab, "config")[1], "not in the text")
    equal(json.loads(mgm(lab, "-j config")[1])[0]["answer_timeout_ms"], 250, "JSON")
    equal(mgm(lab, "config set answer-timeout 0"),
          (REFUSED, "", "Error: integer out of range.\n  at: answer-timeout 0\n"),
          "refusal")


@case("when the module goes, it ends with an error")
def module_gone(lab):
    was_there = module.present("mgm")
    program, _ = watcher(lab, f"{RUN} dev r1")
    module.unload("mgm")
    try:
        status, complaints = program.ended()
        equal(status, ERROR, "exit status")
        check(complaints.startswith("mgm: ") and "module" in complaints,
              f"complaints: {complaints!r}")
        equal(mgm(lab, f"{RUN} dev r1"), (ERROR, "", "mgm: the mgm module is not loaded "
                                          "in the kernel (modprobe mgm)\n"), "without it")
    finally:
        if was_there:
            module.load("mgm")
        lab.router.client.close()
        lab.router.client = Client(lab.router)


def setup():
    """The drawing."""
    one_cpu()
    return star(3)


if __name__ == "__main__":
    run(setup)
