/** The one queue of a prefix. */
export const queueName = 'jobs';

// BullMQ takes no colons in ids. What encodeURIComponent leaves alone holds neither `+` nor, within a scope, a dot.
export const jobIdOf = (scope: string, id: string): string => `${scope}.${encodeURIComponent(id)}`;
export const roundIdOf = (scope: string, id: string): string => `${scope}+${encodeURIComponent(id)}`;

export const workersKey = (prefix: string): string => `${prefix}:workers`;
export const workerKey = (prefix: string, id: string): string => `${prefix}:worker:${id}`;
