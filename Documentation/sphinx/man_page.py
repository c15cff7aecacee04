# SPDX-License-Identifier: GPL-2.0
"""The directive

	.. man-page:: man/mgm.8

stands for a manual page, under the Documentation, as man(1) shows it."""

import os
import subprocess

import tree
from docutils import nodes
from docutils.parsers.rst import Directive


class ManPage(Directive):
    """The directive."""

    required_arguments = 1

    def run(self):
        """What the directive stands for."""
        file = tree.path(os.path.join("Documentation", self.arguments[0]))
        self.state.document.settings.env.note_dependency(file)
        # Without overstriking for bold and underlined words.
        text = subprocess.run(["groff", "-man", "-Tutf8", "-P-cbou", file], text=True,
                              check=True, stdout=subprocess.PIPE).stdout
        return [nodes.literal_block(text, text.strip("\n"), language="none")]


def setup(app):
    """Sphinx asks for this."""
    app.add_directive("man-page", ManPage)
    return {"parallel_read_safe": True}
