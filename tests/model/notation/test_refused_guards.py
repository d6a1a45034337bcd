"""Nonsense in moves, guards and scopes is refused, with its line and the remedy."""

import pytest

from model.notation import (
    Actor,
    Sort,
    after,
    all_,
    build,
    event,
    every,
    happens,
    on,
    same,
    some,
    stays,
    unchanged,
)
from tests.model.notation.house import Door, Glow, Mode, Power, Side, bulb, house, lamp, shade
from tests.model.notation.refusals import put_together, refused, toggle


class TestAlternatives:
    def test_two_moves_without_guards(self) -> None:
        h, dawn = house(), event("dawn", by="H-1", says="Dawn.")
        first = on("dawn", Mode.DAY, Mode.NIGHT)
        rows = [
            first,
            on("dawn", Mode.DAY | Mode.NIGHT, Mode.DAY),  # planted
        ]
        problem = f"extra on dawn in DAY: two moves are possible at once, this one and that of {first.place}"
        with refused(problem, "Make their guards exclude one another"):
            put_together(h, toggle("extra").table(*rows), events=dawn)

    def test_two_guards_that_may_hold_together(self) -> None:
        h, dawn = house(), event("dawn", by="H-1", says="Dawn.")
        first = on("dawn", Mode.NIGHT, Mode.NIGHT, when=h.door.is_(Door.OPEN))
        second = on("dawn", Mode.NIGHT, Mode.DAY, when=some(lamp, h.power.is_(Power.ON)))  # planted
        problem = f"extra on dawn in NIGHT: two moves are possible at once, this one and that of {first.place}"
        with refused(problem, "Make their guards exclude one another"):
            put_together(h, toggle("extra").table(first, second), events=dawn)

    def test_guards_that_exclude_one_another_are_accepted(self) -> None:
        h = house()
        lit = some(lamp, h.power.is_(Power.ON)) & h.door.is_(Door.OPEN)
        rows = (on("dawn", Mode.NIGHT, Mode.NIGHT, when=lit), on("dawn", Mode.NIGHT, Mode.DAY, when=~lit))
        put_together(h, toggle("extra").table(*rows), events=event("dawn", by="H-1", says="Dawn."))


class TestObservers:
    def test_read_by_a_row(self) -> None:
        h, watch = house(), toggle("watch", observer=True)
        rows = [
            on("dawn", Mode.DAY, Mode.DAY),
            on("dawn", Mode.NIGHT, Mode.DAY, when=watch.is_(Mode.DAY)),  # planted
        ]
        with refused("extra on dawn: the guard reads the observer watch", "Read a machine of the protocol"):
            put_together(h, watch, toggle("extra").table(*rows), events=event("dawn", by="H-1", says="Dawn."))

    def test_read_by_an_event(self) -> None:
        h, watch = house(), toggle("watch", observer=True)
        extra = toggle("extra").table(on("dawn", Mode.NIGHT, Mode.DAY))
        dawn = event("dawn", when=same(h.mode, watch), by="H-1", says="Dawn.")  # planted
        with refused("event dawn: the guard reads the observer watch", "Read a machine of the protocol"):
            put_together(h, watch, extra, events=dawn)

    def test_read_at_the_start(self) -> None:
        h, watch = house(), toggle("watch", observer=True)
        with refused("at_start: the guard reads the observer watch", "Read a machine of the protocol"):
            build((*h.actors, watch), h.events, h.faults, [watch.is_(Mode.DAY)])  # planted

    def test_observers_may_read_observers(self) -> None:
        h, watch = house(), toggle("watch", observer=True)
        second = toggle("second one", observer=True)
        second.table(on("all_out", Mode.DAY, Mode.NIGHT, when=watch.is_(Mode.DAY)), stays("all_out"))
        put_together(h, watch, second)

    def test_blocking_an_event(self) -> None:
        watch = toggle("watch", observer=True)
        row = on("door_closes", Mode.DAY, Mode.NIGHT)  # planted
        problem = "watch on door_closes: an observer only watches, but this table can block the event"
        with refused(problem, 'Add stays("door_closes") to the table'):
            put_together(house(), watch.table(row))


class TestScopes:
    def test_a_host_event_cannot_move_a_member(self) -> None:
        row = on("door_closes", Mode.DAY, Mode.NIGHT)  # planted
        problem = "extra on door_closes: an event at host cannot move a machine of a lamp"
        with refused(problem, "Change the scope of the event"):
            put_together(house(), toggle("extra", lamp).table(row))

    def test_a_host_event_cannot_move_a_part(self) -> None:
        row = on("door_closes", Mode.DAY, Mode.NIGHT)  # planted
        problem = "extra on door_closes: an event at host cannot move a machine of a bulb"
        with refused(problem, "Change the scope of the event"):
            put_together(house(), toggle("extra", bulb).table(row))

    def test_an_event_of_one_part_cannot_move_another_kind_of_part(self) -> None:
        row = on("bulb_fails", Mode.DAY, Mode.NIGHT)  # planted
        problem = "extra on bulb_fails: an event at bulb cannot move a machine of a shade"
        with refused(problem, "Change the scope of the event"):
            put_together(house(), toggle("extra", shade).table(row))

    def test_an_event_of_a_member_waits_for_no_part(self) -> None:
        row = on("sides_swapped", Mode.DAY, Mode.NIGHT)  # planted
        problem = "extra on sides_swapped: an event at lamp waits for no single bulb, but this table can block it"
        with refused(problem, 'Add stays("sides_swapped") to the table'):
            put_together(house(), toggle("extra", bulb).table(row))

    @pytest.mark.parametrize("of", [lamp, bulb])
    def test_an_event_for_all_waits_for_no_one(self, of: Sort) -> None:
        row = on("all_out", Mode.DAY, Mode.NIGHT)  # planted
        problem = f"extra on all_out: an event at all lamps waits for no single {of}, but this table can block it"
        with refused(problem, 'Add stays("all_out") to the table'):
            put_together(house(), toggle("extra", of).table(row))

    def test_an_event_for_all_may_wait_for_the_host(self) -> None:
        put_together(house(), toggle("extra").table(on("all_out", Mode.DAY, Mode.NIGHT)))

    def test_a_second_replicated_sort(self) -> None:
        window = Sort("window", of=lamp.of)
        extra = Actor("extra", Mode, of=window, starts=Mode.DAY, says="One more.")  # planted
        problem = "extra is of window, but a run has members of one sort and their parts only"
        with refused(problem, "Give it to the host, to a member or to a part of one"):
            put_together(house(), extra)

    def test_a_part_of_a_part(self) -> None:
        wire = Sort("wire", of=bulb)
        extra = Actor("extra", Mode, of=wire, starts=Mode.DAY, says="One more.")  # planted
        problem = "extra is of wire, but a run has members of one sort and their parts only"
        with refused(problem, "Give it to the host, to a member or to a part of one"):
            put_together(house(), extra)


class TestQuantifiers:
    def test_a_member_in_a_host_event(self) -> None:
        h = house()
        extra = toggle("extra").table(on("dawn", Mode.NIGHT, Mode.DAY))
        dawn = event("dawn", when=h.power.is_(Power.ON), by="H-1", says="Dawn.")  # planted
        problem = "event dawn: reads power of a lamp without a quantifier"
        with refused(problem, "Write every(lamp, ...) or some(lamp, ...)"):
            put_together(h, extra, events=dawn)

    def test_a_member_in_an_event_for_all(self) -> None:
        h = house()
        extra = toggle("extra").table(on("dawn", Mode.NIGHT, Mode.DAY))
        dawn = event("dawn", at=all_(lamp), when=h.power.is_(Power.ON), by="H-1", says="Dawn.")  # planted
        problem = "event dawn: reads power of a lamp without a quantifier"
        with refused(problem, "Write every(lamp, ...) or some(lamp, ...)"):
            put_together(h, extra, events=dawn)

    def test_a_member_in_a_row_of_the_host(self) -> None:
        h = house()
        row = on("door_closes", Mode.DAY, Mode.NIGHT, when=h.power.is_(Power.ON))  # planted
        problem = "extra on door_closes: reads power of a lamp without a quantifier"
        with refused(problem, "Write every(lamp, ...) or some(lamp, ...)"):
            put_together(h, toggle("extra").table(row))

    def test_a_part_in_an_event_of_a_member(self) -> None:
        h = house()
        extra = toggle("extra").table(on("dawn", Mode.NIGHT, Mode.DAY))
        dawn = event("dawn", at=lamp, when=h.glow.is_(Glow.DARK), by="H-1", says="Dawn.")  # planted
        problem = "event dawn: reads glow of a bulb without a quantifier"
        with refused(problem, "Write every(bulb, ...) or some(bulb, ...)"):
            put_together(h, extra, events=dawn)

    def test_the_part_that_the_event_happens_to_below_a_quantifier_over_members(self) -> None:
        h = house()
        extra = toggle("extra").table(on("dawn", Mode.NIGHT, Mode.DAY))
        dawn = event("dawn", at=bulb, when=every(lamp, h.glow.is_(Glow.DARK)), by="H-1", says="Dawn.")  # planted
        problem = "event dawn: reads glow of a bulb without a quantifier"
        with refused(problem, "Write every(bulb, ...) or some(bulb, ...)"):
            put_together(h, extra, events=dawn)

    def test_one_kind_of_part_below_a_quantifier_over_another(self) -> None:
        h, tint = house(), toggle("tint", shade)
        extra = toggle("extra").table(on("dawn", Mode.NIGHT, Mode.DAY))
        mixed = some(lamp, some(bulb, some(shade, h.glow.is_(Glow.DARK) & tint.is_(Mode.DAY))))
        dawn = event("dawn", when=mixed, by="H-1", says="Dawn.")  # planted
        problem = "event dawn: reads glow of a bulb without a quantifier"
        with refused(problem, "Write every(bulb, ...) or some(bulb, ...)"):
            put_together(h, tint, extra, events=dawn)

    def test_parts_of_no_member(self) -> None:
        h = house()
        extra = toggle("extra").table(on("dawn", Mode.NIGHT, Mode.DAY))
        dawn = event("dawn", when=every(bulb, h.glow.is_(Glow.DARK)), by="H-1", says="Dawn.")  # planted
        with refused("event dawn: whose bulbs?", "Quantify over the lamp first"):
            put_together(h, extra, events=dawn)

    def test_one_sort_twice(self) -> None:
        h = house()
        extra = toggle("extra").table(on("dawn", Mode.NIGHT, Mode.DAY))
        twice = every(lamp, h.left.is_(Side.LIT) | some(lamp, h.power.is_(Power.ON)))
        dawn = event("dawn", when=twice, by="H-1", says="Dawn.")  # planted
        with refused("event dawn: lamp is quantified twice", "Drop the inner quantifier"):
            put_together(h, extra, events=dawn)

    def test_at_the_start(self) -> None:
        h = house()
        with refused(
            "at_start: reads glow of a bulb without a quantifier", "Write every(bulb, ...) or some(bulb, ...)"
        ):
            build(h.actors, h.events, h.faults, [h.glow.is_(Glow.DARK)])  # planted


class TestGuardsOfSteps:
    @pytest.mark.parametrize("step", ["after", "happens", "unchanged"])
    def test_in_an_event(self, step: str) -> None:
        h = house()
        term = {
            "after": after(h.door.is_(Door.OPEN)),
            "happens": ~happens("all_out"),
            "unchanged": h.mode.is_(Mode.DAY) & unchanged(h.door),
        }[step]
        extra = toggle("extra").table(on("dawn", Mode.NIGHT, Mode.DAY))
        dawn = event("dawn", when=term, by="H-1", says="Dawn.")  # planted
        with refused("event dawn: a guard speaks of the step itself", "Use states before the step only"):
            put_together(h, extra, events=dawn)

    def test_in_a_row(self) -> None:
        h = house()
        row = on("door_closes", Mode.DAY, Mode.NIGHT, when=some(lamp, after(h.power.is_(Power.ON))))  # planted
        with refused("extra on door_closes: a guard speaks of the step itself", "Use states before the step only"):
            put_together(h, toggle("extra").table(row))

    def test_at_the_start(self) -> None:
        h = house()
        with refused("at_start: a guard speaks of the step itself", "Use states before the step only"):
            build(h.actors, h.events, h.faults, [unchanged(h.door)])  # planted
