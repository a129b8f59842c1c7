// Checks types and writes declarations: `tsc -b` over every tsconfig.json of the workspace.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { root, units } from './workspace.mjs';

/** Gives the compiler's report; empty where all types are right. */
export function checkTypes(unitsToCheck = units()) {
  const projects = unitsToCheck
    .flatMap((unit) => (unit.dir === root ? [] : [unit.dir]).concat(join(unit.dir, 'test')))
    .filter((dir) => existsSync(join(dir, 'tsconfig.json')));
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  const pretty = process.stdout.isTTY ? ['--pretty'] : [];
  const { status, stdout, stderr, error } = spawnSync(process.execPath, [tsc, '-b', ...projects, ...pretty], {
    cwd: root,
    encoding: 'utf8',
  });
  if (error) throw error;
  return status === 0 ? '' : `${stdout}${stderr}`.trim() || `tsc ended with ${status}`;
}
