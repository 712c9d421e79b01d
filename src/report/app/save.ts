/**
 * Tables as CSV and drawings as SVG, saved by the browser without asking anybody. Cells can hold what models and files
 * are called by others: a cell that a spreadsheet would take for a formula gets an apostrophe before it.
 */
import { h } from "./dom.ts";

/** Rows as CSV (RFC 4180), with a mark by which spreadsheets know UTF-8. */
export function csvOf(rows: readonly (readonly string[])[]): string {
  return `\ufeff${rows.map((row) => `${row.map(csvCell).join(",")}\r\n`).join("")}`;
}

function csvCell(text: string): string {
  // A number is no formula, though it may begin with a minus; ours is the typographic one, which no program reads.
  const plain = text.replace(/^−(?=[\d.])/, "-");
  const safe = /^-?[\d.,]+( %)?$/.test(plain) || !/^[\s]*[=+\-@\t\r]/.test(plain) ? plain : `'${plain}`;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** A drawing as a file that stands alone: colours of the page put in where it names them. */
export function svgOf(drawing: SVGElement, title: string): string {
  const copy = drawing.cloneNode(true) as SVGElement;
  const style = getComputedStyle(drawing);
  const resolved = (value: string) =>
    value.replace(/var\((--[\w-]+)\)/g, (_, name: string) => style.getPropertyValue(name));
  for (const element of [copy, ...copy.querySelectorAll("*")]) {
    for (const { name, value } of [...element.attributes]) {
      if (value.includes("var(")) element.setAttribute(name, resolved(value));
      if (name === "class") element.removeAttribute(name);
    }
  }
  copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  copy.setAttribute("font-family", "system-ui, sans-serif");
  copy.setAttribute("font-size", "12");
  copy.setAttribute("color", style.color);
  const name = document.createElementNS("http://www.w3.org/2000/svg", "title");
  name.textContent = title;
  const ground = document.createElementNS("http://www.w3.org/2000/svg", "rect");
  for (const [key, value] of [
    ["width", "100%"],
    ["height", "100%"],
    ["fill", style.getPropertyValue("--surface")],
  ] as const)
    ground.setAttribute(key, value);
  copy.prepend(name, ground);
  return new XMLSerializer().serializeToString(copy);
}

/** A button that saves a file when it is pressed. */
export function saveButton(format: "CSV" | "SVG", title: string, content: () => string | undefined): HTMLElement {
  const type = format === "CSV" ? "text/csv" : "image/svg+xml";
  const save = () => {
    const text = content();
    if (text === undefined) return;
    const url = URL.createObjectURL(new Blob([text], { type: `${type};charset=utf-8` }));
    h("a", { href: url, download: `${fileName(title)}.${format.toLowerCase()}` }).click();
    setTimeout(() => URL.revokeObjectURL(url), 1000);
  };
  return h(
    "button",
    { type: "button", class: "save", click: save, "data-key": `${format} ${title}` },
    format,
    h("span", { class: "unseen" }, ` of ${title}`),
  );
}

function fileName(title: string): string {
  const name = title
    .normalize("NFKD")
    .replace(/[^\p{L}\p{N}]+/gu, "-")
    .replace(/^-+|-+$/g, "");
  return name.slice(0, 60).toLowerCase() || "table";
}
