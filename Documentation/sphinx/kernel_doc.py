# SPDX-License-Identifier: GPL-2.0
"""The directive that the kernel's documents use:

	.. kernel-doc:: FILE
	   :export:		the exported functions only
	   :doc: TITLE		one DOC: section only

It includes what the kernel's scripts/kernel-doc, which $KERNEL_DOC names, makes of the
comments in a source file."""

import os
import re
import subprocess

import sphinx
import tree
from docutils.parsers.rst import Directive, directives


def words(file, options):
    """The command."""
    command = [os.environ["KERNEL_DOC"], "-rst", "-sphinx-version", sphinx.__version__]
    if "export" in options:
        command.append("-export")
    if "doc" in options:
        command += ["-function", options["doc"]]
    return command + [file]


class KernelDoc(Directive):
    """The directive."""

    required_arguments = 1
    option_spec = {"export": directives.flag, "doc": directives.unchanged_required}

    def run(self):
        """What the directive stands for."""
        file = tree.path(self.arguments[0])
        self.state.document.settings.env.note_dependency(file)
        done = subprocess.run(words(file, self.options), text=True, check=False,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        if done.returncode or not done.stdout.strip():
            raise self.error(f"{file}: {done.stderr.strip() or 'nothing is found'}")
        # (*,G) and (*,*) have no emphasis.
        text = re.sub(r"\(\*,(\*?)", lambda m: r"(\*," + (m[1] and r"\*"), done.stdout)
        return tree.parsed(self, text, file)


def setup(app):
    """Sphinx asks for this."""
    app.add_directive("kernel-doc", KernelDoc)
    return {"parallel_read_safe": True}
