#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""The KUnit suites in mgm_kunit.ko and mgm_igmp_kunit.ko: their loading runs them.

KUnit writes what each case and each parameter came to into the kernel log; its
files in debugfs list the suites and their cases, but of the parameters of a case,
in Linux 6.1, only the last one. So the log has the results, and the files tell
whether the log has all of them."""

import errno
import os
import re
import subprocess
import sys

from lib import module
from lib.tap import FAIL, PASS, SKIP, note

NAMES = ("mgm_kunit", "mgm_igmp_kunit")
RESULTS = "/sys/kernel/debug/kunit"
FAILSLAB = "/sys/kernel/debug/failslab"

# A suite's lines begin with four spaces, a parameter's with eight.
LINE = re.compile(r"(?P<indent>(?:    ){0,2})(?P<result>ok|not ok) \d+ (?P<name>.*)")
SUBTEST = re.compile(r"(?:    ){1,2}# Subtest: (.*)")
COUNTS = re.compile(r"    # (\S+): pass:\d+ fail:\d+ skip:\d+ total:(\d+)")
PLAN = re.compile(r"    1\.\.(\d+)")


def skip(reason):
    """There is nothing to run."""
    print(f"TAP version 13\n1..0 # SKIP {reason}")
    sys.exit(SKIP)


def debugfs():
    """Have debugfs mounted, as far as the kernel has it."""
    if not os.path.isdir(RESULTS):
        subprocess.run(["mount", "-t", "debugfs", "debugfs", "/sys/kernel/debug"],
                       stderr=subprocess.DEVNULL, check=False)


def have_kunit():
    """Whether the kernel has KUnit, built in or as a module."""
    return (os.path.isdir("/sys/module/kunit") or
            subprocess.run(["modprobe", "-q", "kunit"], check=False).returncode == 0)


def suites():
    """The suites that there are at present."""
    return set(os.listdir(RESULTS)) if os.path.isdir(RESULTS) else set()


class Faults:
    """Meanwhile, threads that ask for it get failing allocations, silently."""

    def __init__(self):
        self.before = {}
        for knob, value in (("ignore-gfp-wait", "N"), ("verbose", "0")):
            path = os.path.join(FAILSLAB, knob)
            if os.path.exists(path):
                self.before[path] = self._read(path)
                self._write(path, value)

    @staticmethod
    def _read(path):
        with open(path, encoding="ascii") as file:
            return file.read()

    @staticmethod
    def _write(path, value):
        with open(path, "w", encoding="ascii") as file:
            file.write(value)

    def close(self):
        """As it was before."""
        for path, value in self.before.items():
            self._write(path, value)


class Log:
    """The kernel log from here on."""

    def __init__(self):
        self.file = os.open("/dev/kmsg", os.O_RDONLY | os.O_NONBLOCK)
        os.lseek(self.file, 0, os.SEEK_END)

    def lines(self):
        """All lines since, without time stamps."""
        lines = []
        while True:
            try:
                record = os.read(self.file, 8192).decode("ascii", "replace")
            except BlockingIOError:
                return lines
            except OSError as error:
                if error.errno != errno.EPIPE:
                    raise
                note("the kernel log has lost lines")
                continue
            text = record.split("\n")[0].partition(";")[2]
            text = re.sub(r"\\x([0-9a-f]{2})",
                          lambda code: chr(int(code.group(1), 16)), text)
            lines += text.rstrip("\n").split("\n")


class Suite:
    """The results of one suite."""

    def __init__(self, name):
        self.name = name
        self.results = []   # of cases and parameters: name, "ok" or not, notes
        self.cases = {}     # name of a case: "ok" or "not ok"
        self.faults = []    # why it cannot be believed

    def fault(self, text):
        """Something is missing."""
        self.faults.append(text)


class Parser:
    """Of KTAP, as far as KUnit writes it."""

    def __init__(self):
        self.suites = {}
        self._suite = None
        self._case = None
        self._params = []
        self._notes = []
        self._totals = {}

    def line(self, text):
        """Take the next line."""
        subtest = SUBTEST.fullmatch(text)
        result = LINE.fullmatch(text)
        counts = COUNTS.fullmatch(text)
        if subtest:
            self._begin(subtest.group(1), deep=text.startswith(" " * 8))
        elif not self._suite:
            return
        elif counts:
            self._totals[counts.group(1)] = int(counts.group(2))
        elif result:
            self._result(len(result["indent"]), result["name"], result["result"])
        elif text.strip() and not PLAN.fullmatch(text) and "KTAP version" not in text:
            self._notes.append(text.strip().removeprefix("# "))

    def _begin(self, name, deep):
        if deep:
            self._case = name
            self._params = []
        else:
            self._suite = Suite(name)
            self._totals = {}
            self.suites[name] = self._suite

    def _result(self, indent, name, result):
        suite = self._suite
        if indent == 8:
            self._params.append((f"{self._case}: {name}", result, self._notes))
        elif indent == 4:
            plain, mark, reason = name.partition(" # SKIP")
            suite.cases[plain] = result
            if plain == self._case:
                total = self._totals.get(plain, 1)
                if len(self._params) != total:
                    suite.fault(f"{plain}: {len(self._params)} results "
                                f"of {total} parameters")
                suite.results += [(param + mark + reason, *rest)
                                  for param, *rest in self._params]
                # A case can fail where none of its parameters does: at its end.
                if result != "ok" and all(r == "ok" for _, r, _ in self._params):
                    suite.results.append((name, result, self._notes))
            else:
                suite.results.append((name, result, self._notes))
            self._case = None
        elif name.split(" # ")[0] == suite.name:
            if result != "ok" and all(r == "ok" for _, r, _ in suite.results):
                suite.fault("it failed as a whole")
            self._suite = None
        self._notes = []


def compare(suite, path):
    """Find out whether the log had all that debugfs knows of a suite. What a case
    itself has said is cut off there after 512 bytes."""
    with open(os.path.join(path, "results"), encoding="ascii") as file:
        lines = file.read().splitlines()
    planned = [int(plan.group(1)) for plan in map(PLAN.fullmatch, lines) if plan]
    if planned != [len(suite.cases)]:
        suite.fault(f"the log has {len(suite.cases)} cases, debugfs {planned}")
    if lines[-1:] != [f"ok 1 {suite.name}"] and "not ok" not in suite.cases.values():
        suite.fault("the log does not say that it failed")


def run_suites(name):
    """Load a module, and unload it: the results of its suites."""
    if module.present(name):
        module.unload(name)
    before = suites()
    log = Log()
    faults = Faults()
    try:
        module.load(name)
    finally:
        faults.close()
    parser = Parser()
    for line in log.lines():
        parser.line(line)
    new = suites() - before
    for suite_name in sorted(new):
        suite = parser.suites.setdefault(suite_name, Suite(suite_name))
        compare(suite, os.path.join(RESULTS, suite_name))
        if not suite.results:
            suite.fault("it has no results")
    module.unload(name)
    # Whatever another module's suites may have written meanwhile is not ours.
    return [parser.suites[suite_name] for suite_name in sorted(new)]


def main():
    """Run, and print flat TAP."""
    if os.geteuid() != 0:
        skip("needs root")
    if not have_kunit():
        skip("the kernel has no KUnit")
    debugfs()
    results = []
    for name in NAMES:
        try:
            done = run_suites(name)
        except (module.Missing, RuntimeError) as error:
            if name == NAMES[0] and isinstance(error, module.Missing):
                skip(str(error))
            results.append((f"{name} can be loaded", "not ok", [str(error)]))
            continue
        for suite in done:
            results += [(f"{suite.name}: {case}", result, notes)
                        for case, result, notes in suite.results]
            if suite.faults:
                results.append((f"{suite.name}: all results", "not ok",
                                suite.faults))
        if not done:
            results.append((f"{name} has results in {RESULTS}", "not ok", []))

    print(f"TAP version 13\n1..{len(results)}")
    for number, (name, result, notes) in enumerate(results, 1):
        print(f"{result} {number} {name}")
        if result != "ok":
            note("\n".join(notes))
    failed = sum(result != "ok" for _, result, _ in results)
    skipped = sum(" # SKIP" in name for name, _, _ in results)
    note(f"Totals: pass:{len(results) - failed - skipped} fail:{failed} "
         f"xfail:0 xpass:0 skip:{skipped} error:0")
    if failed:
        return FAIL
    return SKIP if skipped == len(results) else PASS


sys.exit(main())
