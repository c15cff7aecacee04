#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""The command "mgm igmp": what it asks the kernel for, and what it prints.

	h1 10.0.1.2 --- r1 [ router ] r2 --- 10.0.2.2 h2
"""

import json
import os
import re
import subprocess

from lib import abi, module
from lib.igmp import (ALLOW, EXCLUDE, INCLUDE, TO_EX, IgmpRouter, Station, record,
                      v2_report, v3_report)
from lib.tap import case, check, equal, run
from lib.topology import star

_TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
MGM = os.environ.get("MGM") or os.path.join(_TOP, "tools/mgm/mgm")
OK, ERROR, REFUSED = 0, 1, 2

# All settings, none as it is at first: as the command is told, as it prints them in
# JSON, and as the kernel has them.
SETTINGS = """version 2 robustness 3 query-interval 60 query-response-interval 0.5
    last-member-interval 1.2s last-member-count 4 startup-interval 7s startup-count 5
    immediate-leave on router-alert off max-groups 10 max-sources 0x14 max-rate 30"""
PRINTED = {
    "version": 2, "robustness": 3, "query_interval_ms": 60000,
    "query_response_interval_ms": 500, "last_member_interval_ms": 1200,
    "last_member_count": 4, "startup_interval_ms": 7000, "startup_count": 5,
    "immediate_leave": True, "router_alert": False, "max_groups": 10,
    "max_sources": 20, "max_rate": 30}
KERNEL = {
    "version": 2, "robustness": 3, "query_interval": 60000,
    "query_response_interval": 500, "last_member_query_interval": 1200,
    "last_member_query_count": 4, "startup_query_interval": 7000,
    "startup_query_count": 5, "immediate_leave": 1, "router_alert": 0,
    "groups_max": 10, "sources_max": 20, "rate_max": 30}


def mgm(lab, words, *more):
    """Run the command on the router: its exit status, output and complaints."""
    with lab.router:
        done = subprocess.run([MGM, *words.split(), *more], text=True, check=False,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    return done.returncode, done.stdout, done.stderr


def does(lab, words):
    """It does what it is told, and says nothing."""
    equal(mgm(lab, words), (OK, "", ""), f"mgm {words}")


def shows(lab, words):
    """What it prints."""
    status, output, complaints = mgm(lab, words)
    equal((status, complaints), (OK, ""), f"mgm {words}")
    return output


def says(lab, words, status, complaint):
    """It fails with this exit status and these words, and prints nothing."""
    equal(mgm(lab, words), (status, "", complaint), f"mgm {words}")


def take_time(found, name, most):
    """Take a time out of an object, which has to be there and no more than most."""
    check(0 <= found.pop(name, -1) <= most, f"{name}: no time up to {most} ms in {found}")


def setup():
    """The drawing."""
    return star(2)


def populate(lab):
    """IGMP on both interfaces; on r1 groups of every kind."""
    igmp = lab.closing(IgmpRouter(lab.router))
    igmp.enable("r1", query_interval=100000, query_response_interval=20000)
    igmp.enable("r2")
    igmp.join("r1", "239.9.1.1")
    igmp.join("r1", "239.9.1.2", "10.0.9.1")
    host = lab.closing(Station(lab.h1))
    host.say(v3_report(record(TO_EX, "239.9.1.3", ["10.0.9.2"])))
    host.say(v3_report(record(ALLOW, "239.9.1.3", ["10.0.9.1"])))
    host.say(v2_report("239.9.1.4"))
    igmp.wait_state("r1", "239.9.1.3", EXCLUDE, ["10.0.9.1"], ["10.0.9.2"])
    igmp.wait_state("r1", "239.9.1.4", EXCLUDE)
    return igmp


@case("settings are taken by enable and by set, and shown in seconds")
def settings(lab):
    igmp = lab.closing(IgmpRouter(lab.router))
    does(lab, "igmp enable dev r1 " + SETTINGS)
    interface = igmp.interface("r1")
    equal({name: interface[name] for name in KERNEL}, KERNEL, "enabled")
    does(lab, "igmp enable dev r2")
    does(lab, f"igmp set {SETTINGS} dev r2")
    interface = igmp.interface("r2")
    equal({name: interface[name] for name in KERNEL}, KERNEL, "set")

    printed = json.loads(shows(lab, "-j igmp show dev r2"))[0]
    equal({name: printed.get(name) for name in PRINTED}, PRINTED, "JSON")
    text = " ".join(shows(lab, "igmp show dev r2").split())
    units = SETTINGS.replace("60", "60s").replace("0.5", "0.5s").replace("0x14", "20")
    check(" ".join(units.split()) in text, f"the settings are not in: {text}")
    does(lab, "igmp set dev r2 immediate-leave off")
    equal(igmp.interface("r2")["immediate_leave"], 0, "off again")


@case("show has, in JSON, the interfaces, their groups, and the sources of those")
def in_json(lab):
    populate(lab)
    r1, r2 = json.loads(shows(lab, "-j igmp"))
    equal((r1["dev"], r2["dev"]), ("r1", "r2"), "devices")
    equal(r1["ifindex"], lab.router.ifindex("r1"), "index of r1")
    equal((r1["flags"], r1["querier_address"]), (["querier"], "10.0.1.1"), "querier")
    take_time(r1, "querier_uptime_ms", 600000)
    check("querier_expires_ms" not in r1 and "stats" not in r1, f"too much in {r1}")
    equal((r1["active_robustness"], r1["active_query_interval_ms"]), (2, 100000),
          "in force")
    equal((r2["group_count"], r2["groups"]), (0, []), "groups of r2")

    groups = r1["groups"]
    equal(r1["group_count"], 4, "number of groups")
    for group in groups:
        take_time(group, "uptime_ms", 600000)
    for group in groups[2:]:
        take_time(group, "expires_ms", 220000)
    take_time(groups[2]["sources"][0], "expires_ms", 220000)
    take_time(groups[3], "v2_host_expires_ms", 220000)
    equal(groups, [
        {"group": "239.9.1.1", "mode": "include", "flags": ["static"], "sources": []},
        {"group": "239.9.1.2", "mode": "include", "flags": [], "sources": [
            {"source": "10.0.9.1", "flags": ["static"]}]},
        {"group": "239.9.1.3", "mode": "exclude", "flags": [],
         "last_reporter": "10.0.1.2", "sources": [
             {"source": "10.0.9.1", "flags": []},
             {"source": "10.0.9.2", "flags": ["excluded"]}]},
        {"group": "239.9.1.4", "mode": "exclude", "flags": [],
         "last_reporter": "10.0.1.2", "sources": []}], "groups of r1")


TEXT = """\
interface r1 querier querier-address 10.0.1.1 querier-uptime T active-robustness 2 \
active-query-interval 100s groups 4
    version 3 robustness 2 query-interval 100s query-response-interval 20s \
last-member-interval 1s last-member-count 2 startup-interval 25s startup-count 2 \
immediate-leave off router-alert on max-groups 4096 max-sources 64 max-rate 4000
    stats joins 4 in-v2-reports 1 in-v3-reports 2 out-general-queries N
    group 239.9.1.1 mode include static uptime T
    group 239.9.1.2 mode include uptime T
        source 10.0.9.1 static
    group 239.9.1.3 mode exclude uptime T expires T last-reporter 10.0.1.2
        source 10.0.9.1 expires T
        source 10.0.9.2 excluded
    group 239.9.1.4 mode exclude uptime T expires T last-reporter 10.0.1.2 \
v2-host-expires T
"""


@case("show has them, in text, each on a line of its own below what it belongs to")
def in_text(lab):
    populate(lab)
    text = shows(lab, "-s igmp show dev r1")
    text = re.sub(r"(uptime|expires) [0-9.]+s", r"\1 T", text)
    text = re.sub(r"(out-general-queries) [0-9]+", r"\1 N", text)
    equal(text, TEXT, "text")
    lines = shows(lab, "igmp").splitlines()
    equal([line.split()[1] for line in lines if line.startswith("interface ")],
          ["r1", "r2"], "interfaces")
    check(not any("stats" in line for line in lines), "counters that nobody asked for")


@case("with -s there is every counter in JSON")
def counters(lab):
    igmp = populate(lab)
    printed = json.loads(shows(lab, "-s -j -p igmp show dev r1"))[0]["stats"]
    known = igmp.stats("r1")
    # More queries may have been sent meanwhile.
    check(printed.pop("out_general_queries") <= known.pop("out_general_queries"),
          "general queries")
    equal(printed, known, "counters")
    equal(len(printed), len(abi.names("MGM_IGMP_A_STATS_")) - 2, "number of counters")


@case("what the kernel refuses is told in its words, with the argument that is wrong")
def refused(lab):
    lab.closing(IgmpRouter(lab.router))
    whole = "the interval must be a whole number of"
    says(lab, "igmp enable dev r1 query-interval 1.5", REFUSED,
         f"Error: {whole} seconds.\n  at: query-interval 1.5\n")
    says(lab, "igmp enable dev r1 version 4", REFUSED,
         "Error: integer out of range.\n  at: version 4\n")
    says(lab, "igmp show dev r1", REFUSED,
         "Error: IGMP is not enabled on this interface.\n  at: dev r1\n")
    does(lab, "igmp enable dev r1")
    says(lab, "igmp enable dev r1", REFUSED,
         "Error: IGMP is enabled on this interface already.\n  at: dev r1\n")
    says(lab, "igmp set dev r1 query-response-interval 0.25", REFUSED,
         f"Error: {whole} tenths of a second.\n  at: query-response-interval 0.25\n")
    says(lab, "igmp leave dev r1 group 239.9.1.1 source 10.0.9.1", REFUSED,
         "Error: the source is not joined.\n  at: source 10.0.9.1\n")
    says(lab, "igmp join dev r1 group 10.0.9.1", REFUSED,
         "Error: the group is not a multicast address.\n  at: group 10.0.9.1\n")
    does(lab, "igmp disable dev r1")
    equal(shows(lab, "igmp") + shows(lab, "-j igmp"), "[]\n", "what is shown of nothing")


@case("what makes no sense does not come to the kernel")
def senseless(lab):
    lab.closing(IgmpRouter(lab.router)).enable("r1")
    for words, complaint in [
            ("set dev r1", "say what to set; try: mgm igmp help"),
            ("set dev r1 query-interval 1.2345",
             'query-interval "1.2345": this is no number of seconds'),
            ("set dev r1 query-interval 4294968",
             'query-interval "4294968": this is no number of seconds'),
            ("set dev r1 robustness 2.5", 'robustness "2.5": this is not a number'),
            ("set dev r1 router-alert maybe",
             'router-alert "maybe": this is neither on nor off'),
            ("set dev r1 version 2 version 3", "version is given twice"),
            ("set version 2", "dev is missing\nmgm: try: mgm igmp help"),
            ("join dev r1 group ff3e::1", "group: IGMP is for IPv4"),
            ("join dev r1 group 239.0.0.0/8", "group: IGMP knows no prefix length")]:
        says(lab, "igmp " + words, ERROR, f"mgm: {complaint}\n")


@case("words may be shortened, and help tells of every one")
def words(lab):
    igmp = lab.closing(IgmpRouter(lab.router))
    does(lab, "ig en d r1 query-i 50 last-member-c 3")
    equal([igmp.interface("r1")[name] for name in
           ("query_interval", "last_member_query_count")], [50000, 3], "settings")
    text = shows(lab, "igmp help")
    missing = [word for word in re.findall(r"[a-z-]{5,}", SETTINGS) if word not in text]
    equal(missing, [], "settings without help")
    equal(shows(lab, "igmp set help"), text, "help of a command")
    check("\n  igmp " in shows(lab, "help"), "no word of igmp in the help of mgm")


@case("a group or a source that is joined is wanted until it is left")
def joined(lab):
    igmp = lab.closing(IgmpRouter(lab.router)).enable("r1")
    does(lab, "igmp join dev r1 group 239.9.1.1 source any")
    equal(igmp.memberships("r1"), [("239.9.1.1", None, 1)], "memberships")
    does(lab, "igmp leave dev r1 group 239.9.1.1")
    does(lab, "igmp join dev r1 group 239.9.1.1 source 10.0.9.1")
    equal(igmp.memberships("r1"), [("239.9.1.1", "10.0.9.1", 1)], "memberships")
    equal(igmp.state("r1", "239.9.1.1"), (INCLUDE, [], []), "what hosts want")
    does(lab, "igmp leave source 10.0.9.1 group 239.9.1.1 dev r1")
    equal(igmp.groups("r1"), {}, "groups")


@case("that the module is not there is said, and the other objects do without it")
def without_module(lab):
    was_there = module.present("mgm_igmp")
    if was_there:
        module.unload("mgm_igmp")
    try:
        says(lab, "igmp", ERROR, "mgm: the mgm_igmp module is not loaded in the kernel "
                                 "(modprobe mgm_igmp)\n")
        equal(shows(lab, "interface"), "", "interfaces")
    finally:
        if was_there:
            module.load("mgm_igmp")


if __name__ == "__main__":
    run(setup)
