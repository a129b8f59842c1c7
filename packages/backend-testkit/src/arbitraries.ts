/** Generators for tests of tensor code: shapes, axes, windows, and data from a seed. */
export { axesOf, broadcastTogether, dim, positiveDim, shape } from './arbitraries/shapes.js';
export { operands, sameShape } from './arbitraries/elementwise.js';
export { input, type Plan, type PlannedInput } from './arbitraries/plan.js';
export { dataFor, type Draw, type Fill } from './arbitraries/data.js';
export { slidingCase, type Sliding, type SlidingCase } from './arbitraries/windows.js';
export { Random } from './support/random.js';
