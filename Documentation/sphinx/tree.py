# SPDX-License-Identifier: GPL-2.0
"""The tree that the documents are about, and text made out of its files."""

import os

from docutils import nodes
from docutils.statemachine import StringList
from sphinx.util.nodes import nested_parse_with_titles

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def path(name):
    """A file of the tree."""
    return os.path.join(TOP, name)


def version():
    """The version of all that is in the tree."""
    with open(path("VERSION"), encoding="utf-8") as file:
        return file.read().strip()


def parsed(directive, text, source):
    """What a directive stands for, if that is this text."""
    node = nodes.section()
    node.document = directive.state.document
    nested_parse_with_titles(directive.state, StringList(
        text.expandtabs().split("\n"), source), node)
    return node.children
