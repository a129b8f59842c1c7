/** Tests of ONNX whose operators are read and that cannot pass, by the reason. */
export const skippedNodeTests: Readonly<Record<string, readonly string[]>> = {
  'three spatial axes: convolutions and pools go over one or two here': ['test_averagepool_3d_default', 'test_convtranspose_3d', 'test_maxpool_3d_default'],
  'written for training: models are read in evaluation mode': [
    'test_batchnorm_epsilon_training_mode',
    'test_batchnorm_example_training_mode',
    'test_training_dropout',
    'test_training_dropout_default',
    'test_training_dropout_default_mask',
    'test_training_dropout_mask',
  ],
  'the places of the maxima, which are not read': ['test_maxpool_with_argmax_2d_precomputed_pads', 'test_maxpool_with_argmax_2d_precomputed_strides'],
  'a letter stands twice in a term: `Einsum` is read where it is a product of matrices': ['test_einsum_batch_diagonal'],
  'strings have no form here': ['test_cast_FLOAT_to_STRING', 'test_cast_STRING_to_FLOAT', 'test_castlike_FLOAT_to_STRING', 'test_castlike_FLOAT_to_STRING_expanded', 'test_castlike_STRING_to_FLOAT', 'test_castlike_STRING_to_FLOAT_expanded'],
  'stored as uint16, though they are bfloat16': [
    'test_cast_BFLOAT16_to_FLOAT',
    'test_cast_FLOAT_to_BFLOAT16',
    'test_castlike_BFLOAT16_to_FLOAT',
    'test_castlike_BFLOAT16_to_FLOAT_expanded',
    'test_castlike_FLOAT_to_BFLOAT16',
    'test_castlike_FLOAT_to_BFLOAT16_expanded',
  ],
  'sequences and optional values have no form here': ['test_identity_opt', 'test_identity_sequence'],
  'stored with the corners at 2.4 pixels, which the result does not have; here, as in ONNX Runtime, which leaves them out as well, at its last pixel': [
    'test_resize_downsample_scales_cubic_align_corners',
    'test_resize_downsample_scales_linear_align_corners',
  ],
};

export const skipReasonOf = (name: string): string | null => Object.entries(skippedNodeTests).find(([, names]) => names.includes(name))?.[0] ?? null;
