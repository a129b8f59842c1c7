// A worker as the command `unfold worker` starts it, with claims that end soon.
import { startWorker } from '@unfoldjs/distributed';

const [tasks = '', concurrency] = process.argv.slice(2);
const worker = await startWorker({ connection: process.env['TEST_REDIS']!, tasks, concurrency: Number(concurrency), lockMs: 1000, stalledMs: 500, onFault: (message) => console.error(message) });
process.once('SIGTERM', () => void worker.close().then(() => process.exit(0)));
console.log('ready');
