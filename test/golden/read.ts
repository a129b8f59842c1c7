import { readdirSync, readFileSync } from 'node:fs';
import type { GoldenCase, GradientCase } from './format.js';

const folder = new URL('../../test/golden/cases/', import.meta.url);

const readCases = <Case>(wanted: (file: string) => boolean): ReadonlyMap<string, readonly Case[]> => {
  const files = readdirSync(folder).filter((name) => name.endsWith('.json') && wanted(name));
  return new Map(
    files.sort().map((name) => {
      const { cases } = JSON.parse(readFileSync(new URL(name, folder), 'utf8')) as { cases: Case[] };
      return [name.replace(/^grad-|\.json$/g, ''), cases];
    }),
  );
};

/** The forward cases by operation, in alphabetical order. */
export const readGolden = (): ReadonlyMap<string, readonly GoldenCase[]> => readCases((name) => !name.startsWith('grad-'));

/** The gradients by operation, in alphabetical order. */
export const readGradients = (): ReadonlyMap<string, readonly GradientCase[]> => readCases((name) => name.startsWith('grad-'));
