# SPDX-License-Identifier: GPL-2.0
"""IGMP: a router's, driven over netlink, and the messages of hosts and of other
routers, made of bytes.

	igmp = lab.closing(IgmpRouter(lab.router)).enable("r2", **QUICK)
	station = lab.closing(Station(lab.h2))
	station.say(v3_report(record(TO_EX, G)))
	igmp.wait_state("r2", G, EXCLUDE)

Times are milliseconds, as in the netlink family."""

import collections
import contextlib
import itertools
import socket
import struct

from lib import abi, module
from lib.genl import Client
from lib.tap import Failure, check, wait
from lib.traffic import Background, Wire, another_cpu, checksum, ethernet, ip_packet

INCLUDE, EXCLUDE = abi.MGM_IGMP_MODE_INCLUDE, abi.MGM_IGMP_MODE_EXCLUDE
PROTOCOL = 2

# A membership lasts 2.5 s; what nobody wants any more goes after 0.4 s.
QUICK = {"query_interval": 1000, "query_response_interval": 500,
         "last_member_query_interval": 200}

QUERY, V1_REPORT, V2_REPORT, LEAVE, V3_REPORT = 0x11, 0x12, 0x16, 0x17, 0x22
IS_IN, IS_EX, TO_IN, TO_EX, ALLOW, BLOCK = range(1, 7)
ALL_HOSTS, ALL_ROUTERS, ALL_REPORTS = "224.0.0.1", "224.0.0.2", "224.0.0.22"
ROUTER_ALERT = b"\x94\x04\0\0"
ANY = "0.0.0.0"


class IgmpRouter:
    """The IGMP of a router. It is enabled where a case says so, and nowhere any
    more at the end."""

    def __init__(self, router):
        module.load("mgm_igmp")
        self.router = router
        self.client = Client(router, "mgm_igmp")

    def close(self):
        """Disable it everywhere."""
        for interface in self.client.dump("interface_get"):
            self.client.call("interface_disable", ifindex=interface["ifindex"])
        self.client.close()

    def _call(self, command, device, **values):
        return self.client.call(command, ifindex=self.router.ifindex(device), **values)

    def enable(self, *devices, **settings):
        """Enable it on devices."""
        for device in devices:
            self._call("interface_enable", device, **settings)
        return self

    def set(self, device, **settings):
        """Change settings."""
        self._call("interface_set", device, **settings)

    def disable(self, device):
        """Disable it on one device."""
        self._call("interface_disable", device)

    def join(self, device, group, source=None):
        """A group is wanted there, whatever the hosts say; or one source of it."""
        self._call("join", device, group=group, source4=source)

    def leave(self, device, group, source=None):
        """No longer."""
        self._call("leave", device, group=group, source4=source)

    def interface(self, device):
        """All that is known of an interface."""
        return self._call("interface_get", device)

    def querier(self, device):
        """The address of the link's querier, and whether it is this router."""
        interface = self.interface(device)
        return (interface.get("querier"),
                bool(interface["flags"] & abi.MGM_IGMP_INTERFACE_F_QUERIER))

    def stats(self, device):
        """Its counters."""
        return self.interface(device)["stats"]

    def groups(self, device):
        """What is known of its groups, by their addresses."""
        return {group["group"]: group for group in self.client.dump(
            "group_get", ifindex=self.router.ifindex(device))}

    def group(self, device, group):
        """What is known of one group, or None."""
        return self.groups(device).get(group)

    def sources(self, device, group):
        """The sources of a group, by their addresses."""
        found = self.group(device, group) or {}
        return {source["source"]: source for source in found.get("source", [])}

    def state(self, device, group):
        """(mode, sources that are wanted, sources that are excluded), each sorted;
        None without the group."""
        found = self.group(device, group)
        return found and state(found)

    def wait_state(self, device, group, mode, wanted=(), excluded=(), limit=30):
        """Wait until a group is in this state."""
        target = (mode, sorted(wanted), sorted(excluded))
        try:
            wait(lambda: self.state(device, group) == target, "", limit)
        except Failure:
            raise Failure(f"{group} on {device} is not {target} but "
                          f"{self.group(device, group)} within {limit} s") from None

    def wait_no_group(self, device, group, limit=30):
        """Wait until nobody wants a group there."""
        wait(lambda: not self.group(device, group),
             f"the group {group} on {device} remains", limit)

    def wait_stat(self, device, name, least, limit=30):
        """Wait until a counter has come to a number."""
        wait(lambda: self.stats(device)[name] >= least,
             f"{name} of {device} does not come to {least}", limit)

    def wait_querier(self, device, address, limit=30):
        """Wait until the link's querier is who has this address."""
        wait(lambda: self.interface(device).get("querier") == address,
             f"{address} does not become the querier on {device}", limit)

    def memberships(self, device, group=None):
        """What MGM has been told: (group, source or None, flags) each, sorted."""
        ifindex = self.router.ifindex(device)
        found = []
        for membership in self.router.client.dump("membership_get"):
            source = membership.get("source", ANY)
            if membership["protocol_id"] == PROTOCOL and \
               membership["ifindex"] == ifindex and \
               group in (None, membership["group"]):
                found.append((membership["group"], None if source == ANY else source,
                              membership["flags"]))
        return sorted(found, key=str)


def state(group):
    """The same as IgmpRouter.state(), of what a dump said."""
    wanted, excluded = [], []
    for source in group.get("source", []):
        if source["flags"] & abi.MGM_IGMP_SOURCE_F_EXCLUDED:
            excluded.append(source["source"])
        elif "expires" in source:
            wanted.append(source["source"])
    return group["mode"], sorted(wanted), sorted(excluded)


# --- messages ----------------------------------------------------------

def code(value):
    """A time as one octet: as it is, or rounded down to what four bits and an
    exponent can say."""
    if value < 128:
        return value
    exponent = value.bit_length() - 8
    return 0x80 | exponent << 4 | value >> exponent + 3 & 15


def code_value(octet):
    """The time that an octet stands for."""
    if octet < 128:
        return octet
    return (octet & 15 | 16) << (octet >> 4 & 7) + 3


def message(data):
    """A message with its checksum put in."""
    return data[:2] + struct.pack("!H", checksum(data)) + data[4:]


def _packed(addresses):
    return b"".join(map(socket.inet_aton, addresses))


def _short(kind, octet, group):
    return message(struct.pack("!BBH4s", kind, octet, 0, socket.inet_aton(group)))


def v1_report(group):
    """A report of version 1."""
    return _short(V1_REPORT, 0, group)


def v2_report(group):
    """A report of version 2."""
    return _short(V2_REPORT, 0, group)


def v2_leave(group):
    """A leave message."""
    return _short(LEAVE, 0, group)


def record(kind, group, sources=(), auxiliary=b""):
    """A group record of a report of version 3."""
    return struct.pack("!BBH4s", kind, len(auxiliary) // 4, len(sources),
                       socket.inet_aton(group)) + _packed(sources) + auxiliary


def v3_report(*records):
    """A report of version 3."""
    return message(struct.pack("!BBHHH", V3_REPORT, 0, 0, 0, len(records)) +
                   b"".join(records))


def v1_query():
    """A query of version 1."""
    return _short(QUERY, 0, ANY)


def v2_query(group=ANY, max_resp=10000):
    """A query of version 2, general or about a group."""
    return _short(QUERY, max_resp // 100, group)


def v3_query(group=ANY, sources=(), max_resp=10000, suppress=False, robustness=2,
             interval=125000):
    """A query of version 3."""
    return message(struct.pack("!BBH4sBBH", QUERY, code(max_resp // 100), 0,
                               socket.inet_aton(group),
                               bool(suppress) << 3 | robustness,
                               code(interval // 1000), len(sources)) +
                   _packed(sources))


Message = collections.namedtuple(
    "Message", "kind version source destination ttl alert group sources max_resp "
               "suppress robustness interval records")


def parse(frame):
    """A frame as a Message; None if it is no IGMP, or not in one piece."""
    if frame[12:14] != b"\x08\x00" or frame[23] != socket.IPPROTO_IGMP:
        return None
    packet = frame[14:14 + struct.unpack_from("!H", frame, 16)[0]]
    length = (packet[0] & 15) * 4
    body = packet[length:]
    if checksum(body):
        return None
    kind, octet = body[:2]
    group = socket.inet_ntoa(body[4:8])
    version, sources, records = 0, (), ()
    suppress = robustness = interval = None
    max_resp = octet * 100
    if kind == QUERY and len(body) >= 12:
        version = 3
        flags, qqic, count = struct.unpack_from("!BBH", body, 8)
        max_resp = code_value(octet) * 100
        suppress, robustness = bool(flags & 8), flags & 7
        interval = code_value(qqic) * 1000
        sources = _addresses(body, 12, count)
    elif kind == QUERY:
        version = 2 if octet else 1
    elif kind == V3_REPORT:
        version, group = 3, None
        records = tuple(_records(body))
    elif kind in (V2_REPORT, LEAVE):
        version = 2
    elif kind == V1_REPORT:
        version = 1
    return Message(kind, version, socket.inet_ntoa(packet[12:16]),
                   socket.inet_ntoa(packet[16:20]), packet[8],
                   ROUTER_ALERT in packet[20:length], group, sources, max_resp,
                   suppress, robustness, interval, records)


def _addresses(body, offset, count):
    check(len(body) >= offset + 4 * count, f"a message cut short: {body.hex()}")
    return tuple(socket.inet_ntoa(body[i:i + 4])
                 for i in range(offset, offset + 4 * count, 4))


def _records(body):
    offset = 8
    for _ in range(struct.unpack_from("!H", body, 6)[0]):
        kind, auxiliary, count = struct.unpack_from("!BBH", body, offset)
        yield (kind, socket.inet_ntoa(body[offset + 4:offset + 8]),
               _addresses(body, offset + 8, count))
        offset += 8 + 4 * (count + auxiliary)


_DESTINATIONS = {LEAVE: ALL_ROUTERS, V3_REPORT: ALL_REPORTS}


def destination(data):
    """Where a message is sent by the book."""
    if data[0] == QUERY and data[4:8] == bytes(4):
        return ALL_HOSTS
    return _DESTINATIONS.get(data[0]) or socket.inet_ntoa(data[4:8])


class Station(Wire):
    """Says on a link what a case wants said there, whoever it has to come from, and
    hears what comes in. The host's own IGMP knows nothing of it."""

    _fences = itertools.count(1)

    def __init__(self, host, device=None, address=None):
        super().__init__(host, device)
        self.address = address or host.address
        self._messages = []
        self._parsed = 0

    def packet(self, data, to=None, source=None, ttl=1, alert=True):
        """A message as an IP packet."""
        return ip_packet(source or self.address, to or destination(data), data, ttl,
                         socket.IPPROTO_IGMP, ROUTER_ALERT if alert else b"")

    def say(self, data, to=None, **how):
        """Send a message: by the book, unless told otherwise."""
        to = to or destination(data)
        self.send(self.packet(data, to, **how), ethernet(to))

    def heard(self):
        """The messages that have come in, oldest first."""
        frames = self.read()
        for direction, frame in frames[self._parsed:]:
            if direction != socket.PACKET_OUTGOING:
                self._messages.append(parse(frame))
        self._parsed = len(frames)
        self._messages = [m for m in self._messages if m]
        return self._messages

    def forget(self):
        """Forget what has been heard."""
        self.heard()
        self._messages.clear()

    def queries(self, group=None, source=None):
        """The queries that have come in; about one group, or from one router."""
        return [m for m in self.heard() if m.kind == QUERY and
                group in (None, m.group) and source in (None, m.source)]

    def wait_query(self, group=ANY, condition=lambda query: True, what="comes in",
                   limit=30):
        """Wait for a query about a group that meets the condition; return it."""
        try:
            return wait(lambda: next(filter(condition, self.queries(group)), None), "",
                        limit)
        except Failure:
            raise Failure(f"no query about {group} {what} within {limit} s, only "
                          f"{self.queries()}") from None

    def fence(self, igmp, device, group="239.255.255.1"):
        """Wait until the router is through with all that has been said. Takes a
        group of its own; it has to be a group that the router may have."""
        address = f"{self.address.rpartition('.')[0]}.{next(self._fences) % 200 + 20}"
        self.say(v3_report(record(IS_EX, group)), source=address)
        wait(lambda: (igmp.group(device, group) or {}).get("last_reporter") == address,
             f"the router does not take reports on {device}: {igmp.stats(device)}")


class Talk(Background):
    """A thread on which a station says one message after the other, for as long as
    the "with" block runs; from another processor than the one that the test is on."""

    def __init__(self, station, messages, interval=0.002):
        super().__init__()
        self._station = station
        self._messages = messages
        self._interval = interval

    def _run(self):
        another_cpu()
        for data in self._messages:
            # Its device may be what the test takes away.
            with contextlib.suppress(OSError):
                self._station.say(data)
            if self._stop.wait(self._interval):
                break
