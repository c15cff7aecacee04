# SPDX-License-Identifier: GPL-2.0
"""Pages of the documentation that can be followed: their code blocks, and the terminals
that they are typed into.

	.. code-block:: sh
	   :caption: router		commands, and the machine that they are for

	.. code-block:: none
	   :caption: /etc/some.conf	a file; so is one in sh, with such a caption

	.. code-block:: none		what the commands before it print; with a
					machine's name for its caption, what is to be
					seen there

In what is printed, "..." stands for anything within a line, as a line for any lines, and
a "\\" at the end of a line says that it goes on. Commands are given again until what
they should print is there: things take their time, and people do, too. Others must not
fail."""

import collections
import contextlib
import os
import re
import select
import shutil
import signal
import subprocess
import tempfile
import time

from lib.static import program
from lib.tap import check

_TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
_BLOCK = re.compile(r"^\.\. code-block:: (sh|none)\n(?:   :caption: (.*)\n)?\n"
                    r"((?:   .*\n|\n)+)", re.M)
_HEADING = re.compile(r"^(\S.*)\n[=-]{3,}\n", re.M)

Block = collections.namedtuple("Block", "kind where text")


def _dedented(text):
    return re.sub(r"^   ", "", text, flags=re.M).strip("\n") + "\n"


def _page(name):
    path = os.path.join(_TOP, "Documentation/networking", name)
    with open(path, encoding="utf-8") as file:
        return file.read()


def readme(*programs):
    """The lines of README that begin with one of these, as commands for the router, whose
    user is root; behind three blanks stands what they are for."""
    with open(os.path.join(_TOP, "README"), encoding="utf-8") as file:
        lines = re.findall(rf"^    (?:sudo )?((?:{'|'.join(programs)}) .*)$", file.read(),
                           re.M)
    return [Block("commands", "router",
                  "".join(line.split("   ")[0] + "\n" for line in lines))]


def mentioned(name):
    """The mgm commands in the text of a page that are complete, and end."""
    commands = {" ".join(command.split())
                for command in re.findall("``(mgm [^`]+)``", _page(name))}
    return {command for command in commands
            if not re.search(r"[A-Z]|\.\.\.|monitor", command)}


def sections(name):
    """The blocks of a page under Documentation/networking, by the heading above."""
    parts = _HEADING.split(_page(name))[1:]
    return {heading: [_block(*match) for match in _BLOCK.findall(text)]
            for heading, text in zip(parts[::2], parts[1::2])}


def _block(language, caption, text):
    if caption.startswith("/"):
        return Block("file", caption, _dedented(text))
    return Block("commands" if language == "sh" else "output", caption,
                 _dedented(text))


def pattern(text):
    """A regular expression for lines that are as told; blanks count as one."""
    lines = []
    for line in text.replace("\\\n", " ").splitlines():
        words = re.escape(" ".join(line.split())).replace(re.escape("..."), ".*")
        lines.append("(?:.*\n)*?" if words == ".*" else
                     re.sub(r"\\ \.\*$", "(?: .*)?", words) + "\n")
    return re.compile("^" + "".join(lines), re.M)


class Terminal:
    """A shell on a machine; a command that fails ends it."""

    def __init__(self, netns, directory):
        self.name = netns.name
        own = f"{directory}/{netns.name}"
        environment = {**os.environ, "LC_ALL": "C",
                       "PATH": f"{directory}/bin:/usr/local/sbin:{os.environ['PATH']}"}
        if os.path.isdir(f"{directory}/lib"):
            environment["MODPROBE_OPTIONS"] = f"-d {directory}"
        with netns:
            self._shell = subprocess.Popen(
                ["unshare", "-m", "/bin/bash"], stdin=subprocess.PIPE,
                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=environment,
                start_new_session=True)
        os.set_blocking(self._shell.stdout.fileno(), False)
        self.text = ""
        self._marks = 0
        # The files of a page are in a layer above these, and go with it.
        self.type(f"set -e\nmkdir -p {own}\nmount -t tmpfs none {own}\n" + "".join(
            f"mkdir -p {own}{there}/up {own}{there}/work\n"
            f"mount -t overlay -o lowerdir={there},upperdir={own}{there}/up,"
            f"workdir={own}{there}/work none {there}\n"
            for there in ("/etc", "/usr/local/sbin")))

    def read(self, limit=0.0):
        """Take in what is printed; if nothing is, wait for it up to a limit."""
        if select.select([self._shell.stdout], [], [], limit)[0]:
            data = os.read(self._shell.stdout.fileno(), 1 << 16)
            self.text += data.decode(errors="replace")
            return bool(data)
        return True

    def type(self, commands, limit=600):
        """Give commands, and wait until the shell is through with them; return where
        in the text what they print begins."""
        while self._pending():
            pass
        began = len(self.text)
        self._marks += 1
        mark = f"--- {self._marks} ---"
        self._shell.stdin.write(f"{commands}echo '{mark}'\n".encode())
        self._shell.stdin.flush()
        end = time.monotonic() + limit
        while mark not in self.text[began:]:
            check(self.read(0.1), f"on {self.name} failed:\n{commands}"
                                  f"{self.text[began:]}")
            check(time.monotonic() < end, f"on {self.name}, not within {limit} s:\n"
                                          f"{commands}{self.text[began:]}")
        self.text = self.text.replace(mark + "\n", "")
        return began

    def _pending(self):
        before = len(self.text)
        self.read()
        return len(self.text) > before

    def put(self, path, text):
        """Write a file."""
        self.type(f"mkdir -p {os.path.dirname(path)}\n"
                  f"cat >{path} <<'END-OF-FILE'\n{text}END-OF-FILE\n")

    def shows(self, wanted, began):
        """Whether these lines have been printed since."""
        lines = [" ".join(line.split()) for line in self.text[began:].splitlines()]
        return pattern(wanted).search("".join(line + "\n" for line in lines))

    def close(self):
        """End the shell, and all that was started by it."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._shell.pid, signal.SIGTERM)
        self._shell.wait()
        self._shell.stdin.close()
        self._shell.stdout.close()


class Reader:
    """Somebody who follows pages on the machines of a lab: {name: namespace}. Files are
    for the first one."""

    def __init__(self, lab, machines):
        self._directory = lab.closing(_Directory())
        self._machines = machines
        self._first = next(iter(machines))
        self._terminals = {}
        self._lab = lab

    def terminal(self, name):
        """That on a machine."""
        if name not in self._terminals:
            self._terminals[name] = self._lab.closing(
                Terminal(self._machines[name], self._directory.path))
        return self._terminals[name]

    def follow(self, blocks, limit=150):
        """Do as the blocks say, and see what they say."""
        check(blocks, "there is nothing to follow")
        begun = {}
        last = None
        for block, after in zip(blocks, [*blocks[1:], None]):
            if block.kind == "file":
                self.terminal(self._first).put(block.where, block.text)
            elif block.kind == "commands":
                last = block
                begun = {name: len(terminal.text)
                         for name, terminal in self._terminals.items()}
                # Of what is refused the sentence is to be seen.
                allowed = after and after.kind == "output"
                begun[block.where] = self.terminal(block.where).type(
                    f"set +e\n{block.text}set -e\n" if allowed else block.text)
            else:
                self._see(block, last, begun, limit)

    def _see(self, block, commands, begun, limit):
        where = block.where or commands.where
        terminal = self.terminal(where)
        end = time.monotonic() + limit
        while not terminal.shows(block.text, begun[where]):
            check(time.monotonic() < end, f"on {where} is not seen:\n{block.text}but:\n"
                                          f"{terminal.text[begun[where]:][-4000:]}")
            again = self.terminal(commands.where).type(
                f"set +e\n{commands.text}set -e\n")
            if where == commands.where:
                begun[where] = again
            else:
                terminal.read(0.5)


class _Directory:
    """What the shells find first: the programs under test, and the modules for
    modprobe, unless they are installed."""

    def __init__(self):
        self.path = tempfile.mkdtemp(prefix="mgm-")
        mgm = os.environ.get("MGM") or os.path.join(_TOP, "tools/mgm/mgm")
        os.mkdir(f"{self.path}/bin")
        if os.access(mgm, os.X_OK):
            os.symlink(mgm, f"{self.path}/bin/mgm")
            os.symlink(program(), f"{self.path}/bin/mgm-static")
        modules = os.environ.get("MGM_MODDIR") or _TOP
        if os.path.exists(f"{modules}/mgm.ko"):
            there = f"{self.path}/lib/modules/{os.uname().release}"
            os.makedirs(there)
            for name in "mgm.ko", "mgm_igmp.ko":
                shutil.copy(f"{modules}/{name}", there)
            subprocess.run(["depmod", "-b", self.path], check=True,
                           stderr=subprocess.DEVNULL)

    def close(self):
        """Take it away."""
        shutil.rmtree(self.path, ignore_errors=True)
