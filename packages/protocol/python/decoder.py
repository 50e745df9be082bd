"""A second reader of the EnergyMesh protocol, written from docs/protocol.md alone. Standard library only.

Every decode function takes bytes and returns what the fixtures call `result` (docs/protocol.md section 13): plain dicts, lists, numbers and
strings; {"error": name} for broken bytes. Nothing here raises for bad input.
"""

from cursor import BODY_MAX, CONGESTED, FRAME_MAX, HEADER, NOBODY, U48_MAX, VERSION, Cursor, guarded, require

# ---- Section 4: frames ----


def split(chunks):
    """Section 4.4: frames in hex, errors and skipped kinds, in order."""
    stream = b"".join(bytes.fromhex(chunk) for chunk in chunks)
    out = []
    at = 0
    while len(stream) - at >= HEADER:
        version, kind = stream[at], stream[at + 1]
        size = HEADER + int.from_bytes(stream[at + 4 : at + 8], "big")
        if version != VERSION:
            return out + [{"error": "version"}]
        if size > FRAME_MAX:
            return out + [{"error": "too-long"}]
        if kind not in BODIES:
            out.append({"skipped": kind})
        elif len(stream) - at >= size:
            out.append(stream[at : at + size].hex())
        else:
            break
        at += size
    return out


@guarded
def decode_frame(frame):
    require(len(frame) >= HEADER, "truncated")
    require(frame[0] == VERSION, "version")
    kind = frame[1]
    flags = int.from_bytes(frame[2:4], "big")
    size = HEADER + int.from_bytes(frame[4:8], "big")
    require(size <= len(frame), "truncated")
    require(size >= len(frame), "trailing")
    if kind not in BODIES:
        return {"skipped": kind}
    known_flags = CONGESTED if kind in ROUTED else 0
    require(flags & ~known_flags == 0, "reserved")
    cursor = Cursor(frame, HEADER)
    body = BODIES[kind](cursor, flags) if kind in ROUTED else BODIES[kind](cursor)
    if kind != HELLO:  # a longer hello is one of a later version: section 3.3
        cursor.end()
    return {"kind": kind, **body}


def hello(c):
    incarnation = c.uint(4)
    require(incarnation != 0, "range")
    return {
        "incarnation": incarnation,
        "features": c.uint(4),
        "sequence": c.uint(4),
        "sentMicros": c.uint(4),
        "echoMicros": c.uint(4),
        "echoAgeMicros": c.uint(4),
        "intervalMs": c.uint(2),
        "cost": c.uint(2),
        "yourIncarnation": c.uint(4),
        "database": c.hex(8),
        "community": c.uint(4),
    }


def heartbeat(c):
    body = {"uptimeSeconds": c.uint(4), "wallSeconds": c.uint(6)}
    bits = c.uint(1)
    require(bits & ~1 == 0, "reserved")
    body |= {"wallTrusted": bits == 1, "carried": c.uint(6), "queuedBytes": c.uint(6)}
    length = c.uint(1)
    require(length <= 64, "too-long")
    return body | {"version": c.text(length)}


def bye(c):
    return {"reason": c.uint(1)}


def credit(c):
    channel = c.uint(1)
    require(channel <= 1, "range")
    require(c.uint(1) == 0, "reserved")
    return {"channel": ["urgent", "bulk"][channel], "grantedBytes": c.uint(6), "receivedBundles": c.uint(6)}


# ---- Section 5: link state ----


def record(c):
    """Section 5.3. None for an unknown type."""
    kind = c.uint(1)
    signature_length = c.uint(1)
    out = {"type": kind, "origin": c.hex(8), "incarnation": c.uint(4), "sequence": c.uint(4), "ageSeconds": c.uint(4)}
    body_length = c.uint(4)
    require(body_length <= BODY_MAX, "too-long")
    out |= {"body": c.hex(body_length), "signature": c.hex(signature_length)}
    if kind not in (1, 2, 3, 4, 5):
        return None
    if kind == 3:
        require(signature_length == 0 and out["origin"] == NOBODY and out["incarnation"] == 0, "range")
    else:
        require(signature_length == 64 and out["origin"] != NOBODY, "range")
    return out


@guarded
def decode_record(data):
    cursor = Cursor(data)
    out = record(cursor)
    cursor.end()
    require(out is not None, "range")
    return out


def records(c):
    count = c.uint(2)
    require(count <= 4096, "range")
    found = [record(c) for _ in range(count)]
    return {"records": [one for one in found if one is not None]}


def digest(c):
    return {"buckets": [c.hex(8) for _ in range(64)]}


def keys(c):
    count = c.uint(2)
    require(count <= 8192, "range")
    return {"keys": [{"type": c.uint(1), "origin": c.hex(8), "incarnation": c.uint(4), "sequence": c.uint(4)} for _ in range(count)]}


def summary(c):
    return {"mask": c.hex(8), **keys(c)}


@guarded
def decode_link_state(data):
    """Section 5.4. What follows the neighbours is ignored."""
    c = Cursor(data)
    flags = c.uint(1)
    out = {"agreementKey": c.hex(32), "devices": c.uint(2), "gateway": None, "position": None, "neighbours": []}
    if flags & 1:
        out["gateway"] = {"backendMs": c.uint(4) / 100, "load": c.uint(1)}
    if flags & 2:
        lat, lon = c.i32(), c.i32()
        require(abs(lat) <= 90 * 10**7 and abs(lon) <= 180 * 10**7, "range")
        out["position"] = {"lat": lat / 1e7, "lon": lon / 1e7}
    before = NOBODY
    for _ in range(c.uint(1)):
        node = c.hex(8)
        require(node > before, "order")
        before = node
        cost = c.uint(2)
        require(cost >= 1, "range")
        out["neighbours"].append({"node": node, "cost": cost})
    return out


@guarded
def decode_claims(data):
    """Section 5.9. What follows the claims is ignored."""
    c = Cursor(data)
    count = c.uint(2)
    require(count <= 1024, "range")
    found = []
    before = ""
    for _ in range(count):
        device = c.hex(8)
        require(device > before, "order")
        before = device
        counter = c.uint(4)
        require(counter >= 1, "range")
        found.append({"device": device, "counter": counter})
    return found


# ---- Sections 6 and 8: what is routed ----


def routed(c, flags, encoding_mask, bits_mask):
    """Section 6.1, from offset 8. Returns the fields, the encoding and the bits."""
    cls = c.uint(1)
    require(cls <= 3, "range")
    hop_limit = c.uint(1)
    encoding = c.uint(1)
    require(encoding & ~encoding_mask == 0, "reserved")
    bits = c.uint(1)
    require(bits & ~bits_mask == 0, "reserved")
    require(bits & 3 != 3, "range")
    destination = c.hex(8)
    require(destination != NOBODY, "range")
    origin = c.hex(8)
    require(origin != NOBODY, "range")
    incarnation = c.uint(4)
    transmission = c.uint(6)
    require(transmission != 0, "range")
    require(c.uint(2) == 0, "reserved")
    fields = {
        "class": cls,
        "hopLimit": hop_limit,
        "congested": flags & CONGESTED != 0,
        "destination": destination,
        "origin": origin,
        "incarnation": incarnation,
        "transmission": transmission,
    }
    return fields, encoding, bits


def stream_of(bits):
    return "node" if bits & 4 else "backend"


def bundle(c, flags):
    fields, encoding, bits = routed(c, flags, 3, 7)
    first = c.uint(6)
    require(first >= 1, "range")
    count = c.uint(2)
    require(1 <= count <= 512 and first + count <= U48_MAX, "range")
    floor = {"incarnation": c.uint(4), "sequence": c.uint(6)}
    return fields | {
        "encoding": {"deflate": encoding & 1 != 0, "sealed": encoding & 2 != 0},
        "traffic": bits & 3,
        "stream": stream_of(bits),
        "first": first,
        "count": count,
        "floor": floor,
        "entryIncarnation": c.uint(4),
        "payload": c.rest().hex(),
    }


def ack(c, flags):
    fields, _, bits = routed(c, flags, 0, 4)
    acked_class = c.uint(1)
    require(acked_class <= 3, "range")
    ack_bits = c.uint(1)
    require(ack_bits & ~1 == 0, "reserved")
    echo = c.uint(6)
    count = c.uint(2)
    require(count <= 256, "range")
    runs = []
    after = (-1, 0)
    for _ in range(count):
        run = {"incarnation": c.uint(4), "first": c.uint(6), "count": c.uint(4)}
        require(run["first"] >= 1 and run["count"] >= 1 and run["first"] + run["count"] <= U48_MAX, "range")
        require((run["incarnation"], run["first"]) >= after, "order")
        after = (run["incarnation"], run["first"] + run["count"])
        runs.append(run)
    return fields | {
        "stream": stream_of(bits),
        "ackedClass": acked_class,
        "sawCongestion": ack_bits == 1,
        "echoTransmission": echo,
        "runs": runs,
        "mac": c.hex(16),
    }


def drop(c, flags):
    fields, _, _ = routed(c, flags, 0, 0)
    reason = c.uint(1)
    require(1 <= reason <= 7, "range")
    require(c.uint(1) == 0, "reserved")
    return fields | {"reason": reason, "droppedTransmission": c.uint(6)}


def vouch_request(c):
    fields = {"epoch": c.uint(4), "seq": c.uint(4)}
    count = c.uint(2)
    require(1 <= count <= 256, "range")
    ranges, packets, before = [], 0, None
    for _ in range(count):
        one = {"origin": c.hex(8), "incarnation": c.uint(4), "class": c.uint(1), "first": c.uint(6), "count": c.uint(2)}
        require(one["origin"] != "00" * 8 and one["incarnation"] >= 1 and one["class"] <= 3 and one["first"] >= 1 and one["count"] >= 1, "range")
        packets += one["count"]
        place = (one["origin"], one["incarnation"], one["class"])
        if before is not None:
            require(before[0] < place or (before[0] == place and before[1] < one["first"]), "order")
        before = (place, one["first"] + one["count"])
        ranges.append(one)
    require(packets <= 256, "range")
    return fields | {"ranges": ranges}


def voucher(c):
    fields = {"epoch": c.uint(4), "seq": c.uint(4)}
    return fields | {"signature": c.hex(64) if c.at < len(c.data) else None}


HELLO = 1
ROUTED = (6, 7, 8)
BODIES = {
    1: hello,
    2: records,
    3: digest,
    4: summary,
    5: keys,
    6: bundle,
    7: ack,
    8: drop,
    9: credit,
    10: heartbeat,
    11: bye,
    12: vouch_request,
    13: voucher,
}


@guarded
def decode_payload(data, count):
    """Section 6.4."""
    c = Cursor(data)
    entries = []
    for _ in range(count):
        age, lifetime, length = c.varint(), c.varint(), c.varint()
        require(length <= BODY_MAX, "too-long")
        entries.append({"ageMs": age, "lifetimeMs": lifetime, "body": c.hex(length)})
    c.end()
    return entries


# ---- Section 10: application messages ----


def short_text(c, least, most):
    length = c.uint(2)
    require(length <= most, "too-long")
    require(length >= least, "range")
    text = c.text(length)
    require("\0" not in text, "text")
    return text


@guarded
def decode_application(data):
    c = Cursor(data)
    version, kind = c.uint(1), c.uint(1)
    require(version == 1, "version")
    if kind == 1:
        return publish(c)
    if kind == 4:
        return transfer(c)
    if kind == 2:
        out = {"kind": "attach", "counter": c.uint(6), "leaseSeconds": c.uint(4)}
        count = c.uint(2)
        require(count <= 2048, "range")
        out["filters"] = [short_text(c, 1, 1024) for _ in range(count)]
    elif kind == 3:
        out = {"kind": "detach", "counter": c.uint(6)}
    else:
        return {"unknown": kind}
    c.end()
    return out


def transfer(c):
    """Section 10.4."""
    of = {"origin": c.hex(8)}
    require(of["origin"] != NOBODY, "range")
    of |= {"incarnation": c.uint(4), "stream": c.hex(8)}
    require(of["stream"] != NOBODY, "range")
    of["class"] = c.uint(1)
    require(of["class"] <= 3, "range")
    of["sequence"] = c.uint(6)
    require(of["sequence"] >= 1, "range")
    return publish(c) | {"kind": "transfer", "of": of}


def publish(c):
    bits = c.uint(1)
    require(bits & 0xE0 == 0, "reserved")
    require(bits & 3 != 3, "range")
    out = {"kind": "publish", "qos": bits & 3, "retain": bits & 4 != 0, "dup": bits & 8 != 0}
    out["topic"] = short_text(c, 1, 1024)
    require("+" not in out["topic"] and "#" not in out["topic"], "text")
    out["client"] = short_text(c, 0, 255)
    if bits & 16:
        out["fingerprint"] = c.hex(8)
    count = c.uint(1)
    require(count <= 32, "range")
    properties = {}
    for _ in range(count):
        name = short_text(c, 0, 4096)
        require(name not in properties, "order")
        properties[name] = short_text(c, 0, 4096)
    return out | {"properties": properties, "payload": c.rest().hex()}


# ---- Section 11: beacons ----


@guarded
def decode_beacon(data):
    c = Cursor(data)
    require(c.uint(1) == VERSION, "version")
    require(c.uint(1) == 0, "reserved")
    port = c.uint(2)
    require(port != 0, "range")
    out = {"port": port, "incarnation": c.uint(4), "nonce": c.hex(8), "mac": c.hex(16)}
    c.end()
    return out


# ---- What is sealed, signed or authenticated ----


def still(data):
    """Congested bit, length and hop limit zero: sections 6.2 and 8.4."""
    out = bytearray(data)
    out[3] &= ~CONGESTED & 0xFF
    out[4:8] = bytes(4)
    out[9] = 0
    return bytes(out)


def associated_data(frame):
    return still(frame[:62])


def nonce(frame):
    return frame[28:40]


def ack_mac_input(frame):
    return still(frame[:-16])


def signed_bytes(data):
    """Of a record on its own: section 5.3."""
    signature_length = data[1]
    body = data[26 : len(data) - signature_length]
    return b"EnergyMesh record 1\0" + data[0:1] + data[2:18] + body


def beacon_mac_input(datagram):
    return b"EnergyMesh beacon 1\0" + datagram[:16]
