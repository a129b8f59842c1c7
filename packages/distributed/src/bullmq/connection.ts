import type { Redis, RedisOptions } from 'ioredis';
import { badArgument, unfoldError, type UnfoldError } from '@unfoldjs/core';

/**
 * Where Redis (or Valkey) is: a URL such as `redis://localhost:6379` or `rediss://user:password@host:6380/0`, or the options of ioredis
 * (host, port, username, password, db, tls, ...), which it is given as they are. Plain data, as worker processes are told them too.
 */
export type RedisConnection = string | { readonly [option: string]: unknown };

/** What everyone who works together is told alike. */
export interface RedisPlace {
  readonly connection: RedisConnection;
  /** What all keys begin with. */
  readonly prefix: string;
  /** Milliseconds that a blob lives after it was written. */
  readonly blobTtlMs: number;
}

export const defaultPrefix = 'unfold';
export const defaultBlobTtlMs = 24 * 3600 * 1000;
export const defaultOpenMs = 5000;

const longestRetryMs = 2000;

/** @throws {UnfoldError} INVALID_ARGUMENT. The message never holds what was given, which may hold a password. */
function optionsOf(op: string, connection: unknown): { readonly url: string | null; readonly options: RedisOptions } {
  if (typeof connection === 'string') {
    if (!/^rediss?:\/\//.test(connection) || !URL.canParse(connection)) throw badArgument(op, 'connection', 'it is no URL of a Redis.', 'give one such as `redis://localhost:6379`, or `rediss://` for TLS; escape special characters of a password by encodeURIComponent.');
    return { url: connection, options: {} };
  }
  const fix = 'give a URL, or an object with the options of ioredis: host, port, password, tls.';
  if (typeof connection !== 'object' || connection === null) throw badArgument(op, 'connection', `it is ${connection === null ? 'null' : typeof connection}.`, fix);
  try {
    structuredClone(connection);
  } catch {
    throw badArgument(op, 'connection', 'it holds functions, which worker processes cannot be sent.', fix);
  }
  return { url: null, options: connection as RedisOptions };
}

/** Where a connection leads, without user and password. */
export function addressOf(connection: RedisConnection): string {
  if (typeof connection !== 'string') {
    const { host = 'localhost', port = 6379, path } = connection as RedisOptions;
    return path ?? `${host}:${port}`;
  }
  const { protocol, hostname, port } = new URL(connection);
  return `${protocol}//${hostname || 'localhost'}:${port || 6379}`;
}

/** Takes the secrets of a connection out of a text. */
export function redacted(text: string, connection: RedisConnection): string {
  return secretsOf(connection).reduce((rest, secret) => rest.replaceAll(secret, '***'), text);
}

function secretsOf(connection: RedisConnection): string[] {
  const found: unknown[] = [];
  if (typeof connection === 'string') {
    if (!URL.canParse(connection)) return [];
    const { password, searchParams } = new URL(connection);
    found.push(connection, password, decodeURIComponent(password), searchParams.get('password'));
  } else found.push(connection['password'], connection['sentinelPassword']);
  // Longest first, so that none leaves a part of another.
  return found.filter((secret): secret is string => typeof secret === 'string' && secret !== '').sort((a, b) => b.length - a.length);
}

/**
 * A client that is connected. It comes back by itself when Redis does, and what is asked of it waits for that.
 *
 * @throws {UnfoldError} ENGINE_UNREACHABLE where Redis does not answer in `openMs`, or refuses; INVALID_ARGUMENT
 */
export async function openRedis(op: string, connection: RedisConnection, openMs: number): Promise<Redis> {
  const { url, options } = optionsOf(op, connection);
  const { Redis } = await import('ioredis');
  const settings = { retryStrategy: (times: number) => Math.min(50 * 2 ** Math.min(times, 10), longestRetryMs), ...options, lazyConnect: true, maxRetriesPerRequest: null, replyMapping: 'legacy' as const };
  let client: Redis;
  try {
    client = url === null ? new Redis(settings) : new Redis(url, settings);
  } catch (error) {
    throw badArgument(op, 'connection', redacted(`the client does not take it: ${(error as Error).message}.`, connection), 'give what ioredis documents.');
  }
  let reason = 'there was no answer';
  let timer: NodeJS.Timeout | undefined;
  try {
    await new Promise<void>((ready, refuse) => {
      timer = setTimeout(refuse, openMs);
      client.once('ready', ready);
      // Errors are told by a message of our own: those of the client carry what it sent, the password with it.
      client.on('error', (error: Error) => {
        reason = redacted(error.message || ((error as NodeJS.ErrnoException).code ?? String(error)), connection);
        if (/WRONGPASS|NOAUTH|NOPERM|invalid password/i.test(reason)) refuse();
      });
      client.connect().catch(() => undefined);
    });
    return client;
  } catch {
    client.disconnect();
    throw unreachable(op, connection, `${reason} (waited ${openMs} ms at most)`);
  } finally {
    clearTimeout(timer);
  }
}

const unreachable = (op: string, connection: RedisConnection, reason: string): UnfoldError =>
  unfoldError({ code: 'ENGINE_UNREACHABLE', op, argument: 'connection', problem: `Redis at ${addressOf(connection)} cannot be spoken to: ${reason}.`, fix: 'start one by `redis-server --appendonly yes`, or check address, password and TLS.' });
