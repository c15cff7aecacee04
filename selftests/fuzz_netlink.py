#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""The fuzzer of the netlink families, a few thousand messages of one seed, behind those
of the corpus: what reached code that little else reaches, and what once did harm. By
hand it runs for as long as one likes: fuzz/fuzz_netlink --help."""

import os
import subprocess

from lib.tap import case, check, equal, note, run

HERE = os.path.dirname(os.path.abspath(__file__))
FUZZER = os.path.join(os.environ.get("MGM_MODDIR") or os.path.dirname(HERE),
                      "selftests/fuzz.build/fuzz_netlink")
CORPUS = os.path.join(HERE, "fuzz/netlink_corpus.txt")
MESSAGES = os.environ.get("MGM_FUZZ_MESSAGES") or "8000"
CHANGED, FEW = "2000", "600"


class Fuzzer:
    """What the fuzzer has said: its lines, and how messages were answered."""

    def __init__(self):
        self.answers = {}	# (class, family, command) -> errno -> count

    def run(self, *options):
        """Run it; return its lines."""
        done = subprocess.run([FUZZER, *options], text=True, capture_output=True,
                              check=False)
        note(done.stdout.splitlines()[-1] if done.stdout else "nothing was said")
        equal((done.returncode, done.stderr), (0, ""), "complaints")
        return done.stdout.splitlines()

    def remember(self, lines):
        """Keep the answers that were counted."""
        for line in lines:
            words = line.split()
            if words[0] in ("valid", "nearly", "garbage"):
                self.answers[tuple(words[:3])] = {
                    name: int(count) for name, count in
                    (word.split(":") for word in words[3:])}

    def end_case(self):
        """Nothing is to be taken back."""

    def close(self):
        """Nor here."""


def digest(lines):
    """What says which messages were sent."""
    return [line for line in lines if line.startswith("sent ")]


@case("the messages of the corpus are answered, as they are and changed")
def corpus(fuzzer):
    lines = fuzzer.run("--corpus", CORPUS, "--guide", "80", "--messages", CHANGED)
    with open(CORPUS, encoding="utf-8") as file:
        kept = [line for line in file if line.strip() and line[0] != "#"]
    check(kept, "there are none")
    equal(lines[0], f"{len(kept)} lines of {CORPUS}", "what was read")


@case(f"{MESSAGES} messages are answered as they have to be, and nothing is left of them")
def answered(fuzzer):
    fuzzer.remember(fuzzer.run("--messages", MESSAGES))
    check(fuzzer.answers, "no answers were counted")


@case("of every command some good messages succeed, and some bad ones are refused")
def worth_it(fuzzer):
    commands = {key[1:] for key in fuzzer.answers}
    # It takes an entry, which only packets make, and the protocol that has its way in:
    # in a short run that may not come together.
    rare = {("mgm", "mfe-set")} if int(MESSAGES) < 8000 else set()
    without = [" ".join(command) for command in sorted(commands - rare)
               if not fuzzer.answers.get(("valid", *command), {}).get("ok")]
    equal(without, [], "commands that never succeeded")
    without = [" ".join(command) for command in sorted(commands)
               if not set(fuzzer.answers.get(("nearly", *command), {})) - {"ok"}]
    equal(without, [], "commands that were never refused")


@case("the same seed sends the same messages")
def repeated(fuzzer):
    first, second = (digest(fuzzer.run("--messages", FEW)) for _ in range(2))
    equal(first, second, "messages")
    check(first, "the fuzzer does not say what it sent")


if __name__ == "__main__":
    run(Fuzzer)
