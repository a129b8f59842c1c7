// What workers do. Each of them loads this module, and runs the trainings that it exports.
import { wasm } from '@unfoldjs/backend-wasm';
import { setBackend } from '@unfoldjs/core';
import { defineTraining } from '@unfoldjs/distributed';
import { digitsModel, recipe } from '@unfoldjs/example-train-digits/model';
import { mnistModel, recipe as mnistRecipe } from '@unfoldjs/example-train-mnist/model';
import { plans, stepsOf } from './plans.js';

/** What a worker calls before its first job. One thread each: the cores are shared out by workers. */
export const setup = () => setBackend(wasm({ threads: 1 }));

/** Digits that the project draws itself. */
export const digits = defineTraining({ name: 'digits', model: digitsModel([20, 20, 1]), data: plans.digits.train, ...recipe(stepsOf(plans.digits)) });

/** The same, too few to learn from: for a first look. */
export const few = defineTraining({ name: 'few', model: digitsModel([20, 20, 1]), data: plans.few.train, ...recipe(stepsOf(plans.few)) });

/** All of MNIST, as example 03 trains it. */
export const mnist = defineTraining({
  name: 'mnist',
  model: mnistModel([28, 28, 1], 10, { dropout: 0.3, normalise: false }),
  data: plans.mnist.train,
  ...mnistRecipe({ rate: 0.002, smoothing: 0, steps: stepsOf(plans.mnist) }),
});
