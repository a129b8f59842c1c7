import { backendApiVersion } from '@unfoldjs/core';
import { sampleProgram } from '../../support/samples.js';
import { check, checkEqual } from '../../support/fail.js';
import type { Case } from '../section.js';

const oneOf = (value: unknown, allowed: readonly unknown[], what: string): void =>
  check(allowed.includes(value), () => `${what} is ${String(value)}; it must be one of ${allowed.map(String).join(', ')}.`);

/** What a backend says of itself. */
export const facts = (): Case[] => [
  {
    title: 'states the version of the contract, a name and its device',
    async run({ backend: { apiVersion, name, device } }) {
      checkEqual(apiVersion, backendApiVersion, 'apiVersion');
      check(/^[a-z][a-z0-9-]*$/.test(name), () => `name is ${JSON.stringify(name)}; it must be lower-case letters, digits and hyphens.`);
      oneOf(device.kind, ['cpu', 'wasm', 'gpu'], 'device.kind');
      check(device.label.length > 0, () => 'device.label is empty; it tells people what runs.');
      check(device.fallbackReason === null || device.fallbackReason.length > 0, () => 'device.fallbackReason must be null or say why.');
      oneOf(device.float32.fma, [true, false], 'device.float32.fma');
      oneOf(device.float32.denormals, ['kept', 'flushed'], 'device.float32.denormals');
      oneOf(device.float32.nan, ['kept', 'lost'], 'device.float32.nan');
      oneOf(device.float32.infinity, ['kept', 'lost'], 'device.float32.infinity');
    },
  },
  {
    title: 'describes the steps of an executable',
    async run({ backend }) {
      const { program } = sampleProgram();
      const executable = await backend.compile(program);
      try {
        const steps = executable.describe();
        check(steps.length > 0, () => 'describe() is empty for a program with steps.');
        for (const [i, step] of steps.entries()) {
          for (const field of ['op', 'kernel', 'reason', 'ranOn'] as const) {
            check(typeof step[field] === 'string' && step[field].length > 0, () => `describe()[${i}].${field} is ${String(step[field])}; it must be a text.`);
          }
          check(step.scratchBytes >= 0, () => `describe()[${i}].scratchBytes is ${step.scratchBytes}; it must be a number of bytes.`);
        }
      } finally {
        executable.dispose();
      }
    },
  },
];
