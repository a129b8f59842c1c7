// A worker whose processes the soak may ask for. It finds lost jobs soon.
import { startWorker } from '@unfoldjs/distributed';

const worker = await startWorker({ connection: process.argv[2]!, tasks: new URL('./soak-tasks.js', import.meta.url), concurrency: 2, lockMs: 1500, stalledMs: 500, openMs: 20_000 });
process.on('message', () => process.send!(worker.workers().map(({ id }) => id)));
process.on('SIGTERM', () => void worker.close().then(() => process.exit(0)));
process.send!('ready');
