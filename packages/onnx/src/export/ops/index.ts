import { elementwiseForms } from './elementwise.js';
import type { ExportForms } from './form.js';
import { imageForms } from './image.js';
import { linearForms } from './linear.js';
import { normForms } from './norm.js';
import { reduceForms } from './reduce.js';
import { shapeForms } from './shape.js';

/** Every op that has a form in ONNX, by its name: made when it is asked for, so that bundles without the exporter drop it. */
export const exportForms = (): ExportForms => ({ ...elementwiseForms(), ...imageForms(), ...linearForms(), ...normForms(), ...reduceForms(), ...shapeForms() });
