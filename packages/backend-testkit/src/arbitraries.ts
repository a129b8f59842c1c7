/** Generators for tests of tensor code: shapes, axes, windows, and data from a seed. */
export { axesOf, broadcastTogether, dim, positiveDim, shape } from './arbitraries/shapes.js';
export { dataFor, type Draw, type Fill } from './arbitraries/data.js';
export { slidingCase, type Sliding, type SlidingCase } from './arbitraries/windows.js';
export { Random } from './support/random.js';
