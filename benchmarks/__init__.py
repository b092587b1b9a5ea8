"""Benchmarks against floors and peers: ``python -m benchmarks NAME [--peers] [--json]``.

Each ``benchmarks/<name>.py`` has ``run(options: Options) -> Report``; see ``harness``.
"""
