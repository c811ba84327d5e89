"""Text to Architecture: everything that can be said about a file before any shape is worked out."""

from __future__ import annotations

from cnncalc.reader.document import Reading, read, read_tree

__all__ = ["Reading", "read", "read_tree"]
