/** What the kernels of an open backend are written for. */
export interface Settings {
  /** How many threads run the units of a call. */
  readonly threads: number;
  /** Relaxed SIMD is there and wanted: products are added with one rounding. */
  readonly fma: boolean;
  /** `fast` allows algorithms whose rounding errors have other bounds than those of the sums that define an op. */
  readonly precision: 'exact' | 'fast';
}
