import { defineConfig } from "vitest/config";
import { committedBundle } from "./bundle";

// One ES module for every component; Streamlit's static folder serves it, so nothing is split off.
// The plugin builds a second file beside it, the script of maps that are taken away.
export default defineConfig({
  build: {
    target: "es2022",
    outDir: "../static",
    // The folder may hold other people's files; the plugin removes our earlier bundles itself.
    emptyOutDir: false,
    reportCompressedSize: false,
    modulePreload: false,
    // Not Vite's library mode: it leaves white space in, a third of the file.
    rollupOptions: {
      input: "src/index.ts",
      preserveEntrySignatures: "strict",
      output: { entryFileNames: "canvas-[hash].js", inlineDynamicImports: true },
    },
  },
  plugins: [committedBundle()],
  test: { environment: "node", include: ["test/**/*.test.ts"] },
});
