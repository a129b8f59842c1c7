import type { Backend, BackendBuffer } from '../backend/contract.js';
import { unfoldError } from '../errors/unfold-error.js';
import type { TypedArray } from '../types/dtype.js';
import { bytesOf, type TensorType } from '../types/tensor-type.js';
import { guard } from './guard.js';
import { account, release, retain, settle } from './memory.js';

/**
 * The elements behind a leaf: host data, buffers on backends, or both. Host data is uploaded once a backend and kept there, so
 * that a weight travels once.
 */
export class Storage {
  readonly type: TensorType;
  /** The backend that made these elements; null for host data, which belongs to none. */
  readonly home: Backend | null;
  /** `lent`: a run in flight may take the elements; `live` again if it fails. */
  state: 'live' | 'lent' | 'disposed' | 'donated' = 'live';
  #host: TypedArray | null;
  readonly #buffers: Map<Backend, BackendBuffer>;
  readonly #uploads = new Map<Backend, Promise<BackendBuffer>>();

  private constructor(type: TensorType, host: TypedArray | null, home: Backend | null, buffers: Map<Backend, BackendBuffer>) {
    this.type = type;
    this.home = home;
    this.#host = host;
    this.#buffers = buffers;
  }

  /** Takes over `data`: the caller must not write to it again. */
  static ofHost(type: TensorType, data: TypedArray): Storage {
    return new Storage(type, data, null, new Map());
  }

  /** Takes over a buffer. It is freed with the storage, at the latest when the collector finds it unreachable. */
  static ofBuffer(type: TensorType, backend: Backend, buffer: BackendBuffer): Storage {
    const buffers = new Map([[backend, buffer]]);
    const storage = new Storage(type, null, backend, buffers);
    account(storage, backend, buffer, bytesOf(type));
    return storage;
  }

  /** Another storage of the same elements: they are freed with the last of them. */
  share(): Storage {
    const shared = new Storage(this.type, this.#host, this.home, new Map(this.#buffers));
    for (const [backend, buffer] of this.#buffers) account(shared, backend, buffer, bytesOf(this.type));
    return shared;
  }

  /** The host copy, where there is one. Never to be written. */
  get host(): TypedArray | null {
    return this.#host;
  }

  /** The buffer on `backend`, uploading host data the first time. */
  bufferOn(backend: Backend): BackendBuffer | Promise<BackendBuffer> {
    return this.#buffers.get(backend) ?? this.#uploads.get(backend) ?? this.#upload(backend);
  }

  #upload(backend: Backend): Promise<BackendBuffer> {
    const host = this.#host;
    if (host === null) throw new Error('a result is read on the backend that made it');
    const upload = guard(backend, 'upload', () => backend.upload(host, this.type), (late) => backend.free(late)).then(
      (buffer) => {
        this.#uploads.delete(backend);
        if (this.state === 'live') {
          this.#buffers.set(backend, buffer);
          account(this, backend, buffer, bytesOf(this.type));
        }
        return buffer;
      },
      (fault: unknown) => {
        this.#uploads.delete(backend);
        throw fault;
      },
    );
    this.#uploads.set(backend, upload);
    return upload;
  }

  /** A copy of the elements on the host. */
  async read(): Promise<TypedArray> {
    this.assertLive('data');
    if (this.#host) return this.#host.slice();
    const backend = this.home!;
    const buffer = this.#buffers.get(backend)!;
    retain(backend, buffer, bytesOf(this.type));
    try {
      return await guard(backend, 'read', () => backend.read(buffer));
    } finally {
      release(buffer);
    }
  }

  /** @throws {UnfoldError} DISPOSED or DONATED, in the name of `op`. */
  assertLive(op: string): void {
    if (this.state === 'live') return;
    const donated = this.state !== 'disposed';
    throw unfoldError({
      code: donated ? 'DONATED' : 'DISPOSED',
      op,
      problem: donated ? 'this tensor was given to a compiled function, which reused its memory.' : 'this tensor was disposed of.',
      fix: donated ? 'go on with the tensor that the function returned in its place.' : 'dispose of it after its last use, or build it again.',
      operands: [{ name: 'tensor', type: this.type }],
    });
  }

  /** Frees all copies. A second call does nothing. */
  dispose(state: 'disposed' | 'donated' = 'disposed'): void {
    if (this.state === 'disposed' || this.state === 'donated') return;
    this.state = state;
    this.#host = null;
    settle(this, this.#buffers.values());
    this.#buffers.clear();
  }
}
