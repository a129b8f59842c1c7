import type { EpochRecord } from './history.js';
/** Where progress is written: a stream of Node is one. */
export interface ProgressOutput {
    write(text: string): unknown;
    /** True where a line can be drawn again. */
    readonly isTTY?: boolean | undefined;
    /** Characters a line. Default: 80. */
    readonly columns?: number | undefined;
}
export interface ProgressOptions {
    /** Default: standard output where there is one, else the console. */
    readonly output?: ProgressOutput | undefined;
    /** Milliseconds, for measuring time. Default: `performance.now`. */
    readonly now?: (() => number) | undefined;
}
/** What the bar shows. */
export interface ProgressState {
    readonly epoch: number;
    readonly epochs: number;
    /** Batches done and all of them, where that is known. */
    readonly done: number;
    readonly total: number | null;
    readonly images: number;
    readonly seconds: number;
    readonly loss: number;
    readonly metrics: {
        readonly [name: string]: number;
    };
}
export interface Progress {
    step(state: ProgressState): void;
    epoch(record: EpochRecord, epochs: number): void;
    /** Leaves the cursor on a line of its own. */
    end(): void;
}
/** A bar that is redrawn while an epoch runs, on a terminal; a line for each epoch everywhere. */
export declare function progressOn({ output, now }: ProgressOptions & {
    readonly now: () => number;
}): Progress;
/** `epoch 2/5 [=====>    ] 120/250  ETA 12 s  1,234 images/s  loss 0.1234  accuracy 0.9650` */
export declare function barLine({ epoch, epochs, done, total, images, seconds, loss, metrics }: ProgressState): string;
/** `epoch 2/5  250 steps  10.2 s  1,234 images/s  loss 0.1234  accuracy 0.9650  validation loss 0.1500  accuracy 0.9600` */
export declare function epochLine({ epoch, step, seconds, imagesPerSecond, loss, metrics, validation }: EpochRecord, epochs: number): string;
/** `9.5 s`, `75 s` is `1 min 15 s`. */
export declare function duration(seconds: number): string;
