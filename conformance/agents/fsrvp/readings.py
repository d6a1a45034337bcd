"""What one implementation of a coordinator does where the writer's document leaves a question open. It decides nothing."""

from __future__ import annotations

_LIMITS = "It is no VSS: it has no writers, no DoSnapshotSet and no AbortBackup; of Windows it shows nothing, and it decides no reading."

ONE_IMPLEMENTATION = {
    "READ-14": "Samba's server of remote shadow copies takes AbortShadowCopySet at any time. Until the set is committed that undoes it "
    "(though not the snapshots of a commit that failed); afterwards it is answered with success, and undoes nothing. "
    + _LIMITS,
    "READ-15": "Where one of two stores cannot make its snapshot, Samba's server of remote shadow copies fails the whole commit, as the "
    "protocol's text has it; the set stays, and so does the other store's snapshot. The commit may be tried again. "
    + _LIMITS,
}
"""By reading; each is shown by runs that `findings.py` lists and `evidence/` keeps."""
