// Trains into a folder on a small disk, which is full for a while. Prints what became of it.
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setBackend, type UnfoldError } from '@unfoldjs/core';
import { cpu } from '@unfoldjs/backend-cpu';
import { loadCheckpoint } from '@unfoldjs/nn/node';
import { bitsOf, convolutional, onDouble } from './trainings.js';

await setBackend(cpu());
const folder = process.argv[2]!;
const filler = join(folder, 'filler');
const training = convolutional();
await onDouble(training, 2, { folder, rounds: 1 });
for (let size = 2 ** 17; size >= 1; size /= 2) {
  try {
    writeFileSync(filler, Buffer.alloc(size), { flag: 'a' });
  } catch {
    // There is no more room for so much.
  }
}
const error = (await onDouble(training, 2, { folder, rounds: 4 }).then(
  () => null,
  (thrown: unknown) => thrown,
)) as UnfoldError | null;
const { distributed } = (await loadCheckpoint(join(folder, 'training.safetensors'))) as unknown as { distributed: { round: number } };
rmSync(filler);
const { state } = await onDouble(training, 2, { folder, rounds: 4 });
const same = JSON.stringify(await bitsOf(state)) === JSON.stringify(await bitsOf((await onDouble(training, 2, { rounds: 4 })).state));
console.log(JSON.stringify({ code: error?.code, reason: error?.problem.includes('the disk is full'), roundBefore: distributed.round, same }));
