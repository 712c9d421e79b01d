/**
 * Which package indexes pip would ask, found without Python: environment first, then pip's configuration files.
 * Leaves out certificates, proxies and `find-links`: where those matter, pip itself is asked to download.
 */
import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import type { Env } from "./cache.ts";

/** What pip asks when nothing is configured. */
export const publicIndex = "https://pypi.org/simple";

/** Keys of one configuration file: `section.key`, with pip's spelling rules applied. */
export type PipConfig = ReadonlyMap<string, string>;

/**
 * Reads the INI dialect of pip: `[section]`, `key = value` or `key: value`, values that go on in indented lines, `#` and
 * `;` comments. Lines that are none of these are passed over, as their program will complain about them itself.
 */
export function parsePipConfig(text: string): PipConfig {
  const values = new Map<string, string>();
  let section = "";
  let key = "";
  for (const line of text.replace(/^\uFEFF/, "").split(/\r?\n/)) {
    if (/^\s*([#;]|$)/.test(line)) continue;
    const header = /^\[(.+?)\]\s*$/.exec(line);
    if (header !== null) {
      section = header[1]!.trim().toLowerCase();
      key = "";
    } else if (/^\s/.test(line) && key !== "") {
      values.set(key, `${values.get(key) ?? ""} ${line.trim()}`.trim());
    } else {
      const pair = /^\s*([^=:\s]+)\s*[=:]\s*(.*)$/.exec(line);
      if (pair === null) continue;
      key = `${section}.${pair[1]!.toLowerCase().replaceAll("_", "-").replace(/^--/, "")}`;
      values.set(key, pair[2]!.trim());
    }
  }
  return values;
}

/** pip's configuration files in the order in which the later one wins. */
export function pipConfigFiles(env: Env, platform: NodeJS.Platform, home = homedir()): readonly string[] {
  const file = platform === "win32" ? "pip.ini" : "pip.conf";
  const named = env.PIP_CONFIG_FILE;
  if (named === "/dev/null" || named === "nul") return [];
  const site = env.VIRTUAL_ENV ? [join(env.VIRTUAL_ENV, file)] : [];
  const last = named ? [named] : [];
  if (platform === "win32") {
    return [
      join(env.ProgramData ?? "C:\\ProgramData", "pip", file),
      join(home, "pip", file),
      join(env.APPDATA ?? home, "pip", file),
      ...site,
      ...last,
    ];
  }
  const user = platform === "darwin" ? join(home, "Library", "Application Support", "pip", file) : undefined;
  const global =
    platform === "darwin" ? ["/Library/Application Support"] : (env.XDG_CONFIG_DIRS || "/etc/xdg").split(":");
  return [
    ...global.map((folder) => join(folder, "pip", file)),
    join("/etc", file),
    join(home, ".pip", file),
    ...(user === undefined ? [] : [user]),
    join(env.XDG_CONFIG_HOME || join(home, ".config"), "pip", file),
    ...site,
    ...last,
  ];
}

/**
 * The indexes to ask, in order; empty where pip is told to use none.
 *
 * @param files pip's configuration, the later one wins
 */
export function packageIndexes(env: Env, files: readonly PipConfig[]): readonly string[] {
  const configured = (key: string): string | undefined => {
    const found = files.flatMap((file) => file.get(`global.${key}`) ?? []).at(-1);
    return files.flatMap((file) => file.get(`download.${key}`) ?? []).at(-1) ?? found;
  };
  const none = env.PIP_NO_INDEX || configured("no-index") || "";
  if (/^(1|y|yes|t|true|on)$/i.test(none)) return [];
  const main = env.PIP_INDEX_URL || env.UV_DEFAULT_INDEX || env.UV_INDEX_URL || configured("index-url") || publicIndex;
  const extra =
    env.PIP_EXTRA_INDEX_URL || env.UV_INDEX || env.UV_EXTRA_INDEX_URL || configured("extra-index-url") || "";
  const all = [main, ...extra.split(/\s+/)].map((index) =>
    index.replace(/^[A-Za-z0-9_-]+=(?=https?:)/, "").replace(/\/+$/, ""),
  );
  return [...new Set(all.filter((index) => /^https?:\/\//.test(index)))];
}

/** {@link packageIndexes} with the configuration files of this machine; files that cannot be read are passed over. */
export async function findPackageIndexes(
  env: Env,
  platform: NodeJS.Platform,
  home = homedir(),
): Promise<readonly string[]> {
  const texts = await Promise.all(
    pipConfigFiles(env, platform, home).map((path) => readFile(path, "utf8").catch(() => "")),
  );
  return packageIndexes(env, texts.map(parsePipConfig));
}
