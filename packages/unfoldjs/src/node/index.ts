/** What needs Node: the command line, and the files of NumPy that it reads and writes. */
export { main } from './main.js';
export { decodeNpy, encodeNpy } from './npy.js';
