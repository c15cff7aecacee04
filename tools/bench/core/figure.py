# SPDX-License-Identifier: GPL-2.0
"""Figures, and what is measured of them.

	@figure("dump", "Reading the whole table")
	def dump(bench):
		\"\"\"Meaning and method, which become part of the report.\"\"\"
		bench.compare("100,000 entries", "entries/s", ours, {"ipmr": theirs},
			      {"ipmr": Ratio(2)})

Ours and the peers take turns, the order turned round every time, so that what changes
by and by on the machine changes for all of them. A turn returns a number, or several by
name."""

import statistics
import sys
import time

FIGURES = {}


class Ratio:
    """A goal: ours by the peer's is at least that, or at most."""

    def __init__(self, least=None, most=None):
        self.least = least
        self.most = most

    def of(self, row):
        """What is held against it."""
        return row["ratio"]["median"] if "ratio" in row else None

    def text(self):
        """As people read it."""
        return f"≥ {self.least:g}×" if self.least is not None else f"≤ {self.most:g}×"

    def hit(self, row):
        """Whether it is."""
        value = self.of(row)
        return value >= self.least if self.least is not None else value <= self.most


class Value(Ratio):
    """A goal that is about ours alone."""

    def of(self, row):
        return row["ours"]["median"]

    def text(self):
        return super().text().rstrip("×")


def figure(name, title):
    """Enter the function below into the list."""
    def enter(function):
        FIGURES[name] = (title, function)
        return function
    return enter


def summary(values):
    """Of several measurements, what is reported."""
    return {"median": statistics.median(values), "min": min(values),
            "max": max(values), "values": values}


class Bench:
    """How to measure, and what has been."""

    def __init__(self, pairs=5, seconds=2.0, quick=False):
        self.pairs = pairs
        self.seconds = seconds
        self.quick = quick
        self.rows = []
        self.figure = None
        self._began = time.monotonic()

    def size(self, number):
        """So many, or few where it is only tried whether all works."""
        return max(20, number // 200) if self.quick else number

    def say(self, text):
        """Progress."""
        print(f"{time.monotonic() - self._began:6.0f} s  {self.figure}: {text}",
              file=sys.stderr, flush=True)

    def run(self, name):
        """Measure one figure."""
        self.figure = name
        FIGURES[name][1](self)

    def compare(self, case, unit, ours, peers, goals=None, **more):
        """Let ours and its peers, a function each, take turns; enter a row a peer, and
        of turns that return several numbers, a row each of those as well. Units may
        be by the name of the number, goals are by peer, or by (peer, name)."""
        turns = {None: ours, **peers}
        taken = {peer: [] for peer in turns}
        order = list(turns)
        for pair in range(self.pairs):
            for peer in order:
                result = turns[peer]()
                if not isinstance(result, dict):
                    result = {None: result}
                taken[peer].append(result)
                shown = ", ".join(f"{name or ''} {number(value)} {_unit(unit, name)}"
                                  for name, value in result.items())
                self.say(f"{case}, {pair + 1} of {self.pairs}, {peer or 'mgm'}: {shown}")
            order.reverse()
        for name in taken[None][0]:
            values = {peer: [result[name] for result in results]
                      for peer, results in taken.items()}
            for peer in peers:
                self._enter(f"{case}, {name}" if name else case, _unit(unit, name),
                            values, peer,
                            (goals or {}).get((peer, name) if name else peer), more)

    def _enter(self, case, unit, values, peer, goal, more):
        row = {"figure": self.figure, "case": case, "unit": unit,
               "ours": summary(values[None]),
               "peer": {"name": peer, **summary(values[peer])}, **more}
        if all(values[peer]):
            row["ratio"] = summary([a / b for a, b in zip(values[None], values[peer])])
        if goal and goal.of(row) is not None:
            row["goal"] = goal.text()
            row["hit"] = goal.hit(row)
        self.rows.append(row)
        print(line(row), flush=True)


def _unit(unit, name):
    return unit[name] if isinstance(unit, dict) else unit


def number(value):
    """A number as people read it: three digits that count."""
    if value and abs(value) < 10:
        return f"{value:.2f}"
    if abs(value) < 100:
        return f"{value:.1f}"
    return f"{value:,.0f}"


def spread(stats):
    """A median with what lay around it."""
    return f"{number(stats['median'])} ({number(stats['min'])}–{number(stats['max'])})"


def cells(row):
    """A row as the table has it."""
    peer, ratio = row["peer"], row.get("ratio")
    return (row["figure"], row["case"], row["unit"], spread(row["ours"]), peer["name"],
            spread(peer),
            f"{ratio['median']:.2f} ({ratio['min']:.2f}–{ratio['max']:.2f})"
            if ratio else "",
            row.get("goal", ""), {True: "hit", False: "miss", None: ""}[row.get("hit")])


HEAD = ("figure", "case", "unit", "mgm", "peer", "of the peer", "mgm / peer", "goal", "")


def line(row):
    """A row as one line, shown as soon as it is there."""
    return " | ".join(filter(None, cells(row)))


def table(rows):
    """All of them, as text."""
    lines = [HEAD] + [cells(row) for row in rows]
    widths = [max(len(cell[i]) for cell in lines) for i in range(len(HEAD))]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in
                               zip(cell, widths)).rstrip() for cell in lines)
