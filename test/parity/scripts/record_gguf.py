"""Records what the `gguf` Python package (pip install gguf==0.19.0) decodes random blocks to, one entry a type.

Run: python test/parity/scripts/record_gguf.py
Writes test/parity/recorded/gguf-dequantise.json: blocks and expected float32 as base64, little-endian.
Block bytes are random; scales are made finite, of either sign, subnormal ones among them.
"""

import base64
import json
from importlib.metadata import version
from pathlib import Path

import numpy as np
from gguf.constants import GGML_QUANT_SIZES, GGMLQuantizationType
from gguf.quants import dequantize

SEED = 20
OUT = Path(__file__).resolve().parent.parent / "recorded" / "gguf-dequantise.json"

# type -> (blocks, byte offsets of its binary16 scales)
TYPES = {
    "Q8_0": (8, [0]),
    "Q4_0": (8, [0]),
    "Q4_1": (8, [0, 2]),
    "Q5_0": (8, [0]),
    "Q5_1": (8, [0, 2]),
    "Q2_K": (4, [80, 82]),
    "Q3_K": (4, [108]),
    "Q4_K": (4, [0, 2]),
    "Q5_K": (4, [0, 2]),
    "Q6_K": (4, [208]),
    "IQ4_NL": (8, [0]),
}
# type -> (integer type, mask of the exponent): all ones there would be inf or NaN
FLOATS = {"F32": (np.uint32, 0x7F800000), "F16": (np.uint16, 0x7C00), "BF16": (np.uint16, 0x7F80)}


def finite(rng: np.random.Generator, count: int, dtype: type, exponent: int) -> np.ndarray:
    bits = rng.integers(0, np.iinfo(dtype).max, count, dtype=dtype, endpoint=True)
    bits = np.where((bits & dtype(exponent)) == exponent, bits & ~dtype(exponent), bits)
    bits[0] &= ~dtype(exponent)  # one subnormal for certain
    return bits.astype(dtype)


def main() -> None:
    rng = np.random.default_rng(SEED)
    vectors = {}
    for name, (dtype, exponent) in FLOATS.items():
        vectors[name] = finite(rng, 256, dtype, exponent).view(np.uint8)
    for name, (blocks, scales) in TYPES.items():
        size = GGML_QUANT_SIZES[GGMLQuantizationType[name]][1]
        data = rng.integers(0, 255, (blocks, size), dtype=np.uint8, endpoint=True)
        for offset in scales:
            data[:, offset : offset + 2] = finite(rng, blocks, np.uint16, 0x7C00).view(np.uint8).reshape(blocks, 2)
        vectors[name] = data
    recorded = {}
    for name, data in vectors.items():
        expected = dequantize(data, GGMLQuantizationType[name])
        assert expected.dtype == np.float32 and np.isfinite(expected).all(), name
        recorded[name] = {
            "bytes": base64.b64encode(data.tobytes()).decode(),
            "expected": base64.b64encode(expected.tobytes()).decode(),
        }
    OUT.parent.mkdir(parents=True, exist_ok=True)
    OUT.write_text(json.dumps({"gguf": version("gguf"), "numpy": np.__version__, "seed": SEED, "types": recorded}, indent=1) + "\n")


if __name__ == "__main__":
    main()
