"""What most questions can do without.

Leaving machines out adds runs and takes none away, so what holds without them holds; a run found without them is
replayed on the whole network before it counts. The cluster is left out wherever a property does not speak of it: its
owner's doings between sessions make five times as many states, and nobody else waits for them.
"""

from model.actors.cluster import cluster

LEFT_OUT_WHERE_NOT_ASKED = frozenset({cluster.name})
