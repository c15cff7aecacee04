# SPDX-License-Identifier: GPL-2.0
"""The directive

	.. netlink-spec:: netlink/specs/mgm.yaml

stands for what such a file, under the Documentation, says of a netlink family."""

import os
import re

import tree
import yaml
from docutils.parsers.rst import Directive

TYPES = {"flags": "flags, each a bit", "enum": "numbers", "const": "a constant"}


def escaped(text):
    """Text in which nothing is markup."""
    return re.sub(r"([\\*`|_])", r"\\\1", " ".join(str(text).split()))


def paragraphs(text):
    """The same of text in several paragraphs."""
    return "\n\n".join(escaped(part) for part in text.strip().split("\n\n"))


def constant(*parts):
    """A name as C has it."""
    return "".join(parts).upper().replace("-", "_")


def heading(text, under):
    """A heading, underlined with that."""
    return f"\n{text}\n{under * len(text)}\n"


def rows(*lines):
    """A list in which each entry is a term, its type, and what it is."""
    return "\n".join(f"``{term}``{' : ' + kind if kind else ''}\n    {text or '...'}\n"
                     for term, kind, text in lines)


class Family:
    """One of these files, as text."""

    def __init__(self, file):
        with open(file, encoding="utf-8") as stream:
            self.spec = yaml.safe_load(stream)
        self.name = self.spec["name"]

    def _label(self, what, name):
        return f"netlink-{self.name}-{what}-{name}"

    def _target(self, what, name):
        return f"\n.. _{self._label(what, name)}:\n"

    def _ref(self, what, name):
        return f":ref:`{name} <{self._label(what, name)}>`"

    def _kind(self, attribute):
        """The type of an attribute, and what it must look like."""
        checks = attribute.get("checks", {})
        words = [attribute["type"]]
        if attribute.get("byte-order"):
            words.append("in network byte order")
        if "nested-attributes" in attribute:
            words = [self._ref("set", attribute["nested-attributes"])]
        if attribute.get("multi-attr"):
            words.append("repeated")
        if "enum" in attribute:
            words.append(self._ref("definition", attribute["enum"]))
        if "min" in checks and "max" in checks:
            words.append(f"{checks['min']} to {checks['max']}")
        elif "min" in checks:
            words.append(f"at least {checks['min']}")
        elif "max" in checks:
            words.append(f"at most {checks['max']}")
        if "exact-len" in checks:
            words.append(f"{checks['exact-len']} bytes")
        if "max-len" in checks:
            words.append(f"at most {self._number(checks['max-len'])} bytes")
        return ", ".join(words)

    def _number(self, value):
        """A number, or that of the constant of this name."""
        return next((entry["value"] for entry in self.spec["definitions"]
                     if entry["name"] == value), value)

    def definitions(self):
        """Constants, flags and enumerations."""
        for entry in self.spec["definitions"]:
            yield self._target("definition", entry["name"])
            yield heading(entry["name"], "^")
            yield paragraphs(entry["doc"]) + f" ({TYPES[entry['type']]})\n"
            prefix = entry.get("name-prefix",
                               f"{self.name.replace('_', '-')}-{entry['name']}-")
            first = entry.get("value-start", 0)
            if entry["type"] == "const":
                yield rows((constant(self.name + "-", entry["name"]), "",
                            str(entry["value"])))
                continue
            lines = []
            for number, value in enumerate(entry["entries"], first):
                if isinstance(value, str):  # one that is told of elsewhere
                    lines.append((constant(prefix, value), "", "as above"))
                    continue
                number = 1 << number if entry["type"] == "flags" else number
                lines.append((constant(prefix, value["name"]), str(number),
                              escaped(value["doc"])))
            yield rows(*lines)

    def sets(self):
        """The attributes."""
        for entry in self.spec["attribute-sets"]:
            yield self._target("set", entry["name"])
            yield heading(entry["name"], "^")
            yield paragraphs(entry["doc"]) + "\n"
            yield rows(*((constant(entry["name-prefix"], attribute["name"]),
                          self._kind(attribute), escaped(attribute["doc"]))
                         for attribute in entry["attributes"]
                         if attribute["type"] != "pad"))

    @staticmethod
    def _attributes(of_what, message):
        names = (message or {}).get("attributes")
        return f"\n{of_what}\n    " + (
            ", ".join(f"``{name}``" for name in names) if names else "none") + "\n"

    def operations(self):
        """The commands and notifications."""
        listed = self.spec["operations"]
        by_name = {entry["name"]: entry for entry in listed["list"]}
        for entry in listed["list"]:
            yield self._target("operation", entry["name"])
            yield heading(constant(listed["name-prefix"], entry["name"]), "^")
            yield paragraphs(entry["doc"]) + "\n"
            of = entry.get("attribute-set") or \
                by_name[entry["notify"]]["attribute-set"]
            yield f"\nAttributes: {self._ref('set', of)}." + (
                " Needs ``CAP_NET_ADMIN``.\n" if "admin-perm" in entry.get("flags", [])
                else "\n")
            for way, word in ("do", "request"), ("dump", "dump request"):
                if way in entry:
                    yield self._attributes(word, entry[way].get("request"))
                    if "reply" in entry[way]:
                        yield self._attributes("reply" if way == "do" else "each entry",
                                               entry[way]["reply"])
            if "event" in entry:
                yield self._attributes("notification", entry["event"])
            if "notify" in entry:
                yield ("\nnotification\n    the reply of "
                       f"{self._ref('operation', entry['notify'])}\n")

    def text(self):
        """All of it."""
        groups = ", ".join(f"``{group['name']}``" for group in
                           self.spec.get("mcast-groups", {}).get("list", []))
        return "\n".join([
            paragraphs(self.spec["doc"]), "",
            f"The family is ``{self.name}``, the header "
            f"``<{self.spec['uapi-header']}>``" +
            (f", the multicast group {groups}." if groups else "."),
            heading("Commands and notifications", "-"), *self.operations(),
            heading("Attributes", "-"), *self.sets(),
            heading("Constants", "-"), *self.definitions()])


class NetlinkSpec(Directive):
    """The directive."""

    required_arguments = 1

    def run(self):
        """What the directive stands for."""
        file = tree.path(os.path.join("Documentation", self.arguments[0]))
        self.state.document.settings.env.note_dependency(file)
        return tree.parsed(self, Family(file).text(), file)


def setup(app):
    """Sphinx asks for this."""
    app.add_directive("netlink-spec", NetlinkSpec)
    return {"parallel_read_safe": True}
