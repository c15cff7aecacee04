#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""The contracts as tables in C, for fuzz_netlink.

	tables.py mgm.yaml mgm_igmp.yaml > tables.c

What a contract does not say is said here: how often a command is worth being sent,
which attributes it cannot do without, and how a well-formed one may be refused."""

import errno
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from spec import Spec

U32_MAX = (1 << 32) - 1
LOOKED_UP = "ENOENT EPERM EINVAL EOPNOTSUPP"
IGMP_SETTINGS = ("version robustness query-interval query-response-interval "
                 "last-member-query-interval last-member-query-count "
                 "startup-query-interval startup-query-count immediate-leave "
                 "router-alert groups-max sources-max rate-max")

# Command -> (weight, needed, one of these is needed, errnos).
RULES = {
    "mgm": {
        "protocol-get": (4, "handle", "", "ENOENT"),
        "protocol-register": (8, "id", "", "EEXIST ENOSPC EINVAL EOPNOTSUPP"),
        "protocol-deregister": (3, "handle", "", "ENOENT EPERM EBUSY"),
        "interface-get": (3, "ifindex", "", "ENOENT EINVAL EOPNOTSUPP"),
        "interface-take": (14, "handle ifindex", "",
                           LOOKED_UP + " ENODEV EALREADY EEXIST EBUSY ENOSPC"),
        "interface-release": (6, "handle ifindex", "", LOOKED_UP + " EBUSY"),
        "interface-set": (4, "handle ifindex", "ttl-threshold wrong-if",
                          LOOKED_UP + " EBUSY"),
        "membership-get": (2, "", "", "EOPNOTSUPP"),
        "membership-add": (20, "handle ifindex flags", "",
                           LOOKED_UP + " EBUSY ENOSPC"),
        "membership-del": (10, "handle ifindex", "", LOOKED_UP + " EBUSY ENOSPC"),
        "mfe-get": (4, "group4 source4", "", "ENOENT EINVAL EOPNOTSUPP"),
        "mfe-set": (4, "handle group4 source4", "upstream4 iif", LOOKED_UP + " EBUSY"),
        "limit-get": (1, "", "", ""),
        "limit-set": (2, "id value", "", ""),
        "config-get": (2, "", "", ""),
        "config-set": (3, "", "mfe-timeout rpf-table wrong-if-interval answer-timeout", ""),
        "alert-answer": (10, "handle id", "", LOOKED_UP),
    },
    "mgm_igmp": {
        "interface-get": (3, "ifindex", "", "ENOENT"),
        "interface-enable": (4, "ifindex", "",
                             "EALREADY EEXIST ENODEV EINVAL ENOSPC EBUSY"),
        "interface-disable": (1, "ifindex", "", "ENOENT EBUSY"),
        "interface-set": (4, "ifindex",
                          IGMP_SETTINGS,
                          "ENOENT EINVAL"),
        "group-get": (2, "", "", ""),
        "join": (8, "ifindex group4", "", "ENOENT EINVAL EEXIST ENOSPC EBUSY"),
        "leave": (5, "ifindex group4", "", "ENOENT EINVAL"),
    },
}

# What an answer to an alert may have.
ANSWERS = {"alert-rpf": "ifindex nexthop4 upstream4", "alert-creation": "oif",
           "alert-prune": "timeout"}

# What a number stands for, by its name or by that of its set and its own.
ROLES = {
    "handle": "HANDLE", "ifindex": "IFINDEX", "iif": "IFINDEX", "nexthop4": "NEXTHOP",
    "iif-nexthop4": "NEXTHOP", "upstream4": "NEIGHBOUR", "group4": "GROUP",
    "source4": "SOURCE", "group-len": "GROUP_LEN", "source-len": "SOURCE_LEN",
    "protocol.id": "PROTOCOL", "protocol.component": "PROTOCOL",
    "protocol.flags": "PERSIST", "protocol.callbacks": "CALLBACKS",
    "alert.id": "ALERT", "config.answer-timeout": "WAIT", "limit.value": "BOUND",
}
KINDS = {"u32": "U32", "u64": "U64", "string": "STRING", "binary": "BINARY",
         "nest": "NEST", "pad": "PAD"}


def mask(attribute_set, names):
    """A bit for each attribute named."""
    return sum(1 << attribute_set[name]["number"] for name in names)


class Tables:
    """The tables of one contract."""

    def __init__(self, path):
        self.spec = Spec(path)
        self.prefix = self.spec.name
        self.made = set()

    def role(self, set_name, name):
        """What an attribute stands for."""
        if name.endswith("6"):
            return "IPV6"
        if self.prefix == "mgm_igmp" and name.endswith("-interval"):
            return "INTERVAL"
        return ROLES.get(f"{set_name}.{name}") or ROLES.get(name, "PLAIN")

    def number(self, value):
        """A number, or the constant that is named."""
        return value if isinstance(value, int) else \
            self.spec.definitions[value]["value"]

    def bounds(self, attribute):
        """(least, most, mask) of a number, or lengths of what is none."""
        checks = attribute.get("checks", {})
        least, most, bits = checks.get("min", 0), checks.get("max", U32_MAX), 0
        definition = self.spec.definitions.get(attribute.get("enum"))
        if "flags-mask" in checks:
            entries = self.spec.entries(self.spec.definitions[checks["flags-mask"]])
            bits = sum(entries.values())
        elif definition and definition["type"] == "enum":
            most = max(self.spec.entries(definition).values())
        elif attribute["type"] in ("string", "binary"):
            least = checks.get("exact-len", 0)
            most = self.number(checks.get("exact-len", checks.get("max-len", 128)))
        return least, most, bits

    def attribute_set(self, name):
        """One set, behind those that are nested in it."""
        if name in self.made:
            return
        self.made.add(name)
        attributes = self.spec.sets[name]
        for attribute in attributes.values():
            if "nested-attributes" in attribute:
                self.attribute_set(attribute["nested-attributes"])
        print(f"static const struct fuzz_attr {self.c(name)}_attrs[] = {{")
        for own, attribute in attributes.items():
            least, most, bits = self.bounds(attribute)
            nest = attribute.get("nested-attributes")
            print(f'\t[{attribute["number"]}] = {{ "{own}", '
                  f'KIND_{KINDS[attribute["type"]]}, ROLE_{self.role(name, own)}, '
                  f'{least}u, {most}u, {bits}u, '
                  f'{"&" + self.c(nest) if nest else "NULL"} }},')
        print("};\n")
        print(f"static const struct fuzz_set {self.c(name)} = {{\n"
              f'\t"{name}", ARRAY_SIZE({self.c(name)}_attrs), {self.c(name)}_attrs\n'
              "};\n")

    def c(self, name):
        """A name in C."""
        return f"{self.prefix}_{name}".replace("-", "_")

    def told(self, op):
        """The attributes of an answer, or of a message that comes unasked."""
        op = self.spec.ops[op["notify"]] if "notify" in op else op
        if "event" in op:
            return op["event"]["attributes"]
        return [name for mode in ("do", "dump")
                for name in op.get(mode, {}).get("reply", {}).get("attributes", ())]

    def operation(self, op):
        """The line of one operation."""
        name = op["name"]
        of = op.get("attribute-set") or self.spec.ops[op["notify"]]["attribute-set"]
        known = self.spec.sets[of]
        weight, needed, one_of, errnos = RULES[self.prefix].get(name, (0, "", "", ""))
        if ("do" in op or "dump" in op) != (name in RULES[self.prefix]):
            raise SystemExit(f"tables.py has no rules for {self.prefix} {name}")
        modes = {mode: 1 | mask(known, self.spec.request(op, mode)) if mode in op else 0
                 for mode in ("do", "dump")}
        numbers = [getattr(errno, word) for word in errnos.split()]
        print(f'\t[{op["number"]}] = {{\n'
              f'\t\t.name = "{name}",\n'
              f"\t\t.set = &{self.c(of)},\n"
              f"\t\t.effect = {self.effect(name)},\n"
              f'\t\t.admin = {str("admin-perm" in op.get("flags", ())).lower()},\n'
              f"\t\t.doit = {modes['do']:#x},\n"
              f"\t\t.dump = {modes['dump']:#x},\n"
              f"\t\t.told = {mask(known, set(self.told(op))):#x},\n"
              f"\t\t.needed = {mask(known, needed.split()):#x},\n"
              f"\t\t.one_of = {mask(known, one_of.split()):#x},\n"
              f"\t\t.answer = {self.answer(name):#x},\n"
              f"\t\t.weight = {weight},\n"
              f"\t\t.errnos = {{ {', '.join(map(str, numbers + [0]))} }},\n"
              "\t},")

    def answer(self, name):
        """What an answer to this alert may have."""
        if name not in ANSWERS:
            return 0
        return mask(self.spec.sets["alert"], ANSWERS[name].split())

    def effect(self, name):
        """What has to be remembered of a command that succeeded."""
        known = {"protocol-register": "REGISTER", "protocol-deregister": "DEREGISTER",
                 "interface-take": "TAKE", "interface-release": "RELEASE",
                 "membership-add": "ADD", "membership-del": "DEL",
                 "alert-answer": "ANSWER"}
        return "EFFECT_" + known.get(name if self.prefix == "mgm" else "", "NONE")

    def all(self):
        """Everything but the list of families."""
        for name in self.spec.sets:
            self.attribute_set(name)
        print(f"static const struct fuzz_op {self.prefix}_ops[] = {{")
        for op in self.spec.ops.values():
            self.operation(op)
        print("};\n")


def main():
    """Write the tables of all contracts named."""
    print(f"/* Made by tables.py of {' '.join(map(os.path.basename, sys.argv[1:]))}. */\n"
          "#include <stddef.h>\n#include \"fuzz.h\"\n")
    families = []
    for path in sys.argv[1:]:
        tables = Tables(path)
        tables.all()
        families.append(f'\t{{ "{tables.prefix}", ARRAY_SIZE({tables.prefix}_ops), '
                        f"{tables.prefix}_ops }},")
    print("const struct fuzz_family fuzz_families[FAMILIES] = {")
    print("\n".join(families))
    print("};")


if __name__ == "__main__":
    main()
