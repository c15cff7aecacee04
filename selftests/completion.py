#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Completion of mgm for bash: it offers what the command takes, and all of that.

It needs neither a kernel nor root: where the command would ask the kernel, a function
stands for it."""

import functools
import os
import re
import subprocess

from lib.tap import Skip, case, check, equal, run

_TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
MGM = os.environ.get("MGM") or os.path.join(_TOP, "tools/mgm/mgm")
SCRIPT = os.path.join(_TOP, "tools/mgm/completion/mgm")

OBJECTS = "protocol interface membership mfe igmp limit config monitor".split()
# What stands between an object and the words of a command, if not its name alone.
BETWEEN = {"limit set": "limit set mfes"}
ALIASES = {"list", "delete"}

# Completes each line of its input, or runs it if it begins with "!", and prints a line
# of what is offered. The command itself is a function: what it would ask the kernel is
# made up.
BASH = r"""
mgm()
{
	local words="$*"

	case $words in
	*help)			command "$MGM" "$@" ;;
	"protocol show")	printf 'protocol %d id 1 component 0\n' 17 4 ;;
	"-n blue protocol show") printf 'protocol 99 id 1 component 0\n' ;;
	"mfe show")		printf '(10.0.0.1, 239.1.1.%d) iif eth0\n' 1 2
				printf '    oif eth1\n' ;;
	"membership show")	printf '(*, 239.1.1.%d) dev eth0\n' 2 3
				printf '(*, *) dev eth0\n' ;;
	*)			echo "unexpected: $words" >&2 ;;
	esac
}
timeout() { shift; "$@"; }
ip() { printf '7: tunnel0@NONE: <UP>\n8: eth5: <UP>\n'; }

. "$SCRIPT"
while IFS= read -r line; do
	read -ra COMP_WORDS <<< "$line"
	[[ $line != *" " ]] || COMP_WORDS+=('')
	COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
	COMPREPLY=()
	case $line in
	!*)	eval "${line#!}" ;;
	*)	_mgm mgm "${COMP_WORDS[COMP_CWORD]}" "" ;;
	esac
	echo "${COMPREPLY[*]}"
done
"""


class Shell:
    """The one shell in which everything is completed, as somebody would."""

    def __init__(self):
        self.bash = subprocess.Popen(
            ["bash", "-c", BASH, "bash"], text=True, bufsize=1,
            env=dict(os.environ, MGM=MGM, SCRIPT=SCRIPT),
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)

    def complete(self, line):
        """What is offered, as a list of words, sorted."""
        self.bash.stdin.write(line + "\n")
        return sorted(self.bash.stdout.readline().split())

    def end_case(self):
        """Nothing."""

    def close(self):
        """End it."""
        self.bash.communicate()


def offers(shell, line, *words):
    """Fail unless exactly these words are offered."""
    equal(shell.complete(line), sorted(words), f"offered for {line!r}")


@functools.lru_cache(None)
def taken(line):
    """What the command itself takes there, as it says of a word that it does not know."""
    done = subprocess.run([MGM, *line.split(), "?"], text=True, check=False,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    equal(done.returncode, 1, f"exit status of mgm {line} ?")
    known = re.match(r'mgm: unknown [^"]*"\?"(?:; there is:(.*))?\n', done.stderr)
    check(known, f"mgm {line} ? says {done.stderr!r}")
    return sorted(set((known[1] or "").split()) - ALIASES)


def commands_of(name):
    """The commands of an object, each with what has to stand before its words."""
    return [BETWEEN.get(f"{name} {command}", f"{name} {command}")
            for command in (taken(name) if name != "monitor" else [])]


def setup():
    """Nothing but a shell."""
    if not os.path.exists(MGM):
        raise Skip(f"no {MGM}; name the command in $MGM")
    return Shell()


@case("objects and options are those that the help text has")
def first(shell):
    offers(shell, "mgm ", *OBJECTS, "help")
    offers(shell, "mgm -j ", *OBJECTS, "help")
    offers(shell, "mgm m", "membership", "mfe", "monitor")
    offers(shell, "mgm -", *"-j -p -s -t -n -V -h".split())
    offers(shell, "mgm help ")
    equal(set(taken("")) - {"limits"}, set(OBJECTS), "objects of the command")


@case("the commands of every object are offered, and no others")
def commands(shell):
    for name in OBJECTS:
        if name != "monitor":
            # Without a command, the words of "show" are allowed too.
            offers(shell, f"mgm {name} ", "help", *taken(name), *taken(f"{name} show"))
    offers(shell, "mgm monitor ", "help", *taken("monitor"))


@case("the words of every command are offered, and no others")
def words(shell):
    for name in OBJECTS:
        for line in commands_of(name):
            offers(shell, f"mgm {line} ", *taken(line))


@case("the manual page has all of them, too")
def manual(_shell):
    with open(os.path.join(_TOP, "Documentation/man/mgm.8"), encoding="utf-8") as page:
        known = set(re.findall(r"[a-z-]+", page.read().replace("\\-", "-")))
    for name in OBJECTS:
        needed = {name, *taken(name)}.union(*(taken(line) for line in commands_of(name)))
        equal(needed - known, set(), f"words of {name} that are not there")


@case("what is said is not offered again, but devices that there can be more of are")
def again(shell):
    offers(shell, "mgm interface release dev eth0 n", "nexthop")
    offers(shell, "mgm interface release dev eth0 d")
    offers(shell, "mgm interface release nexthop 10.0.0.1 handle 3 ", "dev")
    offers(shell, "mgm membership add join forward j")
    offers(shell, "mgm protocol run id 10 id 1 dev eth0 dev eth1 d", "dev")
    offers(shell, "mgm monitor mfe alert m", "membership")


@case("after a word come its values")
def values(shell):
    devices = os.listdir("/sys/class/net")
    for line in ("interface show dev", "mfe set iif", "protocol run id 1 dev",
                 "monitor dev", "igmp enable dev"):
        offers(shell, f"mgm {line} ", *devices)
    offers(shell, "mgm interface set wrong-if ", "on", "off")
    offers(shell, "mgm igmp set version ", "1", "2", "3")
    offers(shell, "mgm membership type a", "all-sources", "any-source")
    offers(shell, "mgm config set rpf-table ", "none")
    offers(shell, "mgm mfe set upstream ", "onlink")
    offers(shell, "mgm membership add source ", "any")
    offers(shell, "mgm limit set pending-", "pending-flows", "pending-flow-packets",
           "pending-bytes")
    offers(shell, "mgm limit set mfes ", "value")
    offers(shell, "mgm limit set mfes value ")
    offers(shell, "mgm protocol register name ")


@case("handles and groups are those that there are at present")
def present(shell):
    for line in ("membership del", "monitor"):
        offers(shell, f"mgm {line} handle ", "17", "4")
    offers(shell, "mgm protocol handle 1", "17")
    offers(shell, "mgm membership add group ", "239.1.1.1", "239.1.1.2", "239.1.1.3", "any")
    offers(shell, "mgm mfe group ", "239.1.1.1", "239.1.1.2", "239.1.1.3")


@case("in another namespace there are other handles and devices")
def namespace(shell):
    there = sorted(os.listdir("/run/netns")) if os.path.isdir("/run/netns") else []
    offers(shell, "mgm -n ", *there)
    offers(shell, "mgm -s -n blue protocol deregister handle ", "99")
    offers(shell, "mgm -n blue interface dev ", "eth5", "tunnel0")


@case("shortened objects, commands and words, and late options, change nothing")
def shortened(shell):
    offers(shell, "mgm prot dereg ", "handle")
    offers(shell, "mgm int -s t d lo ", "handle", "nexthop", "ttl-threshold")
    offers(shell, "mgm mem -j sh ty ", "all-sources", "any-source")


@case("with bash-completion's own start it is the same")
def with_init(shell):
    shell.complete('! _init_completion() { words=("${COMP_WORDS[@]}"); cword=$COMP_CWORD; '
                   'cur=${words[cword]}; }')
    offers(shell, "mgm interface set wrong-if ", "on", "off")
    shell.complete("! _init_completion() { return 1; }")
    offers(shell, "mgm ")


if __name__ == "__main__":
    run(setup, kernel=False)
