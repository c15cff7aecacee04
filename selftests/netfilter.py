#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""The firewall sees every copy: FORWARD and POSTROUTING rules hold for it.

	h1 10.0.1.2 --- r1 [ router ] r2 --- 10.0.2.2 h2
	                   [        ] r3 --- 10.0.3.2 h3

A protocol owns all three and has receivers on r2 and r3."""

import shutil

from lib import rules
from lib.tap import Skip, case, equal, run
from lib.topology import star
from lib.traffic import IP_PMTUDISC_DONT, RawFlow, Receiver, Sender, Wire, ethernet, \
    fragments, one_cpu, stream, udp_packet
from lib.verdict import Queue

NF_INET_FORWARD, NF_INET_POST_ROUTING = 2, 4
DF = 0x4000
S, G = "10.0.1.2", "239.8.1.1"


def start(lab):
    """The protocol, the receivers, and a sender."""
    lab.protocol(lab.router, 100).take("r1", "r2", "r3").join("r2", G).join("r3", G)
    return (lab.closing(Receiver(lab.h2, G)), lab.closing(Receiver(lab.h3, G)),
            lab.closing(Sender(lab.h1, G)))


def track(lab):
    """Have connections tracked, and what belongs to none dropped."""
    rules.load(lab, """table ip t {
        chain forward {
            type filter hook forward priority 0;
            ct state invalid drop
        }
    }""")


@case("nft: a rule for one outgoing interface stops the copies there, no others")
def nft_drop(lab):
    second, third, sender = start(lab)
    rules.load(lab, f"""table ip t {{
        counter two {{ }}
        counter three {{ }}
        chain forward {{
            type filter hook forward priority 0;
            ip daddr {G} oifname "r2" counter name two drop
            ip daddr {G} iifname "r1" oifname "r3" counter name three
        }}
    }}""")
    sender.send(5)
    stream(sender, [third], 15)
    equal(third.arrived(sender), sender.numbers, "at h3")
    equal(second.arrived(sender, 0), [], "at h2")
    equal(rules.counters(lab), {"two": 20, "three": 20}, "packets that the rules saw")
    rules.load(lab, "flush ruleset")
    numbers = sender.send(5)
    equal(second.arrived(sender, 5), numbers, "at h2, with the rule gone")


@case("nft: POSTROUTING sees each copy on its interface, PREROUTING the packet once")
def nft_hooks(lab):
    second, third, sender = start(lab)
    rules.load(lab, f"""table ip t {{
        counter before {{ }}
        counter two {{ }}
        counter three {{ }}
        counter input {{ }}
        chain prerouting {{
            type filter hook prerouting priority -300;
            ip daddr {G} counter name before
        }}
        chain input {{
            type filter hook input priority 0;
            ip daddr {G} counter name input
        }}
        chain postrouting {{
            type filter hook postrouting priority 0;
            ip daddr {G} oifname "r2" counter name two
            ip daddr {G} oifname "r3" counter name three
        }}
    }}""")
    sender.send(10)
    stream(sender, [second, third], 30)
    equal(second.arrived(sender), sender.numbers, "at h2")
    equal(third.arrived(sender), sender.numbers, "at h3")
    equal(rules.counters(lab), {"before": 40, "two": 40, "three": 40, "input": 0},
          "packets that the rules saw")


@case("nft: what PREROUTING drops is not forwarded and makes no entry")
def nft_prerouting_drop(lab):
    second, _, sender = start(lab)
    rules.load(lab, f"""table ip t {{
        chain prerouting {{
            type filter hook prerouting priority -300;
            ip daddr {G} drop
        }}
    }}""")
    sender.send(5)
    equal(second.arrived(sender, 0), [], "at h2")
    equal(lab.router.client.dump("mfe_get"), [], "entries")


@case("nft: TTL as set in mangle rules of FORWARD is what leaves")
def nft_mangle(lab):
    second, third, sender = start(lab)
    rules.load(lab, f"""table ip t {{
        chain forward {{
            type filter hook forward priority -150;
            ip daddr {G} oifname "r2" ip ttl set 77
        }}
    }}""")
    sender.send(5)
    equal(second.arrived(sender), sender.numbers, "at h2")
    equal(third.arrived(sender), sender.numbers, "at h3")
    equal({p.ttl for p in second.of(sender)}, {77}, "TTL at h2")
    equal({p.ttl for p in third.of(sender)}, {7}, "TTL at h3: its copy is its own")


@case("nft: what user space is asked about leaves when it has said so")
def queue(lab):
    second, third, sender = start(lab)
    asked = lab.closing(Queue(lab.router, 8))
    rules.load(lab, f"""table ip t {{
        chain forward {{
            type filter hook forward priority 0;
            ip daddr {G} queue num 8
        }}
        chain postrouting {{
            type filter hook postrouting priority 0;
            ip daddr {G} queue num 8
        }}
    }}""")
    sender.send(3)
    equal(asked.let_pass(12), {NF_INET_FORWARD: 6, NF_INET_POST_ROUTING: 6}, "asked, by hook")
    equal(second.arrived(sender), sender.numbers, "at h2")
    equal(third.arrived(sender), sender.numbers, "at h3")


@case("with connection tracking, every copy of a flow is of a valid connection")
def conntrack(lab):
    second, third, sender = start(lab)
    rules.load(lab, f"""table ip t {{
        counter valid {{ }}
        counter other {{ }}
        chain forward {{
            type filter hook forward priority 0;
            ip daddr {G} ct state new,established counter name valid accept
            ip daddr {G} counter name other drop
        }}
    }}""")
    sender.send(10)
    stream(sender, [second, third], 30)
    equal(second.arrived(sender), sender.numbers, "at h2")
    equal(third.arrived(sender), sender.numbers, "at h3")
    equal(rules.counters(lab), {"valid": 80, "other": 0}, "packets that the rules saw")


@case("with connection tracking, fragments are put together and arrive whole")
def conntrack_fragments(lab):
    second, third, _ = start(lab)
    track(lab)
    sender = lab.closing(Sender(lab.h1, G, size=4000, discover=IP_PMTUDISC_DONT))
    for _ in range(3):
        sender.send(2)
        equal(second.arrived(sender), sender.numbers, "at h2")
        equal(third.arrived(sender), sender.numbers, "at h3")


@case("put together from fragments that must not be cut, it fits where each of them does")
def conntrack_no_fragments(lab):
    second, third, behind = start(lab)
    track(lab)
    lab.router.ip("link set r3 mtu 1000")
    lab.case.callback(lab.router.ip, "link set r3 mtu 1500")
    flow = RawFlow(lab.closing(Wire(lab.h1)), S, G)
    flow.numbers.append(0)
    for piece in fragments(udp_packet(S, G, flow.flow, 0, size=4000), 1200, DF):
        flow.wire.send(piece, ethernet(G))
    equal(second.wait(flow), [0], "at h2")
    equal([lab.router.oif(G, S, device)["frag_needed"] for device in ("r2", "r3")],
          [0, 1], "too large for where it was to go out")
    behind.send()
    equal(third.arrived(behind), [0], "what was sent after it, at h3")
    equal(third.numbers(flow), [], "at h3")


@case("iptables: a FORWARD rule for one outgoing interface holds there, and counts")
def iptables(lab):
    command = next(filter(shutil.which, ("iptables-legacy", "iptables")), None)
    if not command:
        raise Skip("no iptables")
    second, third, sender = start(lab)
    lab.case.callback(lab.router.program, [command, "-F", "FORWARD"])
    lab.router.program([command, "-A", "FORWARD", "-d", G, "-o", "r2", "-j", "DROP"])
    lab.router.program([command, "-A", "FORWARD", "-d", G, "-i", "r1", "-o", "r3",
                        "-j", "ACCEPT"])
    sender.send(5)
    stream(sender, [third], 15)
    equal(third.arrived(sender), sender.numbers, "at h3")
    equal(second.arrived(sender, 0), [], "at h2")
    listed = lab.router.program([command, "-nvxL", "FORWARD"]).splitlines()
    equal([line.split()[0] for line in listed if G in line], ["20", "20"],
          "packets that the rules saw")


if __name__ == "__main__":
    one_cpu()
    run(lambda: star(3))
