import { freeze } from 'immer';
import { badFile } from '../data/checks.js';
import { decodeParams, encodeParams, type DecodedParams, type DecodeParamsOptions } from '../files/params-file.js';
import { decodeState, encodeState } from '../files/state-file.js';
import type { TrainState } from '../training/state.js';
import type { Params } from '../types.js';
import { writeAtomically } from './atomic.js';
import { readBytes } from './read.js';

/**
 * Writes a training state (params, moving statistics, optimizer slots, step, seed) as one safetensors file, as a whole or not at all:
 * a process that is killed at any moment leaves the file of before readable.
 *
 * @throws {UnfoldError} INVALID_FILE where it cannot be written; as `encodeState`.
 */
export const saveCheckpoint = async (path: string, state: TrainState): Promise<void> => writeAtomically(path, await encodeState(state));

/**
 * The state that `saveCheckpoint` wrote, bit for bit: training goes on as if it had never stopped.
 *
 * @throws {UnfoldError} INVALID_FILE where the file is missing, damaged or no checkpoint.
 */
export async function loadCheckpoint(path: string): Promise<TrainState> {
  const state = decodeState<Partial<TrainState>>(await readBytes(path, 'loadCheckpoint'), path);
  const missing = (['params', 'state', 'optimizer', 'step', 'seed'] as const).filter((name) => state[name] === undefined);
  if (missing.length > 0) throw badFile('loadCheckpoint', path, `it holds no ${missing.join(', ')}.`, 'give a file that saveCheckpoint wrote.');
  return freeze(state as TrainState, true);
}

/** Writes parameters alone as a safetensors file, as a whole or not at all. @throws {UnfoldError} INVALID_FILE where it cannot be written; as `encodeParams`. */
export const saveParams = async (path: string, params: Params, metadata: Readonly<Record<string, string>> = {}): Promise<void> => writeAtomically(path, await encodeParams(params, metadata));

/** The parameters in a safetensors file, checked against a tree of the form that is wanted. @throws {UnfoldError} INVALID_FILE where it cannot be read; as `decodeParams`. */
export async function loadParams<P extends Params>(path: string, like: P, options: DecodeParamsOptions = {}): Promise<DecodedParams<P>> {
  return decodeParams(await readBytes(path, 'loadParams'), like, { name: path, ...options });
}
