"""Every wrong protocol, each with one rule changed, and the property that must refute it.

A property that lets its wrong protocol pass is too weak, or says nothing. They stand in files by their topic; a new one goes there,
and whatever is asked of wrong protocols is asked of it as well. Those of `PROTOCOLS` have a run that refutes them, of few VMs.
Of `OUT_OF_REACH` no run can: something is impossible there that is said to be possible. `WRONG_FROM_THREE` take three VMs.
"""

from tests.wrong_protocols.clustered import CLUSTER
from tests.wrong_protocols.end_of_backup import ABORT, COPY_AND_REPORT
from tests.wrong_protocols.methods import METHODS
from tests.wrong_protocols.possibilities import OUT_OF_REACH
from tests.wrong_protocols.preparing import CHILDREN, PREPARE_FOR_SNAPSHOT
from tests.wrong_protocols.restoring import POST_RESTORE, PRE_RESTORE_AND_FILES
from tests.wrong_protocols.snapshot_set import FREEZE_AND_THAW, POST_SNAPSHOT
from tests.wrong_protocols.three_vms import WRONG_FROM_THREE

BY_TOPIC = {
    "the method": METHODS,
    "PrepareForSnapshot": PREPARE_FOR_SNAPSHOT,
    "in the child": CHILDREN,
    "Freeze and Thaw": FREEZE_AND_THAW,
    "PostSnapshot": POST_SNAPSHOT,
    "copy and report": COPY_AND_REPORT,
    "Abort": ABORT,
    "PreRestore and files": PRE_RESTORE_AND_FILES,
    "PostRestore": POST_RESTORE,
    "cluster": CLUSTER,
}
PROTOCOLS = tuple(wrong for topic in BY_TOPIC.values() for wrong in topic)

__all__ = ["BY_TOPIC", "OUT_OF_REACH", "PROTOCOLS", "WRONG_FROM_THREE"]
