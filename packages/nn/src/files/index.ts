export { hostTensorOf, type HostTensor } from './host-tensor.js';
export { decodeParams, encodeParams, type DecodedParams, type DecodeParamsOptions } from './params-file.js';
export { denseAfterFlatten, oihwToHwio, relayout } from './relayout.js';
export { decodeSafetensors, encodeSafetensors, type SafetensorsFile } from './safetensors.js';
export { decodeState, encodeState } from './state-file.js';
