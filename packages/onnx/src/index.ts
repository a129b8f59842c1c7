/** ONNX models: read, run, trained further, written. */
export { exportOnnx, type ExportedModel, type ExportOptions } from './export/export-onnx.js';
export type { ExportInput } from './export/free-sizes.js';
export { importOnnx, type ApplyOptions, type ImportOptions, type OnnxModel, type OnnxParams } from './import-onnx.js';
export { inspectOnnx, type InspectedNode, type InspectOptions, type OnnxInspection } from './inspect.js';
export { withWeights } from './weights/with-weights.js';
export type { Dim, ValueInfo } from './model/graph.js';
export type { BlobLike, OnnxSource, UrlLike } from './read-source.js';
export type { OnnxSummary, OnnxSummaryOptions, OnnxSummaryRow } from './summary.js';
export { operators, type OnnxOperator } from './operators.js';
