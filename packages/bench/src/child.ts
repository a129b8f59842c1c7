// Measures one case and sends its sample to the parent: `node child.js <bench> <case>`.
import { Unavailable } from './bench.js';
import { findBench } from './registry.js';
import type { ChildMessage } from './runner.js';

const [benchName, caseName] = process.argv.slice(2);
const chosen = findBench(benchName ?? '')?.cases.find(({ name }) => name === caseName);

async function measure(): Promise<ChildMessage> {
  if (!chosen) return { failed: `there is no case ${caseName} in ${benchName}` };
  try {
    return { sample: await chosen.measure() };
  } catch (error) {
    if (error instanceof Unavailable) return { refused: error.message };
    return { failed: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}

const message = await measure();
if (process.send) {
  process.send(message);
  process.disconnect();
} else {
  console.log(JSON.stringify(message, null, 2));
}
