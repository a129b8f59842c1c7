import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';

const types: Readonly<Record<string, string>> = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml' };

export interface ServedFolder {
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Serves the files of a folder to this machine only.
 *
 * @param port - 0 takes any that is free.
 */
export async function serveFolder(folder: string, { port, headers }: { readonly port: number; readonly headers: Readonly<Record<string, string>> }): Promise<ServedFolder> {
  const server = createServer(async ({ url = '/' }, response) => {
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    try {
      // It begins with a slash, above which nothing leads.
      const path = normalize(decodeURIComponent(new URL(url, 'http://localhost').pathname));
      const file = join(folder, path.endsWith('/') ? `${path}index.html` : path);
      const content = await readFile(file);
      response.setHeader('Content-Type', types[extname(file)] ?? 'application/octet-stream').end(content);
    } catch {
      response.writeHead(404, { 'Content-Type': 'text/plain' }).end('There is no such file.');
    }
  });
  await listening(server, port);
  return {
    url: `http://localhost:${(server.address() as AddressInfo).port}/`,
    close: () => new Promise((resolve, reject) => server.close((error) => (error ? reject(error) : resolve()))),
  };
}

function listening(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, 'localhost', () => resolve());
  });
}
