#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""A client that is none of ours: Debian's python3-pyroute2, which knows nothing of the
family but its contract; and genl(8), which does not even know that.

	h1 10.0.1.2 --- r1 [ router ] r2 --- 10.0.2.2 h2"""

import importlib.util
import os
import select
import sys
import types

from lib import abi
from lib.netlink import NLM_F_ACK, NLM_F_DUMP, NLM_F_REQUEST
from lib.tap import Skip, case, check, equal, run, wait
from lib.topology import Protocol, star
from lib.traffic import Sender, one_cpu
from spec import CTRL_CMD_GETPOLICY, GENL_ID_CTRL, POLICY_MASK, POLICY_MAX_LEN, SPECS, \
    Spec

S, G = "10.0.1.2", "239.51.1.1"
JOIN = abi.MGM_MEMBERSHIP_F_JOIN
TYPES = {"u32": "uint32", "u64": "uint64", "string": "asciiz", "binary": "cdata",
         "pad": "hex"}
HINTS = {"ipv4": "ip4addr", "ipv6": "ip6addr"}


def pyroute2():
    """What is needed of the package, with its exceptions. Its __init__ would import
    all of it, which takes half a minute under emulation."""
    found = importlib.util.find_spec("pyroute2")
    if not found:
        raise Skip("needs python3-pyroute2")
    package = types.ModuleType("pyroute2")
    package.__path__ = found.submodule_search_locations
    sys.modules["pyroute2"] = package
    from pyroute2 import netlink
    from pyroute2.netlink import exceptions, generic
    return netlink, generic, exceptions


def message(spec, name, base, nla):
    """The class of messages with these attributes, as pyroute2 wants it."""
    entries = spec.sets[name]
    nests = {entry["nested-attributes"] for entry in entries.values()
             if entry["type"] == "nest"}
    nla_map = tuple((entry["number"], attribute,
                     entry.get("nested-attributes") or
                     HINTS.get(entry.get("display-hint")) or TYPES[entry["type"]])
                    for attribute, entry in entries.items())
    return type(name, (base,), {
        "__slots__": (), "nla_map": nla_map,
        **{nest: message(spec, nest, nla, nla) for nest in nests}})


def numbered(base, inner):
    """The class of what has nests, numbered at will."""
    return type("numbered", (base,), {
        "__slots__": (), "inner": inner,
        "nla_map": tuple((i, str(i), "inner") for i in range(256))})


def policies(genlmsg, nla):
    """The class of the controller's messages about policies, which pyroute2 has not."""
    rules = type("rules", (nla,), {"__slots__": (), "nla_map": tuple(
        (i, str(i), "uint64" if i in (4, 5, 12) else "uint32") for i in range(1, 13))})
    modes = type("modes", (nla,), {"__slots__": (), "nla_map": (
        (1, "do", "uint32"), (2, "dump", "uint32"))})
    return type("policies", (genlmsg,), {
        "__slots__": (), "policy": numbered(nla, numbered(nla, rules)),
        "op_policy": numbered(nla, modes),
        "nla_map": ((1, "family", "uint16"), (2, "name", "asciiz"),
                    (8, "policy", "policy"), (9, "op-policy", "op_policy"))})


def plain(answer):
    """The attributes of a message, or of a nest in it, as a dictionary; of those that
    repeat, a list."""
    found = {}
    for name, value in answer["attrs"]:
        value = plain(value) if isinstance(value, dict) and "attrs" in value else value
        if name in found:
            value = (found[name] if isinstance(found[name], list)
                     else [found[name]]) + [value]
        found[name] = value
    return found


class Third:
    """A socket of pyroute2's in the router."""

    def __init__(self, lab, name="protocol"):
        self.lab = lab
        with lab.router:
            self.socket = lab.generic.GenericNetlinkSocket(ext_ack=True)
            # Where a port is taken, this makes another socket.
            self.socket.bind("mgm", lab.classes[name])

    def expect(self, name):
        """What comes has these attributes."""
        self.socket.marshal.msg_map[self.socket.prid] = self.lab.classes[name]

    def ask(self, op, dump=False, **values):
        """Ask for something; return the answers, as dictionaries."""
        op = self.lab.spec.ops[op]
        self.expect(op["attribute-set"])
        request = self.lab.classes[op["attribute-set"]]()
        request["cmd"], request["version"] = op["number"], 1
        request["attrs"] = [(name.replace("_", "-"), value)
                            for name, value in values.items()]
        return [plain(answer) for answer in self.socket.nlm_request(
            request, self.socket.prid,
            NLM_F_REQUEST | (NLM_F_DUMP if dump else NLM_F_ACK))
                if answer["header"]["type"] == self.socket.prid]

    def heard(self, name):
        """Wait for a message that was not asked for; return its attributes."""
        number = self.lab.spec.ops[name]["number"]

        def next_one():
            if select.select([self.socket], [], [], 1)[0]:
                return [found for found in self.socket.get() if found["cmd"] == number]
        return plain(wait(next_one, f"no {name} comes")[0])

    def close(self):
        """Close the socket."""
        self.socket.close()


def setup():
    """The drawing, and the classes."""
    netlink, generic, exceptions = pyroute2()
    lab = star(2)
    lab.generic, lab.error = generic, exceptions.NetlinkError
    lab.spec = Spec(os.path.join(SPECS, "mgm.yaml"))
    lab.classes = {name: message(lab.spec, name, netlink.genlmsg, netlink.nla)
                   for name in lab.spec.sets}
    lab.policies = policies(netlink.genlmsg, netlink.nla)
    return lab


@case("genl lists the family, and its multicast group")
def genl(lab):
    check("Name: mgm\n" in lab.router.program(["genl", "ctrl", "list"]), "not listed")
    shown = lab.router.program(["genl", "ctrl", "get", "name", "mgm"])
    check("Version: 0x1" in shown and "name: monitor" in shown, shown)
    for op in lab.spec.commands().values():
        check(f"ID-0x{op['number']:x} " in shown, f"no {op['name']} in {shown}")


@case("pyroute2 resolves the family and reads its policies")
def policy(lab):
    third = lab.closing(Third(lab))
    equal(list(third.socket.mcast_groups), ["monitor"], "multicast groups")
    third.socket.marshal.msg_map[GENL_ID_CTRL] = lab.policies
    request = lab.policies()
    request["cmd"], request["version"] = CTRL_CMD_GETPOLICY, 1
    request["attrs"] = [("name", "mgm")]
    indices, found = {}, {}
    for answer in third.socket.nlm_request(request, GENL_ID_CTRL,
                                           NLM_F_REQUEST | NLM_F_DUMP):
        for name, value in plain(answer).items():
            if name == "op-policy":
                indices.update(value)
            elif name == "policy":
                for index, attributes in value.items():
                    found.setdefault(index, {}).update(attributes)
    register = lab.spec.ops["protocol-register"]
    rules = found[str(indices[str(register["number"])]["do"])]
    attributes = lab.spec.sets["protocol"]
    equal({int(number) for number in rules},
          {attributes[name]["number"] for name in lab.spec.request(register, "do")},
          "attributes of protocol-register")
    equal((rules[str(attributes["name"]["number"])][str(POLICY_MAX_LEN)],
           rules[str(attributes["flags"]["number"])][str(POLICY_MASK)]), (31, 3),
          "longest name, and flags")


@case("pyroute2 registers, takes, joins, and reads every table")
def tables(lab):
    third = lab.closing(Third(lab))
    r1, r2 = lab.router.ifindex("r1"), lab.router.ifindex("r2")
    handle = third.ask("protocol-register", id=500, name="third")[0]["handle"]
    for ifindex in r1, r2:
        third.ask("interface-take", handle=handle, ifindex=ifindex)
    third.ask("membership-add", handle=handle, ifindex=r2, group4=G, flags=JOIN)
    lab.closing(Sender(lab.h1, G)).send()
    lab.router.wait_oifs(G, S, "r2")

    protocol, = third.ask("protocol-get", dump=True)
    equal((protocol["handle"], protocol["name"], protocol["portid"]),
          (handle, "third", third.socket.getsockname()[0]), "the protocol")
    equal(third.ask("protocol-get", handle=handle), [protocol], "the protocol by handle")
    equal([(found["ifindex"], found["owner-name"], found["drops"]["wrong-if"])
           for found in third.ask("interface-get", dump=True)],
          [(r1, "third", 0), (r2, "third", 0)], "interfaces")
    equal([(found["ifindex"], found["group4"], found["flags"])
           for found in third.ask("membership-get", dump=True)], [(r2, G, JOIN)],
          "memberships")
    entry, = third.ask("mfe-get", dump=True)
    equal((entry["group4"], entry["source4"], entry["iif"], entry["oif"]["ifindex"],
           entry["oif-count"]), (G, S, r1, r2, 1), "the entry")
    equal([found["id"] for found in third.ask("limit-get", dump=True)],
          list(range(abi.MGM_LIMIT_OIFS + 1)), "bounds")
    equal(third.ask("config-get")[0]["answer-timeout"], 1000, "a setting")


@case("pyroute2 is refused with the kernel's sentence")
def refusal(lab):
    third = lab.closing(Third(lab))
    try:
        third.ask("interface-take", handle=12345678, ifindex=1)
        check(False, "not refused")
    except lab.error as error:
        equal(error.code, 2, "errno")
        check("no protocol has this handle" in str(error), f"the reason is {error}")


@case("pyroute2 hears what is announced, and on its own socket what it is told")
def heard(lab):
    watcher, third = lab.closing(Third(lab, "membership")), lab.closing(Third(lab))
    watcher.socket.add_membership("monitor")
    handle = third.ask("protocol-register", id=500,
                       callbacks=abi.MGM_CALLBACK_F_JOIN)[0]["handle"]
    other = lab.closing(Protocol(lab.router, 100)).take("r2")
    third.expect("alert")
    other.join("r2", G)
    equal(third.heard("alert-join"), {"handle": handle, "group4": G, "member": 1},
          "the alert")
    added = watcher.heard("membership-add-ntf")
    equal((added["handle"], added["group4"]), (other.handle, G), "the notification")


if __name__ == "__main__":
    one_cpu()
    run(setup)
