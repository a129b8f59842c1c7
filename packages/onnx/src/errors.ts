import { unfoldError, type UnfoldError } from '@unfoldjs/core';

/** INVALID_FILE of the importer. `problem` and `fix` are sentences. */
export const badModel = (problem: string, fix: string, cause?: unknown): UnfoldError => unfoldError({ code: 'INVALID_FILE', op: 'importOnnx', problem, fix, cause });

/** What a broken file asks of its owner. */
export const exportAgain = 'export the model again, or check it with `onnx.checker`.';
