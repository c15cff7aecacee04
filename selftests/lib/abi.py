# SPDX-License-Identifier: GPL-2.0
"""The constants of <linux/mgm.h> and <linux/mgm_igmp.h>, read from the headers
themselves: MGM_CMD_MFE_GET and the rest are attributes of this module."""

import os
import re

_top = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def _read(path):
    with open(path, encoding="utf-8") as header:
        text = re.sub(r"/\*.*?\*/", "", header.read(), flags=re.S)
    values = {}
    for body in re.findall(r"enum \w+ \{(.*?)\}", text, flags=re.S):
        following = 0
        for entry in filter(None, (e.strip() for e in body.split(","))):
            name, _, value = (part.strip() for part in entry.partition("="))
            # What the kernel's tables end with.
            if name.startswith("__") or value.startswith("("):
                continue
            values[name] = int(value, 0) if value else following
            following = values[name] + 1
    return values


for _path in (os.environ.get("MGM_UAPI") or "",
              os.path.join(_top, "uapi/linux/mgm.h"),
              "/usr/include/linux/mgm.h"):
    if os.path.exists(_path):
        globals().update(_read(_path))
        globals().update(_read(os.path.join(os.path.dirname(_path), "mgm_igmp.h")))
        break
else:
    raise FileNotFoundError("no linux/mgm.h; name it in $MGM_UAPI")


def names(prefix):
    """Number -> rest of the name, of all constants that begin with prefix."""
    return {value: name[len(prefix):].lower()
            for name, value in globals().items()
            if name.startswith(prefix) and isinstance(value, int)}
