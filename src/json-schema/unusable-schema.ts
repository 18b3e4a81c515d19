/** A schema, or a part of it, that cannot be used. */
export class UnusableSchema extends Error {
  override readonly name: string = 'UnusableSchema'
  /** The place of what is wrong within the schema, as a URI fragment with a JSON Pointer, e.g. `#/properties/city/type`. */
  readonly pointer: string

  constructor(pointer: string, message: string, options?: ErrorOptions) {
    super(message, options)
    this.pointer = pointer
  }
}
