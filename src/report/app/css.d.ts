/** esbuild writes an imported style sheet beside the script; for types it is nothing. */
declare module "*.css";
