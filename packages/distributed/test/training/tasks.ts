// The trainings of the tests, as a module that workers load.
import { setBackend } from '@unfoldjs/core';
import { cpu } from '@unfoldjs/backend-cpu';
import { convolutional, exact } from './trainings.js';

export const setup = (): Promise<unknown> => setBackend(cpu());
export const halves = convolutional();
export const whole = exact();
