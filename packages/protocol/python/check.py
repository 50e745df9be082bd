"""Holds decoder.py and proofs.py against ../vectors/*.json. The last line is "N passed, N failed"; exits with 1 when anything failed or is missing."""

import json
import sys
from pathlib import Path

import check_proofs
import decoder

VECTORS = Path(__file__).resolve().parent.parent / "vectors"


def of_bytes(decode):
    return lambda case: [(decode(bytes.fromhex(case["hex"])), case["result"])]


def derived(case):
    """Pairs of what was derived here and what the fixture says."""
    if case["of"] == "record":
        return [(decoder.signed_bytes(bytes.fromhex(case["record"])).hex(), case["signedBytes"])]
    if case["of"] == "beacon":
        return [(decoder.beacon_mac_input(bytes.fromhex(case["datagram"])).hex(), case["macInput"])]
    frame = bytes.fromhex(case["frame"])
    if case["of"] == "ack":
        return [(decoder.ack_mac_input(frame).hex(), case["macInput"])]
    return [(decoder.associated_data(frame).hex(), case["associatedData"]), (decoder.nonce(frame).hex(), case["nonce"])]


CHECKS = {
    "frames": of_bytes(decoder.decode_frame),
    "streams": lambda case: [(decoder.split(case["chunks"]), case["result"])],
    "records": of_bytes(decoder.decode_record),
    "linkstate": of_bytes(decoder.decode_link_state),
    "claims": of_bytes(decoder.decode_claims),
    "payload": lambda case: [(decoder.decode_payload(bytes.fromhex(case["hex"]), case["count"]), case["result"])],
    "application": of_bytes(decoder.decode_application),
    "beacon": of_bytes(decoder.decode_beacon),
    "derived": derived,
    **check_proofs.CHECKS,
}


def main():
    passed = failed = 0
    present = {path.stem for path in VECTORS.glob("*.json")}
    for name in sorted(present ^ set(CHECKS)):
        failed += 1
        print(f"{name}.json: {'no reader for it' if name in present else 'missing'}")
    for name in sorted(present & set(CHECKS)):
        for case in json.loads((VECTORS / f"{name}.json").read_text("utf-8")):
            wrong = [(got, wanted) for got, wanted in CHECKS[name](case) if got != wanted]
            if not wrong:
                passed += 1
                continue
            failed += 1
            for got, wanted in wrong:
                print(f"{name}.json: {case['name']}\n  read    {json.dumps(got)}\n  fixture {json.dumps(wanted)}")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or passed == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
