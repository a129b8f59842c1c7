import { fileURLToPath } from 'node:url';
import { build, createServer, type InlineConfig, type LogLevel, type Rolldown, type ViteDevServer } from 'vite';

const example = fileURLToPath(new URL('..', import.meta.url));

/** Where the built page lies. */
export const builtPage = `${example}out/page`;

/** Without both of them a page gets no shared memory, and the WebAssembly backend one thread. */
export const isolation = { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' } as const;

const config = (logLevel: LogLevel): InlineConfig => ({
  configFile: false,
  root: `${example}page`,
  base: './',
  logLevel,
  // gpu.js is CommonJS, and the package that depends on it is a link, which Vite does not look into by itself.
  optimizeDeps: { include: ['@unfoldjs/backend-gpu > gpu.js'] },
  build: {
    outDir: builtPage,
    emptyOutDir: true,
    target: 'es2022',
    // Graphviz is one WebAssembly module in a script of its own, which is loaded for those who ask for a drawing.
    chunkSizeWarningLimit: 1500,
    // A slow machine is nothing that this page could mend.
    rolldownOptions: { checks: { bundlerTimings: false } },
  },
});

/** Builds the page into `builtPage`, and gives its files. */
export async function buildPage(logLevel: LogLevel = 'info'): Promise<Rolldown.RolldownOutput['output']> {
  const built = await build(config(logLevel));
  return (built as Rolldown.RolldownOutput).output;
}

/** Vite's own server: the page as it is written, which follows every change. */
export async function developPage(port: number): Promise<ViteDevServer> {
  const server = await createServer({ ...config('info'), server: { headers: isolation, port } });
  return server.listen();
}
