/** What is personal data or a secret is found by kind; what only looks like it is not; no text takes long. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { findPersonalData } from "./personal-data.ts";

// Put together here, so that no scanner takes this file for a leak.
const key = (...parts: readonly string[]) => parts.join("");
const letters = "aB3dE6gH9jK2mN5pQ8sT1vW4xY7zA0cD";

describe("findPersonalData", () => {
  it.each([
    ["e-mail", "write to ada.l+x@mail.some-host.org, please"],
    ["e-mail", "(müller@firma.de)"],
    ["phone", "call +44 20 7946 0958 tonight"],
    ["phone", "call 0049 (30) 123-4567!"],
    ["phone", "My number: (212) 664-7665."],
    ["phone", "212-664-7665"],
    ["phone", "Tel. 030 / 1234567"],
    ["card", "pay with 4111 1111 1111 1111 now"],
    ["card", "5500-0055-5555-5559"],
    ["card", "378282246310005"],
    ["iban", "to GB82 WEST 1234 5698 7654 32 AND soon"],
    ["iban", "DE89370400440532013000"],
    ["ip-address", "it is at 93.184.216.34, port 80"],
    ["ip-address", "or 2606:2800:220:1:248:1893:25c8:1946."],
    ["secret", key("sk-", "ant-api03-", letters)],
    ["secret", key("sk-", letters, letters)],
    ["secret", key("gh", "p_", letters, "1234")],
    ["secret", key("h", "f_", letters)],
    ["secret", key("AK", "IA", "ABCDEFGH12345678")],
    ["secret", key("AI", "za", letters, "xyz")],
    ["secret", key("xo", "xb-", "123456789012-", letters)],
    ["secret", key("ey", "J", letters, ".ey", "J", letters, ".", letters)],
    ["secret", key("-----BEGIN ", "RSA PRIVATE KEY-----")],
  ])("%s: %s", (kind, text) => {
    expect([...findPersonalData(text)]).toEqual([[kind, 1]]);
  });

  it.each([
    "Meet me at 12:30:45 on 2026-11-26, room 101.",
    "someone@example.com, a@host.test, @handle, 5 @ 3",
    "192.168.0.1, 127.0.0.1, 203.0.113.7, 10.1.2.3, ::1, fe80::1:2:3, version 1.2.3.4.5",
    "std::vector, a::b, ff:ff, CSS a:b:c",
    "4111 1111 1111 1112, 0000000000000, 1111111111111111",
    "555-0123, (212) 555-0142, 1,000,000, 3.14159265358979",
    "GB83 WEST 1234 5698 7654 32, ZZ89370400440532013000",
    "user41: 12, 24, 36, 48, 60, 72, 84 and 96",
    "sk-learn, hf_token, AKIA, risk-taking, task-oriented-programming-for-large-teams",
    "",
  ])("nothing: %s", (text) => {
    expect([...findPersonalData(text)]).toEqual([]);
  });

  it("counts by kind, each thing once", () => {
    const text = "a@b.de, c@d.fr, 4111111111111111 and +44 20 7946 0958";
    expect([...findPersonalData(text)]).toEqual([
      ["e-mail", 2],
      ["phone", 1],
      ["card", 1],
    ]);
  });

  it("looks through what does not show", () => {
    expect([...findPersonalData("４１１１ 1111\u200b1111 1111")]).toEqual([["card", 1]]);
    expect([...findPersonalData("a\u200d@b\u2060.de")]).toEqual([["e-mail", 1]]);
  });

  // A pattern that walks back would not come to an end here.
  it("takes any text", () => {
    fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => void findPersonalData(text)));
    const parts = [
      "1",
      "1 ",
      "4 1-",
      "a@",
      "a.",
      "a@a.",
      "+1",
      "+1(",
      "0 1",
      "A",
      "AB12",
      "eyJ",
      "eyJa.eyJ",
      "-eyJ",
      "-eyJ.eyJ",
      "sk-",
      "f:",
      "1.",
      "(((",
    ];
    for (const part of parts) findPersonalData(part.repeat(100_000 / part.length));
  });
});
