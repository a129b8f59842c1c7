import { Unavailable } from '../bench.js';
import type { Mode, Session, Task } from '../engines/engine.js';
import { checkLosses, checkMatmul, checkNetwork, type Promise32 } from '../reference/check.js';
import { trainReference } from '../reference/training.js';
import { cnn, labelsOf, train32, type Training } from '../workloads/cnn.js';
import { convWorkloads } from '../workloads/convs.js';
import { inputOf, networkFlops, paramsOf, type Network } from '../workloads/network.js';
import { randomData } from '../workloads/random.js';

/** Work made ready in one mode. */
export interface ReadyWork {
  /** One call, as it is timed. */
  run(): Promise<void>;
  /**
   * Compares what it gives with the float64 reference.
   *
   * @returns the largest error over the largest element.
   * @throws Error where they disagree.
   */
  check(promise: Promise32): Promise<number>;
  readonly peakBytes?: (() => number) | undefined;
}

/** Something that engines are timed on. */
export interface SpeedWorkload {
  readonly id: string;
  readonly title: string;
  readonly flops: number;
  /** How it is timed: the first mode is the one that its table is about. */
  readonly modes: readonly Mode[];
  readonly quick?: boolean;
  /** @throws Unavailable where the engine has no such thing. */
  prepare(session: Session, mode: Mode): Promise<ReadyWork>;
}

const workOf = (task: Task, compare: (result: ArrayLike<number>, promise: Promise32) => number): ReadyWork => ({
  async run() {
    const result = await task.run();
    task.release?.(result);
  },
  async check(promise) {
    const result = await task.run();
    const elements = await task.read(result);
    task.release?.(result);
    return compare(elements, promise);
  },
  peakBytes: task.peakBytes?.bind(task),
});

export const networkWork = (network: Network, modes: readonly Mode[], quick: boolean): SpeedWorkload => ({
  id: network.id,
  title: network.title,
  flops: networkFlops(network),
  modes,
  quick,
  async prepare(session, mode) {
    if (!session.network) throw new Unavailable('it runs no networks');
    const [x, params] = [inputOf(network), paramsOf(network)];
    return workOf(await session.network(network, x, params, mode), (result, promise) => checkNetwork(network, x, params, result, promise));
  },
});

export const matmulWork = (size: number): SpeedWorkload => ({
  id: `mm${size}`,
  title: `[${size}, ${size}] times [${size}, ${size}]`,
  flops: 2 * size ** 3,
  modes: ['resident'],
  quick: size === 256,
  async prepare(session, mode) {
    if (!session.matmul) throw new Unavailable('it has no product of matrices');
    const [a, b] = [randomData(size * size, 1), randomData(size * size, 2)];
    return workOf(await session.matmul(size, a, b, mode), (result, promise) => checkMatmul(`mm${size}`, size, a, b, result, promise));
  },
});

/** The losses that are compared: they hang on every gradient. */
const checkedSteps = 5;

const trainWork = (training: Training): SpeedWorkload => ({
  id: training.id,
  title: training.title,
  // The gradients of a layer's input and of its parameters cost what the layer does.
  flops: 3 * networkFlops(training.network),
  modes: ['host'],
  async prepare(session) {
    if (!session.train) throw new Unavailable('it does not train');
    const { network } = training;
    const [x, labels, params] = [inputOf(network), labelsOf(training), paramsOf(network)];
    const trainer = await session.train(training, x, labels, params);
    const losses: number[] = [];
    const step = async (): Promise<void> => void losses.push(await trainer.step());
    return {
      run: step,
      async check() {
        while (losses.length < checkedSteps) await step();
        return checkLosses(training.id, losses.slice(0, checkedSteps), trainReference(training, x, labels, params, checkedSteps).losses);
      },
    };
  },
});

export const convs: readonly SpeedWorkload[] = Object.values(convWorkloads).map((workload) => networkWork(workload, ['resident', 'host'], ['A', 'D'].includes(workload.id)));
export const matmuls: readonly SpeedWorkload[] = [128, 256, 512, 1024].map(matmulWork);
export const cnns: readonly SpeedWorkload[] = [networkWork(cnn(1), ['host'], true), networkWork(cnn(32), ['host'], false), trainWork(train32)];

export const speedWorkloads: readonly SpeedWorkload[] = [...convs, ...matmuls, ...cnns];
