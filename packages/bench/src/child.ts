// Opens one case and sends a sample for each message from its parent: `node child.js <bench> <case>`. Started by hand it prints one.
import { Unavailable, type OpenCase } from './bench.js';
import type { ChildMessage } from './processes.js';
import { loadBench } from './registry.js';

const [benchName = '', caseName] = process.argv.slice(2);

async function answer(work: () => Promise<ChildMessage>): Promise<ChildMessage> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Unavailable) return { refused: error.message };
    return { failed: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}

let opened: OpenCase | undefined;

const opening = await answer(async () => {
  const chosen = (await loadBench(benchName))?.cases.find(({ name }) => name === caseName);
  if (!chosen) return { failed: `there is no case ${caseName} in ${benchName}` };
  opened = await chosen.open();
  return { ready: opened.facts ?? {} };
});
const sample = (): Promise<ChildMessage> => answer(async () => ({ sample: await opened!.sample() }));

if (process.send) {
  process.on('message', () => void sample().then((message) => process.send!(message)));
  // Engines keep threads that would keep the process.
  process.on('disconnect', () => process.exit());
  process.send(opening);
} else {
  console.log(JSON.stringify('ready' in opening ? await sample() : opening, null, 2));
  process.exit();
}
