import { local } from '@unfoldjs/distributed';
import { trainingSuite } from './training-suite.js';

describe('training on local()', function () {
  this.timeout(120_000);
  trainingSuite({ engine: () => local({ workers: 2 }), alive: (session) => session.workers(), redis: () => undefined });
});
