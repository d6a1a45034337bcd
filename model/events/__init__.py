"""What happens: one file a phase, in the document's order."""

from model.events import (
    child_backup,
    cluster,
    disturbances,
    end_of_backup,
    freeze_and_thaw,
    post_snapshot,
    prepare_for_snapshot,
    prepare_session,
    restore,
)

EVENT_FILES = (
    prepare_session,
    prepare_for_snapshot,
    child_backup,
    freeze_and_thaw,
    post_snapshot,
    end_of_backup,
    restore,
    cluster,
    disturbances,
)
