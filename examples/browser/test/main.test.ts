import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { request } from 'node:http';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';

const program = fileURLToPath(new URL('../dist/main.js', import.meta.url));

/** Starts the program, and waits until it says where the page is. */
async function start(...args: string[]): Promise<{ program: ChildProcess; url: string }> {
  const started = spawn(process.execPath, [program, ...args]);
  let said = '';
  for await (const text of started.stdout) {
    said += String(text);
    const [, url] = /Open (http:\S+)/.exec(said) ?? [];
    if (url) return { program: started, url };
  }
  throw new Error(`it ended after: ${said}`);
}

/** The status of an answer to a path that is sent as it stands, which `fetch` would tidy up. */
function statusOf(url: string, path: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const asked = request(url, { path }, (response) => {
      response.resume();
      resolve(response.statusCode!);
    });
    asked.on('error', reject).end();
  });
}

describe('serving the page', function () {
  this.timeout(30_000);
  let running: Awaited<ReturnType<typeof start>>;
  before(async () => {
    running = await start('--port', '0');
  });
  after(async () => {
    running.program.kill();
    await once(running.program, 'exit');
  });

  it('gives it the headers by which threads share memory', async () => {
    const response = await fetch(running.url);
    expect(response.status).to.equal(200);
    expect(response.headers.get('content-type')).to.equal('text/html; charset=utf-8');
    expect(response.headers.get('cross-origin-opener-policy')).to.equal('same-origin');
    expect(response.headers.get('cross-origin-embedder-policy')).to.equal('require-corp');
    expect(await response.text()).to.include('<h1>Unfold</h1>');
  });

  it('gives nothing from outside of its folder', async () => {
    for (const path of ['/missing.js', '/../../package.json', '/..%2f..%2fpackage.json', '/%', '/assets']) expect(await statusOf(running.url, path), path).to.equal(404);
  });

  it('says what to do where its port is taken, and where a flag is wrong', () => {
    const { port } = new URL(running.url);
    for (const [args, message] of [[['--port', port], `port ${port} is taken. Fix: name another by --port; 0 takes any that is free.`], [['--port', 'x'], '--port "x" is not a whole number from 0.']] as const) {
      const { status, stderr } = spawnSync(process.execPath, [program, ...args], { encoding: 'utf8' });
      expect(status).to.equal(2);
      expect(stderr.trim()).to.equal(message);
    }
  });
});
