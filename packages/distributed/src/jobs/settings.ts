import { pathToFileURL } from 'node:url';
import { resolve } from 'node:path';
import { badArgument } from '@unfoldjs/core';
import type { SessionOptions } from '../engine/job-engine.js';
import { isCount, isScope, maxDeadlineMs } from './envelope.js';

export interface SessionSettings {
  /** A file URL. */
  readonly tasks: string;
  readonly scope: string;
  readonly deadlineMs: number;
  readonly attempts: number;
}

/** @throws {UnfoldError} INVALID_ARGUMENT */
export function settingsOf({ tasks, scope, deadlineMs = 600_000, attempts = 5 }: SessionOptions): SessionSettings {
  if (typeof scope !== 'string' || !isScope(scope)) throw badArgument('open', 'scope', `${JSON.stringify(scope)} is no name of a scope.`, 'use up to 128 lower-case letters, digits and dashes, such as `digits-1`.');
  if (!isCount(deadlineMs, maxDeadlineMs)) throw badArgument('open', 'deadlineMs', `${String(deadlineMs)} is no number of milliseconds from 1 to ${maxDeadlineMs}.`, 'give whole milliseconds, such as 60_000.');
  if (!isCount(attempts, 1000)) throw badArgument('open', 'attempts', `${String(attempts)} is no number from 1 to 1000.`, 'give how often a job is tried, such as 5.');
  return { tasks: moduleUrl(tasks), scope, deadlineMs, attempts };
}

/** A module as a file URL. @throws {UnfoldError} INVALID_ARGUMENT */
export function moduleUrl(tasks: string | URL): string {
  const url = tasks instanceof URL ? tasks.href : typeof tasks === 'string' && tasks !== '' ? tasks : '';
  if (url.startsWith('file:')) return url;
  if (url === '' || /^[a-z][a-z+]+:/i.test(url)) throw badArgument('open', 'tasks', `${JSON.stringify(String(tasks))} is no file.`, "give the path or file URL of a module, such as `new URL('./tasks.js', import.meta.url)`.");
  return pathToFileURL(resolve(url)).href;
}
