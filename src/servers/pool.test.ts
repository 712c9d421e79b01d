/** Places at a server's copies: what is handed out, to whom, and how the limits move. */
import { describe, expect, it } from "vitest";
import { createRandom } from "../random.ts";
import { createPool, type Outcome, type Slot } from "./pool.ts";

const never = new AbortController().signal;
const answered: Outcome = { kind: "answered", tokens: 10 };

describe("createPool", () => {
  it("takes the least busy copy, and never more of one than its limit", async () => {
    const pool = createPool(3, 4, () => 0);
    const slots: Slot[] = [];
    for (let i = 0; i < 12; i++) slots.push(await pool.acquire(never));
    expect([0, 1, 2].map((place) => slots.filter((slot) => slot.place === place).length)).toEqual([4, 4, 4]);
    let fourth = false;
    const waiting = pool.acquire(never).then((slot) => {
      fourth = true;
      return slot;
    });
    await Promise.resolve();
    expect(fourth).toBe(false);
    slots.find(({ place }) => place === 1)!.release(answered);
    expect((await waiting).place).toBe(1);
  });

  it("takes another copy than the one that failed, where there is one", async () => {
    const pool = createPool(2, 4);
    expect((await pool.acquire(never, new Set([0]))).place).toBe(1);
    expect((await createPool(1, 4).acquire(never, new Set([0]))).place).toBe(0);
  });

  it("halves the limit when it is too much, once for a burst, and rests as long as is asked", async () => {
    let now = 0;
    const pool = createPool(1, 64, () => now);
    const slots = await Promise.all(Array.from({ length: 8 }, () => pool.acquire(never)));
    for (const slot of slots) slot.release({ kind: "busy", rest: 20 });
    expect(pool.capacity()).toBe(4);
    let taken = false;
    const waiting = pool.acquire(never).then(() => {
      taken = true;
    });
    await new Promise((done) => setTimeout(done, 5));
    expect(taken).toBe(false);
    now = 25;
    await waiting;
  });

  it.each([
    [4, 5, 13],
    [30, 20, 62],
    [200, 130, 256],
  ])("finds about what a server of %i at once can take: %i to %i", async (slots, least, most) => {
    // A server that answers `slots` requests at a time, each in a second; more of them wait for their turn.
    let now = 0;
    const pool = createPool(1, 256, () => now);
    const open: { slot: Slot; end: number }[] = [];
    const ends = Array.from({ length: slots }, () => 0);
    for (let done = 0; done < 12_000; done++) {
      while (open.length < pool.capacity()) {
        const next = ends.indexOf(Math.min(...ends));
        ends[next] = Math.max(now, ends[next]!) + 1000;
        open.push({ slot: await pool.acquire(never), end: ends[next]! });
      }
      open.sort((a, b) => a.end - b.end);
      const { slot, end } = open.shift()!;
      now = end;
      slot.release(answered);
    }
    expect(pool.capacity()).toBeGreaterThanOrEqual(least);
    expect(pool.capacity()).toBeLessThanOrEqual(most);
  });

  it("keeps its counts through any order of takings and outcomes", async () => {
    const random = createRandom("pool");
    let now = 0;
    const pool = createPool(3, 16, () => now);
    const open: Slot[] = [];
    for (let i = 0; i < 3000; i++) {
      now += random.int(50);
      if (open.length > 0 && random.next() < 0.5) {
        const slot = random.shuffle(open)[0]!;
        open.splice(open.indexOf(slot), 1);
        const outcome: Outcome = random.pick([answered, { kind: "failed" }, { kind: "busy", rest: 0 }]);
        slot.release(outcome);
        slot.release(outcome);
      } else if (open.length < pool.capacity()) open.push(await pool.acquire(never));
      expect(pool.capacity()).toBeGreaterThanOrEqual(3);
      expect(pool.capacity()).toBeLessThanOrEqual(48);
    }
  });

  it("ends a wait with the signal's reason", async () => {
    const pool = createPool(1, 1);
    await pool.acquire(never);
    const stop = new AbortController();
    const waiting = pool.acquire(stop.signal);
    stop.abort(new Error("enough"));
    await expect(waiting).rejects.toThrow("enough");
    await expect(pool.acquire(stop.signal)).rejects.toThrow("enough");
  });
});
