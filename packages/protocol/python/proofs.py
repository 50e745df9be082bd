"""Proofs and rewards, a second time: written from docs/proofs.md alone. Standard library only, Ed25519 and XDR included.

Decode functions return what the fixtures call `result` (docs/proofs.md section 10); {"error": name} for broken bytes.
"""

import hashlib

from cursor import NOBODY, U48_MAX, Cursor, guarded, require

PACKETS_MAX = 256
DEPTH_MAX = 32
CHAIN_STEPS_MAX = 32
U64_EXACT = 2**53 - 1
STROOP_PARTS = 1000 * 10_000 * 10_000


def sha256(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def u(value, size):
    return value.to_bytes(size, "big")


def tag(text):
    return text.encode("ascii").ljust(16, b"\0")


# ---- Section 3: what is signed ----


def network_id(passphrase):
    return sha256(passphrase.encode("ascii"))


def h(text):
    return bytes.fromhex(text)


MESSAGES = {
    "proof": lambda f: h(f["node"]) + u(f["packetCount"], 8) + u(f["timestamp"], 8) + h(f["merkleRoot"]),
    "receipt": lambda f: u(f["epoch"], 4) + h(f["relay"]) + h(f["next"]) + u(f["seq"], 4) + u(f["packets"], 2) + h(f["bundlesRoot"]),
    "member": lambda f: h(f["node"]),
    "register": lambda f: h(f["node"]) + u(f["nonce"], 4) + f["payout"].encode("ascii"),
    "attest": lambda f: h(f["node"]) + u(f["epoch"], 4) + u(f["uptimeBp"], 4) + u(f["latencyUs"], 4) + u(f["earning"], 8),
    "challenge": lambda f: h(f["node"]) + u(f["epoch"], 4),
    "propose": lambda f: h(f["node"]) + u(f["nonce"], 4) + h(f["changeHash"]),
    "vote": lambda f: h(f["node"]) + u(f["proposal"], 4) + u(1 if f["yes"] else 0, 1),
    "told": lambda f: h(f["node"]) + h(f["contentHash"]),
}


def message(of, domain, fields):
    return tag(f"em-{of}-v1") + h(domain["networkId"]) + h(domain["contractId"]) + MESSAGES[of](fields)


# ---- Section 3.3: Ed25519, RFC 8032 section 5.1 ----

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P


def add(a, b):
    """Extended homogeneous coordinates (X, Y, Z, T)."""
    m, n = (a[1] - a[0]) * (b[1] - b[0]) % P, (a[1] + a[0]) * (b[1] + b[0]) % P
    o, z = 2 * a[3] * b[3] * D % P, 2 * a[2] * b[2] % P
    e, f, g, k = n - m, z - o, z + o, n + m
    return e * f % P, g * k % P, f * g % P, e * k % P


def multiply(scalar, point):
    result = (0, 1, 1, 0)
    while scalar:
        if scalar & 1:
            result = add(result, point)
        point = add(point, point)
        scalar >>= 1
    return result


def recover_x(y, odd):
    if y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    if (x * x - square) % P or (x == 0 and odd):
        return None
    return P - x if x & 1 != odd else x


def point_of(data):
    value = int.from_bytes(data, "little")
    y, odd = value & (2**255 - 1), value >> 255
    x = recover_x(y, odd)
    return None if x is None else (x, y, 1, x * y % P)


BASE_Y = 4 * pow(5, P - 2, P) % P
BASE_X = recover_x(BASE_Y, 0)
BASE = (BASE_X, BASE_Y, 1, BASE_X * BASE_Y % P)


def rfc8032(public_key, data, signature):
    a, r = point_of(public_key), point_of(signature[:32])
    s = int.from_bytes(signature[32:], "little")
    if len(signature) != 64 or a is None or r is None or s >= ORDER:
        return False
    k = int.from_bytes(hashlib.sha512(signature[:32] + public_key + data).digest(), "little") % ORDER
    left, right = multiply(s, BASE), add(r, multiply(k, a))
    return (left[0] * right[2] - right[0] * left[2]) % P == 0 and (left[1] * right[2] - right[1] * left[2]) % P == 0


def small_order(data):
    """Whether eight times the point is the neutral one: the definition, not the list of section 3.3."""
    point = point_of(data)
    if point is None:
        return False
    for _ in range(3):
        point = add(point, point)
    return point[0] % P == 0 and (point[1] - point[2]) % P == 0


def strict(public_key, data, signature):
    return rfc8032(public_key, data, signature) and not small_order(public_key) and not small_order(signature[:32])


# ---- Section 3.4: changes as XDR ----

FIELDS = {
    "stroopsPer1000": "stroops_per_1000",
    "bonusUptimeBp": "bonus_uptime_bp",
    "bonusLatencyBp": "bonus_latency_bp",
    "penaltyBp": "penalty_bp",
    "uptimeHighBp": "uptime_high_bp",
    "uptimeLowBp": "uptime_low_bp",
    "latencyUsMax": "latency_us_max",
    "epochBudget": "epoch_budget",
    "nodeCap": "node_cap",
    "pairCap": "pair_cap",
    "deviceQuota": "device_quota",
    "probationEpochs": "probation_epochs",
    "probationBp": "probation_bp",
    "auditBp": "audit_bp",
    "samples": "samples",
    "revealEpochs": "reveal_epochs",
    "settleEpochs": "settle_epochs",
    "quorumBp": "quorum_bp",
    "votingEpochs": "voting_epochs",
    "timelockEpochs": "timelock_epochs",
}
#: Section 8: first value, least, most.
PARAMS = {
    "stroopsPer1000": (100_000, 1, 10_000_000),
    "bonusUptimeBp": (1000, 0, 5000),
    "bonusLatencyBp": (500, 0, 5000),
    "penaltyBp": (2000, 0, 9000),
    "uptimeHighBp": (9500, 1, 10_000),
    "uptimeLowBp": (8000, 0, 9999),
    "latencyUsMax": (100_000, 1000, 10_000_000),
    "epochBudget": (100_000_000, 0, 10**13),
    "nodeCap": (360_000, 1, 3_600_000),
    "pairCap": (180_000, 1, 3_600_000),
    "deviceQuota": (3600, 1, 1_000_000),
    "probationEpochs": (168, 0, 8760),
    "probationBp": (5000, 0, 10_000),
    "auditBp": (2500, 0, 10_000),
    "samples": (8, 1, 16),
    "revealEpochs": (168, 24, 720),
    "settleEpochs": (2, 1, 24),
    "quorumBp": (3000, 1000, 10_000),
    "votingEpochs": (72, 1, 720),
    "timelockEpochs": (24, 1, 720),
}


def opaque(data):
    return u(len(data), 4) + data + b"\0" * (-len(data) % 4)


def symbol(text):
    return u(15, 4) + opaque(text.encode("ascii"))


def scval_map(fields):
    return u(17, 4) + u(1, 4) + u(len(fields), 4) + b"".join(symbol(name) + value for name, value in sorted(fields.items()))


def param_scval(name, value):
    if name == "epochBudget":
        return u(10, 4) + u(value, 16)
    return u(5, 4) + u(value, 8) if name in ("nodeCap", "pairCap") else u(3, 4) + u(value, 4)


def change_xdr(change):
    if "params" in change:
        name, fields = "Params", {FIELDS[n]: param_scval(n, v) for n, v in change["params"].items()}
    else:
        hub = change["hub"]
        name, fields = "Hub", {
            "hub_key": u(13, 4) + opaque(h(hub["hubKey"])),
            "anchor": u(13, 4) + opaque(h(hub["anchor"])),
            "anchor_epoch": u(3, 4) + u(hub["anchorEpoch"], 4),
        }
    return u(16, 4) + u(1, 4) + u(2, 4) + symbol(name) + scval_map(fields)


# ---- Section 4: receipts ----


@guarded
def decode_ranges(data):
    c = Cursor(data)
    count = c.uint(2)
    require(1 <= count <= PACKETS_MAX, "range")
    ranges, last, total = [], None, 0
    for _ in range(count):
        one = {"origin": c.hex(8), "incarnation": c.uint(4), "class": c.uint(1), "first": c.uint(6), "count": c.uint(2)}
        require(one["origin"] != NOBODY and one["incarnation"] >= 1 and one["class"] <= 3, "range")
        require(one["first"] >= 1 and one["count"] >= 1 and one["first"] + one["count"] - 1 <= U48_MAX, "range")
        place = (one["origin"], one["incarnation"], one["class"])
        if last is not None:
            # Disjoint and maximal: one number at least lies between two of the same place.
            require((place, one["first"]) > last if place == last[0] else place > last[0], "order")
        last = (place, one["first"] + one["count"])
        total += one["count"]
        ranges.append(one)
    c.end()
    require(total <= PACKETS_MAX, "range")
    return ranges


def bundles_root(data):
    return sha256(tag("em-ranges-v1"), data)


def read_leaf(c):
    leaf = {"next": c.hex(32), "seq": c.uint(4), "packets": c.uint(2)}
    require(leaf["seq"] >= 1 and 1 <= leaf["packets"] <= PACKETS_MAX, "range")
    return {**leaf, "bundlesRoot": c.hex(32), "signature": c.hex(64)}


@guarded
def decode_leaf(data):
    c = Cursor(data)
    leaf = read_leaf(c)
    c.end()
    return leaf


def encode_leaf(leaf):
    return h(leaf["next"]) + u(leaf["seq"], 4) + u(leaf["packets"], 2) + h(leaf["bundlesRoot"]) + h(leaf["signature"])


def leaf_key(leaf):
    return int.from_bytes(sha256(tag("em-leaf-key-v1"), h(leaf["next"]), u(leaf["seq"], 4))[:8], "big")


# ---- Section 5: the tree ----


def inner(left, right):
    digest = sha256(b"\1", u(left[0], 8), u(left[1], 8), left[2], u(right[0], 8), u(right[1], 8), right[2])
    return left[0] + right[0], left[1], digest


def leaf_node(leaf):
    return leaf["packets"], leaf_key(leaf), sha256(b"\0", encode_leaf(leaf))


def top(nodes):
    """RFC 6962 section 2.1: the left part has the largest power of two below n."""
    if len(nodes) == 1:
        return nodes[0]
    split = 1 << (len(nodes) - 1).bit_length() - 1
    return inner(top(nodes[:split]), top(nodes[split:]))


def tree(leaves):
    """Order of those that stand in it, sum, root."""
    place = {}
    for i, leaf in enumerate(leaves):
        place.setdefault(leaf_key(leaf), i)
    order = [place[key] for key in sorted(place)]
    if not order:
        return [], 0, sha256()
    packets, _, root = top([leaf_node(leaves[i]) for i in order])
    return order, packets, root


@guarded
def decode_opening(data):
    c = Cursor(data)
    leaf = read_leaf(c)
    depth = c.uint(1)
    require(depth <= DEPTH_MAX, "range")
    path = []
    for _ in range(depth):
        right, total = c.uint(1), c.uint(8)
        require(right <= 1 and total <= U64_EXACT, "range")
        path.append({"right": right == 1, "sum": total, "low": c.hex(8), "hash": c.hex(32)})
    c.end()
    return {"leaf": leaf, "path": path}


@guarded
def open_leaf(opening, root, packet_count, index):
    leaf = opening["leaf"]
    require(len(opening["path"]) <= DEPTH_MAX, "depth")
    key, offset = leaf_key(leaf), 0
    at = leaf_node(leaf)
    for step in opening["path"]:
        sibling = (step["sum"], int(step["low"], 16), h(step["hash"]))
        if step["right"]:
            require(key < sibling[1], "order")
            at = inner(at, sibling)
        else:
            require(sibling[1] < at[1], "order")
            offset += sibling[0]
            at = inner(sibling, at)
        require(at[0] <= U64_EXACT, "overflow")
    require(at[2] == root, "root")
    require(at[0] == packet_count, "count")
    require(offset <= index < offset + leaf["packets"], "index")
    return None


def reveal_fault(case):
    """Section 6.4."""
    opening = case["opening"]
    fault = open_leaf(opening, h(case["root"]), case["packetCount"], case["index"])
    if fault is not None:
        return fault["error"]
    leaf = opening["leaf"]
    if leaf["next"] == case["relay"]:
        return "self"
    if leaf["next"] not in case["vouchers"]:
        return "voucher"
    signed = message("receipt", case["domain"], {**leaf, "epoch": case["epoch"], "relay": case["relay"]})
    return None if strict(h(leaf["next"]), signed, h(leaf["signature"])) else "signature"


# ---- Section 6: draws ----


def chain_fault(last, following, now):
    if following["epoch"] > now:
        return "future"
    if following["epoch"] <= last["epoch"]:
        return "known"
    steps = following["epoch"] - last["epoch"]
    if steps > CHAIN_STEPS_MAX:
        return "far"
    value = h(following["value"])
    for _ in range(steps):
        value = sha256(value)
    return None if value == h(last["value"]) else "value"


def draw(case):
    seed = sha256(h(case["chainValue"]), h(case["merkleRoot"]), h(case["node"]), u(case["epoch"], 4))
    count = case["packetCount"]
    indexes = [int.from_bytes(sha256(seed, u(m, 4))[:8], "big") % count for m in range(case["samples"] if count else 0)]
    return {
        "seed": seed.hex(),
        "indexes": indexes,
        "audited": int.from_bytes(sha256(seed, b"audit")[:4], "big") % 10_000 < case["auditBp"],
    }


# ---- Sections 7 and 8: what is paid ----


def params_of(changed):
    return {name: changed.get(name, first) for name, (first, _, _) in PARAMS.items()}


def unfit(changed):
    params = params_of(changed)
    out = [name for name, (_, least, most) in PARAMS.items() if not least <= params[name] <= most]
    if params["uptimeLowBp"] >= params["uptimeHighBp"] and "uptimeLowBp" not in out:
        out.append("uptimeLowBp")
    return out


def reward(changed, hour):
    p, attested = params_of(changed), hour["attested"]
    packets = min(hour["packetCount"], p["nodeCap"])
    up = fast = down = 0
    if attested is not None:
        packets = min(packets, attested["earning"])
        up = p["bonusUptimeBp"] if attested["uptimeBp"] > p["uptimeHighBp"] else 0
        fast = p["bonusLatencyBp"] if attested["latencyUs"] < p["latencyUsMax"] else 0
        down = p["penaltyBp"] if attested["uptimeBp"] < p["uptimeLowBp"] else 0
    bp = 10_000 + up + fast - down
    share = p["probationBp"] if hour["onProbation"] else 10_000
    gross = packets * p["stroopsPer1000"] * bp * share // STROOP_PARTS
    return {
        "packets": packets,
        "bonusUptimeBp": up,
        "bonusLatencyBp": fast,
        "penaltyBp": down,
        "bp": bp,
        "shareBp": share,
        "gross": str(gross),
    }


def budget(case):
    limit, total, late_paid, gross = (int(case[name]) for name in ("budget", "total", "latePaid", "gross"))
    in_time = None if gross > total else gross if total <= limit else gross * limit // total
    late = min(gross, limit - min(limit, total) - late_paid)
    return {"inTime": None if in_time is None else str(in_time), "late": str(late)}


# ---- Section 7.6: where a device belongs ----

SETTLING, RATES, MOVING = 24, 24, 168


def home_verdict(case):
    """`home`: node, hours, named, atMost, guest, as far as there are; None: nobody knows."""
    home, quota = case["home"], case["quota"]
    brought = {node: packets for node, packets in case["brought"].items() if packets > 0}

    def verdict(after, node=None, at_most=None):
        counts = None if node is None else {"node": node, "atMost": at_most}
        return {"home": after, "counts": counts, "disputed": len(brought) > 1}

    if not brought:
        return verdict(home)
    first = next(iter(brought))
    if home is None or not (home.get("named") or len(home["hours"]) >= SETTLING):
        if len(brought) > 1:
            return verdict(home)
        kept = home["hours"] if home is not None and home["node"] == first else []
        return verdict({"node": first, "hours": [*kept, min(brought[first], quota)]}, first, quota)
    alone = {name: value for name, value in home.items() if name != "guest"}
    if home["node"] in brought:
        limit = min(quota, home.get("atMost", quota))
        hours = [*home["hours"], min(brought[home["node"]], limit)][-RATES:]
        return verdict({**alone, "hours": hours}, home["node"], limit)
    if len(brought) > 1:
        return verdict(home)
    usual = sorted(home["hours"])[len(home["hours"]) // 2] if home["hours"] else 0
    guest = home.get("guest", {"node": first, "epochs": 0})
    epochs = 1 + (guest["epochs"] if guest["node"] == first else 0)
    moved = {"node": first, "hours": home["hours"], "atMost": usual}
    return verdict(moved if epochs >= MOVING else {**alone, "guest": {"node": first, "epochs": epochs}}, first, min(quota, usual))
