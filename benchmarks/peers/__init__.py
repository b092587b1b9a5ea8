"""The same work done by others; each runs in a process of its own."""
