# SPDX-License-Identifier: GPL-2.0
"""What the demo prints on: headings, check marks, counts, and the table.

In colour on a terminal, or if MGM_COLOUR is set to something that is not 0."""

import os
import sys
import textwrap

WIDTHS = (18, 50, 20)


class Paper:
    """Prints to stdout, and remembers what failed."""

    def __init__(self):
        told = os.environ.get("MGM_COLOUR", "")
        self.colour = told != "0" if told else sys.stdout.isatty()
        self.done = 0
        self.failed = []
        self.verdicts = []
        self._last = None

    def _paint(self, code, text):
        return f"\033[{code}m{text}\033[0m" if self.colour else text

    def say(self, text=""):
        """A line, or several."""
        print(text, flush=True)

    def title(self, text):
        """The heading of all."""
        self.say(self._paint("1", text) + "\n" + self._paint("1", "=" * len(text)) +
                 "\n")

    def head(self, text):
        """The heading of a part."""
        self.say("\n" + self._paint("1", text) + "\n" +
                 self._paint("1", "-" * len(text)))

    def check(self, good, text):
        """A step that was so, or was not."""
        self.done += 1
        if good:
            self.say(self._paint("32", "  ok    ") + text)
        else:
            self.failed.append(text)
            self.say(self._paint("1;31", "  NOT   ") + text)

    def take_verdicts(self):
        """What was put aside while the table was being printed."""
        taken, self.verdicts = self.verdicts, []
        return taken

    # --- counts ---------------------------------------------------------

    def counts_heading(self, columns):
        """What is counted."""
        self._last = None
        self.say(self._paint("2", " " * 9 + "".join(f"{c:>13}" for c in columns)))

    def counts(self, seconds, numbers):
        """A line of counts; those that stand still look so."""
        cells = []
        for i, number in enumerate(numbers):
            still = self._last is not None and number == self._last[i]
            cell = f"{number}{' still' if still else ''}".rjust(13)
            cells.append(self._paint("33", cell) if still else cell)
        self._last = numbers
        self.say(f"{seconds:7.1f} s" + "".join(cells))

    # --- the table ------------------------------------------------------

    def _rule(self):
        self.say("+" + "+".join("-" * (width + 2) for width in WIDTHS) + "+")

    def _line(self, cells, code=None):
        padded = [cell.ljust(width) for cell, width in zip(cells, WIDTHS)]
        if code:
            padded = [self._paint(code, cell) for cell in padded]
        self.say("| " + " | ".join(padded) + " |")

    def table(self, *headings):
        """Begin the table."""
        self._rule()
        self._line(headings, "1")
        self._rule()

    def row(self, action, answers, note):
        """A row; each answer begins a line of its own."""
        columns = [textwrap.wrap(action, WIDTHS[0]), [], textwrap.wrap(note, WIDTHS[2])]
        for answer in answers:
            columns[1] += textwrap.wrap(answer, WIDTHS[1], subsequent_indent="  ")
        for i in range(max(map(len, columns))):
            self._line([column[i] if i < len(column) else "" for column in columns])
        self._rule()

    def table_end(self):
        """What follows is no table."""
        self.say("")

    # --- the end --------------------------------------------------------

    def result(self):
        """Say how it went; return the exit status."""
        self.say("")
        if self.failed:
            self.say(self._paint("1;31", f"{len(self.failed)} of {self.done} steps "
                                         "were not as they should be:"))
            for text in self.failed:
                self.say(f"  {text}")
            return 1
        self.say(self._paint("1;32", f"All {self.done} steps were as they should be."))
        return 0
