/**
 * Everything in one import: the core, its gradients and explanations, the backends as values (`cpu`, `wasm`, `gpu`) for `setBackend`, and
 * `nn`, whose layers bear the names of the ops: `conv2d` works on tensors, `nn.conv2d` makes a layer.
 */
export * from '@unfoldjs/core';
export * from '@unfoldjs/core/autodiff';
export * from '@unfoldjs/core/explain';
export * from '@unfoldjs/backend-cpu';
export * from '@unfoldjs/backend-gpu';
export * from '@unfoldjs/backend-wasm';
export * as nn from '@unfoldjs/nn';
