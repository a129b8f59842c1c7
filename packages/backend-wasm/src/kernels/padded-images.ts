/** Where images lie in a larger frame of zeros: pixel (i, j) at (top + i * rowStep, left + j * columnStep). What falls outside is left out. */
export interface Frame {
  readonly height: number;
  readonly width: number;
  readonly top: number;
  readonly left: number;
  readonly rowStep: number;
  readonly columnStep: number;
}

/** Copies `[N, H, W, C]` into `[N, frame.height, frame.width, C]`. */
export function padImages(target: Float32Array, data: Float32Array, [batch, height, width, channels]: readonly [number, number, number, number], frame: Frame): void {
  target.fill(0);
  const isDense = frame.columnStep === 1;
  const firstColumn = Math.max(0, -frame.left);
  const endColumn = Math.min(width, frame.width - frame.left);
  for (let n = 0; n < batch; n++) {
    for (let i = 0; i < height; i++) {
      const row = frame.top + i * frame.rowStep;
      if (row < 0 || row >= frame.height) continue;
      const from = (n * height + i) * width;
      const to = (n * frame.height + row) * frame.width;
      if (isDense && endColumn > firstColumn) {
        target.set(data.subarray((from + firstColumn) * channels, (from + endColumn) * channels), (to + frame.left + firstColumn) * channels);
      } else if (!isDense) {
        for (let j = 0; j < width; j++) {
          const column = frame.left + j * frame.columnStep;
          if (column >= 0 && column < frame.width) target.set(data.subarray((from + j) * channels, (from + j + 1) * channels), (to + column) * channels);
        }
      }
    }
  }
}
