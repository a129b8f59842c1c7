/** Drawings of what `explain` says: pure functions of its JSON. */
export { graphAt, toDot, type Stage } from './explain/dot.js';
export { toMermaid } from './explain/mermaid.js';
