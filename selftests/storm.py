#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""The storm, for a little while. By hand it blows for as long as one likes: storm
--help, or "make storm". MGM_STORM_SECONDS says after how long no new round begins."""

import os
import subprocess

from lib.tap import Skip, case, check, equal, note, run

SEED, SECONDS = 1, int(os.environ.get("MGM_STORM_SECONDS") or 10)
CASES = int(os.environ.get("MGM_STORM_CASES") or 2)
STORM = os.path.join(os.environ.get("MGM_MODDIR") or
                     os.path.dirname(os.path.dirname(os.path.abspath(__file__))),
                     "selftests/storm.build/storm")

# On a slow machine the others may come to nothing in so short a time.
OFTEN = ("register die take release add alert igmp report link device route limit packet "
         "dump notification check rest unload").split()


class Storm:
    """What is shared by the cases: nothing."""

    def end_case(self):
        """Nothing is to be taken back."""

    def close(self):
        """Nor here."""


def blow(*options):
    """Run it; return its exit status, its lines, and what it complained of."""
    done = subprocess.run([STORM, "--seed", str(SEED), "--seconds", str(SECONDS),
                           *options], text=True, capture_output=True, check=False)
    return done.returncode, done.stdout.splitlines(), done.stderr


@case(f"{SECONDS} seconds of storm: what holds always holds, and at rest all is as known")
def storm(_):
    status, lines, complaint = blow()
    note(lines[-1] if lines else "")
    equal((status, complaint), (0, ""), "exit status, and complaint")
    counts = {line.split()[0]: int(line.split()[1]) for line in lines
              if line.startswith("  ")}
    note(counts)
    equal([kind for kind in OFTEN if not counts.get(kind)], [], "what never succeeded")


@case("what an actor forgets that it has is found, and the last operations are told")
def forgetful(_):
    if CASES < 2:
        raise Skip("about the storm, not about the kernel")
    status, _, complaint = blow("--forgetful")
    equal(status, 1, "exit status")
    last = complaint.splitlines()[-1]
    check(f"seed {SEED}, round 1: world 0 at rest: " in last, last)
    check("steady daemon of world 0, number 0, at rest:" in complaint, complaint)


if __name__ == "__main__":
    run(Storm)
