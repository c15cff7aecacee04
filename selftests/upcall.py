#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""What protocols in user space are told, on their sockets, and what they answer.

	h1 10.0.1.2 --- r1 [ router ] r2 --- 10.0.2.2 h2
	                   [        ] r3 --- 10.0.3.2 h3

The source is at h1. Where a case says nothing else, A owns r1, and B owns r2 and
r3."""

import errno
import select
import socket
import time

from lib import abi, bench
from lib.igmp import EXCLUDE, QUICK, IgmpRouter
from lib.genl import Client
from lib.tap import case, check, equal, run, wait
from lib.topology import Upcalled, star
from lib.traffic import Receiver, Sender, one_cpu

S, G, H = "10.0.1.2", "239.41.1.1", "239.41.1.2"
JOIN = abi.MGM_MEMBERSHIP_F_JOIN
ALL = sum(value for name, value in vars(abi).items()
          if name.startswith("MGM_CALLBACK_F_"))


def refused(code, words, call, *arguments, **values):
    """Fail unless the call is refused for that reason."""
    error = bench.refused(code, call, *arguments, **values)
    check(words in error.sentence, f"the reason is {error.sentence!r}")


def two(lab, callbacks=ALL):
    """A and B."""
    a = lab.closing(Upcalled(lab.router, 100, callbacks)).take("r1")
    b = lab.closing(Upcalled(lab.router, 200, callbacks)).take("r2", "r3")
    return a, b


def only(alerts, name):
    """The one alert there is, which has this name."""
    equal([found for found, _ in alerts], [name], "alerts")
    return alerts[0][1]


@case("who has no receivers is told of the first of another, and of the last")
def join_and_prune(lab):
    a, b = two(lab)
    b.join("r2", G)
    alert = only(a.alerts(1), "alert_join")
    equal(alert, {"handle": a.handle, "group": G, "member": 1}, "the join alert")
    b.join("r3", G)
    b.leave("r3", G)
    b.leave("r2", G)
    alert = only(a.alerts(1), "alert_prune")
    equal(alert, {"handle": a.handle, "group": G, "member": 1,
                  "ifindex": lab.router.ifindex("r2")}, "the prune alert")
    equal(b.alerts(), [], "alerts to who has the receivers")


@case("the owner of the way in is asked, then those of the ways out; packets wait")
def asked(lab):
    a, b = two(lab)
    b.join("r2", G).join("r3", G)
    a.alerts(1)
    sender = lab.closing(Sender(lab.h1, G))
    receivers = [lab.closing(Receiver(host, G)) for host in (lab.h2, lab.h3)]
    sender.send(3)
    rpf = only(a.alerts(1), "alert_rpf")
    equal((rpf["group"], rpf["source"], rpf["ifindex"], "upstream" in rpf),
          (G, S, lab.router.ifindex("r1"), False), "the RPF alert")
    equal(rpf["packet"][16:20], bytes(int(n) for n in G.split(".")),
          "destination in the packet")
    equal(b.alerts(), [], "alerts before there is an entry")
    a.answer(rpf)
    creation = only(b.alerts(1), "alert_creation")
    equal([oif["ifindex"] for oif in creation["oif"]],
          [lab.router.ifindex("r2"), lab.router.ifindex("r3")], "ways out")
    b.answer(creation, off=["r3"])
    equal(receivers[0].arrived(sender, 3), [0, 1, 2], "packets at h2")
    equal(receivers[1].arrived(sender, 0), [], "packets at h3, switched off")
    equal(lab.router.oifs(G, S), ["r2"], "ways out")


@case("who does not answer has no opinion, and an answer that is late is refused")
def silent(lab):
    a, b = two(lab)
    lab.router.client.call("config_set", answer_timeout=200)
    lab.case.callback(lab.router.client.call, "config_set", answer_timeout=1000)
    b.join("r2", G)
    a.alerts(1)
    sender, receiver = lab.closing(Sender(lab.h1, G)), lab.closing(Receiver(lab.h2, G))
    began = time.monotonic()
    sender.send(1)
    equal(receiver.arrived(sender, 1), [0], "packets")
    check(time.monotonic() - began >= 0.4, "both were waited for")
    for protocol, name in (a, "alert_rpf"), (b, "alert_creation"):
        alert = only(protocol.alerts(), name)
        refused(errno.ENOENT, "no alert with this id", protocol.answer, alert)
    equal(lab.router.oifs(G, S), ["r2"], "ways out")


@case("an answer counts from the protocol's own socket only, and only once")
def foreign(lab):
    a, b = two(lab)
    a.join("r1", H)
    sender = lab.closing(Sender(lab.h1, G))
    sender.send(1)
    rpf = only([alert for alert in a.alerts(1) if alert[0] == "alert_rpf"],
               "alert_rpf")
    refused(errno.EPERM, "bound to another socket", b.client.call, "alert_answer",
            handle=a.handle, id=rpf["id"])
    refused(errno.ENOENT, "no alert with this id", b.client.call, "alert_answer",
            handle=b.handle, id=rpf["id"])
    a.answer(rpf)
    refused(errno.ENOENT, "no alert with this id", a.answer, rpf)


@case("an answer that makes no sense is refused, and the question stays")
def nonsense(lab):
    a, b = two(lab)
    b.join("r2", G)
    a.alerts(1)
    lab.closing(Sender(lab.h1, G)).send(1)
    rpf = only(a.alerts(1), "alert_rpf")
    refused(errno.EPERM, "does not own", a.answer, rpf,
            ifindex=lab.router.ifindex("r2"))
    refused(errno.EINVAL, "not a unicast address", a.answer, rpf, upstream=G)
    refused(errno.EINVAL, "no such attribute", a.answer, rpf, timeout=5)
    refused(errno.EINVAL, "no such attribute", a.answer, rpf, off=["r2"])
    for hop in {"nexthop": "10.0.1.2"}, {"nexthop6": "2001:db8::1"}:
        refused(errno.EINVAL, "index is missing", a.answer, rpf, **hop)
    a.answer(rpf, upstream="10.0.1.2")
    equal(lab.router.wait_mfe(G, S)["upstream"], "10.0.1.2", "upstream")
    creation = only(b.alerts(1), "alert_creation")
    refused(errno.EINVAL, "none that the alert is about", b.answer, creation,
            off=["r2", "r1"])
    for name, value in (("ifindex", 1), ("nexthop", "10.0.2.2"), ("timeout", 5),
                        ("nexthop6", "2001:db8::1"), ("upstream", "10.0.2.2"),
                        ("upstream6", "2001:db8::1")):
        refused(errno.EINVAL, "no such attribute", b.answer, creation, **{name: value})
    refused(errno.EINVAL, "index is missing", b.client.call, "alert_answer",
            handle=b.handle, id=creation["id"], oif=[{"nexthop": "10.0.2.2"}])
    b.answer(creation)
    lab.router.wait_oifs(G, S, "r2")


@case("an answer cannot name as the way in an interface that IGMP alone has")
def igmp_alone(lab):
    a = lab.closing(Upcalled(lab.router, 100, ALL)).take("r1")
    lab.closing(IgmpRouter(lab.router)).enable("r3", **QUICK)
    lab.closing(Sender(lab.h1, G)).send(1)
    rpf = only(a.alerts(1), "alert_rpf")
    refused(errno.EPERM, "does not own", a.answer, rpf,
            ifindex=lab.router.ifindex("r3"))
    a.answer(rpf)
    lab.router.wait_oifs(G, S)


@case("how long an entry that nobody wants stays is the word of its way in's owner")
def prune_timeout(lab):
    a, _ = two(lab)
    lab.closing(Sender(lab.h1, G)).send(1)
    a.answer(only(a.alerts(1), "alert_rpf"))
    prune = only(a.alerts(1), "alert_prune")
    equal((prune["timeout"], prune["member"]), (900, 0), "the prune alert")
    a.answer(prune, timeout=77)
    lab.router.wait_mfe(G, S, lambda mfe: mfe["timeout"] == 77000,
                        "has another timeout")


@case("an owner that hears of IGMP's members decides what is forwarded to them")
def local_members(lab):
    a, b = two(lab)
    igmp = lab.closing(IgmpRouter(lab.router)).enable("r2", **QUICK)
    receiver = lab.closing(Receiver(lab.h2, G))
    igmp.wait_state("r2", G, EXCLUDE)
    alert = only(b.alerts(1), "alert_local_join")
    equal((alert["group"], alert["ifindex"]), (G, lab.router.ifindex("r2")),
          "the local join")
    receiver.leave(G)
    only(b.alerts(5), "alert_local_leave")
    equal([name for name, _ in a.alerts() if name != "alert_join"
           and name != "alert_prune"], [], "alerts to who does not own it")


@case("a protocol that ends owes no answer: the flow goes on without it")
def ends(lab):
    a, b = two(lab)
    b.join("r2", G)
    a.alerts(1)
    sender, receiver = lab.closing(Sender(lab.h1, G)), lab.closing(Receiver(lab.h2, G))
    lab.router.client.call("config_set", answer_timeout=30000)
    lab.case.callback(lab.router.client.call, "config_set", answer_timeout=1000)
    third = lab.closing(Upcalled(lab.router, 300, ALL))
    sender.send(1)
    a.answer(only(a.alerts(1), "alert_rpf"))
    only(b.alerts(1), "alert_creation")
    third.close()
    b.close()
    wait(lambda: not lab.router.mfe(G, S) or lab.router.oifs(G, S) == [],
         "the entry waits for who is gone")
    equal(receiver.arrived(sender, 0), [], "packets to an interface without owner")


def many(lab, protocol, count):
    """A protocol joins so many groups on r2, with few sends."""
    ifindex = lab.router.ifindex("r2")
    groups = [f"239.42.{number >> 8}.{number & 255}" for number in range(count)]
    for start in range(0, count, 50):
        refusals = protocol.client.calls("membership_add", [
            {"handle": protocol.handle, "flags": JOIN, "ifindex": ifindex,
             "group": group} for group in groups[start:start + 50]])
        equal([refusal for refusal in refusals if refusal], [], "refusals")
    return groups


def told_overrun(client):
    """Read all that is there; return how often recv() said that something is lost."""
    overruns = 0
    while select.select([client.socket], [], [], 0)[0]:
        try:
            client.socket.recv(1 << 16)
        except OSError as error:
            equal(error.errno, errno.ENOBUFS, "errno of recv()")
            overruns += 1
    return overruns


@case("a slow reader loses alerts, hears how many, and the tables tell the rest")
def slow(lab):
    a, b = two(lab)
    a.client.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 16384)
    groups = many(lab, b, 400)
    wait(lambda: b.client.call("protocol_get", handle=a.handle)["alerts"] == 0,
         "the alerts have not been told")
    lost = b.client.call("protocol_get", handle=a.handle)["alerts_lost"]
    check(0 < lost < len(groups), f"{lost} alerts of {len(groups)} had no room")
    check(told_overrun(a.client), "recv() does not say that something is lost")
    b.leave("r2", groups[0])
    late = only(a.alerts(1), "alert_prune")
    equal(late["lost"], lost, "alerts lost, told with the next one")
    b.leave("r2", groups[1])
    check("lost" not in only(a.alerts(1), "alert_prune"), "a loss is told twice")
    equal(sorted(m["group"] for m in a.client.dump("membership_get")),
          sorted(groups[2:]), "groups in the table")


@case("what waits for a protocol is bounded, and it hears where something is missing")
def overrun(lab):
    client = lab.router.client
    before = client.limit("alerts")
    client.call("limit_set", id=before["id"], value=4)
    lab.case.callback(client.call, "limit_set", id=before["id"], value=before["value"])
    a, b = two(lab)
    many(lab, b, 100)
    wait(lambda: client.call("protocol_get", handle=a.handle)["alerts"] == 0,
         "the alerts have not been told")
    lost = client.call("protocol_get", handle=a.handle)["alerts_lost"]
    told = a.alerts(1)
    equal(len([1 for name, _ in told if name == "alert_join"]) + lost, 100,
          "alerts told and lost")
    equal(sum(alert.get("lost", 0) for _, alert in told), lost, "losses told")
    if lost:
        check("alert_overrun" in [name for name, _ in told], "no word of the overrun")


@case("several requests in one send are done in order, each with its own answer")
def several(lab):
    a, _ = two(lab)
    r1, r2 = lab.router.ifindex("r1"), lab.router.ifindex("r2")
    joins = [{"handle": a.handle, "flags": JOIN, "ifindex": ifindex, "group": group}
             for ifindex, group in ((r1, G), (r2, G), (r1, "10.0.0.1"), (r1, H))]
    refusals = a.client.calls("membership_add", joins)
    equal([refusal and refusal.errno for refusal in refusals],
          [None, errno.EPERM, errno.EINVAL, None], "answers")
    check(all(refusal.sentence for refusal in refusals[1:3]), "sentences of refusals")
    equal([m["group"] for m in a.client.dump("membership_get")], [G, H], "memberships")


@case("the owner of where a packet came in may claim a source that no route leads to")
def no_route(lab):
    a, b = two(lab)
    b.join("r2", G)
    a.alerts(1)
    source = "198.51.100.5"
    lab.h1.rtnl.address("lo", source, 32)
    lab.case.callback(lab.h1.rtnl.address, "lo", source, 32, remove=True)
    sender = lab.closing(Sender(lab.h1, G, source=source))
    receiver = lab.closing(Receiver(lab.h2, G))
    sender.send(1)
    rpf = only(a.alerts(1), "alert_rpf")
    check("ifindex" not in rpf and "upstream" not in rpf, f"a way in: {rpf}")
    refused(errno.EPERM, "does not own", a.answer, rpf,
            ifindex=lab.router.ifindex("r2"))
    a.answer(rpf, ifindex=lab.router.ifindex("r1"))
    b.answer(only(b.alerts(1), "alert_creation"))
    equal(receiver.arrived(sender, 1), [0], "packets at h2")
    equal(lab.router.mfe(G, source)["flags"] & abi.MGM_MFE_F_RPF_SET,
          abi.MGM_MFE_F_RPF_SET, "flags of the entry")


@case("monitors see what everybody is told, without ids and without packets")
def monitored(lab):
    a, b = two(lab)
    monitor = lab.closing(Client(lab.router))
    monitor.subscribe()
    b.join("r2", G)
    only(a.alerts(1), "alert_join")
    lab.closing(Sender(lab.h1, G)).send(1)
    a.answer(only(a.alerts(1), "alert_rpf"))
    seen = monitor.events(lambda name, _: name == "alert_creation", 10)
    seen = [(name, alert) for name, alert in seen if name.startswith("alert_")]
    equal([(name, alert.get("handle")) for name, alert in seen],
          [("alert_join", a.handle), ("alert_rpf", a.handle),
           ("alert_creation", b.handle)], "alerts seen")
    check(not any("id" in alert or "packet" in alert for _, alert in seen),
          "monitors see what is private")
    lab.closing(Upcalled(lab.router, 300, ALL))
    name, values = monitor.events(lambda name, _: name == "protocol_register_ntf", 10)[-1]
    equal((name, values["callbacks"]), ("protocol_register_ntf", ALL), "registration")


@case("nobody is told who did not ask for it, or has no socket to be told on")
def unasked(lab):
    a = lab.closing(Upcalled(lab.router, 100, 0)).take("r1")
    b = lab.closing(Upcalled(lab.router, 200, abi.MGM_CALLBACK_F_PRUNE)).take("r2")
    b.join("r2", G)
    b.leave("r2", G)
    equal(a.alerts(), [], "alerts")
    refused(errno.EINVAL, "nowhere to be told", a.client.call, "protocol_register",
            id=300, flags=abi.MGM_PROTOCOL_F_PERSIST, callbacks=1)
    refused(errno.EINVAL, "", a.client.call, "protocol_register", id=300,
            callbacks=1 << 20)


if __name__ == "__main__":
    one_cpu()
    run(lambda: star(3))
