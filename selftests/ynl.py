#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""The kernel's own client, YNL, which is driven by the contracts: its schema, its
command-line client, and its library. tools/vm/fetch-peers gets it.

	h1 10.0.1.2 --- r1 [ router ] r2 --- 10.0.2.2 h2"""

import contextlib
import gc
import importlib
import io
import ipaddress
import json
import os
import runpy
import sys
import tempfile

from lib import module
from lib.peer import find
from lib.tap import Skip, case, check, equal, run, wait
from lib.topology import Protocol, star
from lib.traffic import Sender, one_cpu

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
SPECS = os.path.join(TOP, "Documentation/netlink/specs")
S, G = "10.0.1.2", "239.52.1.1"
# The client takes addresses as numbers.
GROUP = int(ipaddress.ip_address(G))
# What is looked at by the schema once need not be again.
PLAIN = ["--no-schema", "--output-json"]


def spec(name):
    """The path of a contract."""
    return os.path.join(SPECS, name + ".yaml")


class Ynl:
    """YNL, where it lies. Its package has the name of ours, and is kept apart. What it
    needs is imported once, and its client runs in this process: under emulation a
    start takes six seconds, most of them to read the contract in Python."""

    def __init__(self, client):
        self.client = client
        try:
            importlib.import_module("jsonschema")
            yaml = importlib.import_module("yaml")
        except ImportError as missing:
            raise Skip(f"needs python3-{missing.name}")
        yaml.SafeLoader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        top = os.path.join(os.path.dirname(client), "../../..")
        self.schema = os.path.join(top, "Documentation/netlink/genetlink-c.yaml")
        ours = self._without_lib()
        sys.path.insert(0, os.path.dirname(client))
        self.lib = importlib.import_module("lib")
        sys.path.pop(0)
        self.modules = self._without_lib()
        sys.modules.update(ours)

    @staticmethod
    def _without_lib():
        return {name: sys.modules.pop(name) for name in list(sys.modules)
                if name.split(".")[0] == "lib"}

    def _run(self, netns, path, words):
        """Be the command-line client on a contract; return its exit status."""
        ours, sys.argv = self._without_lib(), [self.client, "--spec", path, *words]
        sys.modules.update(self.modules)
        try:
            with netns:
                runpy.run_path(self.client, run_name="__main__")
        except SystemExit as end:
            return end.code
        except Exception as error:
            print(error)
            return 1
        finally:
            self._without_lib()
            sys.modules.update(ours)
            # Its sockets end with it.
            gc.collect()
        return 0

    def run(self, netns, path, *words, good=0):
        """Run the client; return its output."""
        output = io.StringIO()
        with contextlib.redirect_stdout(output):
            status = self._run(netns, path, words)
        equal(status, good, f"exit status, with {output.getvalue()}")
        return output.getvalue()

    @contextlib.contextmanager
    def running(self, netns, path, *words):
        """The client runs beside what a "with" block does, and is waited for; what is
        handed out is a list that gets its output then."""
        output = []
        with tempfile.TemporaryFile("w+") as file:
            process = os.fork()
            if not process:
                sys.stdout = file
                status = self._run(netns, path, words)
                file.flush()
                os._exit(status)
            try:
                yield output
            finally:
                _, status = os.waitpid(process, 0)
            file.seek(0)
            output.append(file.read())
        equal(os.waitstatus_to_exitcode(status), 0, f"exit status, with {output}")

    def cli(self, lab, contract, verb, op, good=0, **values):
        """One run of the client in the router; return what it has to tell."""
        output = self.run(lab.router, spec(contract), *PLAIN, verb, op, "--json",
                          json.dumps(values), good=good)
        return output if good else json.loads(output)

    def multi(self, lab, contract, *requests):
        """One run of the client that sends several requests, (operation, values) each,
        in one message."""
        words = [word for op, values in requests
                 for word in ("--multi", op, json.dumps(values))]
        self.run(lab.router, spec(contract), *PLAIN, *words)

    def family(self, lab, name):
        """The library's socket in the router."""
        with lab.router:
            family = self.lib.YnlFamily(spec(name), "")
        lab.case.callback(family.sock.close)
        return family


def setup():
    """The drawing."""
    ynl = Ynl(find("ynl", "tools/net/ynl/cli.py"))
    lab = star(2)
    lab.ynl = ynl
    module.load("mgm_igmp")
    return lab


@case("the schema holds for both contracts, and not for one with a fault")
def schema(lab):
    def shown(path, good=0):
        return lab.ynl.run(lab.router, path, "--schema", lab.ynl.schema, "--list-ops",
                           good=good)
    for name, op in ("mgm", "alert-answer  [ do ]"), ("mgm_igmp", "group-get  [ dump ]"):
        check(op in shown(spec(name)), f"{name} has no {op}")
    with tempfile.NamedTemporaryFile("w", suffix=".yaml") as bad:
        with open(spec("mgm_igmp"), encoding="utf-8") as good:
            bad.write(good.read().replace("multi-attr", "multi-atr"))
        bad.flush()
        complaint = shown(bad.name, 1)
        check("'multi-atr' was unexpected" in complaint, complaint)


@case("the client registers, takes, joins, dumps, and gives everything up")
def client(lab):
    ynl, r2 = lab.ynl, lab.router.ifindex("r2")
    handle = ynl.cli(lab, "mgm", "--do", "protocol-register", id=600, name="ynl",
                     flags=["persist"])["handle"]
    interface = {"handle": handle, "ifindex": r2}
    ynl.multi(lab, "mgm", ("interface-take", interface),
              ("membership-add", dict(interface, group4=GROUP, flags="join")))
    shown, = ynl.cli(lab, "mgm", "--dump", "interface-get")
    equal((shown["ifindex"], shown["owner-name"], shown["drops"]["no-mfe"]),
          (r2, "ynl", 0), "the interface")
    shown, = ynl.cli(lab, "mgm", "--dump", "membership-get", group4=GROUP,
                     type="all-sources")
    equal((shown["handle"], shown["group4"], shown["flags"]), (handle, G, ["join"]),
          "the membership")
    ynl.multi(lab, "mgm", ("interface-release", interface),
              ("protocol-deregister", {"handle": handle}))
    equal(lab.router.client.dump("protocol_get"), [], "protocols, at the end")


@case("the client shows the kernel's sentence, and which attribute it is about")
def refusals(lab):
    for sentence, blamed, op, values in (
            ("no protocol has this handle", "'bad-attr': '.handle'", "interface-take",
             {"handle": 12345678, "ifindex": 1}),
            ("the protocol id is missing", "'miss-type': 'id'", "protocol-register",
             {})):
        shown = lab.ynl.cli(lab, "mgm", "--do", op, good=1, **values)
        check(sentence in shown and blamed in shown, shown)


@case("the client hears what is announced")
def subscribe(lab):
    def listens():
        return any(line.split()[3] != "00000000" for line in
                   lab.router.read("netlink").splitlines()[1:] if line.split()[1] == "16")
    check(not listens(), "somebody listens already")
    with lab.ynl.running(lab.router, spec("mgm"), *PLAIN, "--subscribe", "monitor",
                         "--sleep", "2") as output:
        wait(listens, "the client does not listen")
        with contextlib.closing(Protocol(lab.router, 700)) as protocol:
            protocol.take("r2").join("r2", G)
    heard = json.loads(output[0])
    equal([event["name"] for event in heard],
          ["protocol-register-ntf", "interface-take-ntf", "membership-add-ntf",
           "membership-del-ntf", "interface-release-ntf", "protocol-deregister-ntf"],
          "notifications")
    equal(heard[2]["msg"]["group4"], G, "the group")


def alert(family, name):
    """Wait for an alert; return its attributes."""
    def found():
        family.check_ntf()
        return [told["msg"] for told in family.async_msg_queue if told["name"] == name]
    return wait(found, f"no {name} comes")[0]


def register(lab, callback, device, number):
    """A protocol of the library's that owns a device: its socket, and its handle. It
    wants to be told of one thing, and makes no request while that can come: the
    library trips over a message that comes in front of an answer."""
    family = lab.ynl.family(lab, "mgm")
    handle = family.do("protocol-register",
                       {"id": number, "callbacks": [callback]})["handle"]
    family.do("interface-take",
              {"handle": handle, "ifindex": lab.router.ifindex(device)})
    return family, handle


@case("the library is told of a flow on its sockets, answers, and reads the entry")
def told(lab):
    r1, r2 = lab.router.ifindex("r1"), lab.router.ifindex("r2")
    a, a_handle = register(lab, "rpf", "r1", 601)
    b, b_handle = register(lab, "creation", "r2", 602)
    b.do("membership-add", {"handle": b_handle, "ifindex": r2, "group4": GROUP,
                            "flags": ["join", "forward"]})
    lab.closing(Sender(lab.h1, G)).send()
    rpf = alert(a, "alert-rpf")
    equal((rpf["handle"], rpf["group4"], rpf["source4"], rpf["ifindex"]),
          (a_handle, G, S, r1), "the RPF alert")
    equal(rpf["packet"][16:20], ipaddress.ip_address(G).packed, "destination, in it")
    a.do("alert-answer", {"handle": a_handle, "id": rpf["id"], "ifindex": r1})
    creation = alert(b, "alert-creation")
    equal(creation["oif"], [{"ifindex": r2, "igmp": 0}], "ways out")
    b.do("alert-answer", {"handle": b_handle, "id": creation["id"],
                          "oif": [{"ifindex": r2}]})
    key = {"group4": GROUP, "source4": int(ipaddress.ip_address(S))}
    # Until its first packet is through.
    wait(lambda: "held" not in b.do("mfe-get", key)["flags"], "the packet is held")
    entry = b.do("mfe-get", key)
    equal((entry["flags"], entry["veto"]), ({"negative"}, [{"ifindex": r2}]), "the entry")
    equal(b.dump("mfe-get", {})[0]["group4"], G, "the same in the dump")


@case("the client drives IGMP, too")
def igmp(lab):
    ynl, r2 = lab.ynl, lab.router.ifindex("r2")
    ynl.multi(lab, "mgm_igmp", ("interface-enable", {"ifindex": r2, "version": 2}),
              ("join", {"ifindex": r2, "group4": GROUP}))
    interface, = ynl.cli(lab, "mgm_igmp", "--dump", "interface-get")
    equal((interface["flags"], interface["version"], interface["groups"]),
          (["querier"], 2, 1), "the interface")
    group, = ynl.cli(lab, "mgm_igmp", "--dump", "group-get", ifindex=r2)
    equal((group["group4"], group["flags"], group["mode"]), (G, ["static"], "include"),
          "the group")
    ynl.cli(lab, "mgm_igmp", "--do", "interface-disable", ifindex=r2)


@case("every dump of both contracts is one that the library can read")
def dumps(lab):
    for name in "mgm", "mgm_igmp":
        family = lab.ynl.family(lab, name)
        for op in family.ops.values():
            if "dump" in op.modes:
                check(isinstance(family.dump(op.name, {}), list), op.name)


if __name__ == "__main__":
    one_cpu()
    run(setup)
