"""Messages about pictures for docs/vectors/messages.json; the record Ids are made up."""

from sync.wire import Answer, ChainHead, Request
from township.storage.file_pages import FilePart, Files, FileStand, FilesTold, FileWant

PHOTO = bytes.fromhex("0191f0e5a1b07c3d8e4f00000000000a")


def asked_about_pictures(one: bytes, two: bytes, head: bytes) -> Request:
    """Offers a picture, sends the end of another, wants a third."""
    files = Files([PHOTO], [FilePart(one, 131_072, b"bytes")], [FileWant(two, 0)])
    mark = b"\x02" * 8
    own = ChainHead(1, 3, head)
    return Request(own, [], b"", None, 1 << 20, mark, 45, [], bytes(16), 45, 1, files)


def told_about_pictures(one: bytes, two: bytes, head: bytes) -> Answer:
    """Has a part of the first, all of the second, and gives the third."""
    stands = [FileStand(PHOTO, 131_072), FileStand(one, 131_077, True)]
    files = FilesTold(stands, [FilePart(two, 0, b"bytes")])
    own = ChainHead(1, 3, head)
    return Answer(bytes(32), bytes(16), None, own, [], None, None, files=files)


def about_pictures(one: bytes, two: bytes, head: bytes) -> list[Request | Answer]:
    """Both, the question first."""
    return [asked_about_pictures(one, two, head), told_about_pictures(one, two, head)]
