import type { Shape } from '@unfoldjs/core';
import type { Model, Params } from '../types.js';

export interface SummaryOptions {
  readonly inputShape?: Shape | readonly Shape[] | undefined;
  readonly params?: Params | undefined;
}
export interface Summary {
  toString(): string;
}
export function summarize(_model: Model, _options: SummaryOptions = {}): Summary {
  throw new Error('later');
}
