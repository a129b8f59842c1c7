// A backend of one's own in three steps: kernels and memory, a fused op, a whole program in one function. A small CNN runs on each.
import { setBackend } from '@unfoldjs/core';
import { explain } from '@unfoldjs/core/explain';
import { readFlags, runMain } from '@unfoldjs/example-support';
import { plugin } from './backend.js';
import { fusedPlugin } from './fused.js';
import { programPlugin } from './program-backend.js';
import { smallCnn } from './small-cnn.js';

await runMain(async () => {
  if (!readFlags('Runs a small CNN on three backends, each of which goes one step further.', {}, process.argv.slice(2))) return;
  for (const open of [plugin, fusedPlugin, programPlugin]) {
    const backend = await setBackend(open());
    const { steps, memory } = await explain(smallCnn());
    console.log(`\n${backend.name}: ${steps.length} steps, ${memory.peak} bytes at most`);
    for (const { call, kernel } of steps) console.log(`  ${call}  by ${kernel.kernel}`);
    const probabilities = await smallCnn().data();
    console.log(`the first image: ${[...probabilities.slice(0, 4)].map((value) => value.toFixed(4)).join(', ')}, ...`);
    await backend.dispose();
  }
});
