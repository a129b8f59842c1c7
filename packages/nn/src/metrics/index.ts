export { accuracy, binaryAccuracy, topKAccuracy, type Metric } from './accuracy.js';
export { classScores, confusionMatrix, precision, recall, type ClassScores, type ConfusionMatrix } from './confusion-matrix.js';
