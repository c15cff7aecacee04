# SPDX-License-Identifier: GPL-2.0
"""Names become links, as in the kernel's documents: Documentation/networking/mgm.rst
to that page, mgm(8) to that manual page. A file of the tree that is named, but is not
there, is warned of."""

import os
import re

import tree
from docutils import nodes
from sphinx.addnodes import pending_xref
from sphinx.transforms import SphinxTransform
from sphinx.util import logging

_NAMES = re.compile(r"Documentation/(?P<page>[\w/-]+)\.rst"
                    r"|\b(?P<manual>mgm|mgm-static|libmgm)\((?P<section>\d)\)")
_FILE = re.compile(r"(?:Documentation|mgm|selftests|tools(?!/net)|uapi)/[\w./-]*\w")
_log = logging.getLogger(__name__)


class Links(SphinxTransform):
    """The transform, of one page."""

    default_priority = 900

    def apply(self, **_):
        """Sphinx calls this."""
        for text in list(self.document.findall(nodes.Text)):
            inside = text.parent
            if isinstance(inside, nodes.literal):
                self._check(text)
            elif not isinstance(inside, (nodes.literal_block, nodes.reference,
                                         pending_xref, nodes.title, nodes.comment)):
                inside.replace(text, self._linked(text.astext()))

    def _check(self, text):
        name = text.astext()
        if _FILE.fullmatch(name) and not os.path.exists(tree.path(name)):
            _log.warning("there is no %s in the tree", name, location=text.parent)

    def _linked(self, text):
        parts, at = [], 0
        for match in _NAMES.finditer(text):
            parts += [nodes.Text(text[at:match.start()]), self._link(match)]
            at = match.end()
        return parts + [nodes.Text(text[at:])]

    def _link(self, match):
        if match["page"]:
            kind = {"refdomain": "std", "reftype": "doc", "reftarget":
                    "/" + match["page"]}
        else:
            kind = {"refdomain": "std", "reftype": "ref", "reftarget":
                    f"{match['manual']}-{match['section']}"}
        return pending_xref(match[0], nodes.inline(match[0], match[0]), refexplicit=True,
                            refwarn=True, refdoc=self.env.docname, **kind)


def setup(app):
    """Sphinx asks for this."""
    app.add_transform(Links)
    return {"parallel_read_safe": True}
