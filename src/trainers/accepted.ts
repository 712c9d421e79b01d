/** A trained step that is weakened until whoever asked for it accepts it. */
import type { Adapter } from "../records.ts";
import type { TrainOptions } from "../seams.ts";

/** Parts of a step that are tried. */
const quarters = 4;

/** The whole step if it is accepted, otherwise as many quarters of it as are, by bisection; none is always accepted. */
export async function saveAccepted(
  save: (share: number) => Promise<Adapter>,
  accept: NonNullable<TrainOptions["accept"]>,
): Promise<Adapter> {
  let accepted = 0;
  let refused = quarters + 1;
  for (let tried = quarters; refused - accepted > 1; tried = Math.floor((accepted + refused) / 2)) {
    if (await accept(await save(tried / quarters))) accepted = tried;
    else refused = tried;
  }
  const kept = accepted / quarters;
  return { ...(await save(kept)), kept };
}
