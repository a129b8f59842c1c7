// What the processes of a pool run.
import { serveJobs } from '../dist/index.js';

serveJobs();
