"""What a fault does, and what it leaves alone: it strikes what is there, and does what its name says."""

from model.actors.child import ChildSession, child_session
from model.actors.conditions import Integration, integration
from model.actors.method import Progress, progress
from model.actors.power import Note, Power, note, power
from model.actors.requester import BEFORE_IDENTIFY, requester
from model.actors.vss import OtherWriter, Provider, Vss, other_writer, provider, vss
from model.actors.writer import (
    Doing,
    LastError,
    Process,
    Returned,
    WriterState,
    doing,
    last_error,
    process,
    returned,
    writer_state,
)
from model.named import fired, happens
from model.notation import after, every, implies, unchanged
from model.readings import READ_3, NoteSurvives
from model.sorts import vm
from properties.conduct.causes import ANOTHER_FAILS
from properties.kinds import step
from properties.vocabulary import at_rest

_runs = power.is_(Power.RUNNING | Power.PAUSED)
_forgets = READ_3.actor.is_(NoteSurvives.LOST)
_in_no_child = child_session.is_(ChildSession.IDLE)

a_restart_forgets_the_session = step(
    "A management service that restarts processes nothing, is stable, does not respond for the session, drives no child any more, and "
    "keeps its notes only as READ-3 says; it restarts once in a session, or before Identify, and then has no session to forget.",
    implies(
        happens("management_service_restarts"),
        process.is_(Process.SERVING)
        & implies(~requester.is_(BEFORE_IDENTIFY), after(process.is_(Process.RESTARTED)))
        & implies(requester.is_(BEFORE_IDENTIFY), after(process.is_(Process.SERVING)))
        & after(
            doing.is_(Doing.NOTHING) & writer_state.is_(WriterState.STABLE) & last_error.is_(LastError.NOT_RESPONDING)
        )
        & every(
            vm,
            implies(_forgets, after(note.is_(Note.NOTHING)))
            & implies(~_forgets, unchanged(note))
            & implies(progress.is_(Progress.IN_CHILD), after(progress.is_(Progress.FAILED)))
            & implies(_in_no_child, after(_in_no_child))
            & implies(~_in_no_child, after(child_session.is_(ChildSession.ORPHANED))),
        ),
    ),
    shows="GEN-3 READ-3 VSS-3",
    derived=True,
    witness=fired("management_service_restarts"),
)

a_host_that_starts_again_knows_no_session = step(
    "When the host has lost its power no session is open, the writer and VSS know of none, no VM runs or is paused, no child is being "
    "backed up, and notes are kept only as READ-3 says.",
    implies(
        happens("host_loses_power"),
        after(
            at_rest
            & vss.is_(Vss.IDLE)
            & doing.is_(Doing.NOTHING)
            & writer_state.is_(WriterState.STABLE)
            & last_error.is_(LastError.NO_ERROR)
            & returned.is_(Returned.NOTHING)
            & process.is_(Process.SERVING)
        )
        & every(
            vm,
            after(_in_no_child & ~_runs)
            & (_runs | unchanged(power))
            & implies(_runs, after(power.is_(Power.OFF)))
            & implies(_forgets, after(note.is_(Note.NOTHING)))
            & implies(~_forgets, unchanged(note)),
        ),
    ),
    shows="BAK-9 READ-3",
    derived=True,
    witness=fired("host_loses_power"),
)

an_operator_does_what_he_says = step(
    "An operator starts or resumes what does not run, stops what is not off, saves what runs or is paused, and pauses what runs.",
    every(
        vm,
        implies(happens("operator_starts_vm"), ~power.is_(Power.RUNNING | Power.GONE) & after(power.is_(Power.RUNNING)))
        & implies(happens("operator_stops_vm"), ~power.is_(Power.OFF | Power.GONE) & after(power.is_(Power.OFF)))
        & implies(happens("operator_saves_vm"), _runs & after(power.is_(Power.SAVED)))
        & implies(happens("operator_pauses_vm"), power.is_(Power.RUNNING) & after(power.is_(Power.PAUSED))),
    ),
    shows="BAK-9 VSS-9",
    derived=True,
    witness=fired("operator_stops_vm"),
)

what_fails_was_there = step(
    "What crashes was running, a child's backup that fails was under way and its VM runs on, a service that stops was running, a "
    "provider that turns out not to auto-recover could so far, and another writer fails once.",
    every(
        vm,
        implies(happens("guest_crashes"), power.is_(Power.RUNNING) & after(power.is_(Power.OFF)))
        & implies(
            happens("guest_snapshot_fails"),
            unchanged(power) & ~_in_no_child & after(_in_no_child) & after(progress.is_(Progress.FAILED)),
        )
        & implies(
            happens("integration_service_stops"),
            integration.is_(Integration.RUNNING)
            & after(integration.is_(Integration.STOPPED))
            & implies(_in_no_child, after(_in_no_child)),
        ),
    )
    & implies(
        happens("provider_cannot_auto_recover"),
        provider.is_(Provider.CAN) & after(provider.is_(Provider.CANNOT)),
    )
    & implies(
        happens(*ANOTHER_FAILS), other_writer.is_(OtherWriter.STABLE) & after(other_writer.is_(OtherWriter.FAILED))
    ),
    shows="BAK-13 MET-3 VSS-5 VSS-11",
    derived=True,
    witness=fired("guest_crashes", "integration_service_stops", *ANOTHER_FAILS),
)
