"""Everything Fairway holds, in open formats: written out here, read in elsewhere, byte-checked."""

from channels.portable.read_in import read_in
from channels.portable.write_out import write_out

__all__ = ["read_in", "write_out"]
