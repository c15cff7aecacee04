#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""The fuzzer of what comes over the wire, some thousand packets of one seed, behind
those that once did harm. By hand it runs for as long as one likes:
fuzz/fuzz_packets --help."""

import os
import subprocess

from lib.tap import case, check, equal, note, run

HERE = os.path.dirname(os.path.abspath(__file__))
FUZZER = os.path.join(os.environ.get("MGM_MODDIR") or os.path.dirname(HERE),
                      "selftests/fuzz.build/fuzz_packets")
CORPUS = os.path.join(HERE, "fuzz/packet_corpus.txt")
PACKETS = os.environ.get("MGM_FUZZ_PACKETS") or "8192"

# Some come up only without room or memory, or with a link down; some hang on settings,
# which are others in each epoch, and on how fast the machine is.
ABSENT = {"no_memory", "no_mfe", "queue_full", "no_route", "rate_exceeded",
          "not_reported", "out_errors", "out_group_queries", "out_source_queries"}


class Fuzzer:
    """The fuzzer, and what it has counted."""

    def __init__(self):
        self.counts = {}	# heading -> name -> number

    def run(self, *options):
        """Run it; return how that ended."""
        done = subprocess.run([FUZZER, *options], text=True, capture_output=True,
                              check=False)
        note(done.stdout.splitlines()[-1] if done.stdout else "nothing was said")
        return done

    def good(self, *options):
        """The same, with nothing to complain of; return its lines."""
        done = self.run(*options)
        equal((done.returncode, done.stderr), (0, ""), "complaints")
        return done.stdout.splitlines()

    def remember(self, lines):
        """Keep what was counted."""
        for line in lines:
            words = line.split()
            if words[0] in ("sent", "dropped", "igmp"):
                self.counts[words[0]] = {
                    name: int(number) for name, number in
                    (word.split(":") for word in words[1:])}

    def end_case(self):
        """Nothing is to be taken back."""

    def close(self):
        """Nor here."""


@case("packets that once did harm, each as the first of its flow and as a later one")
def corpus(fuzzer):
    lines = fuzzer.good("--corpus", CORPUS, "--packets", "0")
    with open(CORPUS, encoding="utf-8") as file:
        packets = [line for line in file if line.strip() and line[0] != "#"]
    check(packets, "there are none")
    check(lines[0].startswith(f"{len(packets)} packets of "), f"not all: {lines[0]}")


@case(f"{PACKETS} packets are forwarded, dropped, counted and taken as they have to be")
def judged(fuzzer):
    fuzzer.remember(fuzzer.good("--packets", PACKETS))
    check(fuzzer.counts, "nothing was counted")


@case("there is something of everything among them")
def everything(fuzzer):
    never = [f"{heading} {name}" for heading, counts in fuzzer.counts.items()
             for name, number in counts.items() if not number and name not in ABSENT]
    check(fuzzer.counts, "nothing was counted")
    equal(never, [], "what never came up")


@case("the same seed makes the same packets, another one others")
def repeated(fuzzer):
    first, second, other = (
        [line for line in fuzzer.good("--dry", "--packets", PACKETS, "--seed", seed)
         if line.startswith("digest ")] for seed in "778")
    equal(first, second, "packets")
    check(first and first != other, f"the same packets from two seeds: {first}")


@case("what is not as it has to be is noticed")
def noticed(fuzzer):
    done = fuzzer.run("--packets", "1024", "--falsify", "100")
    equal(done.returncode, 1, "exit status")
    for words in ("seed 1 step ", "forwarded twice to ", "copies sent: "):
        check(words in done.stderr, f"nothing is said of '{words}': {done.stderr}")
    complaints = int(done.stdout.split()[-2])
    check(complaints >= 4, f"too little is said: {done.stderr}")


if __name__ == "__main__":
    run(Fuzzer)
