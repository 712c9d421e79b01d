/** What is saved as CSV does nothing in a spreadsheet and comes back as it was. */
import { parse } from "csv-parse/sync";
import fc from "fast-check";
import { expect, it } from "vitest";
import { csvOf } from "./save.ts";

it("guards what a spreadsheet would take for a formula, and leaves numbers alone", () => {
  const row = ["=1+1", "+A1", "-A1", "@SUM(A1)", "\t=1", " =1", "−0.5", "-3", "14 %", 'say "hi", twice', "plain"];
  expect(csvOf([row])).toBe(`\ufeff'=1+1,'+A1,'-A1,'@SUM(A1),'\t=1,' =1,-0.5,-3,14 %,"say ""hi"", twice",plain\r\n`);
});

it("comes back as it was, and no cell begins as a formula", () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: "binary" }), { minLength: 1 }), (row) => {
      const [back] = parse(csvOf([["head"], row]), { bom: true, from: 2, relax_column_count: true }) as string[][];
      for (const [i, cell] of back!.entries()) {
        expect([row[i]!.replace(/^−(?=[\d.])/, "-"), `'${row[i]}`]).toContain(cell);
        if (!/^-?[\d.,]+( %)?$/.test(cell)) expect(cell).not.toMatch(/^\s*[=+\-@\t\r]/);
      }
    }),
  );
});
