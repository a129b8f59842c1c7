import type { Backend } from '../backend/contract.js';
import { unfoldError } from '../errors/unfold-error.js';
import type { Expr } from '../expr/expr.js';
import { lower, structureOf } from '../graph/lower.js';
import { Tensor } from '../tensor/tensor.js';
import { leavesOf, type Tree } from '../tensor/tree.js';
import { getBackend, orOnNext } from './backends.js';
import { build, type Built } from './build.js';
import { execute } from './execute.js';
import { lossOf } from './lost.js';
import { ProgramCache } from './program-cache.js';
import type { Storage } from './storage.js';

const cache = /* @__PURE__ */ new ProgramCache<Built>(({ executable }) => executable?.dispose());

/**
 * Computes tensors, several as one program, and keeps their elements on the backend: what is built on them later starts from
 * there. Takes tensors, arrays and records of them; returns when all are done. Tensors that are realised already cost nothing.
 *
 * @throws {UnfoldError} DISPOSED, MIXED_BACKENDS, NO_BACKEND, UNSUPPORTED_OP, OUT_OF_MEMORY, BACKEND_FAILED; TRACE_ONLY inside a
 * function that is being compiled. After an error every tensor is as it was.
 * @example
 * import { setBackend, evaluate, tensor } from '@unfoldjs/core';
 * import { cpu } from '@unfoldjs/backend-cpu';
 * await setBackend(cpu());
 * const x = tensor([1, 2, 3]).add(1);
 * await evaluate(x);
 * x.isRealised; // true
 */
export async function evaluate(...trees: readonly Tree<Tensor>[]): Promise<void> {
  const tensors = [...new Set(trees.flatMap((tree) => leavesOf(tree, 'evaluate')))];
  for (const { expr } of tensors) expr.storage?.assertLive('evaluate');
  const pending = tensors.filter((tensor) => !tensor.isRealised);
  if (pending.length === 0) return;
  const storages = await compute(
    pending.map((tensor) => tensor.expr),
    'evaluate',
  );
  pending.forEach((tensor, i) => tensor.realise(storages[i]!));
}

/** The elements of expressions, in storages of their own: `evaluate` binds them to tensors, `data` reads and frees them. */
export async function compute(outputs: readonly Expr[], op: string): Promise<Storage[]> {
  const { key, leaves, isTraced } = structureOf(outputs);
  if (isTraced) refuseTraced(op);
  const inputs = leaves.map((leaf) => leaf.storage!);
  return orOnNext(async () => {
    const backend = commonBackend(inputs, op);
    return execute(await cache.get(backend, key, () => build(lower(outputs), backend)), inputs, backend);
  });
}

/** The one backend on which data lives; the chosen one where there is only host data. */
export function commonBackend(storages: readonly Storage[], op: string): Backend {
  let home: Backend | null = null;
  for (const storage of storages) {
    storage.assertLive(op);
    if (storage.home === null || storage.home === home) continue;
    if (home !== null) {
      throw unfoldError({
        code: 'MIXED_BACKENDS',
        op,
        problem: `the tensors beneath this one live on two backends, ${home.name} and ${storage.home.name}.`,
        fix: 'move some of them first: `await x.to(backend)`.',
        operands: storages.map(({ home: at, type }) => ({ name: at?.name ?? 'host', type })),
      });
    }
    home = storage.home;
    assertThere(storage, op);
  }
  return home ?? getBackend();
}

/** @throws {UnfoldError} DEVICE_LOST for elements that went away with their device. */
function assertThere({ home, type }: Storage, op: string): void {
  const reason = home && lossOf(home);
  if (!reason) return;
  throw unfoldError({
    code: 'DEVICE_LOST',
    op,
    problem: `only ${home.name} had the elements of this tensor, and it is lost: ${reason}.`,
    fix: 'make it again from data of the host, or from a checkpoint.',
    operands: [{ name: 'tensor', type }],
  });
}

function refuseTraced(op: string): never {
  throw unfoldError({
    code: 'TRACE_ONLY',
    op,
    problem: 'the value depends on an argument of a function that is being compiled, so it does not exist yet.',
    fix: 'return the tensor from the function and read it outside; decide by `where` instead of `if`.',
  });
}
