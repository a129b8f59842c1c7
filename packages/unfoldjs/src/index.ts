/** Everything in one import: the core, and the backends as values (`cpu`, `gpu`) for `setBackend`. */
export * from '@unfoldjs/core';
export * from '@unfoldjs/backend-cpu';
export * from '@unfoldjs/backend-gpu';
