"""The page of measurements: a table of targets with what was measured, plots, and how cost grows. All of it is derived from
one JSON file, which `python -m bench` writes."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

Result = Mapping[str, Any]
MIB = 2**20


def rows(results: Result) -> Iterator[tuple[str, str, str, bool | None]]:
    """The targets: what, at least (or at most), what was measured, and whether it is met (None: not measured)."""
    small = results.get("small", {})
    by_vms = {engine: {row["vms"]: row for row in found} for engine, found in small.items()}
    for engine, factor in (("numpy", 2.0), ("numba", 4.0)):
        for vms in (5, 6):
            us, them = by_vms.get(engine, {}).get(vms), by_vms.get("spin", {}).get(vms)
            what = f"small protocol, {vms} VMs apart, all states, {engine}"
            if us is None or them is None:
                yield what, f"{factor:g} times SPIN", "not measured", None
                continue
            times, share = them["seconds"] / us["seconds"], us["peak_bytes"] / them["peak_bytes"]
            yield (
                what,
                f"{factor:g} times SPIN",
                f"{times:.1f} times ({us['seconds']:.2f} s, SPIN {them['seconds']:.2f} s)",
                times >= factor,
            )
            if engine == "numpy":
                told = f"{share:.2f} ({us['peak_bytes'] / MIB:,.0f} MiB, SPIN {them['peak_bytes'] / MIB:,.0f} MiB)"
                yield f"{what}: memory", "a third of SPIN's", told, share <= 1 / 3
    yield _at_most("small protocol up to swapping VMs, 10 VMs", 15, _of(results.get("interchangeable"), 10))
    full = results.get("full", {})
    them = max(full.get("spin", ()), key=lambda row: row["vms"], default=None)
    us = _of(full.get("apart"), them["vms"]) if them else None
    what = "full protocol, same verdict on the same graph"
    if us is None or them is None:
        yield what, "2 times SPIN on our export", "not measured", None
    else:
        times = them["seconds"] / us["seconds"]
        told = f"{times:.1f} times ({us['vms']} VMs, {us['states']:,} states: {us['seconds']:.2f} s, SPIN {them['seconds']:.2f} s)"
        yield what, "2 times SPIN on our export", told, times >= 2
    yield _at_most("small protocol, 200 VMs, exact count and invariants (diagram)", 1, _of(results.get("diagram"), 200))
    host = results.get("host")
    yield _at_most("verify --inventory, 500 VMs of 30 kinds", 10, host)
    peak, what = (
        "not measured" if not host else f"{host['peak_bytes'] / MIB:,.0f} MiB",
        "the same: memory (largest process)",
    )
    yield what, "1,024 MiB", peak, host and host["peak_bytes"] <= 1024 * MIB
    yield _at_most("one VM of the full protocol, each configuration counted", 2, results.get("unreduced"))
    yield _at_most("shadowproof --help", 0.3, results.get("start_up"))
    yield _at_most("all closed sets of all columns, cold", 30, results.get("matrix"))
    yield _at_most("the same of all pairs of faults and readings", 120, results.get("pairs"))
    again = results.get("verify")
    yield _at_most("make verify, nothing remembered, both solvers", 45, again and {"seconds": again["first"]})
    alone = again and again.get("without_solvers")
    yield _at_most("verify --no-solvers, nothing remembered", 30, alone and {"seconds": alone})
    yield _at_most("make verify, nothing changed", 3, again and {"seconds": again["again"]})
    yield _at_most(
        "verify --no-solvers, one rule changed", 20, again and again.get("changed") and {"seconds": again["changed"]}
    )
    yield _at_most("verify --glance", 10, again and again.get("glance") and {"seconds": again["glance"]})
    yield _at_most("mutate, one rule (vm_saved)", 30, results.get("mutants_of_a_rule"))
    yield _at_most("mutate, all rules", 600, results.get("mutants"))
    yield from _of_conformance(results)


def _of_conformance(results: Result) -> Iterator[tuple[str, str, str, bool | None]]:
    texts, traces = results.get("diagnose"), results.get("replay")
    for what, key, most in (("the slowest text, cold", "seconds", 3), ("the same text again", "again", 0.5)):
        slowest = max(texts, key=lambda row: row[key]) if texts else None
        yield _at_most(f"diagnose, {what}", most, slowest and {"seconds": slowest[key]})
    what, least = "replay of long traces, the slowest", 100_000
    if not traces:
        yield what, f"{least:,} events/s", "not measured", None
        yield "the same, ten times as many events: memory", "no more than 1.1 times", "not measured", None
        return
    slow, (short, long) = min(row["per_second"] for row in traces), traces[-2:]
    yield what, f"{least:,} events/s", f"{slow:,.0f} events/s", slow >= least
    times = long["peak_bytes"] / short["peak_bytes"]
    told = f"{times:.2f} times ({long['events']:,} events: {long['peak_bytes'] / MIB:,.0f} MiB)"
    yield "the same, ten times as many events: memory", "no more than 1.1 times", told, times <= 1.1


def _at_most(what: str, seconds: float, found: Result | None) -> tuple[str, str, str, bool | None]:
    if not found:
        return what, f"{seconds:g} s", "not measured", None
    return what, f"{seconds:g} s", f"{found['seconds']:.2f} s", found["seconds"] <= seconds


def _of(found: Sequence[Result] | None, vms: int) -> Result | None:
    return next((row for row in found or () if row["vms"] == vms), None)


_MET = {True: "yes", False: "**no**", None: "-"}


def table_text(results: Result) -> str:
    """The table of targets, as Markdown."""
    lines = ["| what | at least | measured | met |", "|---|---|---|---|"]
    lines += [f"| {what} | {target} | {told} | {_MET[met]} |" for what, target, told, met in rows(results)]
    return "\n".join(lines)


def text(data: Result) -> str:
    """The page."""
    on, results = data["measured"], data["results"]
    since = "".join(f"; {name} on {day}" for name, day in on.get("since", {}).items())
    with_versions = ", ".join(f"{name} {version}" for name, version in on["versions"].items())
    lines = [
        "# How fast it is",
        "",
        f"Measured by `make bench` on {on['date']}, {on['cores']} cores, {with_versions}, {on['spin'] or 'no SPIN'}{since}. Compare within "
        "this page only: each row's two sides ran one after the other on the same machine, each in a process of its own. A distribution "
        "builds its Python with profiles: what is ours takes about five sixths of the time with it (`make setup PYTHON=/usr/bin/python3`).",
        "",
        table_text(results),
        "",
        "SPIN runs `-O2 -DSAFETY -DNOREDUCE` with a hash table large enough; its compile time is apart. Our seconds begin with the "
        "network as it stands and include compiling it; numba's machine code is loaded before. `numpy` keeps one array of bits for "
        "each host state, with an axis for each VM; `numba` numbers sorted VMs by binomials and keeps one bit a state.",
        "",
        *_section("The small protocol, VMs kept apart", "benchmark-small.svg", _small(results)),
        *_section("The full protocol", "benchmark-full.svg", _full(results)),
        *_section("How cost grows", "benchmark-growth.svg", _growth(results)),
        *_section("Texts, requesters and recorded runs", None, _conformance(results)),
        *_section("Proofs and the rest", None, _rest(results)),
    ]
    return "\n".join(lines).rstrip() + "\n"


def _section(title: str, plot: str | None, body: Sequence[str]) -> list[str]:
    if not body:
        return []
    picture = [f"![{title}]({plot})", ""] if plot else []
    return [f"## {title}", "", *picture, *body, ""]


def _table(headings: Sequence[str], body: Sequence[Sequence[object]]) -> list[str]:
    ruler = "|".join(["---", *["---:"] * (len(headings) - 1)])
    return [f"| {' | '.join(headings)} |", f"|{ruler}|", *(f"| {' | '.join(map(str, row))} |" for row in body)]


def _small(results: Result) -> list[str]:
    if "small" not in results:
        return []
    body = [
        [
            f"{engine}, {row['vms']} VMs", f"{row['states']:,}", f"{row['seconds']:.3f}",
            f"{row['states'] / max(row['seconds'], 1e-3):,.0f}", f"{row['peak_bytes'] / MIB:,.0f}",
            f"{row['compile_seconds']:.1f}" if "compile_seconds" in row else "",
        ]
        for engine, found in results["small"].items()
        for row in found
    ]  # fmt: skip
    return _table(["engine", "states", "seconds", "states/s", "MiB", "compile, s"], body)


def _full(results: Result) -> list[str]:
    if "full" not in results:
        return []
    names = {
        "apart": "numpy, apart",
        "interchangeable": "numba, interchangeable",
        "spin": "SPIN, apart",
        "plain": "plain search, apart",
    }
    body = [
        [
            f"{names[engine]}, {row['vms']} VM{'s' * (row['vms'] > 1)}", f"{row['states']:,}", f"{row['seconds']:.3f}",
            f"{row['peak_bytes'] / MIB:,.0f}",
        ]
        for engine, found in results["full"].items()
        for row in found
    ]  # fmt: skip
    return _table(["engine", "states", "seconds", "MiB"], body)


def _growth(results: Result) -> list[str]:
    if "growth" not in results:
        return []
    found = results["growth"]
    body = [
        [f"{row['rules']} rules ({row['faults']} faults tolerated)", f"{row['views']:,}", f"{row['seconds']:.2f}"]
        for row in found["rules"]
    ]
    body += [
        [
            f"{row['starts']:,} configurations ({row['disks']} disk{'s' * (row['disks'] != 1)}, {how})",
            f"{row['views']:,}",
            f"{row['seconds']:.2f}",
        ]
        for kind, how in (("configurations", "alike ones once"), ("every_configuration", "each by itself"))
        for row in found[kind]
    ]  # fmt: skip
    body += [
        [
            f"{row['vms']} VMs by diagram: a number of {row['digits']} digits",
            f"{row['nodes']} nodes",
            f"{row['seconds']:.3f}",
        ]
        for row in results.get("diagram", ())
    ]
    return _table(["size", "views", "seconds"], body)


def _conformance(results: Result) -> list[str]:
    body = [
        [f"{command}, {row[what]}", f"{row['seconds']:.2f}", f"{row['again']:.2f}", f"{row['peak_bytes'] / MIB:,.0f}"]
        for command, what in (("diagnose", "text"), ("requester", "requester"))
        for row in results.get(command, ())
    ]
    traces = [
        [
            f"replay, {row['trace']}: {row['events']:,} events, {row['bytes'] / MIB:,.1f} MiB",
            f"{row['seconds']:.2f}", f"{row['per_second']:,.0f}", f"{row['peak_bytes'] / MIB:,.0f}",
        ]
        for row in results.get("replay", ())
    ]  # fmt: skip
    if not body and not traces:
        return []
    return [
        "Seconds of computing, with the start of Python, a process each. Cold: nothing is remembered, but what comes with the package; "
        "again: the same with the answer kept. Events a second: beyond what a trace of one session takes.",
        "",
        *(_table(["command", "cold, s", "again, s", "MiB"], body) if body else ()),
        *([""] if body and traces else ()),
        *(_table(["trace", "seconds", "events/s", "MiB"], traces) if traces else ()),
    ]


def _rest(results: Result) -> list[str]:
    lines = []
    for one in filter(None, (results.get("matrix"), results.get("pairs"))):
        lines.append(
            f"* {one['columns']:,} columns by {one['sets']} closed sets: {one['shown']:,} shown, {one['left']} refuted or open, "
            f"{one['seconds']:.1f} s"
        )
    if one := results.get("solvers"):
        told = ", ".join(f"{name} {seconds:.1f} s" for name, seconds in one["solver_seconds"].items())
        lines.append(
            f"* the column without faults with both solvers, cold: {one['sets']} closed sets, {one['views']:,} views, "
            f"{one['obligations']:,} obligations, {one['open']} open, {one['seconds']:.1f} s ({told} of computing)"
        )
    if one := results.get("unreduced"):
        lines.append(f"* one VM: {one['reduced']:,} states stand for {one['states']:,}, {one['seconds']:.2f} s")
    if one := results.get("each_configuration"):
        lines.append(
            f"* the same, each configuration searched by itself: {one['states']:,} states, {one['seconds']:.1f} s"
        )
    if one := results.get("random"):
        lines.append(
            f"* random runs of two VMs by the `transitions` machines: {one['steps'] / one['seconds']:,.0f} steps/s"
        )
    return lines


def write(folder: Path, data: Result) -> None:
    """Write the JSON, the page and the plots."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "benchmark.json").write_text(json.dumps(data, indent=1) + "\n", "utf-8")
    (folder / "benchmark.md").write_text(text(data), "utf-8")
    plots(folder, data["results"])


def plots(folder: Path, results: Result) -> None:
    """Draw the plots, as SVG that does not change if the numbers do not."""
    import matplotlib as mpl  # noqa: PLC0415 - a development package: the page's text does without

    mpl.use("svg")
    mpl.rcParams.update({"svg.hashsalt": "shadowproof", "svg.fonttype": "none", "font.size": 9})
    if "small" in results:
        _plot(
            folder / "benchmark-small.svg",
            "VMs",
            {name: [(row["vms"], row["seconds"]) for row in found] for name, found in results["small"].items()},
        )
    if "full" in results:
        curves = {name: [(row["vms"], row["seconds"]) for row in found] for name, found in results["full"].items()}
        _plot(folder / "benchmark-full.svg", "VMs", curves)
    if "growth" in results:
        found = results["growth"]
        curves = {
            "configurations, alike ones once": [(row["disks"], row["seconds"]) for row in found["configurations"]],
            "configurations, each by itself": [(row["disks"], row["seconds"]) for row in found["every_configuration"]],
            "faults tolerated together": [(row["faults"], row["seconds"]) for row in found["rules"]],
        }
        _plot(folder / "benchmark-growth.svg", "disks, or faults", curves, "linear")


def _plot(path: Path, along: str, curves: Mapping[str, Sequence[tuple[float, float]]], scale: str = "log") -> None:
    """Draw curves of seconds; SPIN's clock has no times below a hundredth, which a logarithm cannot show."""
    from matplotlib import pyplot  # noqa: PLC0415 - a development package
    from matplotlib.ticker import MaxNLocator  # noqa: PLC0415 - likewise

    figure, axes = pyplot.subplots(figsize=(6, 3.4), layout="constrained")
    for name, points in ((name, [point for point in found if point[1] > 0]) for name, found in curves.items()):
        if points:
            axes.plot(*zip(*points, strict=True), marker="o", label=name)
    axes.set(xlabel=along, ylabel="seconds", yscale=scale)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.grid(visible=True, alpha=0.3)
    axes.legend()
    figure.savefig(path, metadata={"Date": None})
    pyplot.close(figure)
