import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onnxFile, type FileContent } from './onnx-file.js';

const unfoldPath = join(dirname(fileURLToPath(import.meta.resolve('unfoldjs/package.json'))), 'bin/unfold.js');

export interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** A folder in which the command runs. */
export class Folder {
  readonly path = realpathSync(mkdtempSync(join(tmpdir(), 'unfold-command-')));

  /** Writes a file and gives its name. */
  write(name: string, content: string | Uint8Array): string {
    writeFileSync(join(this.path, name), content);
    return name;
  }

  model(name: string, content: FileContent): string {
    return this.write(name, onnxFile(content));
  }

  read(name: string): Uint8Array {
    return new Uint8Array(readFileSync(resolve(this.path, name)));
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }

  /** Runs `unfold` as a process. */
  unfold(...args: readonly string[]): Promise<Ended> {
    return new Promise((ended, failed) => {
      const child = spawn(process.execPath, [unfoldPath, ...args], { cwd: this.path, stdio: ['ignore', 'pipe', 'pipe'] });
      let [out, err] = ['', ''];
      child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
      child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
      child.on('error', failed);
      child.on('close', (code) => ended({ code, out, err }));
    });
  }
}
