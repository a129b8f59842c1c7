/** Runs one load on one mode in this process, and writes what it held as JSON: `node load-process.js <mode> <load> <count>`. */
import { setBackend } from '@unfoldjs/core';
import { loads, type LoadName } from './load.js';
import { modes } from './modes.js';

const [, , modeName, load, count] = process.argv;
const opened = await modes.find(({ name }) => name === modeName)!.open();
if ('missing' in opened) throw new Error(`this machine lacks ${modeName}`);
const drift = await loads[load as LoadName](await setBackend(opened.backend), Number(count));
// Dawn holds the process.
process.stdout.write(JSON.stringify(drift), () => process.exit());
