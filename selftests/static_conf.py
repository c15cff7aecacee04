#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""The file of mgm-static: what "mgm-static -t" takes, what it passes over, and what
it says of the rest. It needs no kernel module."""

import os
import subprocess
import tempfile

from lib.static import program
from lib.tap import case, check, equal, run

GOOD = """\
# A comment, and an empty line

  # one that is moved in
phyint r1 enable ttl-threshold 11
phyint r2 ttl-threshold 1 enable	# the other way round
phyint r3
phyint tun+ disable
mgroup from r1 group 225.1.2.3
mgroup from r1 source 192.168.1.42 group 225.1.2.3
mgroup from r1 group 225.1.2.3/24
mgroup group 225.1.2.0/31 source 10.0.0.0/30 from eth+
ssmgroup from r1 source 192.168.1.42 group 232.1.2.3
mgroup from r1 group 224.0.0.9
mroute from r1 group 225.3.2.1 to r2 r3
mroute from r1 group 225.3.2.1 to r2 # r3 is for later
mroute from r1 source 0.0.0.0 group 225.3.2.1 to r2
mroute from r1 source 192.168.1.42 group 225.1.2.3 to r2 r3
mroute from r1 source 192.168.0.0/16 group 225.1.0.0/16 to r2
mroute\tfrom\tr1 group 224.0.0.0/4 to r2
mroute from + group 239.1.1.1 to +
mroute from nosuch0 group 239.1.1.1 to nosuch1
include {directory}/none*.conf
"""

# A line, and what is said of it.
WARNINGS = [
    ("phyint r1 enable mrdisc ttl-threshold 3", "there is no 'mrdisc' here"),
    ("mgroup from r1 group ff05::1", "IPv6 is not routed; passed over"),
    ("mroute from r1 source 2001:db8::1 group ff05::1 to r2",
     "IPv6 is not routed; passed over"),
    ("mroute from r1 group 225.1.2.3", "it leads nowhere without 'to'; passed over"),
    ("mroute from r1 group 225.1.2.3 to", "it leads nowhere without 'to'; passed over"),
    ("mroute from r1 group 224.0.0.5 to r2",
     "groups in 224.0.0.0/24 are never forwarded; passed over"),
    ("mroute from r1 group 225.1.2.3 to r1 r2",
     "packets do not go back to r1, where they come from"),
    ("phyint r9 disable", None),
    ("mroute from r1 group 225.1.2.3 to r9", "nothing goes out on r9, it is disabled"),
    ("include {directory}/none.conf", "there is no {directory}/none.conf"),
]

ERRORS = [
    ("multicast on", "there is no command 'multicast'"),
    ("phyint", "the name of an interface is missing after 'phyint'"),
    ("phyint # r1", "the name of an interface is missing after 'phyint'"),
    ("phyint r1 threshold 3", "phyint does not know the word 'threshold'"),
    ("phyint a-name-that-is-too-long", "'a-name-that-is-too-long' is not the name of "
     "an interface"),
    ("phyint r1/r2", "'r1/r2' is not the name of an interface"),
    ("phyint r1 ttl-threshold", "a number is missing after 'ttl-threshold'"),
    ("phyint r1 ttl-threshold 0", "'0' is not a TTL threshold from 1 to 255"),
    ("phyint r1 ttl-threshold 256", "'256' is not a TTL threshold from 1 to 255"),
    ("phyint r1 ttl-threshold 3x", "'3x' is not a TTL threshold from 1 to 255"),
    ("phyint r1 ttl-threshold 4294967297",
     "'4294967297' is not a TTL threshold from 1 to 255"),
    ("mgroup group 225.1.2.3", "mgroup needs 'from'"),
    ("mgroup from r1", "mgroup needs 'group'"),
    ("mgroup from", "nothing follows 'from'"),
    ("mgroup from r1 group 225.1.2.3 to r2", "mgroup does not know the word 'to'"),
    ("mgroup from r1 group 225.0.0.0/15", "these are more than 65536 groups to join"),
    ("mgroup from r1 source 10.0.0.0/8 group 225.0.0.0/16",
     "these are more than 65536 groups to join"),
    ("mroute to r2", "mroute needs 'from'"),
    ("mroute from r1 from r2 group 225.1.2.3 to r3", "'from' is there twice"),
    ("mroute from r1 group 225.1.2.3 oif r2", "mroute does not know the word 'oif'"),
    ("mroute from r1 group 225.1.2 to r2",
     "'225.1.2' is not an address, or ADDRESS/LENGTH"),
    ("mroute from r1 group 225.1.2.3/ to r2",
     "'225.1.2.3/' is not an address, or ADDRESS/LENGTH"),
    ("mroute from r1 group 225.1.2.3/33 to r2",
     "'225.1.2.3/33' is not an address, or ADDRESS/LENGTH"),
    ("mroute from r1 group 225.1.2.3/-1 to r2",
     "'225.1.2.3/-1' is not an address, or ADDRESS/LENGTH"),
    ("mroute from r1 group 192.168.1.1 to r2",
     "'192.168.1.1' is not a multicast group, or a range of them"),
    ("mroute from r1 group 224.0.0.0/3 to r2",
     "'224.0.0.0/3' is not a multicast group, or a range of them"),
    ("mroute from r1 source 225.1.1.1 group 225.1.2.3 to r2",
     "'225.1.1.1' is not the address of a source"),
    ("mroute from r1 source 1.2.3.4.5.6.7.8.9 group 225.1.2.3 to r2",
     "'1.2.3.4.5.6.7.8.9' is not an address, or ADDRESS/LENGTH"),
    ("mroute from r1 group 225.1.2.3 to a-name-that-is-too-long",
     "'a-name-that-is-too-long' is not the name of an interface"),
    ("include", "include takes one file, or a pattern for files"),
    ("include a b", "include takes one file, or a pattern for files"),
    ("include {directory}", "cannot read {directory}: Is a directory"),
]


class Files:
    """A directory for the files of one case."""

    def __init__(self):
        self.end_case()

    def end_case(self):
        """Begin with an empty one."""
        self.close()
        self._directory = tempfile.TemporaryDirectory(prefix="mgm-")
        self.directory = self._directory.name

    def close(self):
        """Take it away."""
        if hasattr(self, "_directory"):
            self._directory.cleanup()

    def write(self, name, text):
        """A file in it; return its path."""
        path = os.path.join(self.directory, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return path

    def check(self, path, *options):
        """The exit status, and the lines of what is said."""
        done = subprocess.run([program(), *options, "-t", path], text=True, check=False,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        equal(done.stdout, "", "output")
        return done.returncode, done.stderr.splitlines()

    def expect(self, table, status, kind):
        """Check a file of all lines of a table: each is told of by its number."""
        lines = [line.format(directory=self.directory) for line, _ in table]
        path = self.write("all.conf", "\n".join(lines) + "\n")
        got, said = self.check(path)
        wanted = [f"mgm-static: {path}:{number}: {kind}"
                  f"{complaint.format(directory=self.directory)}"
                  for number, (_, complaint) in enumerate(table, 1) if complaint]
        equal(said, wanted, "what is said")
        equal(got, status, "exit status")


@case("a good file is good, and nothing is said of it")
def good(files):
    path = files.write("good.conf", GOOD.format(directory=files.directory))
    equal(files.check(path), (0, []), "status, and what is said")
    equal(files.check(files.write("empty.conf", "")), (0, []), "of an empty file")


@case("what smcroute takes and is of no use here is passed over with a warning")
def warnings(files):
    files.expect(WARNINGS, 0, "warning: ")


@case("every error is told of with file and line")
def errors(files):
    files.expect(ERRORS, 1, "")


@case("one error among good lines makes a file bad, in the last line without an end too")
def one_error(files):
    path = files.write("bad.conf", "phyint r1\nmroute from r1")
    equal(files.check(path), (1, [f"mgm-static: {path}:2: mroute needs 'group'"]),
          "status, and what is said")


@case("files are included in the order of their names, relative to who includes them")
def includes(files):
    main = files.write("etc/main.conf", "phyint r1\ninclude main.d/*.conf\n")
    second = files.write("etc/main.d/2.conf", "\nwrong\n")
    first = files.write("etc/main.d/1.conf", "also wrong\n")
    files.write("etc/main.d/3.other", "wrong too\n")
    equal(files.check(main), (1, [
        f"mgm-static: {first}:1: there is no command 'also'",
        f"mgm-static: {second}:2: there is no command 'wrong'"]),
        "status, and what is said")


@case("a file that includes itself is found out")
def includes_itself(files):
    main = files.write("main.conf", "include main.conf\n")
    equal(files.check(main), (1, [
        f"mgm-static: {main}:1: files include each other more than 16 deep"]),
        "status, and what is said")


@case("a file that is not there is told of, and of a warning -l err says nothing")
def levels(files):
    path = os.path.join(files.directory, "none.conf")
    equal(files.check(path), (1, [f"mgm-static: {path}: No such file or directory"]),
          "status, and what is said")
    path = files.write("warned.conf", "phyint r1 mrdisc\n")
    equal(files.check(path, "-l", "err"), (0, []), "status, and what is said")
    path = files.write("wrong.conf", "wrong\n")
    equal(files.check(path, "-l", "none"), (1, []), "status, and what is said")


@case("in systemd's journal messages have their priority")
def journal(files):
    path = files.write("both.conf", "phyint r1 mrdisc\nwrong\n")
    os.environ["JOURNAL_STREAM"] = "8:1"
    try:
        status, said = files.check(path)
    finally:
        del os.environ["JOURNAL_STREAM"]
    equal((status, [line[:3] for line in said]), (1, ["<4>", "<3>"]), "priorities")
    check("mgm-static" not in said[0], f"the journal knows who says '{said[0]}'")


@case("lines, files and lists may be long")
def long(files):
    names = " ".join(f"e{number}" for number in range(1000))
    routes = [f"mroute from r1 group 239.{number >> 8}.{number & 255}.1 to {names}\n"
              for number in range(500)]
    equal(files.check(files.write("long.conf", "".join(routes))), (0, []),
          "status, and what is said")


@case("wrong options are refused, and those for people answered")
def options(_):
    for words, status in ((["-h"], 0), (["-V"], 0), (["-x"], 2), (["more"], 2),
                          (["-l", "loud"], 2), (["-c", "-1"], 2), (["-i", "3x"], 2),
                          (["-c", "4294967296"], 2), (["-N", "n" * 32], 2)):
        done = subprocess.run([program(), *words], text=True, check=False,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        equal(done.returncode, status, f"exit status of mgm-static {' '.join(words)}")
        equal(bool(done.stdout), status == 0, "output")
        equal(bool(done.stderr), status != 0, "complaints")


if __name__ == "__main__":
    run(Files, kernel=False)
