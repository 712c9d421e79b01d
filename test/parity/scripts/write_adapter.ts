/** Writes the record's first adapter as the engine saves adapters, for check_peft.py: npx tsx write_adapter.ts OUT */
import { openBaseModel } from "../../../src/engine/base-model.ts";
import { saveLora } from "../../../src/engine/lora.ts";
import { fixedLora } from "../fixed-values.ts";

const out = process.argv[2];
if (out === undefined) throw new Error("usage: npx tsx write_adapter.ts OUT");
const base = await openBaseModel("smollm2-135m-instruct", { onNote: console.error });
console.log(await saveLora(fixedLora(base.config, 16, 32, 0), out, base.name));
