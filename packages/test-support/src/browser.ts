import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { build } from 'esbuild';
import type { Context } from 'mocha';
import { chromium, type Browser, type Page } from 'playwright-core';
import { modeRuns, skip } from './skip.js';

export interface PageOptions {
  /** JavaScript files that the page runs, bundled and minified as users' bundlers do. */
  readonly script: string;
  /** Cross-origin isolated: threads can share memory. */
  readonly isolated: boolean;
  /** A Content-Security-Policy. Default none. */
  readonly policy?: string;
  /** Folders where packages are looked for as well. */
  readonly nodePaths?: readonly string[];
}

export interface TestBrowser {
  readonly version: string;
  /** A page that has run its script to the end. Errors that nobody catches fail `call`. */
  open(options: PageOptions): Promise<TestPage>;
  /** The page at an address, which somebody serves, for tests that do what people do. */
  visit(url: string): Promise<Visit>;
  close(): Promise<void>;
}

export interface Visit {
  readonly page: Page;
  /** Errors that nobody catches, errors and warnings in the console, requests that fail or go elsewhere: so far. */
  readonly complaints: readonly string[];
}

export interface TestPage {
  /** Calls a function of the page's `globalThis.page`; arguments and result travel as JSON. */
  call<T>(name: string, ...args: readonly unknown[]): Promise<T>;
  close(): Promise<void>;
}

const places = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome', '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome'];

/** Chromium's own software for both kinds of GPU interfaces, so that tests do not depend on the machine's driver. */
export const softwareGpu = ['--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader', '--use-angle=swiftshader', '--enable-unsafe-swiftshader'];

/** Background traffic, for which tests have no use. */
const quiet = ['--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-first-run', '--disable-quic'];

const findChromium = (): string | undefined => [process.env['UNFOLD_CHROMIUM'] ?? '', ...places].find((path) => existsSync(path));
const noChromium = 'there is no Chromium on this machine (UNFOLD_CHROMIUM can name one)';

/** Starts the machine's Chromium, or skips what calls it: mode `browser`. */
export async function startBrowser(context: Context, switches: readonly string[] = []): Promise<TestBrowser> {
  if (!findChromium()) skip(context, { mode: 'browser', reason: noChromium });
  const browser = await launchBrowser(switches);
  modeRuns('browser');
  return browser;
}

/**
 * Starts the machine's Chromium. `UNFOLD_CHROMIUM` names the program where it lies elsewhere than is usual.
 *
 * @param switches - command line switches, such as those that choose a GPU.
 * @throws {Error} where there is none.
 */
export async function launchBrowser(switches: readonly string[] = []): Promise<TestBrowser> {
  const executablePath = findChromium();
  if (!executablePath) throw new Error(noChromium);
  const browser = await chromium.launch({ executablePath, args: [...quiet, ...switches] });
  return { version: browser.version(), open: (options) => openPage(browser, options), visit: (url) => visitPage(browser, url), close: () => browser.close() };
}

async function visitPage(browser: Browser, url: string): Promise<Visit> {
  const page = await browser.newPage();
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.stack ?? error.message));
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(`${message.type()} in the console: ${message.text()}`);
  });
  page.on('requestfailed', (request) => complaints.push(`${request.url()} failed`));
  page.on('request', (request) => {
    const { origin, protocol } = new URL(request.url());
    if (protocol !== 'data:' && origin !== new URL(url).origin) complaints.push(`the page asks for ${request.url()}`);
  });
  await page.goto(url);
  return { page, complaints };
}

async function openPage(browser: Browser, { script, isolated, policy, nodePaths = [] }: PageOptions): Promise<TestPage> {
  const { outputFiles } = await build({ entryPoints: [script], bundle: true, minify: true, keepNames: true, nodePaths: [...nodePaths], format: 'esm', platform: 'browser', target: 'es2022', write: false, logLevel: 'silent' });
  const code = outputFiles[0]!.text;
  const server = createServer(({ url }, response) => {
    if (isolated) response.setHeader('Cross-Origin-Opener-Policy', 'same-origin').setHeader('Cross-Origin-Embedder-Policy', 'require-corp');
    if (policy) response.setHeader('Content-Security-Policy', policy);
    if (url === '/') response.setHeader('Content-Type', 'text/html').end('<!doctype html><link rel="icon" href="data:,"><title>page</title><script type="module" src="script.js"></script>');
    else if (url === '/script.js') response.setHeader('Content-Type', 'text/javascript').end(code);
    else response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const page: Page = await browser.newPage();
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(error.message));
  await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  return {
    async call<T>(name: string, ...args: readonly unknown[]): Promise<T> {
      const result: unknown = await page.evaluate(`page.${name}(...${JSON.stringify(args)})`);
      if (errors.length > 0) throw new Error(`in the page: ${errors.splice(0).join('; ')}`);
      return result as T;
    },
    async close() {
      await page.close();
      server.close();
    },
  };
}
