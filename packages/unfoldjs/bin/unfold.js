#!/usr/bin/env node
import { main } from '../dist/node/index.js';

const code = await main(process.argv.slice(2));
// Threads of other engines may wait for more; what was printed goes out first.
process.stdout.write('', () => process.stderr.write('', () => process.exit(code)));
