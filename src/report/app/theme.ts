/**
 * Dark, light, or as the system has it. The colours hang on an attribute of the document, which is set here and nowhere else;
 * what was chosen is remembered where the browser lets a page remember.
 */
import { h } from "./dom.ts";

const choices = { system: "Auto", light: "Light", dark: "Dark" } as const;
type Choice = keyof typeof choices;

const memory = "seas-theme";

/** The switch in a row of tools; sets the colours at once. */
export function themeSwitch(...others: readonly HTMLElement[]): HTMLElement {
  const dark = matchMedia("(prefers-color-scheme: dark)");
  let chosen = remembered();
  const apply = () => {
    document.documentElement.dataset.theme = chosen === "system" ? (dark.matches ? "dark" : "light") : chosen;
  };
  dark.addEventListener("change", apply);
  apply();
  const choice = (name: Choice) => {
    const id = `theme-${name}`;
    const input = h("input", {
      type: "radio",
      name: "theme",
      id,
      value: name,
      checked: name === chosen,
      change: () => {
        chosen = name;
        remember(name);
        apply();
      },
    });
    return [input, h("label", { for: id }, choices[name])];
  };
  return h(
    "div",
    { class: "tools" },
    h(
      "fieldset",
      { class: "theme" },
      h("legend", { class: "unseen" }, "Colours"),
      (Object.keys(choices) as Choice[]).map(choice),
    ),
    others,
  );
}

/** A page in a file, or one whose browser keeps nothing, may be forbidden to ask. */
function remembered(): Choice {
  try {
    const found = localStorage.getItem(memory) ?? "";
    return Object.hasOwn(choices, found) ? (found as Choice) : "system";
  } catch {
    return "system";
  }
}

function remember(choice: Choice): void {
  try {
    localStorage.setItem(memory, choice);
  } catch {
    // It holds until the page is left.
  }
}
