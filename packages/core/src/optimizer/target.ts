import type { OpCall } from '../backend/contract.js';

/** What the optimizer must know of the backend that will run the program. Every Backend is one. */
export interface Target {
  readonly name: string;
  supports(call: OpCall): true | string;
}
