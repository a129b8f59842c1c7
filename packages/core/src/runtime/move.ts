import type { Backend } from '../backend/contract.js';
import { makeLeaf } from '../expr/expr.js';
import { dataOp } from '../expr/leaves.js';
import { Tensor } from '../tensor/tensor.js';
import { guard } from './guard.js';
import { Storage } from './storage.js';

/** A tensor's elements on another backend. */
export async function move(tensor: Tensor, backend: Backend): Promise<Tensor> {
  const { type } = tensor;
  const data = await tensor.data();
  const buffer = await guard(backend, 'upload', () => backend.upload(data, type), (late) => backend.free(late));
  return new Tensor(makeLeaf(dataOp, Storage.ofBuffer(type, backend, buffer)));
}
