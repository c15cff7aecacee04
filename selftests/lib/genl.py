# SPDX-License-Identifier: GPL-2.0
"""The netlink families "mgm" and "mgm_igmp": one client a socket, attributes as
dictionaries.

Keys are the attributes' names without their set, in small letters, addresses
without the 4 where nothing else has that name: {"ifindex": 3, "group":
"239.1.1.1", ...}. Values are int or str; of nests dictionaries, in a list where
there can be several.
"""

import select
import socket
import struct
import time

from lib import abi
from lib.netlink import NLM_F_DUMP, SOL_NETLINK, Netlink, NetlinkError, attribute, \
    attributes

NETLINK_GENERIC, NETLINK_ADD_MEMBERSHIP = 16, 1
SO_RCVBUFFORCE = 33
ENOENT, ENOBUFS = 2, 105

GENL_ID_CTRL = 16
CTRL_CMD_GETFAMILY = 3
CTRL_ATTR_FAMILY_ID, CTRL_ATTR_FAMILY_NAME, CTRL_ATTR_MCAST_GROUPS = 1, 2, 7
CTRL_ATTR_MCAST_GRP_NAME, CTRL_ATTR_MCAST_GRP_ID = 1, 2
FAMILY_VERSION = 1
NLA_F_NESTED = 1 << 15

_STRINGS = {"name", "module", "owner_name"}
_BYTES = {"packet"}
_NESTS = {"oif": "oif", "veto": "oif", "drops": "drop", "stats": "stats",
          "source": "source"}
_REPEATED = {"oif", "veto", "source"}
# What a command carries, where its first word does not say so.
_OBJECTS = {"igmp": "interface", "join": "group", "leave": "group"}


class _Set:
    """One attribute set of a family: from names to numbers and back."""

    def __init__(self, prefix, sets):
        self.sets = sets
        self.names = {}
        self.numbers = {}
        known = abi.names(prefix)
        for number, name in known.items():
            address = name[-1] in "46"
            if name.endswith("4") and name[:-1] not in known.values():
                name = name[:-1]
            self.names[number] = (name, address)
            self.numbers[name] = number

    def encode(self, values):
        parts = []
        for name, value in values.items():
            if value is None:
                continue
            if name in _STRINGS:
                data = value.encode() + b"\0"
            elif isinstance(value, list):
                nested = self.sets[_NESTS[name]]
                parts += [attribute(self.numbers[name] | NLA_F_NESTED, nested.encode(v))
                          for v in value]
                continue
            elif isinstance(value, str):
                family = socket.AF_INET6 if ":" in value else socket.AF_INET
                data = socket.inet_pton(family, value)
            else:
                data = struct.pack("=I", value)
            parts.append(attribute(self.numbers[name], data))
        return b"".join(parts)

    def decode(self, data):
        values = {}
        for number, value in attributes(data):
            name, address = self.names.get(number, (f"?{number}", False))
            if name == "pad":
                continue
            if address:
                family = socket.AF_INET if len(value) == 4 else socket.AF_INET6
                values[name] = socket.inet_ntop(family, value)
            elif name in _NESTS:
                nested = self.sets[_NESTS[name]].decode(value)
                if name in _REPEATED:
                    values.setdefault(name, []).append(nested)
                else:
                    values[name] = nested
            elif name in _BYTES:
                values[name] = bytes(value)
            elif name in _STRINGS:
                values[name] = value.rstrip(b"\0").decode()
            else:
                values[name] = int.from_bytes(value, "little")
        return values


class _Family:
    """What the headers say of a family: its commands, its attribute sets."""

    def __init__(self, prefix, *sets):
        self.commands = abi.names(prefix + "CMD_")
        self.numbers = {name: number for number, name in self.commands.items()}
        self.sets = {}
        for name in sets:
            self.sets[name] = _Set(f"{prefix}A_{name.upper()}_", self.sets)

    def object(self, command):
        """The attribute set that a command or notification carries."""
        first = self.commands.get(command, "").split("_")[0]
        return self.sets[_OBJECTS.get(first, first)]


_FAMILIES = {
    "mgm": _Family("MGM_", "protocol", "interface", "drop", "membership", "mfe", "oif",
                   "limit", "config", "alert"),
    "mgm_igmp": _Family("MGM_IGMP_", "interface", "stats", "group", "source"),
}


class Client(Netlink):
    """A socket of a family in a network namespace.

    A registration made on it lives as long as it does."""

    def __init__(self, netns, name="mgm"):
        super().__init__(netns, NETLINK_GENERIC)
        self.known = _FAMILIES[name]
        _, payload = self._talk(GENL_ID_CTRL, CTRL_CMD_GETFAMILY, 0, attribute(
            CTRL_ATTR_FAMILY_NAME, name.encode() + b"\0"))[0]
        family = dict(attributes(payload))
        self.family = struct.unpack("=H", family[CTRL_ATTR_FAMILY_ID][:2])[0]
        self.groups = {}
        for _, group in attributes(family.get(CTRL_ATTR_MCAST_GROUPS, b"")):
            group = dict(attributes(group))
            name = group[CTRL_ATTR_MCAST_GRP_NAME].rstrip(b"\0").decode()
            self.groups[name] = struct.unpack("=I", group[CTRL_ATTR_MCAST_GRP_ID])[0]

    def _talk(self, family, command, flags, payload):
        """Send a request; return the answers as (command, attributes)."""
        return [(body[0], body[4:]) if body else (None, b"")
                for body in self.request(family, flags, struct.pack(
                    "=BBH", command, FAMILY_VERSION, 0) + payload)]

    def call(self, command, **values):
        """One request that answers one object, or none: a dictionary."""
        number = self.known.numbers[command]
        answer = {}
        for answered, body in self._talk(self.family, number, 0,
                                         self.known.object(number).encode(values)):
            answer = self.known.object(answered).decode(body)
        return answer

    def calls(self, command, requests):
        """Several requests in one send, each a dictionary; return for each None, or
        the refusal."""
        number = self.known.numbers[command]
        head = struct.pack("=BBH", number, FAMILY_VERSION, 0)
        return self.requests(self.family, [
            head + self.known.object(number).encode(values) for values in requests])

    def dump(self, command, **values):
        """All objects of a kind: a list, taken again if it was interrupted."""
        number = self.known.numbers[command]
        while True:
            answers = self._talk(self.family, number, NLM_F_DUMP,
                                 self.known.object(number).encode(values))
            if all(answered is not None for answered, _ in answers):
                return [self.known.object(answered).decode(body)
                        for answered, body in answers]

    def mfe(self, group, source):
        """The entry of (source, group), or None."""
        try:
            return self.call("mfe_get", group=group, source=source)
        except NetlinkError as error:
            if error.errno != ENOENT:
                raise
            return None

    def limit(self, name):
        """One bound of the namespace."""
        number = getattr(abi, "MGM_LIMIT_" + name.upper())
        for limit in self.dump("limit_get"):
            if limit["id"] == number:
                return limit
        raise KeyError(name)

    # --- alerts --------------------------------------------------------

    def told(self, limit=0.0):
        """What the kernel has told this socket unasked, as [(name, attributes)]; if
        that is nothing, it is waited for up to a limit."""
        while select.select([self.socket], [], [], 0 if self.aside else limit)[0]:
            try:
                self.aside += [(kind, body) for kind, sequence, _, body in self.read()
                               if not sequence]
            except OSError as error:
                # Told once that something was lost.
                if error.errno != ENOBUFS:
                    raise
        told = [(self.known.commands[body[0]],
                 self.known.object(body[0]).decode(body[4:]))
                for kind, body in self.aside if kind == self.family]
        self.aside.clear()
        return told

    # --- notifications -------------------------------------------------

    def subscribe(self):
        """From now on, events() has the namespace's notifications. Such a client
        is for nothing else."""
        self.socket.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 4 << 20)
        self.socket.setsockopt(SOL_NETLINK, NETLINK_ADD_MEMBERSHIP,
                               self.groups["monitor"])

    def events(self, until=None, limit=0.0):
        """What has been announced, as [(name, attributes)].

        until(name, attributes) tells the event to stop after; without it, or if
        it does not come within the limit, all that is there is returned."""
        found = []
        end = time.monotonic() + limit
        while True:
            left = max(0.0, end - time.monotonic()) if until else 0.0
            if not select.select([self.socket], [], [], left)[0]:
                return found
            for kind, _, _, body in self.read():
                if kind != self.family:
                    continue
                event = (self.known.commands[body[0]],
                         self.known.object(body[0]).decode(body[4:]))
                found.append(event)
                if until and until(*event):
                    return found
