/** Any value that JSON can hold. */
export type JsonValue = string | number | boolean | null | JsonValue[] | JsonObject

/** A JSON object. */
export interface JsonObject {
  [key: string]: JsonValue
}

/**
 * The type of a JSON copy of `T`: `undefined` becomes `null`, a `bigint` or a `Date` a string, an object with `toJSON` the
 * type that this returns. Types that JSON cannot hold (functions, symbols) become `never`.
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
              : T extends { toJSON(): infer J }
                ? Jsonified<J>
                : T extends ReadonlySet<infer E>
                  ? Jsonified<E>[]
                  : T extends ReadonlyMap<string, infer V>
                    ? { [key: string]: Jsonified<V> }
                    : T extends readonly unknown[]
                      ? { -readonly [K in keyof T]: Jsonified<T[K]> }
                      : T extends object
                        ? { -readonly [K in keyof T as K extends string | number ? K : never]: JsonifiedProperty<T[K]> }
                        : never

/** The type of a copied property of type `T`: a property that is `undefined` is left out. */
export type JsonifiedProperty<T> = undefined extends T ? Jsonified<Exclude<T, undefined>> | undefined : Jsonified<T>
