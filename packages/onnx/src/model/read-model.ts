import { fromBinary } from '@bufbuild/protobuf';
import { badModel, exportAgain } from '../errors.js';
import { ModelProtoSchema, type ModelProto } from '../proto/onnx_pb.js';

/** Nodes inside attributes of nodes: deeper files are refused. */
const mostNesting = 32;

/**
 * The message that a file holds, with the two things without which it means nothing: a graph, and the versions of its operators.
 *
 * @param keepsUnknown - keeps fields that this version of the format does not know, for those who write the message again.
 * @throws {UnfoldError} INVALID_FILE
 * @source https://github.com/onnx/onnx/blob/main/docs/IR.md
 */
export function readModel(bytes: Uint8Array, keepsUnknown = false): ModelProto {
  if (bytes.length === 0) throw badModel('the file is empty.', exportAgain);
  let model: ModelProto;
  try {
    model = fromBinary(ModelProtoSchema, bytes, { readUnknownFields: keepsUnknown, recursionLimit: mostNesting });
  } catch (cause) {
    throw badModel(...notAMessage(bytes), cause);
  }
  if (!model.graph) throw badModel(...notAMessage(bytes));
  if (model.opsetImport.length === 0) {
    throw badModel('it does not say by which opset its operators are meant (`opset_import` is empty).', 'set it with `onnx.helper.make_model(graph, opset_imports=...)`, or export the model again.');
  }
  return model;
}

/** U+FFFD in UTF-8, which editors write for bytes that they could not read. */
const replacement = [0xef, 0xbf, 0xbd];

function notAMessage(bytes: Uint8Array): [problem: string, fix: string] {
  let replaced = 0;
  for (let i = 0; i + 2 < bytes.length && i < 2 ** 20; i++) if (replacement.every((byte, k) => bytes[i + k] === byte)) replaced++;
  if (replaced > 8) {
    return [`it was saved as UTF-8 text by some program: ${replaced} of its bytes or more are lost, replaced by U+FFFD.`, 'fetch the original file, in binary mode (in git: `*.onnx binary` in .gitattributes).'];
  }
  const start = new TextDecoder().decode(bytes.subarray(0, 60));
  if (start.startsWith('version https://git-lfs')) return ['it is a pointer of Git LFS, not the file itself.', 'fetch it with `git lfs pull`.'];
  if (/^\s*[<{[]/.test(start)) return [`it is text: ${JSON.stringify(start.slice(0, 24))}...`, 'pass the bytes of an .onnx file; a download may have given a page of HTML instead.'];
  return ['it is no ONNX model, or a part of it is missing: its bytes are no protobuf message with a graph.', exportAgain];
}
