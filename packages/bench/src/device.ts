// The bench of WebGPU in one process, for the archive of `npm run pack:device`: a machine that has a GPU, and neither Node nor packages.
import { formatMachine, machine } from '@unfoldjs/measure';
import { Unavailable } from './bench.js';
import { webgpu } from './benches/webgpu.js';
import { describeRun, writeRun } from './record.js';
import { asText } from './report/text.js';
import { runBench, type OpenCaseElsewhere } from './runner.js';

const openHere: OpenCaseElsewhere = async (_, benchCase) => {
  try {
    const { sample, facts = {} } = await benchCase.open();
    return { sample, facts, close: async () => {} };
  } catch (error) {
    return error instanceof Unavailable ? { refused: error.message } : { failed: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
};

const [out = '.', ...only] = process.argv.slice(2);
const bench = { ...webgpu, cases: webgpu.cases.filter(({ name }) => only.length === 0 || name === 'limits' || only.includes(name.split(' ')[0]!)) };
const described = describeRun(bench, machine());
console.log(`${bench.name}: ${bench.summary}\non ${formatMachine(described.machine)}`);
const facts: Record<string, object> = {};
const results = await runBench(bench, { open: openHere, onFacts: (name, said) => (facts[name] = said) });
console.log(facts['limits']);
console.log(asText(bench.report(results)));
console.log(`samples: ${writeRun(out, { ...described, facts: facts as never, results })}`);
// Dawn holds the process.
process.exit();
