"""Reading big-endian fields, and what broken bytes are called. Standard library only."""

VERSION = 1
HEADER = 8
FRAME_MAX = 262_144
BODY_MAX = 131_072
U48_MAX = 2**48 - 1
NOBODY = "0" * 16
CONGESTED = 1


class Broken(Exception):
    """The first error of a structure; caught by `guarded`."""

    def __init__(self, name):
        super().__init__(name)
        self.name = name


def guarded(function):
    def call(*arguments):
        try:
            return function(*arguments)
        except Broken as broken:
            return {"error": broken.name}

    return call


def require(condition, name):
    if not condition:
        raise Broken(name)


class Cursor:
    """Big-endian fields, one after the other (section 1.1)."""

    def __init__(self, data, at=0):
        self.data = bytes(data)
        self.at = at

    def take(self, size):
        require(self.at + size <= len(self.data), "truncated")
        part = self.data[self.at : self.at + size]
        self.at += size
        return part

    def uint(self, size):
        return int.from_bytes(self.take(size), "big")

    def i32(self):
        return int.from_bytes(self.take(4), "big", signed=True)

    def hex(self, size):
        return self.take(size).hex()

    def varint(self):
        value = 0
        for i in range(7):
            byte = self.uint(1)
            value |= (byte & 0x7F) << (7 * i)
            if byte < 0x80:
                require(not (i > 0 and byte == 0) and value <= U48_MAX, "range")
                return value
        raise Broken("range")

    def text(self, size):
        try:
            return self.take(size).decode("utf-8", "strict")
        except UnicodeDecodeError:
            raise Broken("text") from None

    def rest(self):
        return self.take(len(self.data) - self.at)

    def end(self):
        require(self.at == len(self.data), "trailing")
