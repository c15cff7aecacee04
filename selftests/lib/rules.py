# SPDX-License-Identifier: GPL-2.0
"""Rules of a firewall on the router, by nft."""

import json
import shutil

from lib.tap import Skip


def load(lab, rules):
    """Add these, for the length of the case."""
    if not shutil.which("nft"):
        raise Skip("no nft")
    lab.case.callback(lab.router.program, ["nft", "flush", "ruleset"])
    lab.router.program(["nft", "-f", "-"], rules)


def counters(lab):
    """The packets that the named counters have counted."""
    listed = json.loads(lab.router.program(["nft", "-j", "list", "counters"]))
    return {item["counter"]["name"]: item["counter"]["packets"]
            for item in listed["nftables"] if "counter" in item}
