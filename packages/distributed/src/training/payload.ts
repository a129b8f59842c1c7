import { unfoldError, type UnfoldError } from '@unfoldjs/core';
import type { Json } from '../engine/json.js';
import type { BlobRef } from './blobs.js';

/** What a job of a round is told: keys, sizes and numbers. */
export type RoundPayload = {
  /** `gradient`: that of one step. `steps`: as many steps of its optimizer. */
  readonly mode: 'gradient' | 'steps';
  readonly round: number;
  readonly shard: number;
  readonly workers: number;
  readonly epoch: number;
  /** The first batch, in its epoch. */
  readonly batch: number;
  /** Steps before this round. */
  readonly step: number;
  readonly steps: number;
  readonly batchSize: number;
  readonly seed: number;
  /** Of the data set, so that a worker with other data refuses. */
  readonly examples: number;
  readonly model: BlobRef;
  /** The shard's optimizer; null where it begins, or has nothing to keep. */
  readonly slots: BlobRef | null;
};

/** What a job of a round answers. */
export type RoundResult = {
  /** Null where the shard had no example. */
  readonly result: BlobRef | null;
  readonly slots: BlobRef | null;
  readonly examples: number;
  /** The mean over the examples; null where it is not finite, which JSON cannot say. */
  readonly loss: number | null;
  readonly metrics: { readonly [name: string]: number | null };
  /** Seconds in steps, and in reading and writing blobs. */
  readonly compute: number;
  readonly transport: number;
};

type Field = (value: unknown) => string | null;

const whole = (min: number, max = Number.MAX_SAFE_INTEGER): Field => (value) =>
  Number.isSafeInteger(value) && (value as number) >= min && (value as number) <= max ? null : `a whole number from ${min}${max === Number.MAX_SAFE_INTEGER ? '' : ` to ${max}`}`;
const oneOf = (...words: readonly string[]): Field => (value) => (words.includes(value as string) ? null : `one of ${words.join(', ')}`);
const seconds: Field = (value) => (typeof value === 'number' && value >= 0 ? null : 'a number from 0');
const measured: Field = (value) => (value === null || typeof value === 'number' ? null : 'a number or null');
const metrics: Field = (value) => (isRecord(value) && Object.values(value).every((entry) => measured(entry) === null) ? null : 'a record of numbers');
const maxBlobBytes = 2 ** 31;
const blob: Field = (value) => {
  const isBlob = isRecord(value) && typeof value['key'] === 'string' && value['key'].length > 0 && value['key'].length <= 200 && whole(0, maxBlobBytes)(value['bytes']) === null && Object.keys(value).length === 2;
  return isBlob ? null : `{ key, bytes } of a blob of up to ${maxBlobBytes} bytes`;
};
const blobOrNull: Field = (value) => (value === null ? null : blob(value));

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);

const payloadFields: Readonly<Record<keyof RoundPayload, Field>> = {
  mode: oneOf('gradient', 'steps'),
  round: whole(0),
  shard: whole(0),
  workers: whole(1),
  epoch: whole(0, 2 ** 32 - 1),
  batch: whole(0),
  step: whole(0),
  steps: whole(1),
  batchSize: whole(1),
  seed: whole(0),
  examples: whole(1),
  model: blob,
  slots: blobOrNull,
};

const resultFields: Readonly<Record<keyof RoundResult, Field>> = {
  result: blobOrNull,
  slots: blobOrNull,
  examples: whole(0),
  loss: measured,
  metrics,
  compute: seconds,
  transport: seconds,
};

/** @throws {UnfoldError} PAYLOAD_REFUSED, naming the field. */
export function parsePayload(task: string, value: Json): RoundPayload {
  const payload = record<RoundPayload>(task, 'payload', value, payloadFields);
  if (payload.shard >= payload.workers) throw refused(task, 'payload.shard', `shard ${payload.shard} is none of ${payload.workers}.`);
  if (payload.mode === 'gradient' && payload.steps !== 1) throw refused(task, 'payload.steps', `a gradient is of one step, not of ${payload.steps}.`);
  return payload;
}

/** @throws {UnfoldError} PAYLOAD_REFUSED, naming the field. */
export const parseResult = (task: string, value: Json): RoundResult => record<RoundResult>(task, 'result', value, resultFields);

function record<R>(task: string, argument: string, value: unknown, fields: Readonly<Record<string, Field>>): R {
  if (!isRecord(value)) throw refused(task, argument, 'it is no record.');
  for (const name of Object.keys(value)) if (!Object.hasOwn(fields, name)) throw refused(task, `${argument}.${name}`, 'there is no such field.');
  for (const [name, field] of Object.entries(fields)) {
    const wanted = field(value[name]);
    if (wanted !== null) throw refused(task, `${argument}.${name}`, `${String(JSON.stringify(value[name])).slice(0, 60)} is not ${wanted}.`);
  }
  return value as R;
}

const refused = (op: string, argument: string, problem: string): UnfoldError =>
  unfoldError({ code: 'PAYLOAD_REFUSED', op, argument, problem, fix: 'run coordinator and workers from one version of this package and of your tasks.' });
