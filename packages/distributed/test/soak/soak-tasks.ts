export { halves, setup } from '../training/tasks.js';
