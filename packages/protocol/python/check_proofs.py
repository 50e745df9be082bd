"""What check.py asks of ../vectors/proof-*.json: pairs of what proofs.py says and what the fixture says."""

import json
from pathlib import Path

import proofs

RECEIPTS = Path(__file__).resolve().parent.parent / "vectors" / "proof-receipts.json"


def messages(case):
    data = proofs.message(case["of"], case["domain"], case["fields"])
    signature = bytes.fromhex(case["signature"])
    return [
        (proofs.network_id(case["passphrase"]).hex(), case["domain"]["networkId"]),
        (data.hex(), case["message"]),
        (proofs.strict(bytes.fromhex(case["by"]), data, signature), True),
    ]


def signatures(case):
    parts = [bytes.fromhex(case[name]) for name in ("publicKey", "message", "signature")]
    return [(proofs.rfc8032(*parts), case["rfc8032"]), (proofs.strict(*parts), case["valid"])]


def changes(case):
    xdr = proofs.change_xdr(case["change"])
    return [(xdr.hex(), case["xdr"]), (proofs.sha256(xdr).hex(), case["hash"])]


def ranges(case):
    data = bytes.fromhex(case["hex"])
    root = [(proofs.bundles_root(data).hex(), case["root"])] if "root" in case else []
    return [(proofs.decode_ranges(data), case["result"]), *root]


def receipts(case):
    leaf = proofs.decode_leaf(bytes.fromhex(case["leaf"]))
    signed = proofs.message("receipt", case["domain"], case)
    return [
        (leaf, {name: case[name] for name in ("next", "seq", "packets", "bundlesRoot", "signature")}),
        (signed.hex(), case["message"]),
        (f"{proofs.leaf_key(leaf):016x}", case["key"]),
        (proofs.strict(bytes.fromhex(case["next"]), signed, bytes.fromhex(case["signature"])), True),
    ]


def trees(case):
    leaves = [proofs.decode_leaf(bytes.fromhex(one["leaf"])) for one in json.loads(RECEIPTS.read_text("utf-8"))]
    order, packets, root = proofs.tree(leaves[: case["leaves"]])
    return [(order, case["order"]), (packets, case["packets"]), (root.hex(), case["root"])]


def openings(case):
    data = None if case["hex"] is None else bytes.fromhex(case["hex"])
    if "error" in case:
        return [(proofs.decode_opening(data), {"error": case["error"]})]
    read = [] if data is None else [(proofs.decode_opening(data), case["opening"])]
    return [*read, (proofs.reveal_fault(case), case["fault"])]


def chosen(made, case):
    return [(made, {name: case[name] for name in made})]


def params(case):
    if "unfit" in case:
        return [(proofs.unfit(case["params"]), case["unfit"])]
    name = case["name"]
    kind = "i128" if name == "epochBudget" else "u64" if name in ("nodeCap", "pairCap") else "u32"
    return [((proofs.FIELDS[name], kind, *proofs.PARAMS[name]), tuple(case[key] for key in ("field", "type", "initial", "min", "max")))]


CHECKS = {
    "proof-messages": messages,
    "proof-signatures": signatures,
    "proof-changes": changes,
    "proof-ranges": ranges,
    "proof-leaves": lambda case: [(proofs.decode_leaf(bytes.fromhex(case["hex"])), case["result"])],
    "proof-receipts": receipts,
    "proof-trees": trees,
    "proof-openings": openings,
    "proof-draws": lambda case: chosen(proofs.draw(case), case),
    "proof-chain": lambda case: [(proofs.chain_fault(case["last"], case["next"], case["epochNow"]), case["fault"])],
    "proof-params": params,
    "proof-rewards": lambda case: [(proofs.reward(case["params"], case["hour"]), case["result"])],
    "proof-budgets": lambda case: chosen(proofs.budget(case), case),
    "proof-homes": lambda case: [(proofs.home_verdict(case), case["result"])],
}
