import { decodeParams, encodeParams, type DecodedParams, type DecodeParamsOptions } from '../files/params-file.js';
import { decodeState, encodeState, type StateTree } from '../files/state-file.js';
import type { Params } from '../types.js';
import { writeAtomically } from './atomic.js';
import { readBytes } from './read.js';

/**
 * Writes a training state (params, moving statistics, optimizer slots, step, seed) as one safetensors file, as a whole or not at all:
 * a process that is killed at any moment leaves the file of before readable.
 *
 * @throws {UnfoldError} INVALID_FILE where it cannot be written; as `encodeState`.
 */
export const saveCheckpoint = async (path: string, state: StateTree): Promise<void> => writeAtomically(path, await encodeState(state));

/**
 * The state that `saveCheckpoint` wrote, bit for bit: training goes on as if it had never stopped.
 *
 * @throws {UnfoldError} INVALID_FILE where the file is missing, damaged or no checkpoint.
 */
export async function loadCheckpoint<State = Record<string, unknown>>(path: string): Promise<State> {
  return decodeState<State>(await readBytes(path, 'loadCheckpoint'), path);
}

/** Writes parameters alone as a safetensors file, as a whole or not at all. @throws {UnfoldError} INVALID_FILE where it cannot be written; as `encodeParams`. */
export const saveParams = async (path: string, params: Params, metadata: Readonly<Record<string, string>> = {}): Promise<void> => writeAtomically(path, await encodeParams(params, metadata));

/** The parameters in a safetensors file, checked against a tree of the form that is wanted. @throws {UnfoldError} INVALID_FILE where it cannot be read; as `decodeParams`. */
export async function loadParams<P extends Params>(path: string, like: P, options: DecodeParamsOptions = {}): Promise<DecodedParams<P>> {
  return decodeParams(await readBytes(path, 'loadParams'), like, { name: path, ...options });
}
