// The tasks that the suite of engines runs.
import { appendFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { badArgument, setBackend } from '@unfoldjs/core';
import { cpu } from '@unfoldjs/backend-cpu';
import { definePredictor, defineTask, stackPictures, type Json } from '@unfoldjs/distributed';

export const setup = (): Promise<unknown> => setBackend(cpu());

const fields = (payload: Json): Readonly<Record<string, Json>> => {
  if (payload === null || typeof payload !== 'object' || Array.isArray(payload)) throw new Error('it is no object.');
  return payload as Readonly<Record<string, Json>>;
};

export const square = defineTask({
  name: 'square',
  parse: (payload) => {
    if (typeof payload !== 'number') throw new Error('it is no number.');
    return payload;
  },
  run: async (x) => x * x,
});

/** Writes a line into a file (`log`) when it begins, waits `ms`, and gives its `value`. */
export const slow = defineTask({
  name: 'slow',
  parse: fields,
  run: async ({ log, ms, value }, { report }) => {
    if (typeof log === 'string') appendFileSync(log, `${process.pid}\n`);
    await report({ begun: value ?? null });
    await sleep(Number(ms));
    return value ?? null;
  },
});

/** Never ends, and does not let its thread do anything else. */
export const hang = defineTask({
  name: 'hang',
  parse: fields,
  run: async ({ log }) => {
    appendFileSync(String(log), `${process.pid}\n`);
    for (;;);
  },
});

export const fail = defineTask({
  name: 'fail',
  parse: fields,
  run: async ({ typed }) => {
    if (typed) throw badArgument('fail', 'typed', 'it is true.', 'make it false.');
    throw new RangeError('out of it');
  },
});

/** The sum of the bytes of a blob, and another blob with each of them doubled. */
export const sumBlob = defineTask({
  name: 'sumBlob',
  parse: fields,
  run: async ({ key }, { blobs }) => {
    const bytes = await blobs.get(String(key));
    await blobs.put(`${String(key)}-doubled`, bytes.map((byte) => 2 * byte));
    return bytes.reduce((sum, byte) => sum + byte, 0);
  },
});

/** The sum of a picture. It throws for one that begins with 255, and ends its process for one that begins with 254. */
export const sums = definePredictor({
  name: 'sums',
  channels: 1,
  load: async () => async (pictures) => {
    for (const { data } of pictures) {
      if (data[0] === 255) throw new Error('it is poisoned');
      if (data[0] === 254) process.exit(1);
    }
    const batch = stackPictures(pictures, [2, 2, 1]);
    return [...(await batch.sum({ axes: [1, 2, 3] }).data())];
  },
});
