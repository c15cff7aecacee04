# SPDX-License-Identifier: GPL-2.0
"""How Sphinx makes HTML of this directory: "make docs"."""

import os
import sys

_HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(_HERE, "sphinx"))

from tree import version as version_of

project = "Multicast Group Manager for Linux"
author = "the MGM developers"
version = release = version_of()

extensions = ["kernel_doc", "links", "man_page", "netlink_spec"]
exclude_patterns = ["sphinx"]
# What is not said to be in a language is in none.
highlight_language = "none"
# Every reference leads somewhere, save those to the types and functions of the kernel.
nitpicky = True
nitpick_ignore_regex = [("c:.*", ".*")]

html_theme = "alabaster"
html_theme_options = {"page_width": "72em", "sidebar_width": "18em",
                      "description": "Several multicast routing protocols on one "
                                     "Linux router"}
html_sidebars = {"**": ["about.html", "navigation.html", "searchbox.html"]}
html_copy_source = False
html_show_copyright = False
