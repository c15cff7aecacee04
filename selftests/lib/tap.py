# SPDX-License-Identifier: GPL-2.0
"""Test cases, and their results in TAP, as kselftest reads them.

	@case("the claim that the case proves")
	def some_case(lab):
		equal(got, wanted, "what was compared")

	run(setup)

A case fails by raising. run() calls setup() once, hands what it returns to
every case, and afterwards calls its end_case() and at last its close().
"""

import os
import sys
import time
import traceback

from lib import module

PASS, FAIL, SKIP = 0, 1, 4

_cases = []


class Failure(Exception):
    """What a case claims does not hold."""


class Skip(Exception):
    """What a case, or all of them, needs is not there."""


def case(claim):
    """Enter the function below into the plan."""
    def enter(function):
        _cases.append((claim, function))
        return function
    return enter


def check(true, complaint):
    """Fail unless the first argument is true."""
    if not true:
        raise Failure(complaint)


def equal(got, wanted, what):
    """Fail unless the first two arguments are equal."""
    if got != wanted:
        raise Failure(f"{what}: got {_shown(got)}, not {_shown(wanted)}")


def _shown(value):
    # A list of packet numbers reads better as ranges: it is the gap that counts.
    if isinstance(value, list) and len(value) > 8 and \
       all(isinstance(item, int) for item in value):
        runs = []
        for item in value:
            if runs and item == runs[-1][1] + 1:
                runs[-1][1] = item
            else:
                runs.append([item, item])
        text = ", ".join(f"{a}-{b}" if a != b else f"{a}" for a, b in runs[:12])
        more = ", ..." if len(runs) > 12 else ""
        return f"[{text}{more}] ({len(value)} in all)"
    return repr(value)


def wait(condition, complaint, limit=30):
    """Call condition() until it gives something true, and return that."""
    end = time.monotonic() + limit
    pause = 0.002
    while True:
        result = condition()
        if result:
            return result
        if time.monotonic() > end:
            raise Failure(f"{complaint}: not within {limit} s")
        time.sleep(pause)
        pause = min(pause * 2, 0.05)


def note(text):
    """Say something beside the results."""
    for line in str(text).splitlines():
        print("# " + line, flush=True)


def _skip_all(reason):
    print(f"1..0 # SKIP {reason}", flush=True)
    sys.exit(SKIP)


def run(setup, kernel=True):
    """Run all cases in the order in which they stand, and exit. Without kernel they
    need neither root nor the module."""
    print("TAP version 13", flush=True)
    if kernel and os.geteuid() != 0:
        _skip_all("needs root")
    try:
        if kernel:
            module.load("mgm")
    except module.Missing as missing:
        _skip_all(str(missing))

    failed = skipped = 0
    lab = None
    try:
        lab = setup()
        print(f"1..{len(_cases)}", flush=True)
        for number, (claim, function) in enumerate(_cases, 1):
            result = "ok"
            note_after = ""
            directive = ""
            began = time.monotonic()
            try:
                try:
                    function(lab)
                finally:
                    lab.end_case()
            except Skip as reason:
                directive = f" # SKIP {reason}"
                skipped += 1
            except Failure as failure:
                result = "not ok"
                frames = [f"{f.name}:{f.lineno}"
                          for f in traceback.extract_tb(failure.__traceback__)
                          if "/lib/" not in f.filename]
                note_after = f"{failure} ({' '.join(frames)})"
                failed += 1
            except Exception:  # whatever else: the other cases want to run
                result = "not ok"
                note_after = traceback.format_exc()
                failed += 1
            # Claims that took their time say so: the suite's limit is near.
            if time.monotonic() - began > 10:
                note(f"took {time.monotonic() - began:.0f} s")
            print(f"{result} {number} {claim}{directive}", flush=True)
            note(note_after)
    except Skip as reason:
        _skip_all(str(reason))
    finally:
        if lab:
            lab.close()
        if kernel:
            module.unload_ours()

    note(f"Totals: pass:{len(_cases) - failed - skipped} fail:{failed} "
         f"xfail:0 xpass:0 skip:{skipped} error:0")
    if failed:
        sys.exit(FAIL)
    sys.exit(SKIP if skipped == len(_cases) else PASS)
