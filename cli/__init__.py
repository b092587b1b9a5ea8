"""The ``lianxinqiao`` command."""
