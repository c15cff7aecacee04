# SPDX-License-Identifier: GPL-2.0
"""Kernel modules under test: found in $MGM_MODDIR, by default the top of the
checkout, loaded if absent, and in the end unloaded if it was us."""

import os
import subprocess

# What a module of ours needs of the others.
_NEEDS = {"mgm_igmp": "mgm", "mgm_test": "mgm"}

_top = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
_loaded = []


class Missing(Exception):
    """The module is neither loaded nor built."""


def present(name):
    """Whether the module is loaded."""
    return os.path.isdir(f"/sys/module/{name}")


def load(name):
    """Load a module and what it needs, unless it is there."""
    if present(name):
        return
    if name in _NEEDS:
        load(_NEEDS[name])
    path = os.path.join(os.environ.get("MGM_MODDIR") or _top, name + ".ko")
    if os.path.exists(path):
        done = subprocess.run(["insmod", path], stderr=subprocess.PIPE, text=True)
    else:
        # Installed, perhaps.
        done = subprocess.run(["modprobe", name], stderr=subprocess.PIPE, text=True)
        if done.returncode:
            raise Missing(f"module {name} is neither loaded nor in {path}")
    if done.returncode:
        raise RuntimeError(done.stderr.strip())
    _loaded.append(name)


def unload(name):
    """Unload a module, and before it those that need it."""
    for user in os.listdir(f"/sys/module/{name}/holders"):
        unload(user)
    subprocess.run(["rmmod", name], check=True)
    if name in _loaded:
        _loaded.remove(name)


def unload_ours():
    """Unload what load() has loaded, last first, and whatever needs it."""
    while _loaded:
        unload(_loaded[-1])
