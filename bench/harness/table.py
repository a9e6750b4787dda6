"""Rows of the result: one figure of ours against one of a peer."""

import dataclasses


@dataclasses.dataclass
class Row:
    goal: str
    what: str
    ours: float
    peer_name: str = ""
    peer: float | None = None  # None: the limit is absolute
    unit: str = ""
    must: float | None = None  # None: for information
    stretch: float | None = None
    less: bool = True  # less is better
    absolute: bool = False  # the limits are for our figure, the peer's is for information

    @property
    def ratio(self):
        if self.peer is None or self.absolute:
            return self.ours
        return self.ours / self.peer if self.peer else float("inf")

    @property
    def met(self):
        if self.must is None:
            return ""
        better = (lambda limit: self.ratio <= limit) if self.less else (lambda limit: self.ratio >= limit)
        if self.stretch is not None and better(self.stretch):
            return "stretch"
        return "yes" if better(self.must) else "NO"


def number(value):
    if value is None:
        return ""
    if value == 0:
        return "0"
    if abs(value) >= 1000:
        return f"{value:.0f}"
    return f"{value:.3g}"


def limit(row, value):
    if value is None:
        return ""
    sign = "<=" if row.less else ">="
    if row.less and row.peer is not None and not row.absolute and value < 0.34:
        return f"{sign} 1/{number(1 / value)}"
    return f"{sign} {number(value)}"


def ratio(row):
    if row.less and row.peer is not None and not row.absolute and 0 < row.ratio < 0.34:
        return f"1/{number(1 / row.ratio)}"
    return number(row.ratio)


def render(rows):
    head = ["goal", "what", "ours", "peer", "", "unit", "ratio", "must", "stretch", "met"]
    lines = [head] + [[r.goal, r.what, number(r.ours), r.peer_name, number(r.peer), r.unit, ratio(r),
                       limit(r, r.must), limit(r, r.stretch), r.met] for r in rows]
    widths = [max(len(line[i]) for line in lines) for i in range(len(head))]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(line, widths)).rstrip() for line in lines)
