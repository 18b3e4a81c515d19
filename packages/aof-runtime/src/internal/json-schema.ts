/**
 * The JSON Schema validator, with located issues, for the command `aof` of the same version. They may change with every
 * release; applications use the other entry points.
 */
export { compileJsonSchema, compileLocating } from '../json-schema/compile-json-schema.ts'
