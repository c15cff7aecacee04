# SPDX-License-Identifier: GPL-2.0
"""What of a contract has been exercised: a recorder at the socket, which knows nothing
of what a test meant, only what went over the wire.

	recorder = Recorder((client, contract), ...)
	recorder.install()
	... anything that uses lib.netlink ...
	recorder.missing()

An attribute of a request counts if the kernel has accepted the request; one of an
answer, a notification or an alert if it has come. Attributes of IPv6, which has no
implementation yet, count if they were refused by name."""

import struct

from lib.netlink import NLM_F_ACK_TLVS, NLM_F_CAPPED, NLM_F_DUMP, NLMSG_DONE, \
    NLMSG_ERROR, NLMSGERR_ATTR_MSG, Netlink, NetlinkError, attributes

NLMSGERR_ATTR_OFFS = 2
EOPNOTSUPP = 95
# A netlink header and a generic one: where the attributes of a request begin.
HEADERS = 20


class Refusal:
    """What the kernel said: errno, sentence, offset of the attribute to blame."""

    def __init__(self, code, sentence, offset):
        self.errno = code
        self.sentence = sentence
        self.offset = offset

    def __repr__(self):
        return f"errno {self.errno}, {self.sentence!r}, at {self.offset}"


def _refusal(kind, flags, body):
    code = -struct.unpack_from("=i", body)[0]
    sentence, offset = "", 0
    if flags & NLM_F_ACK_TLVS:
        start = 4
        if kind == NLMSG_ERROR:
            start += 16 if flags & NLM_F_CAPPED else \
                struct.unpack_from("=I", body, 4)[0] + 3 & ~3
        for number, value in attributes(body[start:]):
            if number == NLMSGERR_ATTR_MSG:
                sentence = value.rstrip(b"\0").decode()
            elif number == NLMSGERR_ATTR_OFFS:
                offset = struct.unpack("=I", value)[0]
    return Refusal(code, sentence, offset)


def is_ipv6(attribute_set, name):
    """Whether it is the attribute for IPv6 of a pair."""
    return name.endswith("6") and name[:-1] + "4" in attribute_set


class Recorder:
    """Everything that has been sent and received, of some families: for each a client
    to ask with, and what spec.Spec has read."""

    def __init__(self, *families):
        self._specs = {client.family: spec for client, spec in families}
        self._clients = {spec.name: client for client, spec in families}
        # (family, operation, mode) -> the attributes of the last request accepted
        self._requests = {}
        self._asked = set()
        self._told = set()
        self._nested = set()
        self._commands = set()
        # Attributes that a message had and its list in the contract has not.
        self.unlisted = set()
        self.refusal = None

    def install(self):
        """From now on, record what goes over any socket."""
        request, read = Netlink.request, Netlink.read

        def recorded_request(sock, kind, flags, payload):
            answers = request(sock, kind, flags, payload)
            if kind in self._specs:
                self._accepted(self._specs[kind], flags, payload)
            return answers

        def recorded_read(sock):
            for kind, sequence, flags, body in read(sock):
                if kind in (NLMSG_ERROR, NLMSG_DONE):
                    self.refusal = _refusal(kind, flags, body)
                elif kind in self._specs:
                    self._received(self._specs[kind], body)
                yield kind, sequence, flags, body
        Netlink.request, Netlink.read = recorded_request, recorded_read

    def _note_nested(self, spec, attribute_set, name, value):
        if attribute_set[name]["type"] != "nest":
            return
        nested = attribute_set[name]["nested-attributes"]
        for inner, _ in self._named(spec.sets[nested], value):
            self._nested.add((spec.name, nested, inner))

    @staticmethod
    def _named(attribute_set, data):
        names = {entry["number"]: name for name, entry in attribute_set.items()}
        for number, value in attributes(data):
            yield names.get(number, f"?{number}"), value

    def _accepted(self, spec, flags, payload):
        op = spec.by_number[payload[0]]
        mode = "dump" if flags & NLM_F_DUMP else "do"
        self._requests[spec.name, op["name"], mode] = payload[4:]
        self._commands.add((spec.name, op["name"]))
        attribute_set = spec.set_of(op)
        for name, value in self._named(attribute_set, payload[4:]):
            self._asked.add((spec.name, op["name"], mode, name))
            self._note_nested(spec, attribute_set, name, value)

    def _received(self, spec, body):
        op = spec.by_number[body[0]]
        listed = spec.told(op)
        self._commands.add((spec.name, op["name"]))
        attribute_set = spec.set_of(op)
        for name, value in self._named(attribute_set, body[4:]):
            if name not in listed:
                self.unlisted.add((spec.name, op["name"], name))
            self._told.add((spec.name, id(listed), name))
            self._note_nested(spec, attribute_set, name, value)

    # --- refusals ------------------------------------------------------

    def ask(self, client, spec, op, payload, mode="do"):
        """Send a request that is to be refused; return the Refusal."""
        try:
            client.request(client.family, NLM_F_DUMP if mode == "dump" else 0,
                           struct.pack("=BBH", op["number"], spec.version, 0) + payload)
        except NetlinkError:
            return self.refusal
        return Refusal(0, "accepted", 0)

    def again(self, spec, op, mode, added):
        """Send the last request of a command that was accepted once more, with an
        attribute added. Return the Refusal, and whether it blames that one."""
        payload = self._requests.get((spec.name, op["name"], mode), b"")
        refusal = self.ask(self._clients[spec.name], spec, op, payload + added, mode)
        return refusal, refusal.offset == HEADERS + len(payload)

    def count_refused(self, spec, op, mode, name):
        """An attribute of IPv6 was refused by name."""
        self._asked.add((spec.name, op["name"], mode, name))

    def count_nested(self, spec, attribute_set, name):
        """So was one that is inside another."""
        self._nested.add((spec.name, attribute_set, name))

    # --- the verdict ---------------------------------------------------

    def missing(self):
        """What the contract has and nobody has exercised, as sentences."""
        found = []
        for spec in self._specs.values():
            found += self._missing_commands(spec)
            found += self._missing_requests(spec)
            found += self._missing_answers(spec)
            found += self._missing_nested(spec)
        return found

    def _missing_commands(self, spec):
        return [f"{spec.name}: {name}" for name in spec.ops
                if (spec.name, name) not in self._commands]

    def _missing_requests(self, spec):
        return [f"{spec.name}: {op['name']}: {mode} with {name}"
                for op in spec.ops.values() for mode in ("do", "dump")
                for name in spec.request(op, mode)
                if (spec.name, op["name"], mode, name) not in self._asked]

    def _missing_answers(self, spec):
        found = []
        for op in spec.ops.values():
            attribute_set, listed = spec.set_of(op), spec.told(op)
            found += [f"{spec.name}: {op['name']}: {name} in what it tells"
                      for name in listed
                      if not is_ipv6(attribute_set, name) and
                      (spec.name, id(listed), name) not in self._told]
        return found

    def _missing_nested(self, spec):
        nested = {entry["nested-attributes"] for attribute_set in spec.sets.values()
                  for entry in attribute_set.values() if entry["type"] == "nest"}
        return [f"{spec.name}: {name} in a nest {outer}"
                for outer in nested for name, entry in spec.sets[outer].items()
                if entry["type"] != "pad" and
                (spec.name, outer, name) not in self._nested]

    def unclaimed(self):
        """The attributes that no command has."""
        found = []
        for spec in self._specs.values():
            claimed = {(entry["nested-attributes"], name)
                       for attribute_set in spec.sets.values()
                       for entry in attribute_set.values() if entry["type"] == "nest"
                       for name in spec.sets[entry["nested-attributes"]]}
            for op in spec.ops.values():
                for names in (spec.told(op), spec.request(op, "do"),
                              spec.request(op, "dump")):
                    claimed |= {(spec.set_name(op), name) for name in names}
            found += [f"{spec.name}: {outer}: {name}"
                      for outer, attribute_set in spec.sets.items()
                      for name, entry in attribute_set.items()
                      if entry["type"] != "pad" and (outer, name) not in claimed]
        return found
