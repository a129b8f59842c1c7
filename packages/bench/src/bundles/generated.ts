import type { Engine } from '../engines/engine.js';
import { bytesOf, webAssembly } from '../web-assembly.js';
import { inputOf, paramsOf, type Network } from '../workloads/network.js';

/** The modules of WebAssembly that an engine makes while it starts and runs a network, in order. */
export async function generatedModules(engine: Engine, network: Network): Promise<Uint8Array[]> {
  const found: Uint8Array[] = [];
  const { Module, compile } = webAssembly;
  type Source = Parameters<typeof compile>[0];
  webAssembly.Module = new Proxy(Module, { construct: (target, [source]: [Source]) => (found.push(bytesOf(source)), new target(source)) });
  webAssembly.compile = (source: Source) => (found.push(bytesOf(source)), compile(source));
  try {
    const session = await engine.open();
    const task = await session.network!(network, inputOf(network), paramsOf(network), 'host');
    await task.run();
  } finally {
    webAssembly.Module = Module;
    webAssembly.compile = compile;
  }
  return found;
}
