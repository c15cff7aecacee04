#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Two routers on a LAN, or a router and what else can send queries there: which of
them is the querier, and what the other does.

	h1 10.0.1.2 --- r1 [ a ] r2 --- [ switch ] --- r2 [ b ]
	                                 |      |
	                     10.0.2.10 h2      h3 10.0.2.11

a has 10.0.2.1 on the LAN, b 10.0.2.2. The switch is a bridge, which a case may have
look into IGMP, or send queries itself."""

import contextlib
import os
import subprocess
import tempfile
import time

from lib import igmp
from lib.igmp import EXCLUDE, IgmpRouter, Station
from lib.peer import find
from lib.tap import case, check, equal, run, wait
from lib.topology import star, switch
from lib.traffic import Receiver, Sender, Wire, one_cpu

A, B = "10.0.2.1", "10.0.2.2"
S, G = "10.0.1.2", "239.33.1.1"

# Another querier is given up after 2.25 s.
QUICK = igmp.QUICK


def setup():
    """The drawing."""
    lab = star(1)
    lab.b = lab.new_router("b")
    lab.h2, lab.h3 = lab.netns("h2"), lab.netns("h3")
    lab.switch = switch(lab, (lab.router, "r2"), (lab.b, "r2"), (lab.h2, "eth0"),
                        (lab.h3, "eth0"))
    lab.router.rtnl.address("r2", A)
    lab.b.rtnl.address("r2", B)
    for host, address in (lab.h2, "10.0.2.10"), (lab.h3, "10.0.2.11"):
        host.address, host.device = address, "eth0"
        host.rtnl.up("lo")
        host.rtnl.address("eth0", address)
        host.rtnl.route("0.0.0.0", 0, A)
    return lab


def routers(lab):
    """The IGMP of a and b, not enabled yet, and what is heard at h2."""
    return (lab.closing(IgmpRouter(lab.router)), lab.closing(IgmpRouter(lab.b)),
            lab.closing(Station(lab.h2)))


def move(lab, router, address):
    """The router has another address on the LAN, until the end of the case, or until
    what is returned is closed."""
    back = lab.closing(contextlib.ExitStack())
    usual = A if router is lab.router else B
    router.rtnl.address("r2", usual, remove=True)
    back.callback(router.rtnl.address, "r2", usual)
    router.rtnl.address("r2", address)
    back.callback(router.rtnl.address, "r2", address, remove=True)
    return back


def wait_both(a, b, address):
    """Wait until both routers hold this one for the querier."""
    for router in a, b:
        router.wait_querier("r2", address)


@case("the lowest address is elected, and the other is silent and does as it says")
def election(lab):
    a, b, station = routers(lab)
    b.enable("r2", **QUICK)
    station.wait_query(condition=lambda query: query.source == B)
    equal(b.querier("r2"), (B, True), "the querier, while b is alone")
    a.enable("r2", robustness=3, query_interval=2000, query_response_interval=700,
             startup_query_interval=1000)
    wait_both(a, b, A)
    equal((a.querier("r2"), b.querier("r2")), ((A, True), (A, False)), "the querier")
    interface = b.interface("r2")
    equal((interface["active_robustness"], interface["active_query_interval"]),
          (3, 2000), "settings of the querier, at b")
    equal((interface["robustness"], interface["query_interval"]), (2, 1000), "b's own")
    check(interface["querier_expires"] <= 3 * 2000 + 250,
          f"it is given up after {interface['querier_expires']} ms")
    check("querier_expires" not in a.interface("r2"), "a gives itself up")
    station.forget()
    wait(lambda: len(station.queries(source=A)) >= 2, "a sends no queries")
    equal(station.queries(source=B), [], "queries of b")
    query = station.queries(source=A)[0]
    equal((query.version, query.robustness, query.interval, query.max_resp, query.ttl,
           query.alert, query.destination, query.suppress),
          (3, 3, 2000, 700, 1, True, igmp.ALL_HOSTS, False), "a's query")


@case("a querier that is gone is replaced after its interval, until it is back")
def takes_over(lab):
    a, b, station = routers(lab)
    a.enable("r2", **QUICK)
    b.enable("r2", **QUICK)
    wait_both(a, b, A)
    a.disable("r2")
    station.forget()
    began = time.monotonic()
    left = b.interface("r2")["querier_expires"]
    check(1000 < left <= 2250, f"it is given up after {left} ms")
    b.wait_querier("r2", B)
    passed = time.monotonic() - began
    check(passed >= left / 1000 - 0.01,
          f"b takes over after {passed:.3f} s of {left} ms")
    equal(b.querier("r2"), (B, True), "the querier, with a gone")
    station.wait_query(condition=lambda query: query.source == B)
    a.enable("r2", **QUICK)
    wait_both(a, b, A)


@case("who is not the querier knows the members as well, and when they leave")
def follower(lab):
    a, b, station = routers(lab)
    # The last one is heard by the others.
    for router in b, a:
        router.enable("r2", query_interval=60000, last_member_query_interval=200)
    wait_both(a, b, A)
    receiver = lab.closing(Receiver(lab.h2, G))
    for router in a, b:
        router.wait_state("r2", G, EXCLUDE)
    receiver.leave(G)
    for router in a, b:
        router.wait_no_group("r2", G)
    equal(a.stats("r2")["out_group_queries"], 2, "queries of a")
    equal(b.stats("r2")["out_group_queries"], 0, "queries of b")
    equal({query.source for query in station.queries(G)}, {A}, "who asks")


@case("queries from elsewhere, from no address, or not as they must be, elect nobody")
def not_elected(lab):
    a, _, station = routers(lab)
    move(lab, lab.router, "10.0.2.9")
    a.enable("r2")
    station.fence(a, "r2")
    for counter, count, how in (
            ("in_bad_source", 2, {"source": "192.0.2.1"}),
            ("in_bad_source", 0, {"source": "0.0.0.0"}),
            ("in_bad_source", 0, {"source": "10.0.2.200"}),
            ("in_bad_source", 0, {"source": "10.0.2.9"}),
            ("in_bad_ttl", 2, {"source": A, "ttl": 2}),
            ("in_no_router_alert", 2, {"source": A, "alert": False}),
            ("in_malformed", 2, {"source": A, "to": G})):
        before = a.stats("r2")[counter]
        for query in igmp.v3_query(), igmp.v2_query():
            station.say(query, **how)
        station.fence(a, "r2")
        equal(a.querier("r2"), ("10.0.2.9", True), f"the querier, after one of {how}")
        equal(a.stats("r2")[counter] - before, count, f"{counter}, for {how}")
    station.say(igmp.v3_query(), source=A)
    a.wait_querier("r2", A)


def bridge(lab, options, *more):
    """The switch looks into IGMP until the end of the case, and has these options;
    what a bridge does at once comes in lines of its own, after them."""
    lab.switch.ip("\n".join((f"link set br0 type bridge mcast_snooping 1 {options}",
                             *more)))
    lab.case.callback(lab.switch.ip, "link set br0 type bridge mcast_querier 0 "
                      "mcast_snooping 0\nlink set p1 type bridge_slave mcast_router 1\n"
                      "addr flush dev br0")


@case("a bridge that sends queries itself can be the querier; members are known still")
def bridge_querier(lab):
    a, _, station = routers(lab)
    # The lowest address on the LAN has to be the bridge's.
    move(lab, lab.router, "10.0.2.9")
    lab.switch.rtnl.address("br0", "10.0.2.5")
    # A switch shows a querier's port all reports; where it asks itself, it is told.
    bridge(lab, "mcast_igmp_version 3 mcast_query_use_ifaddr 1 "
           "mcast_query_interval 100 mcast_query_response_interval 50 "
           "mcast_startup_query_interval 100",
           "link set p1 type bridge_slave mcast_router 2",
           "link set br0 type bridge mcast_querier 1")
    a.enable("r1").enable("r2", **{**QUICK, "query_interval": 3000})
    a.wait_querier("r2", "10.0.2.5")
    equal(a.querier("r2"), ("10.0.2.5", False), "the querier")
    station.forget()
    member = lab.closing(Receiver(lab.h2, G))
    a.wait_state("r2", G, EXCLUDE)
    sender = lab.closing(Sender(lab.h1, G))
    sender.send(5)
    equal(member.arrived(sender), sender.numbers, "at h2")
    station.wait_query(condition=lambda query: query.source == "10.0.2.5")
    equal(station.queries(source="10.0.2.9"), [], "queries of a")
    equal(a.interface("r2")["active_query_interval"], 1000, "the interval in force")


@case("a switch that looks into IGMP has the stream on the ports of members only")
def snooping(lab):
    bridge(lab, "mcast_igmp_version 3")
    a, _, _ = routers(lab)
    a.enable("r1").enable("r2", query_interval=5000, query_response_interval=500,
                          last_member_query_interval=500)
    member, other = (lab.closing(Receiver(host)) for host in (lab.h2, lab.h3))
    wire = lab.closing(Wire(lab.h3))
    member.join(G)
    a.wait_state("r2", G, EXCLUDE)
    sender = lab.closing(Sender(lab.h1, G))
    sender.send()
    lab.router.wait_oifs(G, S, "r2")

    def only_members():
        sender.send()
        sender.fence(other)
        there = bool(wire.udp_to(G))
        wire.read().clear()
        return not there
    # A switch floods until it has known of a querier for as long as hosts may take.
    wait(only_members, "the stream goes to all ports")
    wait(lambda: member.wait(sender), "nothing at h2")
    before = len(sender.numbers)
    sender.send(20)
    equal(member.arrived(sender)[-20:], sender.numbers[before:], "at h2")
    sender.fence(other)
    equal(wire.udp_to(G), [], "at h3")
    other.join(G)
    wait(lambda: sender.send() and other.wait(sender, 1, 0.1), "nothing at h3 either")
    other.leave(G)
    wire.read().clear()
    wait(only_members, "the stream still goes to h3, which has left")
    equal(member.arrived(sender), sender.numbers, "at h2")


@case("an interface of version 2 or 1 sends such queries, and the other is told apart")
def versions(lab):
    a, b, station = routers(lab)
    b.enable("r2", query_interval=60000)
    a.enable("r2", version=2, **QUICK)
    wait_both(a, b, A)
    query = station.wait_query(condition=lambda query: query.source == A)
    equal((query.version, query.max_resp, query.destination, query.alert),
          (2, 500, igmp.ALL_HOSTS, True), "a query of version 2")
    b.wait_stat("r2", "wrong_version_queries", 1)
    equal((b.interface("r2")["active_robustness"],
           b.interface("r2")["active_query_interval"]), (2, 60000),
          "settings in force at b, of which it is told nothing")
    # Hosts fall back, too.
    receiver = lab.closing(Receiver(lab.h3, G))
    a.wait_state("r2", G, EXCLUDE)
    equal((a.stats("r2")["in_v2_reports"] > 0, a.stats("r2")["in_v3_reports"]),
          (True, 0), "reports")
    receiver.leave(G)
    query = station.wait_query(G)
    equal((query.version, query.max_resp, query.destination), (2, 200, G),
          "a query of version 2 about a group")
    b.wait_no_group("r2", G)
    a.set("r2", version=1)
    query = station.wait_query(condition=lambda query: query.version == 1)
    equal((query.max_resp, query.destination, query.source), (0, igmp.ALL_HOSTS, A),
          "a query of version 1")


@contextlib.contextmanager
def pimd(program, router):
    """pimd, on the LAN only; gives a function that waits for words in its log."""
    with tempfile.TemporaryDirectory(prefix="mgm-") as directory:
        config, log = (os.path.join(directory, name) for name in ("conf", "log"))
        with open(config, "w", encoding="utf-8") as file:
            # Its first query of version 3 has a wrong checksum.
            file.write("igmp-query-interval 2\nigmp-querier-timeout 8\n"
                       "phyint r2 enable igmpv2\n")
        with open(log, "wb") as file, router:
            daemon = subprocess.Popen([program, "-N", "-c", config, "-digmp"],
                                      stdin=subprocess.DEVNULL, stdout=file,
                                      stderr=file)

        def said(words):
            def there():
                with open(log, encoding="utf-8", errors="replace") as file:
                    text = file.read()
                check(daemon.poll() is None, f"pimd has ended: {text}")
                return words in text
            wait(there, f"pimd does not say: {words}")
        try:
            yield said
        finally:
            daemon.terminate()
            daemon.wait()


@case("pimd as the other router is the querier, or gives way, as the addresses are")
def with_pimd(lab):
    program = find("pimd", "usr/sbin/pimd")
    a, _, _ = routers(lab)
    away = move(lab, lab.router, "10.0.2.9")
    a.enable("r2", **QUICK)
    with pimd(program, lab.b) as said:
        a.wait_querier("r2", B)
        check(a.stats("r2")["wrong_version_queries"], "its version is not seen")
        a.disable("r2")
        away.close()
        a.enable("r2", **QUICK)
        said(f"new querier {A}")
        equal(a.querier("r2"), (A, True), "the querier, that has the lowest address")


if __name__ == "__main__":
    one_cpu()
    run(setup)
