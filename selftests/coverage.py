#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Every command and every attribute of the contracts is exercised, and what they do not
have is refused by name.

	h1 10.0.1.2 --- r1 [ router ] r2 --- 10.0.2.2 h2
	10.9.0.5           [        ] r3 --- 10.0.3.2 h3

The first cases use whatever there is; those behind them look at what went over the
wire meanwhile, so that nothing counts as exercised that was not. Where a case says
nothing else, A has the next hop h1 on r1, and B the next hop h2 on r2, and r3."""

import errno
import itertools
import os
import socket

from lib import abi, bench, igmp
from lib.genl import Client
from lib.igmp import ALLOW, INCLUDE, IgmpRouter, Station
from lib.netlink import attribute
from lib.record import Recorder, is_ipv6
from lib.tap import case, check, equal, run, wait
from lib.topology import Upcalled, star
from lib.traffic import RawFlow, Wire, one_cpu
from spec import FAMILIES, SPECS, Spec

N1, N2, FAR = "10.0.1.2", "10.0.2.2", "10.9.0.5"
JOIN = abi.MGM_MEMBERSHIP_F_JOIN
ALL = sum(value for name, value in vars(abi).items()
          if name.startswith("MGM_CALLBACK_F_"))

_groups = (f"239.50.{number >> 8}.{number & 255}" for number in itertools.count(1))


class Contract(Spec):
    """A contract, with what the recorder asks of it."""

    def __init__(self, path):
        super().__init__(path)
        self.by_number = {op["number"]: op for op in self.ops.values()}

    def set_name(self, op):
        """The name of the attributes that an operation has."""
        return (op if "attribute-set" in op else self.ops[op["notify"]])["attribute-set"]

    def set_of(self, op):
        """Those attributes."""
        return self.sets[self.set_name(op)]

    def told(self, op):
        """The names of those that an answer or a message of its own has: one list,
        where the contract refers to the same twice."""
        op = self.ops[op["notify"]] if "notify" in op else op
        if "event" in op:
            return op["event"]["attributes"]
        for mode in "do", "dump":
            if "reply" in op.get(mode, {}):
                return op[mode]["reply"]["attributes"]
        return ()

    def requests(self):
        """All (operation, mode) that can be asked for."""
        return [(op, mode) for op in self.commands().values()
                for mode in ("do", "dump") if mode in op]


def setup():
    """The hosts, and who listens to everything."""
    lab = star(3)
    router = lab.router
    router.rtnl.route("10.9.0.0", 24, N1)
    # Not the lowest address on its link: another querier can be elected.
    router.rtnl.address("r3", "10.0.3.1", remove=True)
    router.rtnl.address("r3", "10.0.3.9")
    IgmpRouter(router).close()
    lab.specs = {name: Contract(os.path.join(SPECS, name + ".yaml"))
                 for name in FAMILIES}
    lab.recorder = Recorder(*((Client(router, name), spec)
                              for name, spec in lab.specs.items()))
    lab.recorder.install()
    lab.monitor = Client(router)
    lab.monitor.subscribe()
    return lab


def two(lab):
    """A and B."""
    a = lab.closing(Upcalled(lab.router, 100, ALL)).take("r1", nexthop=N1)
    b = lab.closing(Upcalled(lab.router, 200, ALL)).take("r2", nexthop=N2).take("r3")
    return a, b


def flow(lab, group, host=None):
    """A flow of the far source's, from h1 by default."""
    return RawFlow(lab.closing(Wire(host or lab.h1)), FAR, group)


def alert(protocol, name):
    """Wait for an alert; return its attributes."""
    found = []

    def there():
        found.extend(attributes for told, attributes in protocol.alerts(1)
                     if told == name)
        return found
    wait(there, f"no {name} comes")
    return found[0]


# --- everything is used once ------------------------------------------------

@case("protocols register, are asked for and deregister")
def protocols(lab):
    client = lab.router.client
    handle = client.call("protocol_register", id=300, component=7, name="kept",
                         flags=abi.MGM_PROTOCOL_F_PERSIST, callbacks=0)["handle"]
    equal(client.call("protocol_get", handle=handle)["name"], "kept", "name")
    client.call("protocol_deregister", handle=handle)
    a, _ = two(lab)
    equal(client.call("protocol_get", handle=a.handle)["callbacks"], ALL, "callbacks")
    equal([found["id"] for found in client.dump("protocol_get", handle=a.handle)],
          [100], "protocols with A's handle")
    bench.Bench(lab).protocol("kernel", number=400)
    check(any("module" in protocol for protocol in client.dump("protocol_get")),
          "a protocol in the kernel has no module")


@case("interfaces are taken, set, asked for and released")
def interfaces(lab):
    a, _ = two(lab)
    r1 = {"ifindex": lab.router.ifindex("r1"), "nexthop": "10.0.1.7"}
    a.client.call("interface_take", handle=a.handle, ttl_threshold=3, **r1)
    a.client.call("interface_set", handle=a.handle, ttl_threshold=4, wrong_if=0, **r1)
    equal(lab.router.client.call("interface_get", **r1)["ttl_threshold"], 4, "TTL")
    for values, count in ({}, 4), ({"ifindex": r1["ifindex"]}, 2), (r1, 1):
        equal(len(lab.router.client.dump("interface_get", **values)), count,
              f"interfaces with {values}")
    a.client.call("interface_release", handle=a.handle, **r1)


@case("memberships are added, asked for and deleted")
def memberships(lab):
    _, b = two(lab)
    group = next(_groups)
    values = {"handle": b.handle, "ifindex": lab.router.ifindex("r2"), "nexthop": N2,
              "group": group, "group_len": 32, "source": FAR, "source_len": 32,
              "flags": JOIN}
    b.client.call("membership_add", **values)
    equal([found["source"] for found in lab.router.client.dump(
        "membership_get", group=group, type=abi.MGM_MEMBERSHIP_TYPE_ANY_SOURCE)],
          [FAR], "memberships")
    b.client.call("membership_del", **values)
    equal(lab.router.client.dump("membership_get"), [], "memberships, afterwards")


@case("an entry is made, with answers of those who have a say in it, and changed")
def entry(lab):
    a, b = two(lab)
    group = next(_groups)
    r1, r2 = (lab.router.ifindex(device) for device in ("r1", "r2"))
    b.join("r2", group, nexthop=N2)
    flow(lab, group).send()
    rpf = alert(a, "alert_rpf")
    equal((rpf["ifindex"], rpf["nexthop"], rpf["upstream"]), (r1, N1, N1), "way in")
    a.answer(rpf, ifindex=r1, nexthop=N1, upstream=N1)
    creation = alert(b, "alert_creation")
    equal(creation["oif"], [{"ifindex": r2, "nexthop": N2, "igmp": 0}], "ways out")
    b.client.call("alert_answer", handle=b.handle, id=creation["id"],
                  oif=[{"ifindex": r2, "nexthop": N2}])
    a.answer(alert(a, "alert_prune"), timeout=77)
    a.client.call("mfe_set", handle=a.handle, group=group, source=FAR, upstream=N1,
                  iif=r1, iif_nexthop=N1)
    b.join("r3", group)
    found, = lab.router.client.dump("mfe_get", group=group, source=FAR)
    equal(([veto["nexthop"] for veto in found["veto"]], found["iif_nexthop"]),
          ([N2], N1), "kept out, and incoming")
    flow(lab, group, lab.h2).send()
    equal(alert(b, "alert_wrong_if")["nexthop"], N2, "next hop of the wrong interface")
    check(lab.router.mfe(group, FAR)["oif"], "no way out")


@case("settings and bounds are asked for and set")
def settings(lab):
    client = lab.router.client
    client.call("config_set", **client.call("config_get"))
    for limit in client.dump("limit_get"):
        client.call("limit_set", id=limit["id"], value=limit["value"])


def local(lab, group):
    """IGMP has a member of (FAR, group) on B's next hop, and has it no longer: the
    names of the alerts to come."""
    r2 = lab.router.ifindex("r2")
    lab.igmp.do("add", r2, N2, group, FAR, JOIN)
    yield "alert_local_join"
    lab.igmp.do("del", r2, N2, group, FAR, JOIN)
    yield "alert_local_leave"


def lose(lab, protocol, other, device, nexthop=None):
    """Have the protocol's socket, with room for a few alerts, lose some, and be empty
    again. From now on the protocol can make no requests, as answers may be lost."""
    group = next(_groups)
    protocol.client.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
    protocol.alerts()

    def info():
        return lab.router.client.call("protocol_get", handle=protocol.handle)
    before = info()["alerts_lost"]

    def lost():
        other.join(device, group, nexthop=nexthop)
        other.leave(device, group, nexthop=nexthop)
        return info()["alerts_lost"] > before
    wait(lost, "no alert is lost")
    wait(lambda: not info()["alerts"], "alerts wait")
    protocol.alerts()


def copies(lab):
    """The alerts that the monitors have been told of meanwhile."""
    return [(name, attributes) for name, attributes in lab.monitor.events()
            if name.startswith("alert_")]


@case("alerts of all kinds come, and say how many were lost before them; who only "
      "watches sees no packet, and nothing to answer")
def alerts(lab):
    a, b = two(lab)
    copies(lab)
    lab.igmp = bench.Bench(lab).igmp().do("take", lab.router.ifindex("r2"), N2)
    bench.config(lab, answer_timeout=100)
    group = next(_groups)

    def told(protocol, name, act):
        """The alert that the act brings has word of those lost."""
        lose(lab, protocol, *((b, "r3") if protocol is a else (a, "r1", N1)))
        act()
        found = alert(protocol, name)
        check(found.get("lost"), f"{name} has no word of what was lost")
        return found

    told(a, "alert_join", lambda: b.join("r3", group, FAR))
    told(a, "alert_prune", lambda: b.leave("r3", group, FAR))
    steps = local(lab, group)
    for name in ("alert_local_join", "alert_local_leave"):
        found = told(b, name, lambda: next(steps))
        equal((found["source"], found["nexthop"]), (FAR, N2), name)
    b.join("r3", group)
    told(a, "alert_rpf", flow(lab, group).send)
    lab.router.wait_oifs(group, FAR, "r3")
    told(b, "alert_wrong_if", flow(lab, group, lab.h2).send)
    other = next(_groups)
    b.join("r3", other)
    told(b, "alert_creation", flow(lab, other).send)
    bench.limit(lab, "alerts", 0)
    told(a, "alert_overrun", lambda: b.join("r3", next(_groups)))

    seen = copies(lab)
    equal({name for name, _ in seen}, {"alert_" + name for name in bench.ALERTS},
          "alerts that are watched")
    equal([name for name, attributes in seen
           if attributes.keys() & {"id", "lost", "timeout", "packet"}], [],
          "copies with what is the protocol's alone")


@case("IGMP is enabled, set, asked for, made to join, and disabled")
def igmp_family(lab):
    router = lab.closing(IgmpRouter(lab.router))
    everything = dict(igmp.QUICK, version=3, robustness=2, last_member_query_count=2,
                      startup_query_interval=250, startup_query_count=2,
                      immediate_leave=0, router_alert=1, groups_max=100, sources_max=64,
                      rate_max=4000)
    for device in "r2", "r3":
        router.enable(device, **everything)
        router.set(device, **everything)
    old, new = next(_groups), next(_groups)
    station = lab.closing(Station(lab.h2))
    station.say(igmp.v1_report(old))
    station.say(igmp.v2_report(old))
    station.say(igmp.v3_report(igmp.record(ALLOW, new, [FAR])))
    router.wait_state("r2", new, INCLUDE, [FAR])
    check({"v1_host_expires", "v2_host_expires", "expires"} <=
          set(router.group("r2", old)), "the group does not know of old hosts")
    for source in None, FAR:
        router.join("r3", new, source)
        router.leave("r3", new, source)
    lab.closing(Station(lab.h3, address="10.0.3.2")).say(igmp.v3_query())
    router.wait_querier("r3", "10.0.3.2")
    check("querier_expires" in router.interface("r3"), "the other querier stays for ever")
    equal(len(router.client.dump("interface_get", ifindex=lab.router.ifindex("r3"))),
          1, "interfaces that are r3")
    # Around a change of owner, IGMP is told.
    two(lab)[1].release("r3")
    router.disable("r3")


# --- what is not in the contracts --------------------------------------------

def sample(entry, value=b""):
    """An attribute with some value of its type."""
    sizes = {"u32": 4, "u64": 8, "string": 2, "binary": 16}
    nested = 1 << 15 if entry["type"] == "nest" else 0
    return attribute(entry["number"] | nested,
                     value or bytes(sizes.get(entry["type"], 0)))


@case("IPv6 is refused by name, wherever a command has an attribute for it")
def ipv6(lab):
    recorder = lab.recorder
    for spec in lab.specs.values():
        for op, mode in spec.requests():
            for name in spec.request(op, mode):
                if not is_ipv6(spec.set_of(op), name) or op["name"] == "alert-answer":
                    continue
                refusal, blamed = recorder.again(spec, op, mode,
                                                 sample(spec.set_of(op)[name]))
                what = f"{op['name']}, {mode}, with {name}: {refusal}"
                equal(refusal.errno, errno.EOPNOTSUPP, what)
                check("IPv4 only" in refusal.sentence, what)
                # The kernel has no room for an offset where a dump ends.
                check(blamed or mode == "dump", what)
                recorder.count_refused(spec, op, mode, name)


@case("so it is in answers, while they are waited for")
def ipv6_answers(lab):
    a, b = two(lab)
    bench.config(lab, answer_timeout=30000)
    spec, group = lab.specs["mgm"], next(_groups)
    op, attributes = spec.ops["alert-answer"], spec.sets["alert"]
    b.join("r3", group)
    flow(lab, group).send()

    def refused(protocol, question, added, *counted):
        known = attribute(attributes["handle"]["number"],
                          protocol.handle.to_bytes(4, "little")) + \
            attribute(attributes["id"]["number"], question["id"].to_bytes(4, "little"))
        refusal = lab.recorder.ask(protocol.client, spec, op, known + added)
        equal(refusal.errno, errno.EOPNOTSUPP, f"{counted}: {refusal}")
        check("IPv4 only" in refusal.sentence, f"{counted}: {refusal}")
        check(refusal.offset, f"{counted}: {refusal}")

    rpf = alert(a, "alert_rpf")
    for name in "nexthop6", "upstream6":
        refused(a, rpf, attribute(attributes["ifindex"]["number"],
                                  rpf["ifindex"].to_bytes(4, "little")) +
                sample(attributes[name]), name)
        lab.recorder.count_refused(spec, op, "do", name)
    a.answer(rpf)
    creation = alert(b, "alert_creation")
    oif = spec.sets["oif"]
    refused(b, creation, sample(attributes["oif"], attribute(
        oif["ifindex"]["number"], lab.router.ifindex("r3").to_bytes(4, "little")) +
        sample(oif["nexthop6"])), "oif, nexthop6")
    lab.recorder.count_nested(spec, "oif", "nexthop6")
    b.answer(creation)


@case("an attribute that a command does not have is refused by name, in every command")
def foreign(lab):
    for spec in lab.specs.values():
        for op, mode in spec.requests():
            for name, entry in spec.set_of(op).items():
                if name in spec.request(op, mode):
                    continue
                refusal, blamed = lab.recorder.again(spec, op, mode, sample(entry))
                what = f"{op['name']}, {mode}, with {name}: {refusal}"
                equal(refusal.errno, errno.EINVAL, what)
                check(refusal.sentence and blamed, what)


@case("nothing is told that the contract does not have")
def unlisted(lab):
    lab.monitor.events()
    equal(sorted(lab.recorder.unlisted), [], "told, and not in the contract")


@case("every command and every attribute of the contracts has been exercised")
def complete(lab):
    nothing = Recorder(*((lab.monitor, spec) for spec in lab.specs.values()))
    check(len(nothing.missing()) > 100, "a recorder that has seen nothing misses little")
    equal(lab.recorder.missing(), [], "in the contract, and not exercised")
    equal(lab.recorder.unclaimed(), [], "attributes that no command has")


if __name__ == "__main__":
    one_cpu()
    run(setup)
