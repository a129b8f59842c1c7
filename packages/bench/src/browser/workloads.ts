import { cnns, convs, matmuls, type SpeedWorkload } from '../speed/workload.js';

const wanted = ['D', 'mm512', 'cnn1', 'cnn32', 'train32'];

/** From host to host: a call on a GPU returns before it is done, only its result says when. */
export const browserWorkloads: readonly SpeedWorkload[] = [...convs, ...matmuls, ...cnns].filter(({ id }) => wanted.includes(id)).map((workload) => ({ ...workload, modes: ['host'] }));
