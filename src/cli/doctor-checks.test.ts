/** The doctor's judgement of what it reads; the network is a server of our own. */
import { mkdtemp } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { checkModelSources, checkNode, checkProcessor } from "./doctor-checks.ts";

describe("checks of the machine", () => {
  it.each([
    ["20.19.0", "ok"],
    ["20.18.3", "missing"],
    ["18.20.4", "missing"],
    ["22.0.0", "ok"],
    ["24.1.0", "ok"],
  ])("Node %s: %s", (version, state) => {
    expect(checkNode(version).state).toBe(state);
  });

  it.each([
    ["flags\t\t: fpu avx avx2 avx512f avx512_vnni", "ok", "AVX-512"],
    ["flags\t\t: fpu avx avx2", "warn", "AVX2"],
    ["flags\t\t: fpu sse2", "warn", "neither"],
  ])("%s", (cpuinfo, state, text) => {
    const finding = checkProcessor("x64", cpuinfo);
    expect(finding.state).toBe(state);
    expect(finding.text).toContain(text);
  });

  it("has no opinion where there are no flags", () => {
    expect(checkProcessor("arm64", undefined).state).toBe("ok");
  });
});

describe("sources of the default model", () => {
  const states = async (answer: (path: string) => number) => {
    const server = createServer((request, response) => response.writeHead(answer(request.url ?? "")).end("{}")).listen(
      0,
      "127.0.0.1",
    );
    await new Promise((resolve) => server.once("listening", resolve));
    const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const env = {
      SEAS_CACHE: await mkdtemp(join(tmpdir(), "seas-doctor-")),
      HF_ENDPOINT: `${address}/hub`,
      PIP_INDEX_URL: `${address}/simple`,
    };
    try {
      const findings = await checkModelSources(env, { offline: false });
      return Object.fromEntries(findings.map(({ about, state }) => [about, state]));
    } finally {
      server.closeAllConnections();
      server.close();
    }
  };

  it("one that answers is enough", async () => {
    expect(await states((path) => (path.startsWith("/simple") ? 200 : 503))).toEqual({
      "model hub": "warn",
      "package index": "ok",
      "default model": "ok",
    });
  });

  it("none and no cache: a run cannot work", async () => {
    expect(await states(() => 403)).toEqual({
      "model hub": "warn",
      "package index": "warn",
      "default model": "missing",
    });
  });

  it("asks nobody when offline", async () => {
    const fetch = () => Promise.reject(new Error("asked"));
    const [finding] = await checkModelSources({ SEAS_CACHE: tmpdir() }, { offline: true, fetch });
    expect(finding?.state).toBe("warn");
  });
});
