/** From nothing to one sampled token, as a user of the package would have it; whoever starts this keeps the time. */
const { createEngine, embeddedModel, openBaseModel } = await import(new URL("../dist/index.js", import.meta.url).href);

const precision = process.argv[2] === "best" ? "int8" : "float32";
const engine = createEngine(await openBaseModel("smollm2-135m-instruct"), { threads: 2, precision });
const request = { id: "first", messages: [{ role: "user", content: "Why does bread rise?" }] };
const options = { temperature: 0.8, topP: 0.9, maxTokens: 1, seed: 1 };
for await (const { text } of embeddedModel(engine, { batchSize: 1 }).generate([request], options)) console.log(text);
process.exit(0);
