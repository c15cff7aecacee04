# SPDX-License-Identifier: GPL-2.0
"""Numbered datagrams: what sends them, what receives them, and how many arrived.

Nothing here sleeps in the hope that a packet has passed. Where a packet must not
arrive, a unicast datagram is sent after it on the same path, the fence: once it
is there, all that went before is there or lost."""

import collections
import contextlib
import ctypes
import itertools
import os
import select
import socket
import struct
import threading
import time

from lib.tap import Failure, check

PORT = 5000
IP_PKTINFO, IP_TTL, IP_MULTICAST_ALL = 8, 2, 49
IP_RECVTTL, IP_FREEBIND, IP_OPTIONS, IP_MTU_DISCOVER = 12, 15, 4, 10
IP_MULTICAST_IF, IP_ADD_MEMBERSHIP = 32, 35
IP_DROP_MEMBERSHIP, IP_UNBLOCK_SOURCE, IP_BLOCK_SOURCE = 36, 37, 38
IP_ADD_SOURCE_MEMBERSHIP, IP_DROP_SOURCE_MEMBERSHIP = 39, 40
IP_PMTUDISC_DONT, IP_PMTUDISC_WANT, IP_PMTUDISC_DO = range(3)
UDP_SEGMENT = 103
SO_SNDBUFFORCE, SO_RCVBUFFORCE, SO_ATTACH_FILTER = 32, 33, 26
ETH_P_ALL, ETH_P_IP = 3, 0x0800

_HEADER = struct.Struct("!4sII")
_flows = itertools.count(1)

Packet = collections.namedtuple("Packet", "flow number ttl ifindex destination size")


def one_cpu():
    """Keep this thread to one processor: packets sent from two may overtake each
    other on any veth link."""
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})


@contextlib.contextmanager
def kernel_setting(path, value):
    """A file of the kernel's has another value for the length of a "with" block."""
    with open(path, encoding="ascii") as file:
        before = file.read()
    _write(path, value)
    try:
        yield
    finally:
        _write(path, before)


def _write(path, text):
    with open(path, "w", encoding="ascii") as file:
        file.write(text)


def another_cpu():
    """Keep this thread to a processor other than one_cpu()'s, if there is one."""
    os.sched_setaffinity(0, {max(range(os.cpu_count()))})


def fill(flow, number, size):
    """The payload of a packet: its name, then bytes that follow from it."""
    rest = max(0, size - _HEADER.size)
    return (_HEADER.pack(b"MGM ", flow, number) +
            bytes([(flow + number) & 0xff]) * rest)


class Sender:
    """Sends one flow of numbered datagrams from a plain socket."""

    def __init__(self, host, group, device=None, ttl=8, port=PORT, size=64,
                 source=None, loop=False, options=None, discover=None):
        self.host = host
        self.group = group
        self.port = port
        self.size = size
        self.flow = next(_flows)
        self.numbers = []
        with host:
            self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            ifindex = socket.if_nametoindex(device or host.device)
        self.socket.setsockopt(socket.SOL_SOCKET, SO_SNDBUFFORCE, 8 << 20)
        self.socket.setsockopt(socket.SOL_IP, IP_MULTICAST_IF, struct.pack(
            "=4s4si", bytes(4), bytes(4), ifindex))
        self.socket.setsockopt(socket.SOL_IP, socket.IP_MULTICAST_TTL, ttl)
        self.socket.setsockopt(socket.SOL_IP, socket.IP_MULTICAST_LOOP, loop)
        if options:
            self.socket.setsockopt(socket.SOL_IP, IP_OPTIONS, options)
        if discover is not None:
            self.socket.setsockopt(socket.SOL_IP, IP_MTU_DISCOVER, discover)
        if source:
            self.socket.setsockopt(socket.SOL_IP, IP_FREEBIND, 1)
            self.socket.bind((source, 0))

    def close(self):
        """Close the socket."""
        self.socket.close()

    def send(self, count=1, size=None, group=None):
        """Send the next few; return their numbers."""
        first = len(self.numbers)
        for number in range(first, first + count):
            self.socket.sendto(fill(self.flow, number, size or self.size),
                               (group or self.group, self.port))
            self.numbers.append(number)
        return self.numbers[first:]

    def send_segments(self, count, size):
        """Send the next few as one large datagram, for the kernel to segment."""
        first = len(self.numbers)
        numbers = range(first, first + count)
        self.socket.sendmsg(
            [b"".join(fill(self.flow, number, size) for number in numbers)],
            [(socket.SOL_UDP, UDP_SEGMENT, struct.pack("=H", size))], 0,
            (self.group, self.port))
        self.numbers += numbers
        return list(numbers)

    def fence(self, receiver):
        """Send a unicast datagram to the receiver until one gets there."""
        nonce = next(_flows)
        for _ in range(200):
            self.socket.sendto(_HEADER.pack(b"FNCE", nonce, 0),
                               (receiver.address, receiver.port))
            if receiver.saw_fence(nonce, 0.1):
                return
        raise Failure(f"no way from {self.host.name} to {receiver.host.name}: "
                      "the fence, a unicast datagram, does not get there")


class Receiver:
    """Receives numbered datagrams on a plain socket that joins groups."""

    def __init__(self, host, group=None, device=None, source=None, port=PORT,
                 address=None):
        self.host = host
        self.port = port
        self.address = address or getattr(host, "address", None)
        self.packets = []
        self._fences = set()
        with host:
            self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 32 << 20)
        # A socket gets what any other has joined, unless told otherwise.
        self.socket.setsockopt(socket.SOL_IP, IP_MULTICAST_ALL, 0)
        self.socket.setsockopt(socket.SOL_IP, IP_PKTINFO, 1)
        self.socket.setsockopt(socket.SOL_IP, IP_RECVTTL, 1)
        self.socket.bind(("", port))
        self.socket.setblocking(False)
        if group:
            self.join(group, device, source)

    def close(self):
        """Close the socket: its memberships end."""
        self.socket.close()

    def _membership(self, option, group, device):
        ifindex = self.host.ifindex(device or self.host.device)
        self.socket.setsockopt(socket.SOL_IP, option, struct.pack(
            "=4s4si", socket.inet_aton(group), bytes(4), ifindex))

    def _source(self, option, group, source):
        self.socket.setsockopt(socket.SOL_IP, option, struct.pack(
            "=4s4s4s", socket.inet_aton(group), socket.inet_aton(self.address),
            socket.inet_aton(source)))

    def join(self, group, device=None, source=None):
        """Join a group on a device, perhaps for one source only."""
        if source:
            self._source(IP_ADD_SOURCE_MEMBERSHIP, group, source)
        else:
            self._membership(IP_ADD_MEMBERSHIP, group, device)
        return self

    def leave(self, group, device=None, source=None):
        """Leave a group on a device, or one source of it."""
        if source:
            self._source(IP_DROP_SOURCE_MEMBERSHIP, group, source)
        else:
            self._membership(IP_DROP_MEMBERSHIP, group, device)

    def block(self, group, source):
        """Of a group that is joined: do without one source."""
        self._source(IP_BLOCK_SOURCE, group, source)

    def unblock(self, group, source):
        """No longer."""
        self._source(IP_UNBLOCK_SOURCE, group, source)

    def read(self, limit=0.0):
        """Take in what is there; if nothing is, wait for it up to a limit."""
        if limit and not select.select([self.socket], [], [], limit)[0]:
            return
        while True:
            try:
                data, ancillary, _, _ = self.socket.recvmsg(65535, 256)
            except BlockingIOError:
                return
            if len(data) < _HEADER.size:
                continue
            magic, flow, number = _HEADER.unpack_from(data)
            if magic == b"FNCE":
                self._fences.add(flow)
                continue
            if magic != b"MGM ":
                continue
            ttl = ifindex = destination = None
            for level, kind, value in ancillary:
                if (level, kind) == (socket.SOL_IP, IP_TTL):
                    ttl = struct.unpack_from("=i", value)[0]
                elif (level, kind) == (socket.SOL_IP, IP_PKTINFO):
                    ifindex = struct.unpack_from("=i", value)[0]
                    destination = socket.inet_ntoa(value[8:12])
            check(data == fill(flow, number, len(data)),
                  f"packet {number} of flow {flow} was altered on its way")
            self.packets.append(Packet(flow, number, ttl, ifindex, destination,
                                       len(data)))

    def saw_fence(self, nonce, limit):
        """Whether the fence comes within the limit."""
        end = time.monotonic() + limit
        while nonce not in self._fences:
            left = end - time.monotonic()
            if left <= 0:
                return False
            self.read(left)
        return True

    def of(self, sender):
        """The packets of one sender that have been read."""
        return [p for p in self.packets if p.flow == sender.flow]

    def numbers(self, sender, ifindex=None):
        """Their numbers, in the order in which they arrived."""
        return [p.number for p in self.of(sender)
                if ifindex is None or p.ifindex == ifindex]

    def wait(self, sender, count=None, limit=30):
        """Wait for so many packets of the sender, by default all it has sent."""
        count = len(sender.numbers) if count is None else count
        end = time.monotonic() + limit
        self.read()
        while len(self.numbers(sender)) < count:
            left = end - time.monotonic()
            if left <= 0:
                break
            self.read(left)
        return self.numbers(sender)

    def arrived(self, sender, count=None, limit=30):
        """The numbers of all of the sender's packets that have arrived and will:
        waits for so many, by default all, and then for a fence behind them."""
        self.wait(sender, count, limit)
        sender.fence(self)
        self.read()
        return self.numbers(sender)


def stream(sender, receivers, count, window=50):
    """Send many packets, never more than a window ahead of the receivers, so that
    no queue on the way is what loses one; begin when what was sent before is there,
    for of a flow without an entry only a few packets are held."""
    for receiver in receivers:
        receiver.wait(sender, limit=3)
    while count > 0:
        sender.send(min(window, count))
        count -= window
        for receiver in receivers:
            receiver.wait(sender, limit=3)


class Background:
    """A thread that is in _run() for as long as the "with" block runs: until _stop is
    set. An error that it leaves is raised at the end."""

    def __init__(self):
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self.error = None

    def _run(self):
        raise NotImplementedError

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._stop.set()
        self._thread.join()
        if self.error:
            raise self.error


class Stream(Background):
    """A thread that sends a flow, a packet every so often, for as long as the
    "with" block runs; from another processor than the one that the test is on."""

    def __init__(self, sender, interval=0.002, tolerate=False):
        super().__init__()
        self.sender = sender
        self._interval = interval
        self._tolerate = tolerate

    def _run(self):
        another_cpu()
        while not self._stop.is_set():
            try:
                self.sender.send()
            except OSError as error:
                # Its device may be what the test takes away.
                if not self._tolerate:
                    self.error = error
                    return
            time.sleep(self._interval)

    def wait_sent(self, more, limit=20):
        """Wait until so many more have been sent."""
        until = len(self.sender.numbers) + more
        end = time.monotonic() + limit
        while len(self.sender.numbers) < until:
            check(time.monotonic() < end and not self.error,
                  f"the stream does not get on: {self.error}")
            time.sleep(0.005)


class Wire:
    """Sees, and sends, whole frames on a device."""

    def __init__(self, host, device=None):
        with host:
            self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW,
                                        socket.htons(ETH_P_ALL))
        self.socket.bind((device or host.device, ETH_P_ALL))
        self.socket.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 32 << 20)
        self.socket.setblocking(False)
        self.frames = []

    def close(self):
        """Close the socket."""
        self.socket.close()

    def read(self):
        """Take in what is there: (direction, frame), direction as in AF_PACKET."""
        while True:
            try:
                frame, address = self.socket.recvfrom(1 << 17)
            except BlockingIOError:
                return self.frames
            self.frames.append((address[2], frame))

    def udp_to(self, group):
        """The frames that carry UDP to a group, incoming ones only."""
        wanted = socket.inet_aton(group)
        return [frame for direction, frame in self.read()
                if direction != socket.PACKET_OUTGOING and
                frame[12:14] == b"\x08\x00" and frame[23] == socket.IPPROTO_UDP and
                frame[30:34] == wanted]

    def udp_sent(self):
        """The flow, number and source of the numbered datagrams that went out."""
        return [(*struct.unpack_from("!II", frame, 46), socket.inet_ntoa(frame[26:30]))
                for direction, frame in self.read()
                if direction == socket.PACKET_OUTGOING and frame[42:46] == b"MGM "]

    def send(self, packet, destination):
        """Send an IP packet to a link address."""
        self.socket.send(destination + b"\x02\0\0\0\0\x01\x08\x00" + packet)


def checksum(data):
    """The Internet checksum."""
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


def ip_packet(source, group, payload, ttl=8, protocol=socket.IPPROTO_UDP, options=b""):
    """An IP packet, from whatever source."""
    words = 5 + len(options) // 4
    header = struct.pack("!BBHHHBBH4s4s", 0x40 | words, 0,
                         words * 4 + len(payload), 0, 0, ttl, protocol, 0,
                         socket.inet_aton(source), socket.inet_aton(group)) + options
    return header[:10] + struct.pack("!H", checksum(header)) + header[12:] + payload


def fragments(packet, size, flags=0):
    """An IP packet without options in pieces of so many octets, with these flags."""
    for begin in range(20, len(packet), size):
        piece = packet[begin:begin + size]
        more = 0x2000 if begin + size < len(packet) else 0
        header = (packet[:2] + struct.pack("!HHH", 20 + len(piece), 1,
                                           flags | more | (begin - 20) // 8) +
                  packet[8:10] + b"\0\0" + packet[12:20])
        yield header[:10] + struct.pack("!H", checksum(header)) + header[12:] + piece


def udp_packet(source, group, flow, number, ttl=8, port=PORT, size=64):
    """An IP packet with a numbered datagram in it, from whatever source."""
    data = fill(flow, number, size)
    return ip_packet(source, group,
                     struct.pack("!HHHH", port, port, 8 + len(data), 0) + data, ttl)


def ethernet(group):
    """The Ethernet address of an IPv4 group."""
    low = socket.inet_aton(group)[1:]
    return b"\x01\x00\x5e" + bytes([low[0] & 0x7f]) + low[1:]


class RawFlow:
    """A flow that a Wire sends: to a Receiver it looks like a Sender."""

    def __init__(self, wire, source, group):
        self.wire = wire
        self.source = source
        self.group = group
        self.flow = next(_flows)
        self.numbers = []

    def send(self, count=1, ttl=8):
        """Send the next few; return their numbers."""
        first = len(self.numbers)
        for number in range(first, first + count):
            self.wire.send(udp_packet(self.source, self.group, self.flow, number, ttl),
                           ethernet(self.group))
            self.numbers.append(number)
        return self.numbers[first:]


def filter_udp_port(target, port):
    """Have a packet socket take nothing but UDP to one port."""
    program = [  # tcpdump -dd "udp dst port ...", fragments and options left out
        (0x28, 0, 0, 12), (0x15, 0, 5, ETH_P_IP), (0x30, 0, 0, 23),
        (0x15, 0, 3, socket.IPPROTO_UDP), (0x28, 0, 0, 36),
        (0x15, 0, 1, port), (0x6, 0, 0, 0x40000), (0x6, 0, 0, 0)]
    code = b"".join(struct.pack("=HBBI", *step) for step in program)
    buffer = ctypes.create_string_buffer(code)
    target.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER, struct.pack(
        "@HP", len(program), ctypes.addressof(buffer)))
