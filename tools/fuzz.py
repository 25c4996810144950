"""Random chunks into the frame decoder, and what it yields through parse and check: `make fuzz`.

Between the noise there are good lines, and every one of them must come out. Prints the counts.
"""

import argparse
import random
import time

from wire.check import check
from wire.frame import LINE_LIMIT, Decoder, FrameError, encode, parse
from wire.seal import CRC32

CHUNKS = 1_000_000
_FRAGMENTS = (b"\n", b"*", b"{", b'{"type":', b'"ack"', b"\r\n>>> ", b"\x00", b"\xff", b"00000000", b"}*")


class Fuzz:
    """One decoder under fire; `counts` says what came of it. Raises AssertionError where it fails."""

    def __init__(self, seed: int) -> None:
        self.counts = dict.fromkeys(("chunks", "bytes", "good_sent", "good_found", "noise_that_parsed"), 0)
        self.decoder = Decoder(CRC32)
        self._random = random.Random(seed)
        self._expected: set[bytes] = set()

    def step(self) -> None:
        chunk = self._chunk()
        self.counts["chunks"] += 1
        self.counts["bytes"] += len(chunk)
        for payload in self.decoder.feed(chunk):
            self._judge(payload)
        assert self.decoder.held() < LINE_LIMIT, "the decoder grew beyond its bound"

    def finish(self) -> None:
        for payload in self.decoder.feed(b"\n"):
            self._judge(payload)
        assert not self._expected, f"{len(self._expected)} good lines were not found"

    def _chunk(self) -> bytes:
        dice = self._random.random()
        if dice < 0.05:
            return self._good()
        if dice < 0.40:
            return self._random.choice(_FRAGMENTS)
        if dice < 0.41:
            return self._random.randbytes(self._random.randrange(4 * LINE_LIMIT))
        return self._random.randbytes(self._random.randrange(1, 40))

    def _good(self) -> bytes:
        """A good line on a line of its own, with or without damage."""
        self.counts["good_sent"] += 1
        line = encode({"type": "keepalive", "message_id": str(self.counts["good_sent"])}, CRC32)
        self._expected.add(line[: line.rindex(b"*")])
        return b"\n" + line

    def _judge(self, payload: bytes) -> None:
        if payload in self._expected:
            self._expected.remove(payload)
            self.counts["good_found"] += 1
        try:
            check(parse(payload))
        except FrameError:
            return
        if b"keepalive" not in payload:
            self.counts["noise_that_parsed"] += 1


def main(chunks: int, seed: int) -> None:
    fuzz = Fuzz(seed)
    began = time.monotonic()
    for _ in range(chunks):
        fuzz.step()
    fuzz.finish()
    decoder = fuzz.decoder
    for name, count in fuzz.counts.items():
        print(f"{name:18} {count:>12,}")
    for name in ("lines_bad_tag", "lines_too_long", "bytes_dropped"):
        print(f"{name:18} {getattr(decoder, name):>12,}")
    print(f"{'seconds':18} {time.monotonic() - began:>12.1f}   seed {seed}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m tools.fuzz", description="Random chunks into the frame decoder.")
    parser.add_argument("chunks", type=int, nargs="?", default=CHUNKS)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 30), help="of an earlier run")
    given = parser.parse_args()
    main(given.chunks, given.seed)
