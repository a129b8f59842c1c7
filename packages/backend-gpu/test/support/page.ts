/** The page of browser.test.ts. */
import { getBackend } from '@unfoldjs/core';
import { gpu } from '@unfoldjs/backend-gpu';
import { servePage } from '@unfoldjs/test-support/suite-page';
import { tiledOf } from './tiled.js';

servePage(gpu, { tiledOf: (kind: 'convolutions' | 'products', runs: number) => tiledOf(kind, getBackend(), runs) });
