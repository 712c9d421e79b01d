/** What a row stage works through, when that is too much to hold: read again from any place on. */

/** Inputs in order: a list, or a stream that can begin anywhere. */
export type Inputs<I> = readonly I[] | Streamed<I>;

/** Inputs that are read as they are needed; the same ones each time. */
export interface Streamed<I> {
  readonly length: number;
  from(index: number): AsyncIterable<I>;
}

/** Inputs from a function that begins to read them anew each time it is called. They are read once here, to count them. */
export async function streamed<I>(each: () => AsyncIterable<I>): Promise<Streamed<I>> {
  let length = 0;
  for await (const _ of each()) length++;
  return { length, from: (index) => without(index, each()) };
}

/** All but the first `count`. */
export async function* without<T>(count: number, items: AsyncIterable<T>): AsyncGenerator<T> {
  let place = 0;
  for await (const item of items) if (place++ >= count) yield item;
}

/** Batches of inputs from a place on. */
export async function* batchesOf<I>(inputs: Inputs<I>, from: number, size: number): AsyncGenerator<readonly I[]> {
  if (!("from" in inputs)) {
    for (let at = from; at < inputs.length; at += size) yield inputs.slice(at, at + size);
    return;
  }
  let batch: I[] = [];
  for await (const input of inputs.from(from)) {
    batch.push(input);
    if (batch.length < size) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}
