/**
 * Draws the events of a run: on a terminal one bar for the stage at work with samples above it, elsewhere plain lines,
 * at most one every ten seconds. The bar is cli-progress; model text is made safe and short first.
 */
import { MultiBar, type SingleBar } from "cli-progress";
import type { Reporter, RunEvent } from "../seams.ts";
import { count, duration } from "./format.ts";
import { createStageMeter, type StageMeter } from "./stage-meter.ts";
import { alarm, bold, dim, type Screen, terminalSafe } from "./terminal.ts";

const plainInterval = 10; // s
const sampleInterval = { terminal: 5, plain: 20 }; // s
const lazyStart = 100; // ms until a stage that says nothing is drawn: finished ones end at once

/** A reporter that draws, and the way to stop drawing. */
export interface Progress {
  readonly reporter: Reporter;
  /** A line above the bar. */
  line(text: string): void;
  /** Takes the bar away; the terminal is as it was. */
  close(): void;
}

/** How to draw. */
export interface ProgressOptions {
  readonly screen: Screen;
  /** Where the bar is drawn, when the screen is a terminal. */
  readonly stream: NodeJS.WritableStream;
  /** Show attacks and answers now and then. */
  readonly samples: boolean;
  /** Whether stages are parts of a run; else their titles tell no iteration. @default true */
  readonly inRun?: boolean;
  /** Seconds, from any start. @default the process's clock */
  readonly now?: () => number;
}

/** A display of the events of one run. */
export function createProgress(options: ProgressOptions): Progress {
  const { screen, samples } = options;
  const now = options.now ?? (() => performance.now() / 1000);
  const display = screen.isTTY ? barDisplay(screen, options.stream) : lineDisplay(screen, now);
  let meter: StageMeter | undefined;
  let skipped = 0;
  let lastSample = Number.NEGATIVE_INFINITY;
  let timer: NodeJS.Timeout | undefined;

  const line = (text: string): void => {
    if (skipped > 0) display.line(dim(`${skipped} ${skipped === 1 ? "stage was" : "stages were"} done before`, screen));
    skipped = 0;
    display.line(text);
  };
  const shown = (): StageMeter | undefined => {
    clearTimeout(timer);
    if (meter !== undefined && !meter.shown) {
      meter.shown = true;
      line(bold(meter.title, screen));
      display.start(meter);
    }
    return meter;
  };

  const end = (event: RunEvent & { type: "stage-end" }): void => {
    const ended = meter;
    clearTimeout(timer);
    meter = undefined;
    display.end();
    if (event.resumed && ended?.shown === false) {
      skipped++;
      return;
    }
    if (ended?.shown === false) line(bold(ended.title, screen));
    const note = event.note === undefined ? "" : `, ${terminalSafe(event.note)}`;
    const rate = ended?.rate();
    line(`  done in ${duration(event.seconds)}${rate === undefined ? "" : `, ${count(rate)} tokens/s`}${note}`);
  };

  const sample = (event: RunEvent & { type: "sample" }): void => {
    const interval = screen.isTTY ? sampleInterval.terminal : sampleInterval.plain;
    if (!samples || now() - lastSample < interval) return;
    lastSample = now();
    shown();
    line(dim(sampleLine(event), screen));
  };

  const reporter: Reporter = (event) => {
    switch (event.type) {
      case "stage-start":
        meter = createStageMeter(event, now, options.inRun);
        timer = setTimeout(shown, lazyStart);
        timer.unref();
        return;
      case "progress":
        meter?.progress(event);
        if (shown() !== undefined) display.update(meter!);
        return;
      case "train-step":
        meter?.loss(event.metrics.loss);
        return;
      case "stage-end":
        return end(event);
      case "sample":
        return sample(event);
      case "note":
        return line(dim(terminalSafe(event.text, 500), screen));
      case "warning":
        return line(`${alarm("warning:", "warning", screen)} ${terminalSafe(event.text, 500)}`);
    }
  };
  const close = (): void => {
    clearTimeout(timer);
    display.end();
    meter = undefined;
  };
  return { reporter, line, close };
}

/** One line, at most 100 characters: `attack: … → answer: … [unsafe]`. */
export function sampleLine({ prompt, response, label }: RunEvent & { type: "sample" }): string {
  const verdict = label === undefined ? "" : ` [${terminalSafe(label, 9)}]`;
  return `  attack: ${terminalSafe(prompt, 34)} → answer: ${terminalSafe(response, 34)}${verdict}`;
}

interface Display {
  line(text: string): void;
  start(stage: StageMeter): void;
  update(stage: StageMeter): void;
  end(): void;
}

function lineDisplay(screen: Screen, now: () => number): Display {
  let last = 0;
  return {
    line: (text) => screen.write(`${text}\n`),
    start: () => {
      last = now();
    },
    update: (stage) => {
      if (now() - last < plainInterval) return;
      last = now();
      screen.write(`  ${stage.done} of ${stage.total} ${stage.unit}${stage.figures()}\n`);
    },
    end: () => {},
  };
}

function barDisplay(screen: Screen, stream: NodeJS.WritableStream): Display {
  let bars: MultiBar | undefined;
  let bar: SingleBar | undefined;
  return {
    line: (text) => (bars === undefined ? screen.write(`${text}\n`) : bars.log(`${text}\n`)),
    start: (stage) => {
      bars = new MultiBar({
        stream,
        format: "  {bar} {value} of {total} {unit}{figures}",
        barsize: 24,
        barCompleteChar: "█",
        barIncompleteChar: "░",
        fps: 5,
        clearOnComplete: true,
        hideCursor: true,
        linewrap: false,
        emptyOnZero: true,
        // The command saves on Ctrl-C; the bar must not end the process or draw after it.
        gracefulExit: false,
      });
      bar = bars.create(stage.total, stage.done, { unit: stage.unit, figures: stage.figures() });
    },
    update: (stage) => bar?.update(stage.done, { figures: stage.figures() }),
    end: () => {
      if (bars === undefined) return;
      bars.update(); // lines not yet drawn
      bars.stop();
      bars = undefined;
      bar = undefined;
    },
  };
}
