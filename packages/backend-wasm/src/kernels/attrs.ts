import type { AttrValue } from '@unfoldjs/core';

type Pair = readonly [number, number];

/** What the core's product ops say of themselves, as far as the kernels here read it. */
export type MatmulAttrs = { readonly transposeA: boolean; readonly transposeB: boolean };

export type WindowAttrs = { readonly window: Pair; readonly strides: Pair; readonly dilations: Pair; readonly padding: readonly [Pair, Pair] };

/** The elementwise code that follows a product; opaque here, run by the core's kernel for it. */
export type Epilogue = readonly AttrValue[];
