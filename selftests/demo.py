#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""The demo: the first that most people see of MGM. It looks at each of its steps itself."""

import os
import subprocess

from lib.tap import Skip, case, equal, run

DEMO = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))),
                    "tools/demo/demo")


class Nobody:
    """The demo makes what it needs."""

    def __init__(self):
        if os.geteuid():
            raise Skip("needs root")

    def end_case(self):
        """Nothing is to be taken back."""

    def close(self):
        """Nor here."""


@case("all steps of the demo are as they should be")
def demo(_):
    done = subprocess.run([DEMO], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, check=False)
    equal(done.returncode, 0, f"exit status: {done.stdout}")


run(Nobody)
