/** ONNX models: read, run, trained further. */
export { importOnnx, type ApplyOptions, type ImportOptions, type OnnxModel, type OnnxParams } from './import-onnx.js';
export type { Dim, ValueInfo } from './model/graph.js';
export type { BlobLike, OnnxSource, UrlLike } from './read-source.js';
export type { OnnxSummary, OnnxSummaryOptions, OnnxSummaryRow } from './summary.js';
export { operators, type OnnxOperator } from './operators.js';
