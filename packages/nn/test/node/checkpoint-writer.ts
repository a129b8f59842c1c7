// A child process of checkpoints.test.ts: writes one checkpoint after another to its argument until it is killed.
import { tensor } from '@unfoldjs/core';
import { saveCheckpoint } from '@unfoldjs/nn/node';

const path = process.argv[2]!;
for (let step = 1; ; step++) {
  // Every element tells the step, so that a file of two halves would be seen.
  const params = { kernel: tensor(new Float32Array(50_000).fill(step), [50_000]), bias: tensor(new Float32Array(10).fill(step), [10]) };
  await saveCheckpoint(path, { params, state: {}, optimizer: {}, step, seed: 1 });
  if (step === 1) process.stdout.write('ready\n');
}
