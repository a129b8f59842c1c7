/** The ops that every backend must run, by room. Everything else decomposes into them. */
export const primitiveNames = [
  // elementwise
  'add', 'sub', 'mul', 'div', 'mod', 'pow', 'max', 'min', 'less', 'equal', 'where',
  'neg', 'exp', 'log', 'sqrt', 'sin', 'cos', 'tanh', 'floor', 'isNaN', 'cast',
  // reductions
  'reduceSum', 'reduceMax', 'reduceProd', 'argMax',
  // linear algebra and images
  'matmul', 'im2col', 'col2im',
  // shape
  'pad', 'slice', 'transpose', 'broadcast', 'concat', 'reverse', 'gather', 'scatterAdd',
] as const;

export type PrimitiveName = (typeof primitiveNames)[number];
