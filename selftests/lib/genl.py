# SPDX-License-Identifier: GPL-2.0
"""The netlink family "mgm": one client a socket, attributes as dictionaries.

Keys are the attributes' names without their set, in small letters, addresses
without the 4: {"ifindex": 3, "group": "239.1.1.1", ...}. Values are int or str.
"""

import os
import select
import socket
import struct
import time

from lib import abi

NETLINK_GENERIC = 16
SO_RCVBUFFORCE = 33
SOL_NETLINK = 270
NETLINK_ADD_MEMBERSHIP, NETLINK_CAP_ACK, NETLINK_EXT_ACK = 1, 10, 11
NETLINK_GET_STRICT_CHK = 12

NLM_F_REQUEST, NLM_F_ACK, NLM_F_DUMP = 1, 4, 0x300
NLM_F_CAPPED, NLM_F_ACK_TLVS, NLM_F_DUMP_INTR = 0x100, 0x200, 0x10
NLMSG_ERROR, NLMSG_DONE = 2, 3
NLMSGERR_ATTR_MSG, NLMSGERR_ATTR_OFFS = 1, 2

GENL_ID_CTRL = 16
CTRL_CMD_GETFAMILY = 3
CTRL_ATTR_FAMILY_ID, CTRL_ATTR_FAMILY_NAME, CTRL_ATTR_MCAST_GROUPS = 1, 2, 7
CTRL_ATTR_MCAST_GRP_NAME, CTRL_ATTR_MCAST_GRP_ID = 1, 2

_STRINGS = {"name", "module", "owner_name"}
_NESTS = {"oif": "oif"}
_commands = abi.names("MGM_CMD_")


class MgmError(OSError):
    """MGM refused: errno, and its sentence."""

    def __init__(self, code, sentence):
        super().__init__(code, sentence or os.strerror(code))
        self.sentence = sentence


class _Set:
    """One attribute set: from names to numbers and back."""

    def __init__(self, prefix):
        self.prefix = prefix
        self.names = {}
        self.numbers = {}
        for number, name in abi.names(prefix).items():
            address = name[-1] in "46"
            if name.endswith("4"):
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
            elif isinstance(value, str):
                data = socket.inet_aton(value)
            else:
                data = struct.pack("=I", value)
            parts.append(struct.pack("=HH", 4 + len(data), self.numbers[name]) +
                         data + bytes(-len(data) % 4))
        return b"".join(parts)

    def decode(self, data):
        values = {}
        for number, value in attributes(data):
            name, address = self.names.get(number, (f"?{number}", False))
            if name == "pad":
                continue
            if name in _NESTS:
                values.setdefault(name, []).append(SETS[_NESTS[name]].decode(value))
            elif name in _STRINGS:
                values[name] = value.rstrip(b"\0").decode()
            elif address:
                family = socket.AF_INET if len(value) == 4 else socket.AF_INET6
                values[name] = socket.inet_ntop(family, value)
            else:
                values[name] = int.from_bytes(value, "little")
        return values


SETS = {name: _Set(f"MGM_A_{name.upper()}_")
        for name in ("protocol", "interface", "membership", "mfe", "oif", "limit")}


def attributes(data):
    """The (type, payload) pairs of a row of netlink attributes."""
    while len(data) >= 4:
        length, number = struct.unpack_from("=HH", data)
        yield number & 0x3fff, data[4:length]
        data = data[(length + 3) & ~3:]


def _object(command):
    """The attribute set that a command or notification carries."""
    name = _commands.get(command, "")
    if name.startswith("igmp_"):
        return SETS["interface"]
    return SETS[name.split("_")[0]]


class Client:
    """A socket of the family in a network namespace.

    A registration made on it lives as long as it does."""

    def __init__(self, netns):
        with netns:
            self.socket = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW,
                                        NETLINK_GENERIC)
        self.socket.bind((0, 0))
        self.socket.settimeout(30)
        for option in (NETLINK_CAP_ACK, NETLINK_EXT_ACK, NETLINK_GET_STRICT_CHK):
            self.socket.setsockopt(SOL_NETLINK, option, 1)
        self.sequence = 0
        family = {}
        for _, payload in self._talk(GENL_ID_CTRL, CTRL_CMD_GETFAMILY, 0, struct.pack(
                "=HH4s", 8, CTRL_ATTR_FAMILY_NAME, b"mgm\0")):
            family = dict(attributes(payload))
        self.family = struct.unpack("=H", family[CTRL_ATTR_FAMILY_ID][:2])[0]
        self.groups = {}
        for _, group in attributes(family.get(CTRL_ATTR_MCAST_GROUPS, b"")):
            group = dict(attributes(group))
            name = group[CTRL_ATTR_MCAST_GRP_NAME].rstrip(b"\0").decode()
            self.groups[name] = struct.unpack("=I", group[CTRL_ATTR_MCAST_GRP_ID])[0]

    def close(self):
        """Close the socket: what is registered on it ends."""
        self.socket.close()

    def _talk(self, family, command, flags, payload):
        """Send a request; return the answers as (command, attributes)."""
        self.sequence += 1
        self.socket.send(struct.pack(
            "=IHHIIBBH", 20 + len(payload), family,
            NLM_F_REQUEST | NLM_F_ACK | flags, self.sequence, 0,
            command, abi_version, 0) + payload)
        answers = []
        while True:
            for kind, sequence, message_flags, body in self._read():
                if sequence != self.sequence:
                    continue
                if message_flags & NLM_F_DUMP_INTR:
                    answers.append((None, b""))
                if kind == NLMSG_ERROR:
                    _raise_refusal(message_flags, body)
                    return answers
                if kind == NLMSG_DONE:
                    code = struct.unpack_from("=i", body)[0]
                    if code < 0:
                        raise MgmError(-code, "")
                    return answers
                answers.append((body[0], body[4:]))

    def _read(self):
        """Receive one datagram; yield its messages."""
        data = self.socket.recv(1 << 16)
        while len(data) >= 16:
            length, kind, flags, sequence, _ = struct.unpack_from("=IHHII", data)
            yield kind, sequence, flags, data[16:length]
            data = data[(length + 3) & ~3:]

    def call(self, command, **values):
        """One request that answers one object, or none: a dictionary."""
        number = getattr(abi, "MGM_CMD_" + command.upper())
        answer = {}
        for answered, body in self._talk(self.family, number, 0,
                                         _object(number).encode(values)):
            answer = _object(answered).decode(body)
        return answer

    def dump(self, command, **values):
        """All objects of a kind: a list, taken again if it was interrupted."""
        number = getattr(abi, "MGM_CMD_" + command.upper())
        while True:
            answers = self._talk(self.family, number, NLM_F_DUMP,
                                 _object(number).encode(values))
            if all(answered is not None for answered, _ in answers):
                return [_object(answered).decode(body) for answered, body in answers]

    def mfe(self, group, source):
        """The entry of (source, group), or None."""
        try:
            return self.call("mfe_get", group=group, source=source)
        except MgmError as error:
            if error.errno != 2:  # ENOENT
                raise
            return None

    def limit(self, name):
        """One bound of the namespace."""
        number = getattr(abi, "MGM_LIMIT_" + name.upper())
        for limit in self.dump("limit_get"):
            if limit["id"] == number:
                return limit
        raise KeyError(name)

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
            for kind, _, _, body in self._read():
                if kind != self.family:
                    continue
                event = (_commands[body[0]], _object(body[0]).decode(body[4:]))
                found.append(event)
                if until and until(*event):
                    return found


abi_version = 1


def _raise_refusal(flags, body):
    code = struct.unpack_from("=i", body)[0]
    if not code:
        return
    sentence = ""
    if flags & NLM_F_ACK_TLVS:
        # The request follows the code, its header alone if it was capped.
        length = 16 if flags & NLM_F_CAPPED else struct.unpack_from("=I", body, 4)[0]
        for number, value in attributes(body[4 + ((length + 3) & ~3):]):
            if number == NLMSGERR_ATTR_MSG:
                sentence = value.rstrip(b"\0").decode()
    raise MgmError(-code, sentence)
