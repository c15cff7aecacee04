#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Whether the links between the pages under a directory, and to places in them, lead
somewhere.

	check_links.py DIRECTORY"""

import html.parser
import os
import sys
import urllib.parse


class Page(html.parser.HTMLParser):
    """A page: the links in it, and its anchors."""

    def __init__(self, path):
        super().__init__()
        self.links = []
        self.anchors = set()
        with open(path, encoding="utf-8") as file:
            self.feed(file.read())

    def handle_starttag(self, tag, attrs):
        """The parser calls this."""
        values = dict(attrs)
        self.anchors.add(values.get("id"))
        self.links += [(self.getpos()[0], values[name]) for name in ("href", "src")
                       if values.get(name)]


def pages(directory):
    """All pages under a directory, by their paths."""
    return {path: Page(path) for where, _, names in os.walk(directory)
            for path in (os.path.join(where, name) for name in names)
            if path.endswith(".html")}


def broken(path, link, known):
    """What is wrong with a link in the page with this path; or None."""
    url = urllib.parse.urlsplit(link)
    if url.scheme or url.netloc:
        return None
    target = os.path.normpath(os.path.join(os.path.dirname(path), url.path)) \
        if url.path else path
    if target in known:
        if url.fragment and url.fragment not in known[target].anchors:
            return "no such place in that page"
        return None
    return None if os.path.exists(target) else "no such file"


def main(directory):
    """Look at all of them; return the exit status."""
    known = pages(directory)
    if not known:
        print(f"no page in {directory}", file=sys.stderr)
        return 1
    status = 0
    for path, page in known.items():
        for line, link in page.links:
            wrong = broken(path, link, known)
            if wrong:
                print(f"{path}:{line}: {link}: {wrong}", file=sys.stderr)
                status = 1
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
