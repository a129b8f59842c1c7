// `npm run example browser`: builds the page and serves it.
import { FlagError, readFlags, runMain } from '@unfoldjs/example-support';
import { buildPage, builtPage, developPage, isolation } from './page-build.js';
import { serveFolder } from './serve-folder.js';

const flags = {
  port: { default: 4173, help: 'where it is served; 0 takes any that is free' },
  dev: { default: false, help: "serves the sources by Vite's own server, which follows your changes" },
} as const;

await runMain(async () => {
  const options = readFlags('A page that recognises what you draw, on any backend.', flags, process.argv.slice(2));
  if (!options) return;
  if (options.dev) {
    const server = await developPage(options.port);
    server.printUrls();
    return;
  }
  await buildPage();
  try {
    const { url } = await serveFolder(builtPage, { port: options.port, headers: isolation });
    console.log(`\nOpen ${url} (Ctrl+C ends it)`);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    throw new FlagError(`port ${options.port} is taken. Fix: name another by --port; 0 takes any that is free.`);
  }
});
