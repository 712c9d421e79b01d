/**
 * A page of a running run: listens to the server that it came from, and says in a bar what the run is doing. Without a
 * connection it says that what is shown may be old, and the browser keeps asking until the server is there again.
 */
import type { LiveStage, Summary } from "../types.ts";
import { h } from "./dom.ts";
import { count, duration, number } from "./format.ts";
import { stageName } from "./stage-names.ts";
import { visibleLine } from "./visible.ts";

/** What to do with news. */
export interface Listening {
  readonly summary: (changed: Partial<Summary>) => void;
  readonly stage: (stage: LiveStage | null) => void;
  readonly connected: (connected: boolean) => void;
}

const again = 5000; // ms

/** Listens from the version that the page was made with. */
export function listen(version: string, on: Listening): void {
  let known = version;
  const source = new EventSource(`/events?since=${encodeURIComponent(version)}`);
  source.addEventListener("open", () => on.connected(true));
  source.addEventListener("summary", ({ data, lastEventId }) => {
    known = lastEventId;
    on.summary(JSON.parse(data) as Partial<Summary>);
  });
  source.addEventListener("stage", ({ data }) => on.stage(JSON.parse(data) as LiveStage | null));
  source.addEventListener("error", () => {
    on.connected(false);
    // Browsers ask again by themselves after a cut, and give up where something else answered at the address.
    if (source.readyState === EventSource.CLOSED) setTimeout(() => listen(known, on), again);
  });
}

/** The bar, and how to change what it says. */
export function liveBar(): {
  readonly element: HTMLElement;
  stage(stage: LiveStage | null): void;
  connected(connected: boolean): void;
  status(status: Summary["status"]): void;
} {
  const state = h("span", { class: "live-state" }, "connecting");
  const text = h("span", { class: "live-text" });
  const bar = h("progress", { "aria-label": "Stage at work", max: 1, value: 0 });
  const element = h("div", { class: "live", id: "live" }, state, text, bar);
  let now: LiveStage | null = null;
  let connected: boolean | undefined;
  let status: Summary["status"] = "running";
  const draw = () => {
    element.classList.toggle("lost", connected === false);
    element.classList.toggle("over", status !== "running");
    state.textContent =
      connected === undefined
        ? "connecting"
        : connected
          ? status === "running"
            ? "live"
            : "run is over"
          : "no connection";
    text.textContent =
      connected === false
        ? "What is shown may be old. Trying again; `seas view` serves it."
        : now === null
          ? status === "running"
            ? "Between two stages."
            : "Nothing is being written. This page goes on by itself when the run does."
          : sentence(now);
    bar.hidden = now === null || connected === false;
    if (now === null) return;
    bar.max = Math.max(1, now.total);
    bar.value = now.done;
  };
  draw();
  return {
    element,
    stage(stage) {
      now = stage;
      draw();
    },
    connected(is) {
      connected = is;
      draw();
    },
    status(is) {
      status = is;
      if (is !== "running") now = null;
      draw();
    },
  };
}

/** `Iteration 2 · Attack: answers · 34 of 128 answers · 412 tokens/s · 40 s left` */
function sentence({ iteration, stage, done, total, unit, tokensPerSecond, loss, secondsLeft }: LiveStage): string {
  return [
    `Iteration ${iteration}`,
    stageName(stage),
    `${count(done)} of ${count(total)} ${visibleLine(unit, 20)}`,
    ...(tokensPerSecond === null ? [] : [`${count(Math.round(tokensPerSecond))} tokens/s`]),
    ...(loss === null ? [] : [`loss ${number(loss, 3)}`]),
    ...(secondsLeft === null ? [] : [`${duration(secondsLeft)} left`]),
  ].join(" · ");
}
