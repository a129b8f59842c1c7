/** Four by four: how many. */
export const quads = (count: number): number => Math.ceil(count / 4);

export const lanes = [0, 1, 2, 3];

/** The four sums of a thread. */
export const fourSums = lanes.map((lane) => `let s${lane} = 0.0;`);
export const returnSums = `return [${lanes.map((lane) => `s${lane}`).join(', ')}];`;

/** How many products are written out in mode webasm: more than four are no faster. */
export const unrollOf = (count: number): number => [4, 3, 2].find((size) => count % size === 0) ?? 1;
