# SPDX-License-Identifier: GPL-2.0
"""Netlink sockets: requests, answers, refusals; and the few requests of rtnetlink
that most topologies are made of."""

import os
import socket
import struct

SOL_NETLINK = 270
NETLINK_CAP_ACK, NETLINK_EXT_ACK, NETLINK_GET_STRICT_CHK = 10, 11, 12

NLM_F_REQUEST, NLM_F_ACK, NLM_F_DUMP = 1, 4, 0x300
NLM_F_REPLACE, NLM_F_EXCL, NLM_F_CREATE = 0x100, 0x200, 0x400
NLM_F_CAPPED, NLM_F_ACK_TLVS, NLM_F_DUMP_INTR = 0x100, 0x200, 0x10
NLMSG_ERROR, NLMSG_DONE = 2, 3
NLMSGERR_ATTR_MSG = 1

RTM_NEWLINK, RTM_DELLINK, RTM_GETLINK = 16, 17, 18
RTM_NEWADDR, RTM_DELADDR, RTM_NEWROUTE, RTM_DELROUTE = 20, 21, 24, 25
IFLA_IFNAME, IFLA_LINKINFO, IFLA_NET_NS_FD, IFLA_ALLMULTI = 3, 18, 28, 61
IFLA_INFO_KIND, IFLA_INFO_DATA, VETH_INFO_PEER = 1, 2, 1
IFA_ADDRESS, IFA_LOCAL = 1, 2
RTA_DST, RTA_GATEWAY, RTA_MULTIPATH = 1, 5, 9
RT_TABLE_MAIN, RT_SCOPE_NOWHERE, RTN_UNICAST = 254, 255, 1
RTPROT_BOOT, RTPROT_STATIC = 3, 4
IFF_UP, IFF_PROMISC = 1, 0x100


class NetlinkError(OSError):
    """The kernel refused: errno, and its sentence."""

    def __init__(self, code, sentence):
        super().__init__(code, sentence or os.strerror(code))
        self.sentence = sentence


def attribute(number, data):
    """One attribute."""
    return struct.pack("=HH", 4 + len(data), number) + data + bytes(-len(data) % 4)


def attributes(data):
    """The (number, payload) pairs of a row of attributes."""
    while len(data) >= 4:
        length, number = struct.unpack_from("=HH", data)
        yield number & 0x3fff, data[4:length]
        data = data[(length + 3) & ~3:]


class Netlink:
    """A netlink socket in a network namespace."""

    def __init__(self, netns, protocol):
        with netns:
            self.socket = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, protocol)
        self.socket.bind((0, 0))
        self.socket.settimeout(60)
        for option in (NETLINK_CAP_ACK, NETLINK_EXT_ACK, NETLINK_GET_STRICT_CHK):
            self.socket.setsockopt(SOL_NETLINK, option, 1)
        self.sequence = 0
        # What came unasked while an answer was waited for: (type, body).
        self.aside = []

    def close(self):
        """Close the socket."""
        self.socket.close()

    def request(self, kind, flags, payload):
        """Send a request; return what is answered. None among that says that the
        answer was interrupted."""
        self.socket.send(self._message(kind, flags, payload))
        answers = []
        while True:
            for answered, sequence, answered_flags, body in self.read():
                if sequence != self.sequence:
                    if not sequence:
                        self.aside.append((answered, body))
                    continue
                if answered_flags & NLM_F_DUMP_INTR:
                    answers.append(None)
                if answered == NLMSG_ERROR:
                    refusal = _refusal(answered_flags, body)
                    if refusal:
                        raise refusal
                    return answers
                if answered == NLMSG_DONE:
                    code = struct.unpack_from("=i", body)[0]
                    if code < 0:
                        raise NetlinkError(-code, "")
                    return answers
                answers.append(body)

    def _message(self, kind, flags, payload):
        self.sequence += 1
        return struct.pack("=IHHII", 16 + len(payload), kind,
                           NLM_F_REQUEST | NLM_F_ACK | flags, self.sequence, 0) + payload

    def requests(self, kind, payloads):
        """Send several requests at once; return for each None, or the refusal."""
        first = self.sequence + 1
        self.socket.send(b"".join(self._message(kind, 0, payload)
                                  for payload in payloads))
        answers = {}
        while len(answers) < len(payloads):
            for answered, sequence, flags, body in self.read():
                if not sequence:
                    self.aside.append((answered, body))
                elif answered == NLMSG_ERROR and sequence >= first:
                    answers[sequence] = _refusal(flags, body)
        return [answers[first + number] for number in range(len(payloads))]

    def read(self):
        """Receive one datagram; yield its messages: type, sequence, flags, body."""
        data = self.socket.recv(1 << 16)
        while len(data) >= 16:
            length, kind, flags, sequence, _ = struct.unpack_from("=IHHII", data)
            yield kind, sequence, flags, data[16:length]
            data = data[(length + 3) & ~3:]


def _refusal(flags, body):
    code = struct.unpack_from("=i", body)[0]
    if not code:
        return None
    sentence = ""
    if flags & NLM_F_ACK_TLVS:
        # The request follows the code, its header alone if it was capped.
        length = 16 if flags & NLM_F_CAPPED else struct.unpack_from("=I", body, 4)[0]
        for number, value in attributes(body[4 + ((length + 3) & ~3):]):
            if number == NLMSGERR_ATTR_MSG:
                sentence = value.rstrip(b"\0").decode()
    return NetlinkError(-code, sentence)


def _ifinfo(ifindex=0, flags=0, change=0):
    return struct.pack("=BxHiII", socket.AF_UNSPEC, 0, ifindex, flags, change)


class Rtnetlink(Netlink):
    """What ip(8) does, without starting it: that takes a second under emulation."""

    def __init__(self, netns):
        self.netns = netns
        super().__init__(netns, socket.NETLINK_ROUTE)

    def _make(self, kind, payload, flags=NLM_F_CREATE | NLM_F_EXCL):
        self.request(kind, flags, payload)

    def veth(self, device, peer_netns, peer_device):
        """ip link add DEVICE type veth peer name PEER_DEVICE netns PEER_NETNS"""
        peer = _ifinfo() + attribute(IFLA_IFNAME, peer_device.encode() + b"\0") + \
            attribute(IFLA_NET_NS_FD, struct.pack("=I", peer_netns.descriptor))
        self._make(RTM_NEWLINK, _ifinfo() +
                   attribute(IFLA_IFNAME, device.encode() + b"\0") +
                   attribute(IFLA_LINKINFO, attribute(IFLA_INFO_KIND, b"veth") +
                             attribute(IFLA_INFO_DATA,
                                       attribute(VETH_INFO_PEER, peer))))

    def remove(self, device):
        """ip link del DEVICE"""
        self.request(RTM_DELLINK, 0, _ifinfo(self.netns.ifindex(device)))

    def up(self, device, on=True, flag=IFF_UP):
        """ip link set DEVICE up, or another flag on or off"""
        self.request(RTM_NEWLINK, 0, _ifinfo(self.netns.ifindex(device),
                                             flag if on else 0, flag))

    def all_multicast(self, device):
        """How many want the device to take in all multicast."""
        answer = self.request(RTM_GETLINK, 0, _ifinfo(self.netns.ifindex(device)))[0]
        return struct.unpack("=I", dict(attributes(answer[16:]))[IFLA_ALLMULTI])[0]

    def address(self, device, address, length=24, remove=False):
        """ip address add (or del) ADDRESS/LENGTH dev DEVICE"""
        packed = socket.inet_aton(address)
        payload = struct.pack("=BBBBi", socket.AF_INET, length, 0, 0,
                              self.netns.ifindex(device)) + \
            attribute(IFA_LOCAL, packed) + attribute(IFA_ADDRESS, packed)
        if remove:
            self.request(RTM_DELADDR, 0, payload)
        else:
            self._make(RTM_NEWADDR, payload)

    def route(self, prefix, length, *gateways, protocol=RTPROT_BOOT, replace=False,
              table=RT_TABLE_MAIN):
        """ip route add (or replace) PREFIX/LENGTH via GATEWAY, or several"""
        payload = _route(prefix, length, protocol, table=table)
        if len(gateways) > 1:
            payload += attribute(RTA_MULTIPATH, b"".join(
                struct.pack("=HBBi", 16, 0, 0, 0) +
                attribute(RTA_GATEWAY, socket.inet_aton(gateway))
                for gateway in gateways))
        else:
            payload += attribute(RTA_GATEWAY, socket.inet_aton(gateways[0]))
        self._make(RTM_NEWROUTE, payload,
                   NLM_F_CREATE | (NLM_F_REPLACE if replace else NLM_F_EXCL))

    def no_route(self, prefix, length, table=RT_TABLE_MAIN):
        """ip route del PREFIX/LENGTH"""
        self.request(RTM_DELROUTE, 0, _route(prefix, length, 0, RT_SCOPE_NOWHERE, 0,
                                             table))


def _route(prefix, length, protocol, scope=0, kind=RTN_UNICAST, table=RT_TABLE_MAIN):
    header = struct.pack("=BBBBBBBBI", socket.AF_INET, length, 0, 0, table,
                         protocol, scope, kind, 0)
    return header + (attribute(RTA_DST, socket.inet_aton(prefix)) if length else b"")
