import { cpu } from '@unfoldjs/backend-cpu';
import { backendSuite } from '@unfoldjs/backend-testkit';
import { skip } from '@unfoldjs/test-support';

const long = process.env['UNFOLD_LONG'] === '1';

backendSuite({ describe, it, before, after, backend: cpu(), skip, runs: long ? 1000 : 50 });
