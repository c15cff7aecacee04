#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""The benchmarks, with tiny sizes: that each of them measures something, and tells it in
the form that others read. How fast MGM is, is no matter here: make bench."""

import json
import math
import os
import subprocess
import tempfile

from lib.peer import find
from lib.tap import Skip, case, check, equal, run

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
BENCH = os.path.join(TOP, "tools/bench/bench")
PROGRAMS = os.path.join(os.environ.get("MGM_MODDIR") or TOP, "selftests/bench.build")
# What needs a daemon that may not be there.
PEERS = {"first": ("smcroute", "usr/sbin/smcrouted"), "join": ("frr", "usr/lib/frr/zebra")}


class Results:
    """One run of all of them, made by the first case."""

    def __init__(self):
        if os.geteuid():
            raise Skip("needs root")
        if not os.access(os.path.join(PROGRAMS, "side_mgm"), os.X_OK):
            raise Skip(f"no programs in {PROGRAMS}")
        with tempfile.TemporaryDirectory(prefix="mgm-") as directory:
            path = os.path.join(directory, "bench.json")
            self.done = bench("--quick", "--json", path)
            with open(path, encoding="utf-8") as file:
                self.json = json.load(file)

    def end_case(self):
        """Nothing is to be taken back."""

    def close(self):
        """Nor here."""


def bench(*words):
    """Run it."""
    return subprocess.run([BENCH, *words], text=True, capture_output=True, check=False,
                          env={**os.environ, "MGM_PROGRAMS": PROGRAMS})


def figures():
    """All that there are, by name."""
    return [line.split()[0] for line in bench("--list").stdout.splitlines()]


@case("every figure is measured, or its peer is not there")
def every_figure(results):
    equal(results.done.returncode, 0, f"exit status: {results.done.stderr[-2000:]}")
    measured = {row["figure"] for row in results.json["rows"]}
    check(len(figures()) >= 12, "figures are missing from the list")
    for name in figures():
        if name in results.json["skipped"]:
            try:
                find(*PEERS[name])
            except Skip:
                continue
        check(name in measured, f"{name} is not measured: {results.json['skipped']}")


@case("every number is one, and the quotients are those of the turns")
def numbers(results):
    for row in results.json["rows"]:
        what = f"{row['figure']}, {row['case']}, {row['peer']['name']}"
        for side in row["ours"], row["peer"]:
            equal(len(side["values"]), results.json["pairs"], f"turns of {what}")
            check(all(math.isfinite(value) for value in side["values"]), what)
            check(side["min"] <= side["median"] <= side["max"], what)
        if row["figure"] not in ("memory", "release"):
            check(row["ours"]["min"] > 0 and row["peer"]["min"] > 0, f"{what}: {row}")
        if "ratio" in row:
            equal(row["ratio"]["values"],
                  [a / b for a, b in zip(row["ours"]["values"], row["peer"]["values"])],
                  f"quotients of {what}")


@case("the goals are told with hit or miss, on the machine that it is")
def goals(results):
    with_goals = [row for row in results.json["rows"] if "goal" in row]
    check(len(with_goals) >= 15, f"only {len(with_goals)} goals")
    for row in with_goals:
        check(row["hit"] in (True, False), row)
    equal(results.json["kernel"], os.uname().release, "kernel")
    equal(results.json["machine"]["processors"], os.cpu_count(), "processors")


@case("no first packet of a burst is lost, and another flow loses none")
def losses(results):
    for row in results.json["rows"]:
        if row["figure"] == "burst":
            check(row["case"].startswith(f"{row['ours']['median']:,.0f} "), row)
        if row["figure"] == "release" and row["case"].endswith("lost"):
            equal(row["ours"]["max"], 0, "packets lost of another flow")


@case("one that does not exist is refused")
def unknown(_):
    done = bench("nonsense")
    equal(done.returncode, 2, "exit status")
    check("no such figure: nonsense" in done.stderr, done.stderr)


if __name__ == "__main__":
    run(Results, kernel=False)
