/** Gradients of functions. An entry of its own, as programs that only run a network need none. */
export { grad, valueAndGrad, type GradOptions, type ValueAndGrad, type WithAux } from './autodiff/grad.js';
