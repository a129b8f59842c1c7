export { augmentation, type Augment, type AugmentOptions, type PictureShape } from './augment.js';
export { batchAt, batchCount, batches, type BatchesOptions, type HostBatch } from './batches.js';
export { parseCsv, type CsvOptions } from './csv.js';
export { datasetOf, pickFrom, sliceDataset, type Dataset, type DatasetOptions, type Images, type ImagesShape } from './dataset.js';
export { fashionMnistClasses, idxDataset, parseIdx, type IdxArray, type IdxData } from './idx.js';
export { channelStatistics, normalize, type ChannelStatistics } from './normalize.js';
export { prefetch } from './prefetch.js';
export { randomAt, type Random } from './random.js';
export { shuffledIndices } from './shuffle.js';
