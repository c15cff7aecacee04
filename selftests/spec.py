#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""The three descriptions of each netlink family against each other: the contract,
Documentation/netlink/specs/FAMILY.yaml; the header, uapi/linux/FAMILY.h, as the C
compiler reads it; and what the kernel says that it accepts.

Without the module, which has the family's name, the kernel's part is skipped,
without a compiler the header's."""

import os
import re
import shlex
import socket
import struct
import subprocess
import sys
import tempfile

from lib import module

PASS, FAIL, SKIP = 0, 1, 4

try:
    import yaml
except ImportError:
    print("TAP version 13\n1..0 # SKIP needs python3-yaml")
    sys.exit(SKIP)

# The one in C, where it is there, takes a tenth of the time.
Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
SPECS = os.path.join(TOP, "Documentation/netlink/specs")
HEADERS = os.path.join(TOP, "uapi/linux")
FAMILIES = ["mgm", "mgm_igmp"]


def c_name(*parts):
    """The C constant that YNL makes of these names."""
    return "".join(parts).replace("-", "_").upper()


class Spec:
    """The contract, with what YNL's rules add to what it says."""

    def __init__(self, path):
        with open(path, encoding="utf-8") as file:
            self.yaml = yaml.load(file, Loader)
        self.name = self.yaml["name"]
        self.version = self.yaml.get("version", 1)
        self.definitions = {d["name"]: d for d in self.yaml["definitions"]}
        self.sets = {s["name"]: self._set(s) for s in self.yaml["attribute-sets"]}
        self.ops = self._ops()
        self.groups = [g["name"] for g in self.yaml.get("mcast-groups", {}).get("list", [])]

    @staticmethod
    def _set(attribute_set):
        following = 1
        attributes = {}
        for attribute in attribute_set["attributes"]:
            number = attribute.get("value", following)
            attributes[attribute["name"]] = dict(attribute, number=number)
            following = number + 1
        return attributes

    def _ops(self):
        following = 1
        ops = {}
        for op in self.yaml["operations"]["list"]:
            number = op.get("value", following)
            ops[op["name"]] = dict(op, number=number)
            following = number + 1
        return ops

    def commands(self):
        """The operations that can be asked for, by name."""
        return {name: op for name, op in self.ops.items() if "do" in op or "dump" in op}

    def entries(self, definition):
        """Name -> value of the entries of an enum or of flags."""
        following = definition.get("value-start", 0)
        values = {}
        for entry in definition["entries"]:
            if isinstance(entry, str):
                entry = {"name": entry}
            number = entry.get("value", following)
            values[entry["name"]] = 1 << number if definition["type"] == "flags" else number
            following = number + 1
        return values

    def request(self, op, mode):
        """The names of the attributes that an operation accepts."""
        return op.get(mode, {}).get("request", {}).get("attributes", [])

    def defines(self):
        """Name -> value of the header's #defines."""
        prefix = self.name + "-"
        values = {
            c_name(self.yaml.get("c-family-name", prefix + "family-name")): self.name,
            c_name(self.yaml.get("c-version-name", prefix + "family-version")): self.version,
        }
        for group in self.groups:
            values[c_name(prefix, "mcgrp-", group)] = group
        for definition in self.definitions.values():
            if definition["type"] == "const":
                values[c_name(prefix, definition["name"])] = definition["value"]
        return values

    def enums(self):
        """Name of a C enum -> name -> value of its constants."""
        enums = {}
        for definition in self.definitions.values():
            if definition["type"] == "const":
                continue
            prefix = definition.get("name-prefix", f"{self.name}-{definition['name']}-")
            enum = enums.setdefault(
                definition.get("enum-name", f"{self.name}-{definition['name']}"), {})
            for name, value in self.entries(definition).items():
                enum[c_name(prefix, name)] = value
            if definition.get("render-max"):
                self._end(enum, prefix)
        for attribute_set in self.yaml["attribute-sets"]:
            prefix = attribute_set["name-prefix"]
            enum = enums.setdefault(attribute_set["enum-name"], {})
            for name, attribute in self.sets[attribute_set["name"]].items():
                enum[c_name(prefix, name)] = attribute["number"]
            self._end(enum, prefix)
        operations = self.yaml["operations"]
        enum = enums.setdefault(operations["enum-name"], {})
        for name, op in self.ops.items():
            enum[c_name(operations["name-prefix"], name)] = op["number"]
        self._end(enum, operations["name-prefix"])
        return {name.replace("-", "_"): enum for name, enum in enums.items()}

    @staticmethod
    def _end(enum, prefix):
        last = max(enum.values())
        enum[c_name("__", prefix, "max")] = last + 1
        enum[c_name(prefix, "max")] = last


class Header:
    """The constants of a header: their names from its text, their values from the C
    compiler."""

    def __init__(self, path):
        self.path = path
        with open(path, encoding="utf-8") as file:
            text = re.sub(r"/\*.*?\*/", " ", file.read(), flags=re.S)
        self._enums = {name: re.findall(r"^\s*(\w+)", body, re.M)
                       for name, body in re.findall(r"\benum\s+(\w+)\s*\{(.*?)\}", text,
                                                    re.S)}
        self._defines = re.findall(r"^#define\s+(\w+)[ \t]+\S", text, re.M)
        self.enums = self.defines = None

    def _set(self, values):
        self.enums = {enum: {name: values[name] for name in names}
                      for enum, names in self._enums.items()}
        self.defines = {name: values[name] for name in self._defines}

    @classmethod
    def compile(cls, headers):
        """Let the compiler, which takes its time to start, tell the values of all."""
        names = [name for header in headers for enum in header._enums.values()
                 for name in enum]
        names += [name for header in headers for name in header._defines]
        values = cls._values([header.path for header in headers], names)
        for header in headers:
            header._set(values)

    @staticmethod
    def _values(paths, names):
        lines = ["#include <stdio.h>", *(f'#include "{path}"' for path in paths),
                 '#define FORMAT(x) _Generic((x), char *: "%s %s\\n", default: "%s %d\\n")',
                 "int main(void)", "{"]
        lines += [f'\tprintf(FORMAT({name}), "{name}", {name});' for name in names]
        lines += ["\treturn 0;", "}", ""]
        with tempfile.TemporaryDirectory() as directory:
            source = os.path.join(directory, "constants.c")
            program = os.path.join(directory, "constants")
            with open(source, "w", encoding="utf-8") as file:
                file.write("\n".join(lines))
            compiler = shlex.split(os.environ.get("CC") or "cc")
            subprocess.run(compiler + ["-o", program, source], check=True)
            output = subprocess.run([program], check=True, stdout=subprocess.PIPE,
                                    text=True).stdout
        values = dict(line.split(" ", 1) for line in output.splitlines())
        return {name: int(value) if re.fullmatch(r"-?\d+", value) else value
                for name, value in values.items()}


# Netlink, as far as the controller family needs it.

NETLINK_GENERIC, GENL_ID_CTRL = 16, 16
NLM_F_REQUEST, NLM_F_ACK, NLM_F_DUMP = 1, 4, 0x300
NLMSG_ERROR, NLMSG_DONE = 2, 3
CTRL_CMD_GETFAMILY, CTRL_CMD_GETPOLICY = 3, 10
CTRL_ATTR_FAMILY_ID, CTRL_ATTR_FAMILY_NAME, CTRL_ATTR_VERSION = 1, 2, 3
CTRL_ATTR_OPS, CTRL_ATTR_MCAST_GROUPS = 6, 7
CTRL_ATTR_POLICY, CTRL_ATTR_OP_POLICY = 8, 9
CTRL_ATTR_OP_ID, CTRL_ATTR_OP_FLAGS = 1, 2
CTRL_ATTR_MCAST_GRP_NAME = 1
CTRL_ATTR_POLICY_DO, CTRL_ATTR_POLICY_DUMP = 1, 2
GENL_ADMIN_PERM, GENL_UNS_ADMIN_PERM = 1, 0x10
GENL_CMD_CAP_DO, GENL_CMD_CAP_DUMP = 2, 4

TYPES = ["invalid", "flag", "u8", "u16", "u32", "u64", "s8", "s16", "s32", "s64", "binary",
         "string", "nul-string", "nested", "nested-array", "bitfield32", "sint", "uint"]
POLICY_TYPE, POLICY_MIN_LEN, POLICY_MAX_LEN = 1, 6, 7
POLICY_MIN, POLICY_MAX, POLICY_MASK = 4, 5, 12


def encode(number, payload):
    """One attribute."""
    return (struct.pack("=HH", 4 + len(payload), number) + payload +
            bytes(-len(payload) % 4))


def decode(data):
    """(number, payload) of all attributes, without the flags in the number."""
    while len(data) >= 4:
        length, number = struct.unpack_from("=HH", data)
        yield number & 0x3fff, data[4:length]
        data = data[(length + 3) & ~3:]


def integer(payload):
    """The number in a payload of two, four or eight bytes."""
    return int.from_bytes(payload, sys.byteorder)


def ask_controller(command, flags, family):
    """The attributes of every message that answers, as one list a message."""
    body = struct.pack("=BBxx", command, 1) + encode(CTRL_ATTR_FAMILY_NAME,
                                                     family.encode() + b"\0")
    request = struct.pack("=IHHII", 16 + len(body), GENL_ID_CTRL, NLM_F_REQUEST | flags,
                          1, 0) + body
    messages = []
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_GENERIC) as sock:
        sock.bind((0, 0))
        sock.sendto(request, (0, 0))
        while True:
            data = sock.recv(1 << 16)
            while data:
                length, kind = struct.unpack_from("=IH", data)
                if kind in (NLMSG_ERROR, NLMSG_DONE):
                    error = struct.unpack_from("=i", data, 16)[0]
                    if error:
                        raise OSError(-error, os.strerror(-error))
                    return messages
                messages.append(list(decode(data[20:length])))
                data = data[(length + 3) & ~3:]


class Kernel:
    """What the controller family says about this one."""

    def __init__(self, family):
        attributes = dict(ask_controller(CTRL_CMD_GETFAMILY, NLM_F_ACK, family)[0])
        self.version = integer(attributes[CTRL_ATTR_VERSION])
        ops = [dict(decode(op)) for _, op in decode(attributes[CTRL_ATTR_OPS])]
        self.flags = {integer(op[CTRL_ATTR_OP_ID]): integer(op[CTRL_ATTR_OP_FLAGS])
                      for op in ops}
        self.groups = [dict(decode(group))[CTRL_ATTR_MCAST_GRP_NAME].rstrip(b"\0").decode()
                       for _, group in decode(attributes.get(CTRL_ATTR_MCAST_GROUPS, b""))]
        self._policies = {}
        self._modes = {}
        for message in ask_controller(CTRL_CMD_GETPOLICY, NLM_F_DUMP, family):
            self._note(message)

    def _note(self, message):
        for number, payload in message:
            if number == CTRL_ATTR_OP_POLICY:
                for op, modes in decode(payload):
                    self._modes[op] = {mode: integer(index) for mode, index in decode(modes)}
            elif number == CTRL_ATTR_POLICY:
                for index, attributes in decode(payload):
                    policy = self._policies.setdefault(index, {})
                    for attribute, rules in decode(attributes):
                        policy[attribute] = {rule: integer(value)
                                             for rule, value in decode(rules)}

    def policy(self, op):
        """Attribute number -> rules, of all that an operation accepts in any mode."""
        accepted = {}
        for index in self._modes.get(op, {}).values():
            accepted.update(self._policies.get(index, {}))
        return accepted


def describe(rules):
    """The kernel's rules for an attribute, in words."""
    kind = rules[POLICY_TYPE]
    words = TYPES[kind] if kind < len(TYPES) else str(kind)
    if words == "nested":
        return words
    if POLICY_MASK in rules:
        return f"{words}, mask 0x{rules[POLICY_MASK]:x}"
    if POLICY_MIN in rules:
        return f"{words}, {rules[POLICY_MIN]} to {rules[POLICY_MAX]}"
    shortest, longest = rules.get(POLICY_MIN_LEN, 0), rules.get(POLICY_MAX_LEN, "any")
    return f"{words}, {shortest} to {longest} bytes"


def rules_of(spec, attribute):
    """The same words for what the contract says."""
    checks = attribute.get("checks", {})
    kind = attribute["type"]

    def number(value):
        return value if isinstance(value, int) else spec.definitions[value]["value"]

    if kind == "nest":
        return "nested"
    if kind == "string":
        return f"nul-string, 0 to {number(checks.get('max-len', 'any'))} bytes"
    if kind == "binary":
        length = number(checks["exact-len"])
        return f"binary, {length} to {length} bytes"
    if "flags-mask" in checks:
        mask = sum(spec.entries(spec.definitions[checks["flags-mask"]]).values())
        return f"{kind}, mask 0x{mask:x}"
    lowest, highest = checks.get("min", 0), checks.get("max", (1 << int(kind[1:])) - 1)
    definition = spec.definitions.get(attribute.get("enum"))
    if definition and definition["type"] == "enum":
        highest = max(spec.entries(definition).values())
    return f"{kind}, {lowest} to {highest}"


def same(got, wanted):
    """What is wrong if the two are not equal."""
    return None if got == wanted else f"got {got}, not {wanted}"


# Each claim is a sentence, and what is wrong with it or None. Without a header or a
# kernel to look at, the sentences are the same, to be skipped.

def header_claims(spec, header):
    """What the contract says of the header, and the reverse."""
    defines = header.defines if header else {}
    in_header = header.enums if header else {}
    in_spec = spec.enums()

    for name, value in spec.defines().items():
        yield f"header: {name} is {value}", same(defines.get(name), value)
    yield ("header: no #define that the spec lacks",
           same(set(defines) - set(spec.defines()), set()))

    for enum, constants in in_spec.items():
        known = in_header.get(enum, {})
        for name, value in constants.items():
            yield f"header: enum {enum}: {name} is {value}", same(known.get(name), value)
        yield (f"header: enum {enum}: no constant that the spec lacks",
               same(set(known) - set(constants), set()))
    yield ("header: no enum that the spec lacks",
           same(set(in_header) - set(in_spec), set()))


def kernel_claims(spec, kernel):
    """What the contract says of the kernel, and the reverse."""
    commands = spec.commands()
    numbers = {op["number"] for op in commands.values()}
    flags = kernel.flags if kernel else {}

    yield (f"kernel: the version is {spec.version}",
           same(kernel and kernel.version, spec.version))
    yield (f"kernel: the multicast groups are {' '.join(spec.groups) or 'none'}",
           same(kernel and kernel.groups, spec.groups))
    yield "kernel: no command that the spec lacks", same(set(flags) - numbers, set())

    for name, op in commands.items():
        policy = kernel.policy(op["number"]) if kernel else {}
        for claim, wrong in command_claims(spec, op, flags.get(op["number"], 0), policy):
            yield f"kernel: {name}: {claim}", wrong


def command_claims(spec, op, flags, policy):
    """The same of one command, given what the kernel says of it."""
    modes = [mode for mode in ("do", "dump") if mode in op]
    has = [mode for mode, bit in (("do", GENL_CMD_CAP_DO), ("dump", GENL_CMD_CAP_DUMP))
           if flags & bit]
    yield f"can be asked with {' and '.join(modes)}", same(has, modes)

    # The namespace's administrator is enough, which a spec cannot say.
    permission = GENL_UNS_ADMIN_PERM if "admin-perm" in op.get("flags", []) else 0
    yield ("needs the namespace's CAP_NET_ADMIN" if permission else "needs no privilege",
           same(flags & (GENL_ADMIN_PERM | GENL_UNS_ADMIN_PERM), permission))

    attributes = spec.sets[op["attribute-set"]]
    by_number = {attribute["number"]: name for name, attribute in attributes.items()}
    names = sorted({name for mode in modes for name in spec.request(op, mode)},
                   key=lambda name: attributes[name]["number"])
    yield (f"accepts {', '.join(names)}, and no other" if names else "accepts no attribute",
           same([by_number.get(number, number) for number in sorted(policy)], names))

    for name in names:
        rules = policy.get(attributes[name]["number"])
        wanted = rules_of(spec, attributes[name])
        yield f"{name} is {wanted}", same(rules and describe(rules), wanted)


def read_headers():
    """The Header of each family, and no reason; or no Header, and the reason."""
    try:
        headers = {family: Header(os.path.join(HEADERS, family + ".h"))
                   for family in FAMILIES}
        Header.compile(headers.values())
        return headers, None
    except FileNotFoundError as missing:
        return {}, f"no {missing.filename}"


def ask_kernel(family):
    """A Kernel, or None and the reason."""
    reason = f"the {family} module is not loaded"
    try:
        if os.geteuid() == 0:
            module.load(family)
    except (module.Missing, RuntimeError) as error:
        reason = str(error)
    try:
        return Kernel(family), None
    except FileNotFoundError:
        return None, reason


def family_claims(family, header, no_header):
    """All claims about one family, each with the reason to skip it or None."""
    spec = Spec(os.path.join(SPECS, family + ".yaml"))
    kernel, no_kernel = ask_kernel(family)

    yield f"{family}: the spec has this name", same(spec.name, family), None
    for claim, wrong in header_claims(spec, header):
        yield f"{family}: {claim}", wrong, no_header
    for claim, wrong in kernel_claims(spec, kernel):
        yield f"{family}: {claim}", wrong, no_kernel


def main():
    """Print what holds and what does not, as TAP."""
    print("TAP version 13", flush=True)
    headers, no_headers = read_headers()
    claims = [claim for family in FAMILIES
              for claim in family_claims(family, headers.get(family), no_headers)]
    module.unload_ours()
    failed = skipped = 0

    print(f"1..{len(claims)}")
    for number, (claim, wrong, skip) in enumerate(claims, 1):
        if skip:
            print(f"ok {number} {claim} # SKIP {skip}")
            skipped += 1
        elif wrong:
            print(f"not ok {number} {claim}\n# {wrong}")
            failed += 1
        else:
            print(f"ok {number} {claim}")
    print(f"# Totals: pass:{len(claims) - failed - skipped} fail:{failed} xfail:0 xpass:0 "
          f"skip:{skipped} error:0")

    if failed:
        sys.exit(FAIL)
    sys.exit(SKIP if skipped == len(claims) else PASS)


if __name__ == "__main__":
    main()
