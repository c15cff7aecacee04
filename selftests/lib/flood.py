# SPDX-License-Identifier: GPL-2.0
"""Packets from very many sources, as fast as one process can send them: the kernel
takes a few hundred in one call, which is what Python has no word for."""

import ctypes
import socket
import struct

from lib.traffic import IP_PKTINFO, fill

BATCH = 256


class _Iovec(ctypes.Structure):
    _fields_ = [("base", ctypes.c_void_p), ("len", ctypes.c_size_t)]


class _Msghdr(ctypes.Structure):
    _fields_ = [("name", ctypes.c_void_p), ("namelen", ctypes.c_uint32),
                ("iov", ctypes.POINTER(_Iovec)), ("iovlen", ctypes.c_size_t),
                ("control", ctypes.c_void_p), ("controllen", ctypes.c_size_t),
                ("flags", ctypes.c_int)]


class _Mmsghdr(ctypes.Structure):
    _fields_ = [("header", _Msghdr), ("len", ctypes.c_uint)]


# A control message of 12 bytes, filled up to a multiple of 8.
_CONTROL = struct.Struct("@Niii4s4s4x")
_libc = ctypes.CDLL(None, use_errno=True)


class Flood:
    """Sends one numbered packet from each of many addresses of a host. The socket
    and the flow's number are those of a Sender, which learns of each packet."""

    def __init__(self, sender):
        self.sender = sender
        self._messages = (_Mmsghdr * BATCH)()
        self._iovecs = (_Iovec * BATCH)()
        self._payloads = [ctypes.create_string_buffer(64) for _ in range(BATCH)]
        self._controls = [ctypes.create_string_buffer(_CONTROL.size)
                          for _ in range(BATCH)]
        address = struct.pack("=H2s4s8x", socket.AF_INET,
                              sender.port.to_bytes(2, "big"),
                              socket.inet_aton(sender.group))
        self._name = ctypes.create_string_buffer(address, len(address))
        for i in range(BATCH):
            self._iovecs[i].base = ctypes.addressof(self._payloads[i])
            self._iovecs[i].len = 64
            header = self._messages[i].header
            header.name = ctypes.addressof(self._name)
            header.namelen = len(address)
            header.iov = ctypes.pointer(self._iovecs[i])
            header.iovlen = 1
            header.control = ctypes.addressof(self._controls[i])
            header.controllen = _CONTROL.size

    def send(self, sources):
        """Send a packet from each of these addresses, four bytes each."""
        sender = self.sender
        sources = list(sources)
        for begin in range(0, len(sources), BATCH):
            part = sources[begin:begin + BATCH]
            first = len(sender.numbers)
            for i, source in enumerate(part):
                self._payloads[i].raw = fill(sender.flow, first + i, 64)
                self._controls[i].raw = _CONTROL.pack(
                    28, socket.SOL_IP, IP_PKTINFO, 0, source, bytes(4))
            self._send(len(part))
            sender.numbers += range(first, first + len(part))

    def _send(self, count):
        done = 0
        while done < count:
            sent = _libc.sendmmsg(
                self.sender.socket.fileno(),
                ctypes.byref(self._messages, done * ctypes.sizeof(_Mmsghdr)),
                count - done, 0)
            if sent < 0:
                raise OSError(ctypes.get_errno(), "sendmmsg")
            done += sent
