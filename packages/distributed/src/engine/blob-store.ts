/** Bytes under keys for a time: parameters, gradients, images. Jobs carry the keys. */
export interface BlobStore {
  /** Writes all of it or nothing. A key that is there already is written anew, and its time begins again. */
  put(key: string, bytes: Uint8Array): Promise<void>;
  /** @throws {UnfoldError} BLOB_MISSING where nothing is under the key, or no longer; BLOB_DAMAGED where its checksum is not that of its bytes. */
  get(key: string): Promise<Uint8Array>;
  /** Keys that are not there are passed over. */
  delete(keys: readonly string[]): Promise<void>;
}
