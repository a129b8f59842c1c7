import { tensor, unfoldError, type Tensor } from '@unfoldjs/core';
import { batchAt, deriveSeed, gradientStep, namedParameters, shuffledIndices, trainStep, type Batch, type Params, type TrainState } from '@unfoldjs/nn';
import type { TaskContext } from '../engine/task.js';
import { disposeTrees, getTree, keys, putTree } from './blobs.js';
import type { RoundPayload, RoundResult } from './payload.js';
import { partOf } from './rounds.js';
import { stopwatch } from './stopwatch.js';
import type { Prepared, TrainingOptions } from './training.js';

/** A worker's side of a training: its programs are compiled once, and the order of an epoch drawn once. */
export function shardWorker(options: TrainingOptions, prepare: () => Promise<Prepared>) {
  const { name, loss, optimizer, learningRate, metrics, frozen, shuffle = true, augment } = options;
  let steps: { readonly gradient: ReturnType<typeof gradientStep>; readonly whole: ReturnType<typeof trainStep> } | null = null;
  let order: { readonly of: string; readonly indices: Uint32Array } | null = null;

  const orderOf = ({ seed, epoch, examples }: RoundPayload): Uint32Array => {
    const of = `${seed}/${epoch}`;
    if (order?.of !== of) order = { of, indices: shuffle ? shuffledIndices(examples, seed, epoch) : Uint32Array.from({ length: examples }, (_, i) => i) };
    return order.indices;
  };

  /** The shard's part of a batch of the epoch; null where the batch is too small to have one for every shard. */
  const batchOf = ({ data }: Prepared, payload: RoundPayload, at: number): Batch | null => {
    const { batchSize, shard, workers, seed, epoch } = payload;
    const indices = partOf(orderOf(payload).subarray(at * batchSize, (at + 1) * batchSize), shard, workers);
    if (indices.length === 0) return null;
    const { images, shape, labels } = batchAt(data, indices, { seed, epoch, augment });
    return { images: tensor(images, shape), labels: tensor(labels, [labels.length], 'int32') };
  };

  return async (payload: RoundPayload, { blobs, signal }: TaskContext): Promise<RoundResult> => {
    const prepared = await prepare();
    const { model, like, data } = prepared;
    steps ??= { gradient: gradientStep(model, { loss, metrics, frozen }), whole: trainStep(model, { loss, optimizer, learningRate, metrics, frozen }) };
    const freshSlots = optimizer.init(like.params);
    checkPayload(name, payload, data.labels.length, namedParameters(freshSlots).length > 0);
    const clock = stopwatch('compute', 'transport');
    const { round, shard, seed, step } = payload;
    const given = await getTree(blobs, payload.model, { params: like.params, state: like.state });
    // Dropout of shard 0 is that of the training itself: one worker alone does what `fit` does.
    let state: TrainState = { ...given, optimizer: payload.slots ? await getTree(blobs, payload.slots, freshSlots) : freshSlots, step, seed: shard === 0 ? seed : deriveSeed(seed, shard) };
    const means = meansOf();
    let gradient: Params | null = null;
    clock.lap('transport');
    try {
      for (let i = 0; i < payload.steps; i++) {
        const batch = batchOf(prepared, payload, payload.batch + i);
        if (!batch) {
          state = { ...state, step: state.step + 1 };
          continue;
        }
        try {
          const done = await (payload.mode === 'gradient' ? steps.gradient(state, batch, { signal }) : steps.whole(state, batch, { signal }));
          if ('gradient' in done) {
            gradient = done.gradient;
            if (done.state !== state.state) state = { ...state, state: done.state };
          } else state = done.state;
          await means.add(batch.labels.shape[0]!, { ...done.metrics, '': done.loss });
        } finally {
          disposeTrees({ images: batch.images as Tensor, labels: batch.labels });
        }
      }
      clock.lap('compute');
      const { examples } = means;
      const tree = payload.mode === 'steps' ? { params: state.params, state: state.state } : { gradient: gradient ?? {}, state: state.state };
      // The slots last: where the result is still there, so are they.
      const result = examples > 0 ? await putTree(blobs, keys.result(round, shard), tree) : null;
      const slots = payload.mode === 'steps' && namedParameters(state.optimizer).length > 0 ? await putTree(blobs, keys.slots(round, shard), state.optimizer) : null;
      clock.lap('transport');
      return { result, slots, examples, ...means.values(), ...clock.seconds };
    } finally {
      disposeTrees(given.params, given.state, state.params, state.state, state.optimizer, gradient ?? {});
    }
  };
}

function checkPayload(name: string, { examples, round, mode, slots, batch, steps, batchSize }: RoundPayload, own: number, hasSlots: boolean): void {
  const refuse = (argument: string, problem: string, fix: string) => unfoldError({ code: 'PAYLOAD_REFUSED', op: name, argument, problem, fix });
  if (examples !== own) throw refuse('payload.examples', `the data of the coordinator are ${examples} examples, those of this worker ${own}.`, 'give workers and coordinator the same data.');
  const batches = Math.ceil(examples / batchSize);
  if (batch + steps > batches) throw refuse('payload.steps', `${steps} steps from batch ${batch} on are beyond the ${batches} batches of an epoch.`, 'run coordinator and workers from one version of this package.');
  if (mode === 'steps' && round > 0 && hasSlots !== (slots !== null)) {
    throw refuse('payload.slots', `the optimizer of this worker keeps ${hasSlots ? 'something' : 'nothing'} from round to round, and the job brings ${slots ? 'something' : 'nothing'}.`, 'run coordinator and workers from one version of your tasks.');
  }
}

/** Means of scalars by name over examples; '' is the loss. */
function meansOf() {
  const sums = new Map<string, number>();
  const finite = (value: number): number | null => (Number.isFinite(value) ? value : null);
  const means = {
    examples: 0,
    async add(examples: number, scalars: Readonly<Record<string, Tensor>>): Promise<void> {
      for (const [name, scalar] of Object.entries(scalars)) {
        sums.set(name, (sums.get(name) ?? 0) + Number(await scalar.item()) * examples);
        scalar.dispose();
      }
      means.examples += examples;
    },
    values: () => {
      const { '': loss = null, ...metrics } = Object.fromEntries([...sums].map(([name, sum]) => [name, finite(sum / means.examples)]));
      return { loss, metrics };
    },
  };
  return means;
}
