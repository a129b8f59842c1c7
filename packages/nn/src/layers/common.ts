import type { Padding, Shape, Tensor } from '@unfoldjs/core';
import { checkBoolean, checkPadding, checkPair } from '../check.js';
import { initializerOf, type Initializer, type InitializerName } from '../initializers.js';
import { activationOf, type Activation } from './activations.js';
import type { Weight } from './define-layer.js';

// What the layers with kernels share.

export interface LayerOptions {
  /** The name of the layer in its model. Default: its kind, numbered where there are several. */
  readonly name?: string | undefined;
}

export interface OutputOptions {
  /** Applied at the end. Default: none. */
  readonly activation?: Activation | undefined;
  /** Adds a bias to each output channel. Default true. */
  readonly useBias?: boolean | undefined;
  /** Default 'zeros'. */
  readonly biasInitializer?: InitializerName | Initializer | undefined;
}

export interface WindowOptions {
  /** Height and width of the window; a number for both. */
  readonly kernelSize: number | readonly [number, number];
  /** Pixels from one window to the next. Default 1. */
  readonly strides?: number | readonly [number, number] | undefined;
  /** 'same', 'valid', or pixels as the core's `conv2d` takes them. Default 'valid'. */
  readonly padding?: Padding | undefined;
  /** Pixels from one element of the kernel to the next. Default 1. */
  readonly dilationRate?: number | readonly [number, number] | undefined;
}

export const outputOptionNames = ['activation', 'useBias', 'biasInitializer'] as const;
export const windowOptionNames = ['kernelSize', 'strides', 'padding', 'dilationRate'] as const;

/** The end of a layer: bias, then activation. */
export interface Ending {
  bias(channels: number): Weight | undefined;
  finish(x: Tensor, bias: Tensor | undefined): Tensor;
}

export function endingOf(kind: string, { activation = 'linear', useBias = true, biasInitializer = 'zeros' }: OutputOptions): Ending {
  checkBoolean(kind, 'useBias', useBias);
  const initializer = initializerOf(kind, 'biasInitializer', biasInitializer);
  const activate = activationOf(kind, activation);
  return {
    bias: (channels) => (useBias ? { shape: [channels], initializer } : undefined),
    finish: (x, bias) => activate(bias ? x.add(bias) : x),
  };
}

export function slidingOf(kind: string, { kernelSize, strides = 1, padding = 'valid', dilationRate = 1 }: WindowOptions) {
  checkPadding(kind, padding);
  return {
    window: checkPair(kind, 'kernelSize', kernelSize),
    slide: { strides: checkPair(kind, 'strides', strides), padding, dilations: checkPair(kind, 'dilationRate', dilationRate) },
  };
}

export const weight = (shape: Shape, initializer: Initializer): Weight => ({ shape, initializer });
