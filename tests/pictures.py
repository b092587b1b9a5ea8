"""Pictures for tests: JPEG files by their structure, of any size, without drawing anything."""

from random import Random


def segment(marker: int, content: bytes) -> bytes:
    """One segment of a JPEG file."""
    return bytes([0xFF, marker]) + (len(content) + 2).to_bytes(2, "big") + content


def jpeg(size: int, seed: int = 0, *, side: int = 800, extra: bytes = b"") -> bytes:
    """So many bytes that look like a picture; ``extra`` are segments before the scan."""
    frame = b"\x08" + side.to_bytes(2, "big") * 2 + b"\x01\x01\x11\x00"
    head = b"\xff\xd8" + segment(0xE0, b"JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00")
    head += extra + segment(0xC0, frame) + segment(0xDA, b"\x01\x01\x00\x00\x3f\x00")
    drawn = Random(seed).randbytes(size - len(head) - 2).replace(b"\xff", b"\xfe")
    return head + drawn + b"\xff\xd9"
