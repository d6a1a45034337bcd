"""The document as it stands: what all other versions are versions of."""

from model.versions.version import Version

VERSION = Version(
    "document",
    "The document as it stands: the Hyper-V writer of Windows Server 2008 to 2012.",
    base=True,
)
