/** Files below the data folder, by what they are for. */
export const files: Readonly<Record<"labels" | "requests" | "test", readonly string[]>>;
