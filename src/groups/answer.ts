/** What a frame of a group or a trigger is answered: `{type:"ack", ok, message, …}` in the form that it speaks. */
export interface Answer {
  readonly ok: boolean;
  /** `connected`, `accepted`, `logged`; `validation_error`, `forbidden_event`, or a code of the table in lower case. */
  readonly message: string;
  readonly [field: string]: unknown;
}

export interface Flaw {
  readonly path: string;
  readonly message: string;
}

export const invalid = (detail: readonly Flaw[], correlationId?: string): Answer => ({
  ok: false, message: 'validation_error', detail, ...(correlationId === undefined ? {} : { correlation_id: correlationId }),
});
