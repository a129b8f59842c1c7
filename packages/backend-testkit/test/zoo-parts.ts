// What backends that are broken on purpose are made of.
import type { Backend, BackendBuffer, Executable, Program, TypedArray } from '@unfoldjs/core';
import { kernelBackend, referenceKernels, type Kernel } from '@unfoldjs/core/reference';
import { takingBackend } from '@unfoldjs/test-support';

export interface BrokenBackend {
  readonly fault: string;
  readonly open: () => Backend;
  /** The section that must find it, and one of its cases that must fail. */
  readonly section: string;
  readonly finding: RegExp;
}

export const kernels = referenceKernels as unknown as Readonly<Record<string, Kernel>>;

export const withKernels = (broken: Readonly<Record<string, Kernel>>): Backend => kernelBackend({ name: 'broken', kernels: { ...kernels, ...broken } });

/** A sound backend, with some of its methods replaced. */
export const wrapped = (change: (sound: Backend) => Partial<Backend>): Backend => {
  const sound = withKernels({});
  return { ...sound, ...change(sound) };
};

/** A sound backend whose executables are changed. */
export const withExecutable = (change: (executable: Executable, sound: Backend) => Partial<Executable>): Backend =>
  wrapped((sound) => ({
    async compile(program) {
      const executable = await sound.compile(program);
      return { ...executable, ...change(executable, sound) };
    },
  }));

/** A backend that takes donated buffers, with its runs changed. */
export const withTaking = (change: (run: Executable['run'], program: Program) => Executable['run']): Backend => {
  const taking = takingBackend();
  return {
    ...taking,
    async compile(program) {
      const executable = await taking.compile(program);
      return { ...executable, run: change(executable.run, program) };
    },
  };
};

export const mayBeDonated = ({ inputs }: Program): number[] => inputs.flatMap(({ donatedTo }, i) => (donatedTo === undefined ? [] : [i]));

export const dataOf = (buffer: BackendBuffer): TypedArray => (buffer as BackendBuffer & { data: TypedArray }).data;
