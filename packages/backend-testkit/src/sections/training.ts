import { type Backend, type BackendBuffer, type Program, type TypedArray } from '@unfoldjs/core';
import { checkExact } from '../support/compare.js';
import { batchOf, firstParameters, operandsOf, trainingStep } from '../support/exact-net.js';
import { checkEqual } from '../support/fail.js';
import { planGraph, type GraphOptions, type PlannedGraph } from '../support/graph.js';
import { interpret } from '../support/interpret.js';
import { LeftOut, type Case, type Section } from './section.js';

const steps = 20;

/** A network that learns: one program run again and again on what it gave before. */
export const training = (): Section => ({
  name: 'training',
  mode: 'test',
  cases: [caseOf({ level: 0 }), caseOf({ level: 2 }), caseOf({ level: 2 }, true)],
});

function caseOf(options: GraphOptions, donates = false): Case {
  return {
    title: `${steps} steps at optimisation level ${options.level}${donates ? ', each of which donates its parameters' : ''}: every loss and the parameters, bit for bit`,
    async run({ backend, seed }) {
      const { losses, parameters } = expectedTrace(seed);
      const trainer = await openTrainer(backend, seed, options, donates);
      const before = backend.memory().buffers;
      try {
        for (const [step, loss] of losses.entries()) checkExact(await trainer.step(batchOf(seed, step)), [loss], [], `the loss of step ${step + 1} of ${steps}`);
        const learnt = await trainer.parameters();
        learnt.forEach((values, i) => checkExact(values, parameters[i]!, [values.length], `parameter ${i} after ${steps} steps`));
        checkEqual(backend.memory().buffers, before, `the number of buffers after ${steps} steps`);
      } finally {
        trainer.close();
      }
    },
  };
}

export interface Trace {
  readonly losses: readonly number[];
  /** Once the last step is done. */
  readonly parameters: readonly TypedArray[];
}

/** What the reference kernels make of all steps. */
export function expectedTrace(seed: number): Trace {
  const losses: number[] = [];
  let parameters = firstParameters(seed);
  for (let step = 0; step < steps; step++) {
    const [loss, ...updated] = interpret(trainingStep(operandsOf([...parameters, ...batchOf(seed, step)])));
    losses.push(loss![0]!);
    parameters = updated;
  }
  return { losses, parameters };
}

interface Trainer {
  /** One step; gives the loss. */
  step(batch: readonly TypedArray[]): Promise<TypedArray>;
  parameters(): Promise<TypedArray[]>;
  close(): void;
}

/** Training as the runtime does it: one program, whose new parameters stay on the device and are the next step's operands. */
async function openTrainer(backend: Backend, seed: number, options: GraphOptions, donates: boolean): Promise<Trainer> {
  const operands = operandsOf([...firstParameters(seed), ...batchOf(seed, 0)]);
  const planned = planGraph(trainingStep(operands), backend, options);
  if (typeof planned === 'string') throw new LeftOut(planned);
  /** For each input of the program the operand that it is: parameters first, the batch behind them. */
  const operandOf = planned.leaves.map((leaf) => operands.findIndex(({ expr }) => expr === leaf));
  const [loss, ...updated] = planned.results.map((result) => (result.kind === 'output' ? result.index : -1));
  const program = donates ? withDonation(planned, operandOf, updated) : planned.program;
  const donated = program.inputs.flatMap(({ donatedTo }, input) => (donatedTo === undefined ? [] : [input]));
  const executable = await backend.compile(program);
  let held: BackendBuffer[] = [];
  for (const [i, data] of firstParameters(seed).entries()) held.push(await backend.upload(data, operands[i]!.type));

  return {
    async step(batch) {
      const sent: BackendBuffer[] = [];
      for (const [i, data] of batch.entries()) sent.push(await backend.upload(data, operands[held.length + i]!.type));
      const all = [...held, ...sent];
      const outputs = await executable.run(operandOf.map((operand) => all[operand]!), { donated });
      all.forEach((buffer) => backend.free(buffer));
      held = updated.map((output) => outputs[output]!);
      const read = await backend.read(outputs[loss!]!);
      backend.free(outputs[loss!]!);
      return read;
    },
    parameters: () => Promise.all(held.map((buffer) => backend.read(buffer))),
    close() {
      held.forEach((buffer) => backend.free(buffer));
      executable.dispose();
    },
  };
}

const withDonation = ({ program }: PlannedGraph, operandOf: readonly number[], updated: readonly number[]): Program => ({
  ...program,
  inputs: program.inputs.map((input, i) => (operandOf[i]! < updated.length ? { ...input, donatedTo: updated[operandOf[i]!]! } : input)),
});
