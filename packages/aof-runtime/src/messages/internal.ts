/** Parts for the command `aof` of the same version. They may change with every release; applications use the other entry points. */
export { elementsOf, type Fields, fieldsOf, isObject } from './fields.ts'
export { FINISH_REASONS } from './gemini.ts'
export { isPending } from './not-an-answer.ts'
export { inCallOrder } from './pairing.ts'
export { failureText, type Media, renderSuccess, successText } from './render.ts'
