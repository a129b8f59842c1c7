import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = join(process.env['UNFOLD_DATA'] ?? fileURLToPath(new URL('../../../../../shared/data', import.meta.url)), 'onnx');

/** Why models that other people published are not there; null where they are. */
export const missing: string | null = existsSync(folder) ? null : 'the folder of published models is not there';

export const publishedPath = (file: string): string => join(folder, file);

export const publishedFiles = (): string[] => (missing ? [] : readdirSync(folder).filter((name) => name.endsWith('.onnx')));
