import { InvalidArgumentError, Option, type Command } from 'commander';
import type { Shape } from '@unfoldjs/core';
import { backendNames } from './backends.js';

/** A whole number in bounds, both included. */
export const whole =
  (min: number, max = Number.MAX_SAFE_INTEGER) =>
  (text: string): number => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= min && value <= max) return value;
    throw new InvalidArgumentError(`It is no whole number ${max === Number.MAX_SAFE_INTEGER ? `from ${min}` : `from ${min} to ${max}`}.`);
  };

export function finite(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value)) throw new InvalidArgumentError('It is no number.');
  return value;
}

/** `0.485,0.456,0.406` */
export const numbers = (text: string): number[] => text.split(',').map(finite);

/** `224x224`: height, then width. */
export function size(text: string): [height: number, width: number] {
  const found = /^(\d{1,5})x(\d{1,5})$/.exec(text);
  const [height, width] = [Number(found?.[1]), Number(found?.[2])];
  if (!(height > 0 && width > 0)) throw new InvalidArgumentError('It is no height and width such as 224x224.');
  return [height, width];
}

/** `name=file`, once for each name. The name may have an equals sign, the file may not. */
export function named(text: string, before: ReadonlyMap<string, string> = new Map()): ReadonlyMap<string, string> {
  const at = text.lastIndexOf('=');
  const name = text.slice(0, at);
  if (at < 1 || at === text.length - 1) throw new InvalidArgumentError('It is no pair such as name=file.');
  if (before.has(name)) throw new InvalidArgumentError(`${name} was given already.`);
  return new Map([...before, [name, text.slice(at + 1)]]);
}

/** `name=1x3x224x224`, once for each name. */
export function shapes(text: string, before: Readonly<Record<string, Shape>> = {}): Readonly<Record<string, Shape>> {
  const found = /^(.+)=((?:\d{1,9}x)*\d{1,9})$/.exec(text);
  if (!found) throw new InvalidArgumentError('It is no pair such as name=1x3x224x224.');
  const [, name = '', sizes = ''] = found;
  if (Object.hasOwn(before, name)) throw new InvalidArgumentError(`${name} was given already.`);
  return { ...before, [name]: sizes.split('x').map(Number) };
}

export const withBackendOption = (command: Command): Command => command.addOption(new Option('--backend <name>', 'where it runs').choices(backendNames).default('wasm'));
