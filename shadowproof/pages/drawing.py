"""State diagrams of the actors, drawn by the engines of `transitions` from the tables that the machines run by.

Mermaid text is always there; a picture needs Graphviz. A machine that never moves is drawn as its set of states.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from importlib.util import find_spec
from typing import Any

from transitions.extensions import GraphMachine

from model.notation import TRUE, Actor, Network, words
from model.notation.machines import Rule


class CannotDraw(RuntimeError):
    """A picture cannot be drawn here; the message names what is missing."""


class _Drawn(GraphMachine):
    """A machine to be drawn, never run. `active` marks the states that a run may start in."""

    style_attributes = {  # noqa: RUF012 - `transitions` has it so
        "node": {
            "default": {"style": "rounded,filled", "shape": "rectangle", "fillcolor": "white", "color": "black"},
            "active": {"fillcolor": "white", "color": "black", "peripheries": "2"},
        },
        "edge": {"default": {"color": "black"}},
        "graph": {"default": {"color": "black", "fillcolor": "white", "style": "solid"}},
    }


def mermaid(actor: Actor) -> str:
    """The actor as a Mermaid state diagram: an arrow from the dot to each state that a run may start in."""
    drawn = _graph(actor, "mermaid", f"title: {actor.name}").source.rstrip()
    others = [f"  [*] --> {state}" for state in actor.starts[1:]]
    return "\n".join([*(line.rstrip() for line in drawn.splitlines()), *others]) + "\n"


def svg(actor: Actor, *, guards: bool = True) -> bytes:
    """The actor as a picture, start states with a double border. guards: whether an arrow says under which condition it is taken.
    Raises CannotDraw where Graphviz is missing."""
    missing = []
    if find_spec("graphviz") is None:
        missing.append("the Python package graphviz (pip install graphviz)")
    if shutil.which("dot") is None:
        missing.append("the program dot (Debian: apt install graphviz)")
    if missing:
        raise CannotDraw(f"An SVG picture needs {' and '.join(missing)}; Mermaid text can be had without.")
    graph = _graph(actor, "graphviz", actor.name, guards=guards)
    if not guards:  # names alone: below one another, so that the picture is no wider than a page where that can be
        graph.body = [line.replace(" | ", "\\n") for line in graph.body]
        graph.graph_attr.update(rankdir="TB", label="", nodesep="0.4", fontname="sans-serif")
        graph.edge_attr.update(fontsize="10", fontname="sans-serif")
        graph.node_attr.update(fontsize="12", fontname="sans-serif")
    picture = graph.draw(None, format="svg", prog="dot")
    return picture if isinstance(picture, bytes) else str(picture).encode()


def all_diagrams(network: Network) -> dict[str, str]:
    """The Mermaid diagram of every actor of the network that is no observer, by name."""
    return {name: mermaid(actor) for name, actor in network.actors.items() if not actor.observer}


def moves(actor: Actor) -> Iterator[tuple[str, str, Rule]]:
    """Every row that can move the actor, read back from its machine: event, state, rule."""
    for event in actor.events:
        for state in actor.states:
            for rule in actor.rules(event, state):
                if rule.dest is not None:
                    yield event, state, rule


def _graph(actor: Actor, engine: str, title: str, *, guards: bool = True) -> Any:
    """The graph object of one of the engines of `transitions`."""
    arrows = dict.fromkeys(
        (event, state, rule.dest, _label(event, rule) if guards else event) for event, state, rule in moves(actor)
    )
    rows: list[Any] = [
        {"trigger": event, "source": state, "dest": dest, "label": label} for event, state, dest, label in arrows
    ]
    machine = _Drawn(
        states=list(actor.states),
        initial=actor.starts[0],
        transitions=rows,
        auto_transitions=False,
        title=title,
        graph_engine=engine,  # type: ignore[arg-type]  # a name of an engine, as a string
    )
    graph = machine.model_graphs[id(machine)]
    for state in actor.starts:
        graph.set_node_style(state, "active")
    return graph.get_graph(title=title)


def _label(event: str, rule: Rule) -> str:
    """The event and its guard. Mermaid ends a label at a colon or semicolon."""
    if rule.when == TRUE:
        return event
    return f"{event} [{words(rule.when).replace(':', ',').replace(';', ',')}]"
