/** Lazy tensors, the graph optimizer and the runtime: functions, and the same as methods of tensors. */
import * as functions from './functions.js';
import { fluent } from './tensor/methods.js';

export * from './functions.js';

// Functions that make the first tensors of a program install the methods when they are called.
export const tensor = /* @__PURE__ */ fluent(functions.tensor);
export const full = /* @__PURE__ */ fluent(functions.full);
export const ones = /* @__PURE__ */ fluent(functions.ones);
export const onesLike = /* @__PURE__ */ fluent(functions.onesLike);
export const scalar = /* @__PURE__ */ fluent(functions.scalar);
export const zeros = /* @__PURE__ */ fluent(functions.zeros);
export const zerosLike = /* @__PURE__ */ fluent(functions.zerosLike);
export const arange = /* @__PURE__ */ fluent(functions.arange);
export const linspace = /* @__PURE__ */ fluent(functions.linspace);
export const eye = /* @__PURE__ */ fluent(functions.eye);
export const oneHot = /* @__PURE__ */ fluent(functions.oneHot);
export const randomUniform = /* @__PURE__ */ fluent(functions.randomUniform);
export const randomNormal = /* @__PURE__ */ fluent(functions.randomNormal);
export const truncatedNormal = /* @__PURE__ */ fluent(functions.truncatedNormal);
export const fromPixels = /* @__PURE__ */ fluent(functions.fromPixels);
