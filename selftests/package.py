#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""The version: the file VERSION says it, and all that is built and packed has it from
there. It needs no kernel module loaded."""

import os
import re
import subprocess

from lib.static import program
from lib.tap import Skip, case, check, equal, run

_TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
MODULES = os.environ.get("MGM_MODDIR") or _TOP
MGM = os.environ.get("MGM") or os.path.join(_TOP, "tools/mgm/mgm")


def says(*command):
    """What a command prints."""
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True,
                          cwd=_TOP).stdout


def read(name):
    """A file of the tree."""
    with open(os.path.join(_TOP, name), encoding="utf-8") as file:
        return file.read()


@case("it is three numbers, and nothing else")
def numbers(version):
    check(re.fullmatch(r"[0-9]+\.[0-9]+\.[0-9]+", version), version)


@case("both modules have it")
def modules(version):
    for name in ("mgm", "mgm_igmp"):
        path = os.path.join(MODULES, name + ".ko")
        if not os.path.exists(path):
            raise Skip(f"no {path}")
        equal(says("modinfo", "-F", "version", path).strip(), version, name)


@case("mgm -V and mgm-static -V tell it")
def tools(version):
    equal(says(MGM, "-V").split(",")[0], f"mgm {version}", "mgm -V")
    equal(says(program(), "-V").strip(), f"mgm-static {version}", "mgm-static -V")


@case("the library and libmgm.pc are installed with it")
def library(version):
    done = says("make", "-n", "-C", "tools/lib", "install", "PREFIX=/usr",
                "DESTDIR=/nowhere")
    check(f"/nowhere/usr/lib/libmgm.so.{version}" in done, "the library")
    check(f"@VERSION@|{version}|" in done, "libmgm.pc")


@case("Debian's packages are of that version")
def packages(version):
    equal(read("debian/changelog").split("\n", maxsplit=1)[0].split()[1],
          f"({version})", "debian/changelog")


class Version(str):
    """Nothing is to be undone."""

    def end_case(self):
        """After a case."""

    def close(self):
        """After all."""


run(lambda: Version(read("VERSION").strip()), kernel=False)
