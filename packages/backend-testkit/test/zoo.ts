// Backends broken on purpose, one fault each: what the kit must find.
import { brokenKernels } from './zoo-kernels.js';
import { brokenMethods } from './zoo-methods.js';

export const zoo = [...brokenKernels, ...brokenMethods];
