import { setBackend, type Backend, type BackendSpec, type DeviceInfo } from '@unfoldjs/core';
import { ieeeAccuracy, runCase, sections, shaderAccuracy } from '@unfoldjs/backend-testkit';

export interface SuiteOptions {
  /** Random inputs of each property. */
  readonly runs: number;
  readonly arithmetic: 'ieee' | 'shader';
}

/** What a page of tests can do: called from outside, with plain values. */
export interface SuitePage {
  /** Opens a backend, which is the one from then on. */
  open(options: unknown): Promise<DeviceInfo>;
  /** One case of the suite; the reason where the backend denies all of it. */
  conforms(section: number, index: number, options: SuiteOptions): Promise<string | null>;
  dispose(): Promise<void>;
}

/** Makes a script's page run the suite, and whatever `more` can do: `TestPage.call` reaches these functions. */
export function servePage(spec: (options: never) => BackendSpec, more: object = {}): void {
  let options: unknown;
  let backend: Backend;
  const openAnother = (): Promise<Backend> => spec(options as never).open();
  const page: SuitePage = {
    async open(given) {
      options = given;
      backend = await openAnother();
      await setBackend(backend);
      return backend.device;
    },
    conforms(at, index, { runs, arithmetic }) {
      const section = sections()[at]!;
      const accuracy = arithmetic === 'ieee' ? ieeeAccuracy : shaderAccuracy;
      return runCase(section, section.cases[index]!, { backend, open: openAnother, runs, seed: 20, path: undefined, largest: 2 ** 20, accuracy, leaveOut: () => {} });
    },
    dispose: () => backend.dispose(),
  };
  Object.assign(globalThis, { page: { ...page, ...more } });
}
