import { availableParallelism, cpus, loadavg, totalmem } from 'node:os';

/** Where figures were taken: without it a time says nothing. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly platform: string;
  readonly node: string;
  /** Processes that wanted to run over the last minute: above `cores` the machine was busy with something else. */
  readonly load: number;
}

export const machine = (): Machine => ({
  cpu: cpus()[0]?.model.trim() ?? 'unknown processor',
  cores: availableParallelism(),
  memoryGiB: Math.round(totalmem() / 2 ** 30),
  platform: `${process.platform} ${process.arch}`,
  node: process.version,
  load: Number(loadavg()[0]!.toFixed(2)),
});

export const formatMachine = ({ cpu, cores, memoryGiB, platform, node, load }: Machine): string =>
  `${cpu}, ${cores} core${cores === 1 ? '' : 's'}, ${memoryGiB} GiB, ${platform}, Node ${node}, load ${load}`;

/** A warning where more wanted to run than the machine has cores; null where the figures had it for themselves. */
export const busyWarning = ({ load, cores }: Machine): string | null =>
  load > cores + 1 ? `The machine was busy (load ${load} on ${cores} cores): every time is too long, and ratios are rough.` : null;
