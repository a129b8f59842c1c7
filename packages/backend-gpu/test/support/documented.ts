import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DeviceInfo } from '@unfoldjs/core';
import type { GpuMode } from '@unfoldjs/backend-gpu';
import { expect } from 'chai';

const page = readFileSync(join(import.meta.dirname, '../../../../docs/conformance.md'), 'utf8');

/** What a mode keeps of float32 is what docs/conformance.md says of it, where this is the adapter that the page speaks of. */
export function expectAsDocumented({ float32, fallbackReason }: DeviceInfo, mode: GpuMode, host: 'Node' | 'Chromium'): void {
  const row = page.split('\n').find((line) => line.startsWith(`| \`gpu\` \`${mode}\` | ${host}`));
  expect(row, `a row of ${mode} on ${host}`).to.be.a('string');
  if (row!.includes('SwiftShader') && fallbackReason === null) return;
  const [nan, infinity, denormals] = row!.split('|').slice(3).map((cell) => cell.trim());
  expect(float32).to.include({ nan, infinity, denormals });
}
