/** A schema that cannot be used, or has a part that cannot. */
export class UnusableSchema extends Error {
  override readonly name: string = 'UnusableSchema'
  /** Location of the fault in the schema, as a URI fragment with a JSON Pointer, e.g. `#/properties/city/type`. */
  readonly pointer: string

  constructor(pointer: string, message: string, options?: ErrorOptions) {
    super(message, options)
    this.pointer = pointer
  }
}
