/**
 * Everything in one import: the core with `grad`, `explain` and `bisect`, and the backends as values (`cpu`, `gpu`) for `setBackend`.
 */
export * from '@unfoldjs/core';
export * from '@unfoldjs/core/autodiff';
export * from '@unfoldjs/core/explain';
export * from '@unfoldjs/backend-cpu';
export * from '@unfoldjs/backend-gpu';
