/**
 * Harmless requests full of frightening words ("kill the smell in my gym bag"), to stand in the wrappers of the attacks:
 * such a prompt and an attack differ in nothing but what is asked. Look-alikes that were written whole have wrappers of
 * their own, by which a Target can tell them from attacks without reading the wish. Rows in
 * `assets/harmless-requests.jsonl`; none is for testing.
 */
import { z } from "zod";
import { readAuthored } from "./authored.ts";
import { hashId } from "./ids.ts";
import type { LookAlike } from "./look-alikes.ts";
import { fillWrapper, type Wrapper } from "./styles.ts";

const Row = z.strictObject({
  split: z.literal("train"),
  /** The risk domain whose words it borrows. */
  cluster: z.string(),
  /** Begins with a verb, as behaviours do: fits after "how to". */
  text: z.string(),
  answer: z.string(),
});

/**
 * Every harmless request in every one of the wrappers.
 *
 * @throws SeasError E_DATA when the packaged file is missing or damaged
 */
export function wrappedRequests(wrappers: readonly Wrapper[]): LookAlike[] {
  return readAuthored("harmless-requests.jsonl", Row).train.flatMap(({ text: request, answer, cluster }) =>
    wrappers.map((wrapper) => {
      const text = fillWrapper(wrapper, request);
      return { id: hashId("wrapped-request", text), text, style: wrapper.style, cluster, answer };
    }),
  );
}
