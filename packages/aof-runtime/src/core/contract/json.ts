/** Any value that JSON can hold. */
export type JsonValue = string | number | boolean | null | JsonValue[] | JsonObject

/** A JSON object. */
export interface JsonObject {
  [key: string]: JsonValue
}

/** A reference to binary data in a file, which replaces the data in a result. A type, so that it is a JSON object. */
export type BinaryReference = {
  /** Absolute path of the file. */
  file: string
  bytes: number
  /** The media type, if it is known, e.g. of a Blob. */
  mediaType?: string
}

/** A value that is written to a file: bytes, or a Blob. */
type BinaryValue =
  | ArrayBuffer
  | SharedArrayBuffer
  | ArrayBufferView
  | { readonly size: number; arrayBuffer(): Promise<ArrayBuffer>; stream(): unknown }

/**
 * The type of a JSON copy of `T`: `undefined` becomes `null`, a `bigint` or a `Date` a string, binary data a reference to a file,
 * an object with `toJSON` the type that this returns. Types that JSON cannot hold (functions, symbols) become `never`.
 */
export type Jsonified<T> = 0 extends 1 & T
  ? T
  : unknown extends T
    ? JsonValue
    : [T] extends [JsonValue]
      ? T
      : T extends string | number | boolean | null
        ? T
        : T extends undefined | void
          ? null
          : T extends bigint | Date
            ? string
            : T extends symbol | ((...args: never[]) => unknown)
              ? never
              : T extends BinaryValue
                ? BinaryReference
                : T extends { toJSON(): infer J }
                  ? Jsonified<J>
                  : JsonifiedObject<T>

/** A map first: in the libraries before `esnext`, the type of a Map is that of a Set, too. */
type JsonifiedObject<T> =
  T extends ReadonlyMap<string, infer V>
    ? { [key: string]: Jsonified<V> }
    : T extends ReadonlySet<infer E>
      ? Jsonified<E>[]
      : T extends readonly unknown[]
        ? { -readonly [K in keyof T]: Jsonified<T[K]> }
        : T extends object
          ? { -readonly [K in keyof T as K extends string | number ? K : never]: JsonifiedProperty<T[K]> }
          : never

/** The type of a copied property of type `T`: a property that is `undefined` is left out. */
export type JsonifiedProperty<T> = undefined extends T ? Jsonified<Exclude<T, undefined>> | undefined : Jsonified<T>
