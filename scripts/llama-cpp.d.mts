/** Types of llama-cpp.mjs, for TypeScript that calls it. */
export function llamaCppFolder(cache?: string): string;
