/**
 * Who is asked next, and how many at once: several copies of one server, the least busy first, each with a limit that finds what
 * it can take. The limit grows while more requests at once mean more tokens a second, and halves when a server says that it is
 * too much, as TCP does. No HTTP here, and no clock but the one that is given.
 */

/** A place at a copy of the server, to be given back with how it went. */
export interface Slot {
  /** Which copy. */
  readonly place: number;
  release(outcome: Outcome): void;
}

/** How a request went, for the limit: answered; too much or too slow; nobody there; or a failure that says nothing of load. */
export type Outcome =
  | { readonly kind: "answered"; readonly tokens: number }
  /** `rest` in milliseconds: how long the server wants to be left alone. */
  | { readonly kind: "busy"; readonly rest: number }
  | { readonly kind: "gone"; readonly rest: number }
  | { readonly kind: "failed" };

/** Hands out places. */
export interface Pool {
  /**
   * Waits for a place.
   *
   * @param except copies that failed this request: another is taken where there is one
   * @throws the signal's reason
   */
  acquire(signal: AbortSignal, except?: ReadonlySet<number>): Promise<Slot>;
  /** Requests that may be open at once now, all copies together. */
  capacity(): number;
}

/** How far a limit goes up where that helped, and back where it did not. */
const step = 1.5;
/** What more requests at once have to bring in tokens a second. */
const gain = 1.05;
/** Windows after which a limit that did not pay is tried again. */
const patience = 16;
/** Requests at once in the beginning. */
const first = 8;

interface Place {
  open: number;
  limit: number;
  restUntil: number;
  /** The window in which tokens are counted: as many answers as the limit. */
  windowStart: number;
  answered: number;
  tokens: number;
  /** Whether the limit was reached in it: only then does its rate say something of the limit. */
  full: boolean;
  /** Tokens a millisecond before the limit last went up. */
  rate: number;
  hold: number;
}

interface Waiting {
  readonly except: ReadonlySet<number>;
  readonly take: (slot: Slot) => void;
}

/**
 * A pool of `places` copies.
 *
 * @param most requests at one copy at once
 * @param clock milliseconds
 */
export function createPool(places: number, most: number, clock: () => number = () => performance.now()): Pool {
  const all: Place[] = Array.from({ length: places }, () => ({
    open: 0,
    limit: Math.min(first, most),
    restUntil: 0,
    windowStart: clock(),
    answered: 0,
    tokens: 0,
    full: false,
    rate: 0,
    hold: 0,
  }));
  let waiting: Waiting[] = [];
  let timer: NodeJS.Timeout | undefined;

  /** The least busy copy with a free place. */
  const free = (except: ReadonlySet<number>): number | undefined => {
    const able = all.flatMap((place, i) =>
      place.open < Math.floor(place.limit) && place.restUntil <= clock() ? i : [],
    );
    const others = able.filter((i) => !except.has(i));
    const load = (i: number) => all[i]!.open / all[i]!.limit;
    return (others.length > 0 ? others : able).sort((a, b) => load(a) - load(b))[0];
  };

  const serve = (): void => {
    clearTimeout(timer);
    waiting = waiting.filter(({ except, take }) => {
      const place = free(except);
      if (place !== undefined) take(slotAt(place));
      return place === undefined;
    });
    // Places that rest wake up by themselves.
    const rests = all.map(({ restUntil }) => restUntil - clock()).filter((rest) => rest > 0);
    if (waiting.length > 0 && rests.length > 0) timer = setTimeout(serve, Math.ceil(Math.min(...rests)));
  };

  const slotAt = (index: number): Slot => {
    const place = all[index]!;
    place.open++;
    if (place.open >= Math.floor(place.limit)) place.full = true;
    let released = false;
    return {
      place: index,
      release(outcome) {
        if (released) return;
        released = true;
        place.open--;
        learn(place, outcome, most, clock());
        serve();
      },
    };
  };

  return {
    acquire: (signal, except = new Set()) =>
      new Promise((resolve, reject) => {
        if (signal.aborted) return reject(signal.reason);
        const stop = () => {
          waiting = waiting.filter((other) => other !== mine);
          reject(signal.reason);
        };
        const mine: Waiting = {
          except,
          take(slot) {
            signal.removeEventListener("abort", stop);
            resolve(slot);
          },
        };
        signal.addEventListener("abort", stop, { once: true });
        waiting.push(mine);
        serve();
      }),
    capacity: () => all.reduce((sum, { limit }) => sum + Math.floor(limit), 0),
  };
}

function learn(place: Place, outcome: Outcome, most: number, now: number): void {
  if (outcome.kind === "failed") return;
  if (outcome.kind !== "answered") {
    // One halving for a burst of refusals, which all belong to the same moment.
    if (outcome.kind === "busy" && now >= place.restUntil) place.limit = Math.max(1, place.limit / 2);
    place.restUntil = Math.max(place.restUntil, now + outcome.rest);
    Object.assign(place, { windowStart: now, answered: 0, tokens: 0, full: false, rate: 0, hold: 1 });
    return;
  }
  place.answered++;
  place.tokens += outcome.tokens;
  if (place.answered < place.limit) return;
  const rate = place.tokens / Math.max(1, now - place.windowStart);
  if (place.full && place.hold > 0) place.hold--;
  else if (place.full && rate > gain * place.rate) {
    place.rate = rate;
    place.limit = Math.min(most, Math.max(place.limit + 1, place.limit * step));
  } else if (place.full) {
    place.limit = Math.max(1, place.limit / step);
    place.rate = 0;
    place.hold = patience;
  }
  Object.assign(place, { windowStart: now, answered: 0, tokens: 0, full: place.open >= Math.floor(place.limit) });
}
