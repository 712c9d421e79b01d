/**
 * The frame of every chart: heading, what it says in a sentence, legend, drawing, and the same numbers as a table for
 * those who cannot see it or want them exact. Drawn by Observable Plot; colours are custom properties of the page, so
 * that dark and light need no redrawing; redrawn when its width changes.
 */
import * as Plot from "@observablehq/plot";
import { type Child, h } from "./dom.ts";
import { saveButton, svgOf } from "./save.ts";
import { table } from "./table.ts";

/** A chart with its words. */
export interface ChartOptions {
  readonly title: string;
  /** Names it among all charts of the page. @default the title */
  readonly key?: string;
  /** How to read it. */
  readonly text?: Child;
  readonly legend?: readonly LegendItem[];
  readonly height: number;
  /** Plot's options for a width in pixels, all but width, height and class. */
  readonly plot: (width: number) => Plot.PlotOptions;
  readonly numbers: { readonly head: readonly string[]; readonly rows: readonly (readonly string[])[] };
}

export interface LegendItem {
  readonly name: string;
  /** A CSS colour. */
  readonly color: string;
}

/** The chart, to be put into the page. */
export function chart({ title, key = title, text, legend = [], height, plot, numbers }: ChartOptions): HTMLElement {
  const area = h("div", {
    class: "plot-area",
    // Its height before it is drawn: what stands below does not jump.
    vars: { "--plot-height": `${height}px` },
    role: "img",
    "aria-label": `Chart: ${title}. The numbers follow as a table.`,
  });
  let drawn = 0;
  const draw = () => {
    const width = Math.floor(area.clientWidth);
    if (width === drawn || width === 0) return;
    drawn = width;
    area.replaceChildren(drawing({ ...plot(width), width, height }));
  };
  new ResizeObserver(draw).observe(area);
  return h(
    "figure",
    { class: "chart", "aria-label": title },
    h("figcaption", {}, h("h3", {}, title), text !== undefined && h("p", {}, text)),
    legend.length > 0 && legendOf(legend),
    area,
    h(
      "p",
      { class: "saves" },
      saveButton("SVG", key, () => drawingIn(area, title)),
    ),
    h(
      "details",
      { class: "numbers", "data-key": `numbers ${key}` },
      h("summary", {}, "Numbers"),
      table(title, numbers.head, numbers.rows),
    ),
  );
}

function drawingIn(area: HTMLElement, title: string): string | undefined {
  const svg = area.querySelector("svg");
  return svg === null ? undefined : svgOf(svg, title);
}

/** Names and colours in a row. */
export function legendOf(items: readonly LegendItem[]): HTMLElement {
  return h(
    "ul",
    { class: "legend" },
    items.map(({ name, color }) =>
      h("li", {}, h("span", { class: "swatch", "aria-hidden": "true", vars: { "--swatch": color } }), name),
    ),
  );
}

/**
 * Plot brings a style element with each drawing, which the page's policy refuses; sections.css says the same. And it
 * names groups for screen readers, which may not have names and hear the table instead: the names go to `data-part`.
 */
function drawing(options: Plot.PlotOptions): Element {
  const svg = Plot.plot({ ...options, className: "plot" });
  for (const style of svg.querySelectorAll("style")) style.remove();
  for (const group of svg.querySelectorAll("g[aria-label]")) {
    group.setAttribute("data-part", group.getAttribute("aria-label")!);
    group.removeAttribute("aria-label");
  }
  return svg;
}
