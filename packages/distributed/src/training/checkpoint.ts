import { formatTable, unfoldError, UnfoldError } from '@unfoldjs/core';
import { namedParameters, type LayerInit, type Params, type TrainState } from '@unfoldjs/nn';
import { loadCheckpoint, saveCheckpoint } from '@unfoldjs/nn/node';
import type { RoundRecord } from './history.js';

/** What makes a training another one, by the names of the options. */
export type Identity = Readonly<Record<string, string>>;

/** What a distributed training keeps beside the state that `fit` knows. */
export interface Progress {
  /** Sets its jobs and blobs apart from those of any other training. */
  readonly run: string;
  /** Rounds that are done. */
  readonly round: number;
  readonly identity: Identity;
  /** The slots of the outer optimizer. */
  readonly outer: Params;
  /** The slots of each shard's optimizer; none where rounds are averaged gradients. */
  readonly shards: readonly Params[];
  readonly history: readonly RoundRecord[];
}

/** A training state with the progress of the rounds: `loadCheckpoint` reads it, and `fit` can go on from it. */
export interface Checkpoint {
  readonly state: TrainState;
  readonly progress: Progress;
}

const fileIn = (folder: string): string => `${folder}/training.safetensors`;

/** @throws {UnfoldError} INVALID_FILE where it cannot be written, as on a full disk; the checkpoint of before stays. */
export async function writeCheckpoint(folder: string, { state, progress }: Checkpoint): Promise<void> {
  // As text: records of each round are too many for a form of their own.
  const file = { ...state, distributed: { ...progress, history: JSON.stringify(progress.history) } };
  await saveCheckpoint(fileIn(folder), file);
}

/**
 * The checkpoint in a folder; null where there is none.
 *
 * @throws {UnfoldError} INVALID_FILE for a file that is damaged or none of a distributed training; DATA_MISMATCH for that of another training.
 */
export async function readCheckpoint(folder: string, identity: Identity): Promise<Checkpoint | null> {
  const path = fileIn(folder);
  let file: TrainState & { readonly distributed?: Omit<Progress, 'history'> & { readonly history: string } };
  try {
    file = await loadCheckpoint(path);
  } catch (error) {
    if (error instanceof UnfoldError && (error.cause as { code?: unknown } | undefined)?.code === 'ENOENT') return null;
    throw error;
  }
  const { distributed, ...state } = file;
  if (!distributed) {
    throw unfoldError({ code: 'INVALID_FILE', op: 'fitDistributed', argument: 'folder', problem: `${path} is a checkpoint of another kind of training.`, fix: 'give a folder of its own to each training.' });
  }
  const names = [...new Set([...Object.keys(distributed.identity), ...Object.keys(identity)])];
  const different = names.filter((name) => distributed.identity[name] !== identity[name]);
  if (different.length > 0) {
    const rows = different.map((name) => [name, distributed.identity[name] ?? 'nothing', identity[name] ?? 'nothing']);
    throw unfoldError({
      code: 'DATA_MISMATCH',
      op: 'fitDistributed',
      argument: 'folder',
      problem: `${path} is the checkpoint of another training.\n\n${formatTable(['', 'there', 'here'], rows)}`,
      fix: 'go on with the options of that training, or give another folder.',
    });
  }
  // JSON has no NaN: a loss that was none comes back as null.
  const history = JSON.parse(distributed.history, (_, value: unknown) => value ?? NaN) as RoundRecord[];
  return { state, progress: { ...distributed, history } };
}

/** The form of a model, by the paths of its tensors. */
export const formOf = ({ params, state }: Pick<LayerInit, 'params' | 'state'>): Identity =>
  Object.fromEntries([params, state].flatMap((tree) => namedParameters(tree).map(({ path, tensor }) => [path, `${tensor.dtype}[${tensor.shape.join(', ')}]`])));
