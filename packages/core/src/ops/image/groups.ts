import { refuseArgument } from '../../errors/refuse.js';
import type { Tensor } from '../../tensor/tensor.js';
import { matmul } from '../linalg/matmul.js';
import { reshape } from '../shape/reshape.js';
import { transpose } from '../shape/transpose.js';

// Grouped convolutions as one product a group. Filters are [area * depth, O], or any shape with these elements.

/** `depth`: channels of the images in each group; `outputs`: filters of all groups; `places`: windows of all images. */
export interface GroupSizes {
  readonly groups: number;
  readonly places: number;
  readonly area: number;
  readonly depth: number;
  readonly outputs: number;
}

/** Refuses groups that channels or filters do not divide into. */
export function checkGroups(channels: number, outputs: number, groups: number): void {
  if (channels % groups === 0 && outputs % groups === 0) return;
  throw refuseArgument('groups', `${channels} channels and ${outputs} filters do not divide into ${groups} groups.`, 'use a number of both that is a multiple of `groups`.');
}

/** Patches as [G, places, area * depth]. */
const rowsOf = (patches: Tensor, { groups, places, area, depth }: GroupSizes): Tensor =>
  reshape(transpose(reshape(patches, [places, area, groups, depth]), [2, 0, 1, 3]), [groups, places, area * depth]);

/** Results, or their gradients, as [G, places, O / G]. */
const resultsOf = (dy: Tensor, { groups, places, outputs }: GroupSizes): Tensor => transpose(reshape(dy, [places, groups, outputs / groups]), [1, 0, 2]);

/** The convolution: [G, places, area * depth] x [G, area * depth, O / G], the groups side by side in [places, G, O / G]. */
export function groupedProduct(patches: Tensor, filters: Tensor, sizes: GroupSizes): Tensor {
  const { groups, area, depth, outputs } = sizes;
  const columns = transpose(reshape(filters, [area * depth, groups, outputs / groups]), [1, 0, 2]);
  return transpose(matmul(rowsOf(patches, sizes), columns), [1, 0, 2]);
}

/** The gradient of the patches: [places, area, G, depth]. */
export function groupedPatches(dy: Tensor, filters: Tensor, sizes: GroupSizes): Tensor {
  const { groups, places, area, depth, outputs } = sizes;
  const columns = transpose(reshape(filters, [area * depth, groups, outputs / groups]), [1, 2, 0]);
  return transpose(reshape(matmul(resultsOf(dy, sizes), columns), [groups, places, area, depth]), [1, 2, 0, 3]);
}

/** The gradient of the filters: [area * depth, G, O / G]. */
export const groupedFilters = (patches: Tensor, dy: Tensor, sizes: GroupSizes): Tensor =>
  transpose(matmul(rowsOf(patches, sizes), resultsOf(dy, sizes), { transposeA: true }), [1, 0, 2]);
