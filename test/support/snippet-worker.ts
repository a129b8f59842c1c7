// Runs one snippet in a thread of its own, with modules of its own, so that no snippet sees the state of another.
import { workerData } from 'node:worker_threads';
import { checkValue } from './expected-text.js';

Object.assign(globalThis, { checkValue });
await import((workerData as { module: string }).module);
