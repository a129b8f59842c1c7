/** What needs files and folders. */
export { writeAtomically } from './atomic.js';
export { loadCheckpoint, loadParams, saveCheckpoint, saveParams } from './checkpoints.js';
export { readCsv, readIdx, readIdxDataset, readMnist } from './datasets.js';
export { decodePicture, type Picture } from './decode-picture.js';
export { readImageFolder, type ImageFolderOptions } from './image-folder.js';
export { newDocument, writeReport } from './report.js';
