#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""What a report of version 3 does to a group: every row of the tables of RFC 9776,
6.4.1 and 6.4.2, and what follows from it.

	[ router ] r1 --- 10.0.1.2 h1

r1 has 10.0.1.100, so that another router's query, from h1, can make it the querier
or not. The reports are scapy's. Sources are letters here. A timer that the row does
not touch says "old", one that it sets to the Group Membership Interval says "new";
where it gets what is left of the group's timer, "group". Sources that the querier asks
about have a "?": their timer, then, is lowered to the Last Member Query Time.

What sets the three apart is the query interval, which changes on the way."""

import collections
import sys

from lib import abi, igmp
from lib.igmp import ALLOW, BLOCK, EXCLUDE, INCLUDE, IS_EX, IS_IN, TO_EX, TO_IN, \
    IgmpRouter, Station
from lib.tap import case, check, equal, run, wait
from lib.topology import star
from lib.traffic import ethernet

# Scapy would load it, which under emulation takes five seconds, and it is not used.
sys.modules["cryptography"] = None
from scapy.contrib.igmpv3 import IGMPv3, IGMPv3gr, IGMPv3mr  # noqa: E402
from scapy.layers.inet import IP, IPOption_Router_Alert  # noqa: E402

G, H, FENCE = "239.31.1.1", "239.31.1.2", "239.31.1.3"
JOIN, EXCLUDED = abi.MGM_MEMBERSHIP_F_JOIN, abi.MGM_MEMBERSHIP_F_EXCLUDE
KINDS = {"IS_IN": IS_IN, "IS_EX": IS_EX, "TO_IN": TO_IN, "TO_EX": TO_EX,
         "ALLOW": ALLOW, "BLOCK": BLOCK}

# What nobody wants any more goes after 0.2 s.
SHORT = {"last_member_query_interval": 100}

# Query intervals, all of which one octet can say; and what it makes of timers, with
# a robustness variable of 2 and 10 s to answer: name, more than, and up to, in ms.
INTERVALS = {"group": 100000, "old": 200000, "new": 400000}
CLASSES = (("asked", 0, 20000), ("group", 110000, 210000), ("old", 310000, 410000),
           ("new", 710000, 810000))

# Mode at the start, where sources a and b are wanted and, in EXCLUDE mode, c and d
# excluded; record, its sources; mode at the end, sources wanted, those excluded, the
# group's timer; queries, where "*" is one about the group.
Row = collections.namedtuple(
    "Row", "start kind sources mode wanted excluded timer queries")
TABLE = (
    Row(INCLUDE, "IS_IN", "bc", INCLUDE, "a old, b new, c new", "", None, ""),
    Row(INCLUDE, "IS_EX", "bc", EXCLUDE, "b old", "c", "new", ""),
    Row(INCLUDE, "ALLOW", "bc", INCLUDE, "a old, b new, c new", "", None, ""),
    Row(INCLUDE, "BLOCK", "bc", INCLUDE, "a old, b old?", "", None, "b"),
    Row(INCLUDE, "TO_EX", "bc", EXCLUDE, "b old?", "c", "new", "b"),
    Row(INCLUDE, "TO_IN", "bc", INCLUDE, "a old?, b new, c new", "", None, "a"),
    Row(EXCLUDE, "IS_IN", "bce", EXCLUDE, "a old, b new, c new, e new", "d", "group",
        ""),
    Row(EXCLUDE, "IS_EX", "bce", EXCLUDE, "b old, e new", "c", "new", ""),
    Row(EXCLUDE, "ALLOW", "bce", EXCLUDE, "a old, b new, c new, e new", "d", "group",
        ""),
    Row(EXCLUDE, "BLOCK", "bce", EXCLUDE, "a old, b old?, e group?", "cd", "group",
        "be"),
    Row(EXCLUDE, "TO_EX", "bce", EXCLUDE, "b old?, e group?", "c", "new", "be"),
    Row(EXCLUDE, "TO_IN", "bce", EXCLUDE, "a old?, b new, c new, e new", "d", "group?",
        "a *"),
)


def setup():
    """The drawing."""
    lab = star(1)
    lab.router.rtnl.address("r1", "10.0.1.1", remove=True)
    lab.router.rtnl.address("r1", "10.0.1.100")
    lab.played = {}
    return lab


def address(letter):
    """The source that a letter stands for."""
    return f"10.9.0.{ord(letter) - ord('a') + 1}"


def addresses(letters):
    """The same of several."""
    return [address(letter) for letter in letters]


def letters(sources):
    """The reverse."""
    return "".join(sorted(chr(int(source.split(".")[3]) + ord("a") - 1)
                          for source in sources))


class Host(Station):
    """A station whose reports are scapy's."""

    def report(self, *records):
        """Send a report of records: (kind, group, letters) each."""
        groups = [IGMPv3gr(rtype=kind, maddr=group, srcaddrs=addresses(sources))
                  for kind, group, sources in records]
        self.send(bytes(IP(src=self.address, dst=igmp.ALL_REPORTS, ttl=1, tos=0xc0,
                           options=[IPOption_Router_Alert()]) /
                        IGMPv3(type=igmp.V3_REPORT) / IGMPv3mr(records=groups)),
                  ethernet(igmp.ALL_REPORTS))


class Link:
    """What a case plays on: the router's IGMP, and a host that is also, where the
    router is not to be the querier, another router."""

    def __init__(self, lab, querier=True, **settings):
        self.igmp = lab.closing(IgmpRouter(lab.router))
        self.host = lab.closing(Host(lab.h1))
        self.querier = querier
        self.report = self.host.report
        self.igmp.enable("r1", **settings)
        if not querier:
            self.interval("new")
            self.igmp.wait_querier("r1", self.host.address)
            self.host.forget()

    def interval(self, name):
        """From now on timers are set to this."""
        if self.querier:
            self.host.fence(self.igmp, "r1", FENCE)
            self.igmp.set("r1", query_interval=INTERVALS[name])
        else:
            self.host.say(igmp.v3_query(interval=INTERVALS[name]))

    def through(self):
        """Wait until the router is through with all reports, and all that it asks
        about them is heard."""
        self.host.fence(self.igmp, "r1", FENCE)
        if self.querier:
            # A query that is sure to come, behind all others.
            self.report((TO_IN, FENCE, ""))
            self.host.wait_query(FENCE)

    def asked(self, group=G):
        """The queries about a group, up to now: the sources' letters or "*", and "!"
        behind those with the S flag, in no order."""
        return sorted((letters(query.sources) or "*") + "!" * query.suppress
                      for query in self.host.queries(group))

    def queries(self):
        """The same about G, when the router is through."""
        self.through()
        return self.asked()

    def wait(self, mode, wanted="", excluded=""):
        """Wait until G is in a state, which MGM then has to know."""
        self.igmp.wait_state("r1", G, mode, addresses(wanted), addresses(excluded))
        equal(self.igmp.memberships("r1", G), told(G, mode, wanted, excluded),
              "memberships")


def timer_class(left):
    """The name of what a timer was set to."""
    for name, above, up_to in CLASSES:
        if above < left <= up_to:
            return name
    return f"{left} ms"


def timers(group):
    """The class of each source's timer, and of the group's, as in the table."""
    return {letters([source["source"]]): timer_class(source["expires"])
            for source in group["source"] if "expires" in source}, \
        timer_class(group["expires"]) if "expires" in group else None


def expected(word, querier):
    """The table's word for a timer, as timers() has it."""
    if word and word.endswith("?"):
        return "asked" if querier else word[:-1]
    return word


def told(group, mode, wanted, excluded):
    """The memberships that MGM has to have, as IgmpRouter.memberships() puts it."""
    if mode == INCLUDE:
        found = [(group, address(letter), JOIN) for letter in wanted]
    else:
        found = [(group, None, JOIN)]
        found += [(group, address(letter), EXCLUDED) for letter in excluded]
    return sorted(found, key=str)


def play(lab, querier):
    """All rows at once, each with a group of its own: what has come of them, as
    (queries, group, memberships) each."""
    link = Link(lab, querier, last_member_query_interval=10000)
    rows = [(f"239.31.2.{number}", row) for number, row in enumerate(TABLE)]
    link.interval("group")
    link.report(*((IS_EX, group, "cd") for group, row in rows if row.start == EXCLUDE))
    link.interval("old")
    link.report(*((ALLOW, group, "ab") for group, row in rows))
    link.interval("new")
    for group, row in rows:
        link.igmp.wait_state("r1", group, row.start, addresses("ab"),
                             addresses("cd" if row.start == EXCLUDE else ""))
        equal(link.asked(group), [], "queries before")
    link.report(*((KINDS[row.kind], group, row.sources) for group, row in rows))
    link.through()
    groups = link.igmp.groups("r1")
    memberships = link.igmp.memberships("r1")
    return {row: (link.asked(group), groups[group],
                  [member for member in memberships if member[0] == group])
            for group, row in rows}


def judge(lab, querier, row):
    """Whether of one row has come what should."""
    if querier not in lab.played:
        # Should it fail, once is enough.
        lab.played[querier] = {}
        lab.played[querier] = play(lab, querier)
    check(lab.played[querier], "it has not been played to the end")
    queries, group, memberships = lab.played[querier][row]
    wanted = [word.split() for word in row.wanted.split(", ")]
    letters_wanted = [letter for letter, _ in wanted]
    equal(queries, sorted(row.queries.split()) if querier else [], "queries")
    equal(timers(group), ({letter: expected(word, querier) for letter, word in wanted},
                          expected(row.timer, querier)), "timers")
    equal(igmp.state(group), (row.mode, addresses(letters_wanted),
                              addresses(row.excluded)), "state")
    equal(memberships, told(group["group"], row.mode, letters_wanted, row.excluded),
          "memberships")


def enter_rows():
    """A case for each row and each role of the router."""
    for querier in True, False:
        for row in TABLE:
            start = "INCLUDE(ab)" if row.start == INCLUDE else "EXCLUDE(ab, cd)"
            case(f"{start}, {row.kind}({row.sources}), "
                 f"{'as' if querier else 'not'} the querier")(
                     lambda lab, q=querier, r=row: judge(lab, q, r))


enter_rows()


@case("in EXCLUDE mode a source whose time is over joins the excluded ones")
def source_expires(lab):
    link = Link(lab, **SHORT)
    link.report((IS_EX, G, "c"), (ALLOW, G, "ab"), (BLOCK, G, "a"))
    link.wait(EXCLUDE, "b", "ac")


@case("when the group's time is over, the sources that are wanted remain, and no other")
def group_expires(lab):
    link = Link(lab, **SHORT)
    link.report((IS_EX, G, "c"), (TO_IN, G, "b"))
    link.wait(INCLUDE, "b")


@case("with its last source a group in INCLUDE mode ends")
def last_source(lab):
    link = Link(lab, **SHORT)
    link.report((ALLOW, G, "ab"), (BLOCK, G, "b"))
    link.wait(INCLUDE, "a")
    link.report((BLOCK, G, "a"))
    link.igmp.wait_no_group("r1", G)
    equal(link.igmp.memberships("r1", G), [], "memberships")


@case("asked again: with the S flag about who has been answered, without about others")
def asked_again(lab):
    link = Link(lab, last_member_query_interval=500)
    link.report((ALLOW, G, "ab"), (BLOCK, G, "ab"), (ALLOW, G, "a"))
    wait(lambda: len(link.host.queries(G)) >= 3, "no more queries about it")
    equal(link.queries(), ["a!", "ab", "b"], "queries")
    link.wait(INCLUDE, "a")
    equal(link.queries(), ["a!", "ab", "b"], "queries when the time is over")


@case("the whole group is asked about again, with the S flag once it has been answered")
def group_asked_again(lab):
    link = Link(lab, last_member_query_interval=1000, robustness=3)
    link.report((IS_EX, G, ""), (TO_IN, G, ""))
    link.host.wait_query(G)
    link.report((IS_EX, G, ""))
    wait(lambda: len(link.host.queries(G)) >= 3, "no more queries about it")
    equal(link.queries(), ["*", "*!", "*!"], "queries")
    link.wait(EXCLUDE)


@case("who has answered is asked anew when the next one goes")
def asked_anew(lab):
    link = Link(lab, last_member_query_interval=10000, last_member_query_count=1)
    link.report((ALLOW, G, "a"), (BLOCK, G, "a"), (ALLOW, G, "a"), (BLOCK, G, "a"))
    equal(link.queries(), ["a", "a"], "queries about a source")
    link.report((IS_EX, G, ""), (TO_IN, G, ""), (IS_EX, G, ""), (TO_IN, G, ""))
    equal([query for query in link.queries() if query == "*"], ["*", "*"],
          "queries about the group")


@case("where leaving is immediate, what a host no longer wants goes without a query")
def immediate_leave(lab):
    link = Link(lab, immediate_leave=1)
    link.report((ALLOW, G, "ab"), (BLOCK, G, "a"))
    link.wait(INCLUDE, "b")
    link.report((IS_EX, G, "c"), (ALLOW, G, "bd"), (BLOCK, G, "d"))
    link.wait(EXCLUDE, "b", "cd")
    link.report((TO_IN, G, "c"))
    link.wait(INCLUDE, "c")
    link.report((TO_IN, G, ""))
    link.igmp.wait_no_group("r1", G)
    stats = link.igmp.stats("r1")
    equal((stats["out_group_queries"], stats["out_source_queries"]), (0, 0), "queries")


@case("every record of a report counts, but those of a type yet to be invented")
def records(lab):
    link = Link(lab)
    link.host.say(igmp.v3_report(
        igmp.record(ALLOW, G, addresses("a"), b"\1\2\3\4"),
        igmp.record(7, G, addresses("b")), igmp.record(0, G, addresses("c")),
        igmp.record(IS_EX, H, addresses("d"), bytes(8)),
        igmp.record(ALLOW, G, addresses("ee"))))
    link.wait(INCLUDE, "ae")
    equal(link.igmp.state("r1", H), (EXCLUDE, [], addresses("d")), "the other group")


@case("many sources are asked about in several queries, each of which fits the link")
def many_sources(lab):
    link = Link(lab, sources_max=512, last_member_query_interval=10000)
    sources = [f"10.8.{n // 250}.{n % 250 + 1}" for n in range(300)]
    for kind in ALLOW, BLOCK:
        link.host.say(igmp.v3_report(igmp.record(kind, G, sources)))
    link.queries()
    asked = [query.sources for query in link.host.queries(G)]
    check(len(asked) > 1, "one query for all of them")
    equal(sorted(sum(asked, ())), sorted(sources), "sources asked about")


if __name__ == "__main__":
    run(setup)
