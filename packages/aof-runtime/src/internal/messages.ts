/**
 * Parts of the dialects for the command `aof` of the same version. They may change with every
 * release; applications use the other entry points.
 */
export { elementsOf, type Fields, fieldsOf, isObject } from '../core/contract/fields.ts'
export { isKnownEnd, isMarkedIncomplete } from '../core/contract/turn-end.ts'
export { FINISH_REASONS } from '../messages/gemini.ts'
export { isPending } from '../messages/not-an-answer.ts'
export { inCallOrder } from '../messages/pairing.ts'
export { failureText, type Media, renderSuccess, successText } from '../messages/render.ts'
