/** ONNX models: read, run, trained further. */
export { importOnnx, type ApplyOptions, type ImportOptions, type OnnxModel, type OnnxParams } from './import-onnx.js';
export { inspectOnnx, type InspectedNode, type InspectOptions, type OnnxInspection } from './inspect.js';
export { withWeights } from './weights/with-weights.js';
export type { Dim, ValueInfo } from './model/graph.js';
export type { OnnxSource } from './read-source.js';
export type { OnnxSummary, OnnxSummaryOptions, OnnxSummaryRow } from './summary.js';
